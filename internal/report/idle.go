package report

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Idle is a part of the list of the cooperatives with no sale: the most members first and equals by name.
type Idle struct {
	Cooperatives []Cooperative
	All          int // on all pages
	keyset.Turns
}

// Idle lists the cooperatives with no sale that a report is about, limit of them from a cooperative's place on;
// nil: from the beginning. cooperative.ErrNotFound if the place is none.
func (s *Service) Idle(ctx context.Context, f Filter, from *keyset.Place, limit int) (found Idle, err error) {
	if _, err := s.catchUp(ctx); err != nil {
		return Idle{}, err
	}
	err = postgres.AtOneMoment(ctx, s.db, func(tx *sqlx.Tx) error {
		c, err := s.compare(ctx, tx, f.inUTC())
		if err != nil {
			return err
		}
		found = Idle{}
		beyond, order := anybody, largeFirst
		if from != nil {
			at := slices.IndexFunc(c.sellers, func(s seller) bool { return s.ID == from.ID })
			if at < 0 {
				return cooperative.ErrNotFound
			}
			if from.Back {
				order = func(a, b seller) int { return largeFirst(b, a) }
			}
			beyond = func(s seller) bool { return order(c.sellers[at], s) < 0 }
		}
		for _, s := range c.sellers {
			if idle(s) {
				found.All++
			}
		}
		list := foremost(c.sellers, limit+1, order, func(s seller) bool { return idle(s) && beyond(s) })
		list, found.Turns = keyset.Cut(list, from, limit, func(s seller) keyset.Place { return keyset.ByID(s.ID) })
		found.Cooperatives, err = named(ctx, tx, list)
		return err
	})
	return found, err
}
