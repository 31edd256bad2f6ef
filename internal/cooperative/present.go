package cooperative

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/shown"
)

// Presentation is what a cooperative says to buyers itself; the rest of its identity is the association's to correct.
type Presentation struct {
	Description, Story, Hours i18n.Text
	Phone                     string
}

// presented are the fields of a Presentation, as identity has them.
var presented = []string{
	"phone", "description_ar", "description_fr", "description_en", "story_ar", "story_fr", "story_en", "hours_ar", "hours_fr", "hours_en",
}

// Present replaces what a cooperative says to buyers where that is another than the form showed, in the name of a member of
// it, and says which fields that changed; its history keeps who and which. Errors: ErrNotFound, ErrInvalid as from Create,
// ErrChanged as a *Changed.
func (s *Service) Present(ctx context.Context, id uuid.UUID, p Presentation, form shown.Fields, by actor.Actor) ([]string, error) {
	given := Cooperative{Description: p.Description, Story: p.Story, Hours: p.Hours, Phone: p.Phone}
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if checkPresented(wrong, &given); len(wrong.Fields) > 0 {
		return nil, wrong
	}
	now := s.now()
	var changed []string
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := TakeTurnTx(ctx, tx, id); err != nil {
			return err
		}
		kept, err := one(listed(ctx, tx, []uuid.UUID{id}))
		if err != nil {
			return err
		}
		var c Cooperative
		if c, changed, err = merge(kept, given, form, presented...); err != nil || len(changed) == 0 {
			return err
		}
		if err := replaceTx(ctx, tx, c, now); err != nil {
			return err
		}
		return appendEvent(ctx, tx, id, Event{Kind: Corrected, Fields: changed, At: now}, by)
	})
	if err != nil {
		return nil, fmt.Errorf("present cooperative %s: %w", id, err)
	}
	return changed, nil
}

// ShowPictureTx lets a cooperative show a photograph of itself.
func ShowPictureTx(ctx context.Context, tx *sqlx.Tx, id, picture uuid.UUID, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `update cooperatives set picture_id = $2, updated_at = $3 where id = $1`, id, picture, now); err != nil {
		return fmt.Errorf("show picture of cooperative: %w", err)
	}
	return nil
}
