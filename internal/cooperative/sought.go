package cooperative

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// states are the states in the order in which they concern the association.
var states = []State{Pending, Approved, Suspended}

// Sought is which cooperatives the association asks for.
type Sought struct {
	State    State  // empty: all
	Text     string // beginnings of words in a name; empty: all
	Language string // by whose names they are ordered within a state
	Limit    int
	From     *keyset.Place // where the list goes on, by a cooperative's id; nil: at its beginning
}

// Listed is a page of the list.
type Listed struct {
	Cooperatives []Cooperative
	keyset.Turns
}

// Search lists the cooperatives that are sought: those that wait first and the suspended ones last. ErrNotFound if
// the place to go on from is none.
func (s *Service) Search(ctx context.Context, q Sought) (Listed, error) { return search(ctx, s.db, q) }

// atOnce is how many cooperatives EachSought reads at once.
const atOnce = 500

// EachSought calls fn with all cooperatives that are sought, some at a time, in the order of Search and as all are at
// one moment, which is that of tx; an error of fn ends it. Limit and From say nothing.
func (s *Service) EachSought(ctx context.Context, q Sought, fn func(tx *sqlx.Tx, some []Cooperative) error) error {
	q.Limit = atOnce
	return postgres.EachPage(ctx, s.db, func(tx *sqlx.Tx, after *keyset.Place) ([]Cooperative, *keyset.Place, error) {
		q.From = after
		found, err := search(ctx, tx, q)
		return found.Cooperatives, found.Next, err
	}, fn)
}

func search(ctx context.Context, db sqlx.QueryerContext, q Sought) (Listed, error) {
	column, among := "name_fr", states
	if q.Language == i18n.Default {
		column = "name_ar"
	}
	if q.State != "" {
		among = []State{q.State}
	}
	from := struct {
		State State
		Name  string
		ID    uuid.NullUUID
	}{}
	if q.From != nil {
		err := sqlx.GetContext(ctx, db, &from, `
			select state, `+column+` as name, cooperative_id as id from stalls where cooperative_id = $1`, q.From.ID)
		if postgres.NoRows(err) {
			return Listed{}, ErrNotFound
		}
		if err != nil {
			return Listed{}, fmt.Errorf("place in the list of cooperatives: %w", err)
		}
	}
	beyond, direction := q.From.Way(keyset.Ascending)
	among = slices.Clone(among)
	if direction == keyset.Descending {
		slices.Reverse(among)
	}
	if i := slices.Index(among, from.State); i > 0 {
		among = among[i:]
	}
	words := text.Beginnings(q.Text)
	few, err := FewNamed(ctx, db, words)
	if err != nil {
		return Listed{}, err
	}
	with, source := "", `from stalls`
	if few {
		with, source = `with found as materialized (select * from stalls where words @@ to_tsquery('simple', $2))`, `from found`
	}
	nearest := func(which string) string {
		return `(
		    select cooperative_id, ` + column + ` as name ` + source + `
		    where state = w.state and ($2 = '' or words @@ to_tsquery('simple', $2)) and ` + which + `
		    order by ` + column + ` ` + direction + `, cooperative_id ` + direction + ` limit $6)`
	}
	var ids []uuid.UUID
	err = sqlx.SelectContext(ctx, db, &ids, with+`
		select s.cooperative_id
		from unnest($1::text[]) with ordinality as w (state, turn)
		cross join lateral ( -- by two conditions, so that an index leads to the place
		    `+nearest(`w.state = $5 and (`+column+`, cooperative_id) `+beyond+` ($3, $4)`)+` union all `+nearest(`w.state <> $5`)+`
		) s
		order by w.turn, s.name `+direction+`, s.cooperative_id `+direction+`
		limit $6`, pq.Array(among), words, from.Name, from.ID, from.State, q.Limit+1)
	if err != nil {
		return Listed{}, fmt.Errorf("search cooperatives: %w", err)
	}
	ids, turns := keyset.Cut(ids, q.From, q.Limit, keyset.ByID)
	cooperatives, err := listed(ctx, db, ids)
	return Listed{cooperatives, turns}, err
}

// fewNamed is how many cooperatives with the words of a name are sorted. Of more than that, a page of a list soon has
// enough of them.
const fewNamed = 300

// FewNamed reports whether there are words (see text.Beginnings), and so few cooperatives with names of such that all of
// them may be read for a page.
func FewNamed(ctx context.Context, q sqlx.QueryerContext, words string) (few bool, err error) {
	if words == "" {
		return false, nil
	}
	err = sqlx.GetContext(ctx, q, &few, `
		select count(*) <= $2 from (select from stalls where words @@ to_tsquery('simple', $1) limit $2 + 1) w`, words, fewNamed)
	if err != nil {
		return false, fmt.Errorf("names of cooperatives: %w", err)
	}
	return few, nil
}

// Numbers is how many cooperatives there are.
type Numbers struct {
	ByState map[State]int
	Women   int // of women alone
}

// All is how many there are in any state.
func (n Numbers) All() int { return n.ByState[Pending] + n.ByState[Approved] + n.ByState[Suspended] }

// Numbers tells how many cooperatives there are in each state.
func (s *Service) Numbers(ctx context.Context) (Numbers, error) {
	var rows []struct {
		State State
		All   int `db:"all_of"`
		Women int `db:"all_women"`
	}
	err := s.db.SelectContext(ctx, &rows, `
		select state, cooperatives as all_of, women_only as all_women from cooperative_counts`)
	if err != nil {
		return Numbers{}, fmt.Errorf("numbers of cooperatives: %w", err)
	}
	n := Numbers{ByState: make(map[State]int)}
	for _, r := range rows {
		n.ByState[r.State] = r.All
		n.Women += r.Women
	}
	return n, nil
}

// Communes names the communes that there are cooperatives in, by their slugs.
func (s *Service) Communes(ctx context.Context) (map[string]i18n.Text, error) {
	var rows []struct {
		Slug string
		Name i18n.Text
	}
	err := s.db.SelectContext(ctx, &rows, `
		select distinct t.slug, t.name_ar as "name.ar", t.name_fr as "name.fr"
		from stall_counts n join towns t on t.slug = n.commune where n.all_of > 0`)
	if err != nil {
		return nil, fmt.Errorf("communes of cooperatives: %w", err)
	}
	names := make(map[string]i18n.Text, len(rows))
	for _, r := range rows {
		names[r.Slug] = r.Name
	}
	return names, nil
}

// ByIDs gives the cooperatives with these ids, in this order.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]Cooperative, error) {
	return listed(ctx, s.db, ids)
}
