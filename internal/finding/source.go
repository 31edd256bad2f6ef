package finding

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/postgres"
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
	if err := s.forget(ctx); err != nil {
		return false, fmt.Errorf("forget search engines: %w", err)
	}
	return unknown, nil
}

// forgottenAtOnce is how many changes one statement throws away that an engine has not learnt about.
const forgottenAtOnce = 10_000

// gone is the condition on which an engine is forgotten.
const gone = `seen_at < now() - interval '14 days'`

// forget throws away the engines that nobody has seen for two weeks, each after what waits for it; not what waits for
// one that comes back meanwhile.
func (s *Source) forget(ctx context.Context) error {
	var engines []string
	if err := s.db.SelectContext(ctx, &engines, `select name from search_engines where `+gone); err != nil {
		return err
	}
	for _, engine := range engines {
		err := postgres.InBatches(ctx,
			postgres.Batch(s.db, `
				with e as (select name from search_engines where name = $1 and `+gone+` for no key update)
				delete from search_pending where engine = (select name from e) and product_id = any(array(
				    select product_id from search_pending where engine = $1 limit $2 for update skip locked))`, engine, forgottenAtOnce),
			postgres.Batch(s.db, `delete from search_engines where name = $1 and `+gone, engine))
		if err != nil {
			return err
		}
	}
	return nil
}

// byIndex runs fn in a transaction that reads tables by their indexes, in the order of these. Right after very
// many changes the database still plans with the statistics of an empty table, and would read or sort all of it
// for a batch, or for each row of one. For the same reason what is named by a list of ids is looked up one by one
// (lateral, search_lend, search_strike).
func (s *Source) byIndex(ctx context.Context, fn func(tx *sqlx.Tx) error) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `
			select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
			       set_config('enable_sort', 'off', true)`)
		if err != nil {
			return err
		}
		return fn(tx)
	})
}

// Claim lends changes, oldest first; those that another has claimed or is writing are passed over.
func (s *Source) Claim(ctx context.Context, engine string, max int, lease time.Duration) ([]search.Change, error) {
	var claimed []search.Change
	err := s.byIndex(ctx, func(tx *sqlx.Tx) error {
		claimed = nil
		if err := tx.SelectContext(ctx, &claimed, `
			select product_id as id, generation from search_pending
			where engine = $1 and claimed_until is null
			order by changed_at, product_id
			limit $2
			for update skip locked`, engine, max); err != nil {
			return err
		}
		if len(claimed) < max { // then those whose lease has passed
			var left []search.Change
			if err := tx.SelectContext(ctx, &left, `
				select product_id as id, generation from search_pending
				where engine = $1 and claimed_until <= $2
				order by claimed_until
				limit $3
				for update skip locked`, engine, s.now(), max-len(claimed)); err != nil {
				return err
			}
			claimed = append(claimed, left...)
		}
		return lend(ctx, tx, engine, claimed, new(s.now().Add(lease)))
	})
	if err != nil {
		return nil, fmt.Errorf("claim search changes: %w", err)
	}
	return claimed, nil
}

// lend writes down until when changes are lent; not at all if that is nil.
func lend(ctx context.Context, tx *sqlx.Tx, engine string, changes []search.Change, until *time.Time) error {
	if len(changes) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `select count(search_lend($1, id, $3)) from unnest($2::uuid[]) id`,
		engine, pq.Array(idsOf(changes)), until)
	return err
}

// held locks changes and tells their generations now. One that is being written at this moment is left out,
// and so to its lease: its writer will have moved the generation.
func held(ctx context.Context, tx *sqlx.Tx, engine string, changes []search.Change) (now []search.Change, err error) {
	err = tx.SelectContext(ctx, &now, `
		select p.product_id as id, p.generation
		from unnest($2::uuid[]) id
		cross join lateral (
		    select product_id, generation from search_pending
		    where engine = $1 and product_id = id
		    for update skip locked
		) p`, engine, pq.Array(idsOf(changes)))
	return now, err
}

// Done removes changes whose product did not change again since they were claimed, and gives the
// others back. A change that is being written at this moment is left to its lease.
func (s *Source) Done(ctx context.Context, engine string, changes []search.Change) error {
	brought := make(map[search.Change]bool, len(changes))
	for _, c := range changes {
		brought[c] = true
	}
	err := s.byIndex(ctx, func(tx *sqlx.Tx) error {
		now, err := held(ctx, tx, engine, changes)
		if err != nil {
			return err
		}
		var same, again []search.Change
		for _, c := range now {
			if brought[c] {
				same = append(same, c)
			} else {
				again = append(again, c)
			}
		}
		if _, err := tx.ExecContext(ctx, `select count(search_strike($1, id)) from unnest($2::uuid[]) id`,
			engine, pq.Array(idsOf(same))); err != nil {
			return err
		}
		return lend(ctx, tx, engine, again, nil)
	})
	if err != nil {
		return fmt.Errorf("search changes done: %w", err)
	}
	return nil
}

