package finding

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/search"
)

// Source is the catalogue as search engines are fed from it: what buyers may see of each
// product, and for each engine the products that it has still to learn about, which triggers of the
// database gather. It implements search.Source.
type Source struct {
	db  *sqlx.DB
	now func() time.Time
}

// NewSource makes the source.
func NewSource(db *sqlx.DB, now func() time.Time) *Source {
	return &Source{db: db, now: now}
}

var _ search.Source = (*Source)(nil)

// Register makes an engine known, or tells that it is still there; from then on changes are queued for
// it. One that nobody has seen for a week is unknown again, and forgotten some time later.
func (s *Source) Register(ctx context.Context, engine string) (unknown bool, err error) {
	err = s.db.GetContext(ctx, &unknown, `
		with before as (select search_fed(seen_at) as fed from search_engines where name = $1)
		insert into search_engines (name, registered_at) values ($1, $2)
		on conflict (name) do update set seen_at = now()
		returning not coalesce((select fed from before), false)`, engine, s.now())
	if err != nil {
		return false, fmt.Errorf("register search engine: %w", err)
	}
	if _, err := s.db.ExecContext(ctx, `delete from search_engines where seen_at < now() - interval '14 days'`); err != nil {
		return false, fmt.Errorf("forget search engines: %w", err)
	}
	return unknown, nil
}

// Claim lends changes, oldest first; those that another has claimed or is writing are passed over.
func (s *Source) Claim(ctx context.Context, engine string, max int, lease time.Duration) ([]search.Change, error) {
	var claimed []search.Change
	err := s.db.SelectContext(ctx, &claimed, `
		with due as (
		    select product_id
		    from search_pending
		    where engine = $1 and (claimed_until is null or claimed_until <= $2)
		    order by changed_at, product_id
		    limit $3
		    for update skip locked
		), claimed as (
		    update search_pending p set claimed_until = $4
		    from due
		    where p.engine = $1 and p.product_id = due.product_id
		    returning p.product_id, p.generation, p.changed_at
		)
		select product_id as id, generation from claimed order by changed_at, product_id`,
		engine, s.now(), max, s.now().Add(lease))
	if err != nil {
		return nil, fmt.Errorf("claim search changes: %w", err)
	}
	return claimed, nil
}

// Done removes changes whose product did not change again since they were claimed, and gives the
// others back. A change that is being written at this moment is left to its lease: its writer will
// have moved the generation.
func (s *Source) Done(ctx context.Context, engine string, changes []search.Change) error {
	if _, err := s.db.ExecContext(ctx, `
		with done as (
		    select p.product_id, p.generation = d.generation as same
		    from search_pending p
		    join unnest($2::uuid[], $3::bigint[]) as d (product_id, generation) on d.product_id = p.product_id
		    where p.engine = $1
		    for update of p skip locked
		), removed as (
		    delete from search_pending p using done
		    where p.engine = $1 and p.product_id = done.product_id and done.same
		)
		update search_pending p set claimed_until = null
		from done
		where p.engine = $1 and p.product_id = done.product_id and not done.same`,
		append([]any{engine}, changeColumns(changes)...)...); err != nil {
		return fmt.Errorf("search changes done: %w", err)
	}
	return nil
}

// Release gives changes back at once.
func (s *Source) Release(ctx context.Context, engine string, changes []search.Change) error {
	if _, err := s.db.ExecContext(ctx, `
		with given as (
		    select p.product_id
		    from search_pending p
		    join unnest($2::uuid[], $3::bigint[]) as d (product_id, generation) on d.product_id = p.product_id
		    where p.engine = $1
		    for update of p skip locked
		)
		update search_pending p set claimed_until = null
		from given
		where p.engine = $1 and p.product_id = given.product_id`,
		append([]any{engine}, changeColumns(changes)...)...); err != nil {
		return fmt.Errorf("release search changes: %w", err)
	}
	return nil
}

