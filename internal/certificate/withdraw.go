package certificate

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Withdraw takes back a label that waits for the association's word (of is Proposed), or that a product of the
// cooperative carries (Confirmed): buyers see it no more. Error: ErrNotFound if there is none, or none any more.
func (s *Service) Withdraw(ctx context.Context, coopID, productID uuid.UUID, label string, of State, by actor.Actor) error {
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := cooperative.TakeTurnTx(ctx, tx, coopID); err != nil {
			return err
		}
		dropped := false
		if of == Confirmed {
			var err error
			if dropped, err = s.catalog.DropLabelTx(ctx, tx, coopID, productID, label); err != nil {
				return err
			}
			if !dropped { // those that were confirmed before stay as they were
				return ErrNotFound
			}
		}
		result, err := tx.ExecContext(ctx, `
			update label_proposals set state = 'withdrawn', withdrawn_by = $5, withdrawn_at = $6, scan_until = least(scan_until, $7::date)
			where id = (
			    select id from label_proposals where cooperative_id = $1 and product_id = $2 and label = $3 and state = $4
			    order by proposed_at desc limit 1)`,
			coopID, productID, label, of, by.User, s.now(), clock.Day(s.now()).AddDate(0, 0, scanKept))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 && !dropped { // which it may have by no proposal
			return ErrNotFound
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("certificate: withdraw %s of %s: %w", label, productID, err)
	}
	return nil
}