// Release gives changes back at once.
func (s *Source) Release(ctx context.Context, engine string, changes []search.Change) error {
	err := s.byIndex(ctx, func(tx *sqlx.Tx) error {
		now, err := held(ctx, tx, engine, changes)
		if err != nil {
			return err
		}
		return lend(ctx, tx, engine, now, nil)
	})
	if err != nil {
		return fmt.Errorf("release search changes: %w", err)
	}
	return nil
}

func idsOf(changes []search.Change) []string {
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.ID
	}
	return ids
}

// Pending counts what the engine has still to learn about.
func (s *Source) Pending(ctx context.Context, engine string) (int, error) {
	var n int
	if err := s.db.GetContext(ctx, &n, `select count(*) from search_pending where engine = $1`, engine); err != nil {
		return 0, fmt.Errorf("pending search changes: %w", err)
	}
	return n, nil
}

// Documents reads what buyers may see of products; those that are not offered are left out. Of what is sold in several sizes
// there is one document, of the size with the first id: the changes of all sizes wait when one does.
func (s *Source) Documents(ctx context.Context, ids []string) ([]search.Document, error) {
	return s.documents(ctx, `from unnest($2::uuid[]) wanted cross join lateral (select * from products where id = wanted offset 0) p`, ``, pq.Array(ids))
}

// All reads documents in the order of their ids, from the one after the given id, which is empty at
// the start.
func (s *Source) All(ctx context.Context, after string, max int) ([]search.Document, error) {
	if after == "" {
		after = uuid.Nil.String()
	}
	return s.documents(ctx, `from products p`, `and p.id > $2 order by p.id limit $3`, after, max)
}

// availability is a product's search.Availability.
const availability = `case when p.sold_out then 2 when p.off_season then 1 else 0 end`

func (s *Source) documents(ctx context.Context, from, rest string, args ...any) ([]search.Document, error) {
	var rows []struct {
		search.Document
		LabelList pq.StringArray `db:"label_list"`
		SizeList  pq.StringArray `db:"size_list"`
		PriceList pq.Int64Array  `db:"price_list"`
	}
	err := s.byIndex(ctx, func(tx *sqlx.Tx) error {
		rows = nil
		return tx.SelectContext(ctx, &rows, `
			select p.id, p.slug, c.slug as cooperative, c.commune, p.category,
			       p.name_ar as namear, p.name_fr as namefr, p.name_en as nameen,
			       p.description_ar as descriptionar, p.description_fr as descriptionfr, p.description_en as descriptionen,
			       k.name_ar as categoryar, k.name_fr as categoryfr, k.name_en as categoryen,
			       c.name_ar as cooperativear, c.name_fr as cooperativefr, t.name_ar as communear, t.name_fr as communefr,
			       c.women_only as womenled, thing.available as instock,
			       thing.availability, p.perishable, thing.prices[1] as pricecentimes,
			       extract(epoch from p.created_at)::bigint as createdat, thing.prices as price_list, thing.names as size_list,
			       array(select distinct pl.label from unnest(thing.ids) size (id) join product_labels pl on pl.product_id = size.id
			             where pl.expires_on >= $1::date order by pl.label) as label_list
			`+from+`
			cross join lateral (
			    select array_agg(p.id order by p.id) as ids, bool_or(not p.sold_out and not p.off_season) as available, min(`+availability+`) as availability,
			           array_agg(p.price_centimes order by p.sold_out, p.off_season, p.price_centimes, p.id) as prices,
			           array_agg(concat_ws(' ', p.name_ar, p.name_fr, p.name_en, p.unit_amount, p.unit_code) order by p.id) as names
			    from (select * from products where family = p.family offset 0) p
			    where p.state = 'published') thing
			join categories k on k.slug = p.category
			join cooperatives c on c.id = p.cooperative_id
			join places t on t.slug = c.commune
			where is_offered(p.state, c.state) and thing.ids[1] = p.id `+rest, append([]any{clock.Day(s.now())}, args...)...)
	})
	if err != nil {
		return nil, fmt.Errorf("search documents: %w", err)
	}
	list := make([]search.Document, len(rows))
	for i, row := range rows {
		list[i] = row.Document
		list[i].Labels = row.LabelList
		if len(row.SizeList) > 1 {
			list[i].Sizes, list[i].Prices = row.SizeList, row.PriceList
		}
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