func changeColumns(changes []search.Change) []any {
	ids, generations := make([]string, len(changes)), make([]int64, len(changes))
	for i, c := range changes {
		ids[i], generations[i] = c.ID, c.Generation
	}
	return []any{pq.Array(ids), pq.Array(generations)}
}

// Pending counts what the engine has still to learn about.
func (s *Source) Pending(ctx context.Context, engine string) (int, error) {
	var n int
	if err := s.db.GetContext(ctx, &n, `select count(*) from search_pending where engine = $1`, engine); err != nil {
		return 0, fmt.Errorf("pending search changes: %w", err)
	}
	return n, nil
}

// Documents reads what buyers may see of products; those that are not offered are left out.
func (s *Source) Documents(ctx context.Context, ids []string) ([]search.Document, error) {
	return s.documents(ctx, `and p.id = any($2::uuid[])`, pq.Array(ids))
}

// All reads documents in the order of their ids, from the one after the given id, which is empty at
// the start.
func (s *Source) All(ctx context.Context, after string, max int) ([]search.Document, error) {
	if after == "" {
		after = uuid.Nil.String()
	}
	return s.documents(ctx, `and p.id > $2 order by p.id limit $3`, after, max)
}

func (s *Source) documents(ctx context.Context, rest string, args ...any) ([]search.Document, error) {
	var rows []struct {
		search.Document
		LabelList pq.StringArray `db:"label_list"`
	}
	err := s.db.SelectContext(ctx, &rows, `
		select p.id, p.slug, c.slug as cooperative, c.commune, p.category,
		       p.name_ar as namear, p.name_fr as namefr, p.name_en as nameen,
		       p.description_ar as descriptionar, p.description_fr as descriptionfr, p.description_en as descriptionen,
		       k.name_ar as categoryar, k.name_fr as categoryfr, k.name_en as categoryen,
		       c.name_ar as cooperativear, c.name_fr as cooperativefr, t.name_ar as communear, t.name_fr as communefr,
		       c.women_only as womenled, p.stock > 0 as instock, p.price_centimes as pricecentimes,
		       extract(epoch from p.created_at)::bigint as createdat,
		       array(select pl.label from product_labels pl
		             where pl.product_id = p.id and pl.expires_on >= $1::date order by pl.label) as label_list
		from products p
		join categories k on k.slug = p.category
		join cooperatives c on c.id = p.cooperative_id
		join places t on t.slug = c.commune
		where p.state = 'published' and c.state = 'approved' `+rest, append([]any{clock.Day(s.now())}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("search documents: %w", err)
	}
	list := make([]search.Document, len(rows))
	for i, row := range rows {
		list[i] = row.Document
		list[i].Labels = row.LabelList
	}
	return list, nil
}

// EngineState is a search engine as the catalogue knows it.
type EngineState struct {
	Name    string
	Unseen  time.Duration // since it was last there
	Pending int           // changes that it has still to learn about
	Oldest  time.Duration // since when the longest of them waits; 0 if none does
}

// Engines lists the engines that are known.
func (s *Source) Engines(ctx context.Context) ([]EngineState, error) {
	var rows []struct {
		Name           string
		Pending        int
		Unseen, Oldest float64 // seconds
	}
	err := s.db.SelectContext(ctx, &rows, `
		select e.name, count(p.product_id) as pending, extract(epoch from now() - e.seen_at) as unseen,
		       coalesce(extract(epoch from now() - min(p.changed_at)), 0) as oldest
		from search_engines e left join search_pending p on p.engine = e.name
		group by e.name order by e.name`)
	if err != nil {
		return nil, fmt.Errorf("search engines: %w", err)
	}
	list := make([]EngineState, len(rows))
	for i, row := range rows {
		list[i] = EngineState{Name: row.Name, Pending: row.Pending, Unseen: seconds(row.Unseen), Oldest: seconds(row.Oldest)}
	}
	return list, nil
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
