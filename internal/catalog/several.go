package catalog

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
)

// SoldOut is no state that is kept, but what a published product without stock is called: in Filter,
// and in SetSeveral, which sets the stock to nothing.
const SoldOut = "soldout"

// Unpictured says in Filter: not archived, and without a photograph.
const Unpictured = "unpictured"

// MaxSeveral is how many products SetSeveral takes at once.
const MaxSeveral = 200

// Why several products are not changed.
var (
	ErrNoneChosen = fault.New(fault.Invalid, "catalog.none_chosen")
	ErrSeveral    = fault.New(fault.Invalid, "catalog.too_many_chosen", "Max", MaxSeveral)
)

// Chosen is a product that was chosen on a page.
type Chosen struct {
	ID   uuid.UUID
	Page Page
}

// Left is a product that SetSeveral left as it was, with the reason.
type Left struct {
	Product Product
	Why     fault.Message
}

// SetSeveral does the same to several of a cooperative's products in one transaction: publishes them
// (Published), takes them back (Draft) or says that nothing is left of them (SoldOut), which is of what
// their pages showed: what came in since stays. Products that may not be published, or that somebody else
// has changed since, are left and told with the reason; the others are done. ErrNotFound if one is not
// there or another's: then nothing is done. Done counts those that are now as asked, also those that were
// already.
func (s *Service) SetSeveral(ctx context.Context, coopID uuid.UUID, chosen []Chosen, what string, by actor.Actor) (done int, left []Left, err error) {
	switch {
	case len(chosen) == 0:
		return 0, nil, ErrNoneChosen
	case len(chosen) > MaxSeveral:
		return 0, nil, ErrSeveral
	case what != Published && what != Draft && what != SoldOut:
		return 0, nil, fault.New(fault.Invalid, "catalog.state_unknown")
	}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		done, left = 0, nil
		if err := cooperative.TakeTurnTx(ctx, tx, coopID); err != nil { // before its products, as lockInTurnTx does
			return err
		}
		pages := make(map[uuid.UUID]Page, len(chosen))
		for _, c := range chosen {
			pages[c.ID] = c.Page
		}
		products, err := s.lockSeveral(ctx, tx, coopID, pages)
		if err != nil {
			return err
		}
		r, err := s.Rules(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range products {
			given, why := p.Edit(), (*fault.Message)(nil)
			if what != SoldOut {
				given.State = what
			}
			if what == Published {
				why = r.Unpublishable(given)
			}
			if why == nil {
				why, err = s.setOneTx(ctx, tx, p, given, what, pages[p.ID], by)
			}
			if err != nil {
				return err
			}
			if why != nil {
				left = append(left, Left{p, *why})
				continue
			}
			done++
		}
		return nil
	})
	if err != nil {
		return 0, nil, fmt.Errorf("set several: %w", err)
	}
	s.log.InfoContext(ctx, "products set", "what", what, "done", done, "left", len(left), "by", by.User)
	return done, left, nil
}

// setOneTx does to one locked product what is done to several, or says why not.
func (s *Service) setOneTx(ctx context.Context, tx *sqlx.Tx, p Product, given Edit, what string, page Page, by actor.Actor) (*fault.Message, error) {
	if what == SoldOut {
		delta, clash, err := page.stock(ctx, tx, p, 0)
		switch {
		case err != nil:
			return nil, err
		case clash && page.shown["stock"] == "":
			return &ErrChanged.Message, nil
		case clash: // this form has moved it already
			return nil, nil
		}
		return nil, moveTx(ctx, tx, p.ID, max(delta, -p.Stock), page.Key, by, s.now())
	}
	merged, _, err := page.merge(ctx, tx, p, given, stateOnly)
	if f := fault.As(err); f != nil {
		return &f.Message, nil
	}
	if err != nil {
		return nil, err
	}
	if merged.State != p.State {
		if _, err := tx.ExecContext(ctx, `update products set state = $2, updated_at = $3 where id = $1`, p.ID, merged.State, s.now()); err != nil {
			return nil, fmt.Errorf("state: %w", err)
		}
	}
	return nil, nil
}

// lockSeveral reads a cooperative's own products and keeps others from changing them until tx ends, in
// order of their ids as everywhere.
func (s *Service) lockSeveral(ctx context.Context, tx *sqlx.Tx, coopID uuid.UUID, wanted map[uuid.UUID]Page) ([]Product, error) {
	texts := make([]string, 0, len(wanted))
	for id := range wanted {
		texts = append(texts, id.String())
	}
	products, err := s.productsFrom(ctx, tx, `
		where p.id = any($2::uuid[]) and p.cooperative_id = $3
		order by p.id
		for no key update of p`, pq.Array(texts), coopID)
	if err == nil && len(products) != len(wanted) {
		err = ErrNotFound
	}
	return products, err
}
