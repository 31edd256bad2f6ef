package catalog

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/money"
)

// Wanted is which of the offered products a walk through the catalogue is to give; what is empty lets all through.
type Wanted struct {
	Categories, Cooperatives, Communes, Labels []string // slugs; of each, one must hold

	WomenOnly, InStock bool // true: only those
	Durable            bool // true: only what does not perish
	MinPrice, MaxPrice money.Amount
}

// passedAtOnce is how many products are passed at most, offered and wanted or not, before a walk gives what it found.
const passedAtOnce = 2000

// Walk reads up to limit offered products in the order of their ids from the one after the given id on (uuid.Nil: from
// the beginning), whatever becomes of that one. The walk goes on after next, which is uuid.Nil at its end; where few
// are wanted it may give fewer than limit, or none, and still go on.
func (s *Service) Walk(ctx context.Context, w Wanted, after uuid.UUID, limit int) (list []Product, next uuid.UUID, err error) {
	args := []any{after, passedAtOnce, limit + 1}
	parameter := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	conditions := []string{`is_offered(p.state, c.state)`}
	for column, slugs := range map[string][]string{"p.category": w.Categories, "c.slug": w.Cooperatives, "c.commune": w.Communes} {
		if len(slugs) > 0 {
			conditions = append(conditions, column+` = any(`+parameter(pq.Array(slugs))+`)`)
		}
	}
	if len(w.Labels) > 0 {
		conditions = append(conditions, `exists (select from product_labels pl where pl.product_id = p.id and pl.label = any(`+
			parameter(pq.Array(w.Labels))+`) and pl.expires_on >= `+parameter(clock.Day(s.now()))+`::date)`)
	}
	if w.WomenOnly {
		conditions = append(conditions, `c.women_only`)
	}
	if w.InStock {
		conditions = append(conditions, `not p.sold_out and not p.off_season`)
	}
	if w.Durable {
		conditions = append(conditions, `not p.perishable`)
	}
	if w.MinPrice > 0 {
		conditions = append(conditions, `p.price_centimes >= `+parameter(w.MinPrice))
	}
	if w.MaxPrice > 0 {
		conditions = append(conditions, `p.price_centimes <= `+parameter(w.MaxPrice))
	}
	var found []struct {
		ID    uuid.UUID
		Given bool
	}
	// Both of one moment, or what is added or goes between them would be passed over.
	err = s.db.SelectContext(ctx, &found, `
		with given as materialized (
		    select p.id
		    from (select * from products where id > $1 order by id limit $2) p
		    cross join lateral (select * from sellers where id = p.cooperative_id offset 0) c
		    where `+strings.Join(conditions, " and ")+`
		    order by p.id limit $3
		)
		select id, true as given from given
		union all
		select id, false
		from (select id from products where id > $1 and (select count(*) from given) < $3 order by id limit 1 offset $2 - 1) last_passed
		order by given desc, id`, args...)
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("walk through products: %w", err)
	}
	var ids []uuid.UUID
	for _, f := range found {
		if f.Given && len(ids) < limit {
			ids = append(ids, f.ID)
			continue
		}
		if next = f.ID; f.Given { // one more than is asked for
			next = ids[limit-1]
		}
	}
	list, err = s.ByIDs(ctx, ids)
	return list, next, err
}
