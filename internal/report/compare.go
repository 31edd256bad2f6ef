package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// comparison are the cooperatives that a report is about, each with its figures, as of a version of the sums.
type comparison struct {
	version int64
	sellers []seller
}

// seller is one of them. There are very many, and most only count: who is named is looked up after that.
type seller struct {
	*profile
	Figures
}

// profile is what a report wants to know of a cooperative, whether it sold anything or not.
type profile struct {
	ID        uuid.UUID `db:"id"`
	Approved  bool      `db:"approved"`
	Name      string    `db:"name_ar"`
	Commune   string    `db:"commune"`
	Sector    string    `db:"sector"`
	WomenOnly bool      `db:"women_only"`
	Women     int       `db:"women"`
	Men       int       `db:"men"`
	Young     int       `db:"young"`
}

func (p profile) cooperative() uuid.UUID { return p.ID }

// sold is what a cooperative sold in a period.
type sold struct {
	Cooperative uuid.UUID `db:"cooperative_id"`
	Figures
}

func (s sold) cooperative() uuid.UUID { return s.Cooperative }

func (p profile) members() int { return p.Women + p.Men }

func (p profile) people() People { return People{Members: p.members(), Women: p.Women, Young: p.Young} }

// within reports whether the filter lets the cooperative through.
func (f Filter) within(p *profile) bool {
	return (f.Commune == "" || f.Commune == p.Commune) && (f.Sector == "" || f.Sector == p.Sector) && (!f.WomenOnly || p.WomenOnly)
}

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

// compare gives the cooperatives that the filter lets through, as of the transaction's moment: approved, or with a sale
// in its period.
func (s *Service) compare(ctx context.Context, tx *sqlx.Tx, f Filter) (comparison, error) {
	c := comparison{}
	if err := tx.GetContext(ctx, &c.version, `select version from sold_turn`); err != nil {
		return comparison{}, fmt.Errorf("version of the sums: %w", err)
	}
	sales, err := s.kept.soldAt(ctx, tx, c.version, f.span())
	if err != nil {
		return comparison{}, err
	}
	profiles, err := s.kept.profilesAt(ctx, tx, c.version)
	if err != nil {
		return comparison{}, err
	}
	figures := make(map[uuid.UUID]Figures, len(sales))
	for _, s := range sales {
		figures[s.Cooperative] = s.Figures
	}
	c.sellers = make([]seller, 0, len(profiles))
	for i := range profiles {
		p := &profiles[i]
		seller := seller{p, figures[p.ID]}
		if (p.Approved || seller.Orders > 0) && f.within(p) {
			c.sellers = append(c.sellers, seller)
		}
	}
	return c, nil
}

// named gives these cooperatives with what they are called and where they are.
func named(ctx context.Context, q sqlx.QueryerContext, list []seller) ([]Cooperative, error) {
	ids, figures := make([]uuid.UUID, len(list)), make(map[uuid.UUID]seller, len(list))
	for i, s := range list {
		ids[i], figures[s.ID] = s.ID, s
	}
	named := []Cooperative{}
	err := sqlx.SelectContext(ctx, q, &named, `
		select c.id, c.slug, c.sector, c.commune, c.name_ar as "name.ar", c.name_fr as "name.fr",
		       c.commune_name_ar as "commune_name.ar", c.commune_name_fr as "commune_name.fr"
		from unnest($1::uuid[]) with ordinality as n (id, place)
		cross join lateral (select * from sellers where id = n.id offset 0) c -- each by its key, and not all sellers
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
