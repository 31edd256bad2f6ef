package report

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// comparison are the cooperatives that a report is about, each with its figures, as of a version of the sums: nobody
// changes it. It is read whole once for each filter, and then only those of which something changed meanwhile.
type comparison struct {
	version int64 // 0: nothing is read yet
	sellers []seller
}

// seller is one of them. There are very many, and most only count: who is named is looked up after that.
type seller struct {
	ID        uuid.UUID `db:"id"`
	Name      string    `db:"name_ar"`
	Commune   string    `db:"commune"`
	WomenOnly bool      `db:"women_only"`
	Women     int       `db:"women"`
	Men       int       `db:"men"`
	Young     int       `db:"young"`
	Figures
}

func (s seller) members() int { return s.Women + s.Men }

func (s seller) people() People { return People{Members: s.members(), Women: s.Women, Young: s.Young} }

// mostFirst puts the most sales first and equals by name.
func mostFirst(a, b seller) int {
	return cmp.Or(cmp.Compare(b.Total(), a.Total()), strings.Compare(a.Name, b.Name), slices.Compare(a.ID[:], b.ID[:]))
}

// largeFirst puts the most members first and equals by name.
func largeFirst(a, b seller) int {
	return cmp.Or(cmp.Compare(b.members(), a.members()), strings.Compare(a.Name, b.Name), slices.Compare(a.ID[:], b.ID[:]))
}

// foremost are the first n of the list that are let through, without all of it being sorted.
func foremost(list []seller, n int, order func(a, b seller) int, lets func(seller) bool) []seller {
	first := make([]seller, 0, n+1)
	for _, s := range list {
		if !lets(s) || len(first) == n && order(s, first[n-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(first, s, order)
		first = slices.Insert(first, at, s)
		first = first[:min(len(first), n)]
	}
	return first
}

// movedAtOnce is how many changed cooperatives are read one by one; of more, all are read anew.
const movedAtOnce = 500

// compare gives the cooperatives that the filter lets through, as of the transaction's moment.
func (s *Service) compare(ctx context.Context, tx *sqlx.Tx, f Filter) (comparison, error) {
	now := comparison{}
	if err := tx.GetContext(ctx, &now.version, `select version from sold_turn`); err != nil {
		return comparison{}, fmt.Errorf("version of the sums: %w", err)
	}
	before := s.kept.comparison(f)
	if before.version == now.version {
		return before, nil
	}
	moved, err := movedSince(ctx, tx, before, now)
	if err != nil {
		return comparison{}, err
	}
	if before.version == 0 || before.version > now.version || len(moved) > movedAtOnce {
		err = tx.SelectContext(ctx, &now.sellers, counted, f.arguments()...)
	} else {
		now.sellers, err = s.anew(ctx, tx, f, before.sellers, moved)
	}
	if err != nil {
		return comparison{}, fmt.Errorf("compare cooperatives: %w", err)
	}
	s.kept.compared(f, now)
	return now, nil
}

// movedSince are cooperatives of which something changed between two moments, of very many only some.
func movedSince(ctx context.Context, tx *sqlx.Tx, before, now comparison) (ids []uuid.UUID, err error) {
	if before.version == 0 {
		return nil, nil
	}
	err = tx.SelectContext(ctx, &ids, `
		select cooperative_id from sold_moved where version > $1 and version <= $2 limit $3`, before.version, now.version, movedAtOnce+1)
	if err != nil {
		return nil, fmt.Errorf("cooperatives that changed: %w", err)
	}
	return ids, nil
}

// anew is the list with those read again that moved: they may be let through no more, or for the first time.
func (s *Service) anew(ctx context.Context, tx *sqlx.Tx, f Filter, list []seller, moved []uuid.UUID) ([]seller, error) {
	var read []seller
	if err := tx.SelectContext(ctx, &read, countedOf, append(f.arguments(), pq.Array(moved))...); err != nil {
		return nil, err
	}
	gone := make(map[uuid.UUID]bool, len(moved))
	for _, id := range moved {
		gone[id] = true
	}
	stay := make([]seller, 0, len(list)+len(read))
	for _, seller := range list {
		if !gone[seller.ID] {
			stay = append(stay, seller)
		}
	}
	return append(stay, read...), nil
}

// named gives these cooperatives with what they are called and where they are.
func named(ctx context.Context, tx *sqlx.Tx, list []seller) ([]Cooperative, error) {
	ids, figures := make([]uuid.UUID, len(list)), make(map[uuid.UUID]seller, len(list))
	for i, s := range list {
		ids[i], figures[s.ID] = s.ID, s
	}
	named := []Cooperative{}
	err := tx.SelectContext(ctx, &named, `
		select c.id, c.slug, c.sector, c.commune, c.name_ar as "name.ar", c.name_fr as "name.fr",
		       c.commune_name_ar as "commune_name.ar", c.commune_name_fr as "commune_name.fr"
		from unnest($1::uuid[]) with ordinality as n (id, place) join sellers c on c.id = n.id
		order by n.place`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("names of cooperatives: %w", err)
	}
	for i := range named {
		c := &named[i]
		s := figures[c.ID]
		c.Women, c.Men, c.Young, c.WomenOnly, c.Figures = s.Women, s.Men, s.Young, s.WomenOnly, s.Figures
	}
	return named, nil
}

// atOneMoment runs fn, which reads, in a transaction that sees the market as it is at its beginning.
func (s *Service) atOneMoment(ctx context.Context, fn func(tx *sqlx.Tx) error) error {
	tx, err := s.db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // there is nothing to undo
	return fn(tx)
}
