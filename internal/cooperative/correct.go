package cooperative

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
)

// identity are the fields that can be corrected, by their columns' names, in the order of the form.
var identity = []string{
	"name_ar", "name_fr", "sector", "commune", "women", "men", "young",
	"founded_on", "court", "local_number", "odco_number", "ice", "tax_id", "president", "rib", "stripe_account", "phone", "email", "prepare_days",
	"description_ar", "description_fr", "description_en", "story_ar", "story_fr", "story_en", "hours_ar", "hours_fr", "hours_en",
}

// Identity is what is kept of the cooperative and can be corrected, as text by its columns' names.
func (c Cooperative) Identity() map[string]string {
	values := map[string]string{
		"name_ar": c.Name.AR, "name_fr": c.Name.FR, "sector": c.Sector, "commune": c.Commune,
		"women": strconv.Itoa(c.Women), "men": strconv.Itoa(c.Men), "young": strconv.Itoa(c.Young),
		"founded_on": "", "court": c.Court, "local_number": c.LocalNumber, "odco_number": c.ODCONumber,
		"ice": "", "tax_id": c.TaxID, "president": c.President, "rib": c.RIB, "stripe_account": c.StripeAccount, "phone": c.Phone, "email": c.Email, "prepare_days": strconv.Itoa(c.Prepare),
		"description_ar": c.Description.AR, "description_fr": c.Description.FR, "description_en": c.Description.EN,
		"story_ar": c.Story.AR, "story_fr": c.Story.FR, "story_en": c.Story.EN,
		"hours_ar": c.Hours.AR, "hours_fr": c.Hours.FR, "hours_en": c.Hours.EN,
	}
	if c.FoundedOn != nil {
		values["founded_on"] = c.FoundedOn.Format(time.DateOnly)
	}
	if c.ICE != nil {
		values["ice"] = *c.ICE
	}
	return values
}

// differences are the fields in which two versions of a cooperative differ.
func differences(a, b Cooperative) []string {
	before, after := a.Identity(), b.Identity()
	var fields []string
	for _, field := range identity {
		if before[field] != after[field] {
			fields = append(fields, field)
		}
	}
	return fields
}

// Correct replaces the identity of the cooperative c.ID by c's, in the name of the association's user
// by, and says which fields that changed. What is not identity (the slug, the state) stays. The
// history keeps who changed which fields, and a changed bank account by itself; search learns what it
// needs by itself. c.Version is the one that was read. Errors: ErrNotFound, ErrInvalid as from Create,
// ErrChanged.
func (s *Service) Correct(ctx context.Context, c Cooperative, by actor.Actor) ([]string, error) {
	now := s.now()
	kept, err := s.ByID(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	c.Slug = kept.Slug
	if c, err = checked(c, now); err != nil {
		return nil, err
	}
	if c.StripeAccount != kept.StripeAccount {
		if err := s.checkAccount(ctx, c.StripeAccount); err != nil {
			return nil, err
		}
	}
	var changed []string
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		// Corrections take turns, so that what is compared here is what is replaced.
		if _, err := tx.ExecContext(ctx, `select from cooperatives where id = $1 for no key update`, c.ID); err != nil {
			return err
		}
		kept, err := one(listed(ctx, tx, []uuid.UUID{c.ID}))
		if err != nil {
			return err
		}
		if changed = differences(kept, c); len(changed) == 0 {
			return nil
		}
		if kept.Version != c.Version {
			return changedMeanwhile(changed)
		}
		if err := replaceTx(ctx, tx, c, now); err != nil {
			return err
		}
		return tellCorrectionTx(ctx, tx, kept, c, changed, by, now)
	})
	if err != nil {
		return nil, fmt.Errorf("correct cooperative %s: %w", c.ID, refused(err))
	}
	return changed, nil
}

// changedMeanwhile is ErrChanged, said at each of the fields.
func changedMeanwhile(fields []string) error {
	e := fault.New(ErrChanged.Kind, ErrChanged.Key)
	for _, field := range fields {
		e.Field(field, ErrChanged.Key)
	}
	return e
}

func replaceTx(ctx context.Context, tx *sqlx.Tx, c Cooperative, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
		update cooperatives set
		    name_ar = $2, name_fr = $3, description_ar = $4, description_fr = $5, description_en = $6,
		    story_ar = $7, story_fr = $8, story_en = $9, sector = $10, commune = $11, women = $12, men = $13,
		    young = $14, founded_on = $15, court = $16, local_number = $17, odco_number = $18, president = $19,
		    ice = $20, tax_id = $21, rib = $22, phone = $23, email = $24,
		    version = version + 1, updated_at = $25, stripe_account = $26, hours_ar = $27, hours_fr = $28, hours_en = $29, prepare_days = $30
		where id = $1`,
		c.ID, c.Name.AR, c.Name.FR, c.Description.AR, c.Description.FR, c.Description.EN,
		c.Story.AR, c.Story.FR, c.Story.EN, c.Sector, c.Commune, c.Women, c.Men,
		c.Young, c.FoundedOn, c.Court, c.LocalNumber, c.ODCONumber, c.President,
		c.ICE, c.TaxID, c.RIB, c.Phone, c.Email, now, c.StripeAccount, c.Hours.AR, c.Hours.FR, c.Hours.EN, c.Prepare)
	return err
}

// tellCorrectionTx keeps in the history what was changed. Whose account money goes to is told apart,
// for whoever pays.
func tellCorrectionTx(ctx context.Context, tx *sqlx.Tx, before, after Cooperative, changed []string, by actor.Actor, at time.Time) error {
	fields := slices.DeleteFunc(slices.Clone(changed), func(field string) bool { return field == "rib" })
	if len(fields) > 0 {
		if err := appendEvent(ctx, tx, after.ID, Event{Kind: Corrected, Fields: fields, At: at}, by); err != nil {
			return err
		}
	}
	if before.RIB == after.RIB {
		return nil
	}
	return appendEvent(ctx, tx, after.ID, Event{
		Kind: RIBChanged, RIBBefore: lastFour(before.RIB), RIBAfter: lastFour(after.RIB), At: at,
	}, by)
}

// lastFour is as much of a bank account as tells it from another, and nobody can use.
func lastFour(rib string) string { return rib[max(0, len(rib)-4):] }
