package cooperative

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/shown"
)

// identity are the fields that can be corrected, by their columns' names, in the order of the form, and where each stands.
var identity = []struct {
	name string
	in   func(c *Cooperative) any
}{
	{"name_ar", func(c *Cooperative) any { return &c.Name.AR }},
	{"name_fr", func(c *Cooperative) any { return &c.Name.FR }},
	{"sector", func(c *Cooperative) any { return &c.Sector }},
	{"commune", func(c *Cooperative) any { return &c.Commune }},
	{"women", func(c *Cooperative) any { return &c.Women }},
	{"men", func(c *Cooperative) any { return &c.Men }},
	{"young", func(c *Cooperative) any { return &c.Young }},
	{"founded_on", func(c *Cooperative) any { return &c.FoundedOn }},
	{"court", func(c *Cooperative) any { return &c.Court }},
	{"local_number", func(c *Cooperative) any { return &c.LocalNumber }},
	{"odco_number", func(c *Cooperative) any { return &c.ODCONumber }},
	{"ice", func(c *Cooperative) any { return &c.ICE }},
	{"tax_id", func(c *Cooperative) any { return &c.TaxID }},
	{"president", func(c *Cooperative) any { return &c.President }},
	{"rib", func(c *Cooperative) any { return &c.RIB }},
	{"stripe_account", func(c *Cooperative) any { return &c.StripeAccount }},
	{"phone", func(c *Cooperative) any { return &c.Phone }},
	{"email", func(c *Cooperative) any { return &c.Email }},
	{"prepare_days", func(c *Cooperative) any { return &c.Prepare }},
	{"description_ar", func(c *Cooperative) any { return &c.Description.AR }},
	{"description_fr", func(c *Cooperative) any { return &c.Description.FR }},
	{"description_en", func(c *Cooperative) any { return &c.Description.EN }},
	{"story_ar", func(c *Cooperative) any { return &c.Story.AR }},
	{"story_fr", func(c *Cooperative) any { return &c.Story.FR }},
	{"story_en", func(c *Cooperative) any { return &c.Story.EN }},
	{"hours_ar", func(c *Cooperative) any { return &c.Hours.AR }},
	{"hours_fr", func(c *Cooperative) any { return &c.Hours.FR }},
	{"hours_en", func(c *Cooperative) any { return &c.Hours.EN }},
}

// Identity is what is kept of the cooperative and can be corrected, as text by its columns' names.
func (c Cooperative) Identity() map[string]string {
	values := make(map[string]string, len(identity))
	for _, field := range identity {
		values[field.name] = textOf(field.in(&c))
	}
	return values
}

func textOf(value any) string {
	switch value := value.(type) {
	case *string:
		return *value
	case *int:
		return strconv.Itoa(*value)
	case **string:
		if *value != nil {
			return **value
		}
	case **time.Time:
		if *value != nil {
			return (*value).Format(time.DateOnly)
		}
	}
	return ""
}

// Changed says which Fields of a cooperative somebody else has changed since a form showed them that were changed in that
// too. Kept is the cooperative as it is, and Typed with what was changed in the form. Nothing was written.
type Changed struct {
	Kept, Typed Cooperative
	Fields      []string
}

func (e *Changed) Error() string { return fmt.Sprintf("cooperative: changed meanwhile: %v", e.Fields) }

// Unwrap gives what to tell a person who sees no more than a sentence.
func (e *Changed) Unwrap() error { return ErrChanged }

// merge is the cooperative as it is kept with those of some fields, or of all, that were given and are other than a form
// showed, which it names; or a *Changed.
func merge(kept, given Cooperative, form shown.Fields, of ...string) (merged Cooperative, changed []string, err error) {
	merged = kept
	var lost []string
	for _, field := range identity {
		to, from := field.in(&merged), field.in(&given)
		is := textOf(to)
		becomes, clash := form.Merge(field.name, is, textOf(from))
		if becomes == is || len(of) > 0 && !slices.Contains(of, field.name) {
			continue
		}
		reflect.ValueOf(to).Elem().Set(reflect.ValueOf(from).Elem())
		changed = append(changed, field.name)
		if clash {
			lost = append(lost, field.name)
		}
	}
	if len(lost) > 0 {
		return kept, nil, &Changed{Kept: kept, Typed: merged, Fields: lost}
	}
	return merged, changed, nil
}

// Correct replaces the identity of the cooperative c.ID by c's where that is another than the form showed, in the name of
// the association's user by, and says which fields that changed. What is not identity (the slug, the state) stays. The
// history keeps who changed which fields, and a changed bank account by itself; search learns what it
// needs by itself. Errors: ErrNotFound, ErrInvalid as from Create, ErrChanged as a *Changed.
func (s *Service) Correct(ctx context.Context, c Cooperative, form shown.Fields, by actor.Actor) ([]string, error) {
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
		var merged Cooperative
		if merged, changed, err = merge(kept, c, form); err != nil || len(changed) == 0 {
			return err
		}
		if _, err := checked(merged, now); err != nil { // what two have changed may contradict one another
			return err
		}
		if err := replaceTx(ctx, tx, merged, now); err != nil {
			return err
		}
		return tellCorrectionTx(ctx, tx, kept, merged, changed, by, now)
	})
	if err != nil {
		return nil, fmt.Errorf("correct cooperative %s: %w", c.ID, refused(err))
	}
	return changed, nil
}

func replaceTx(ctx context.Context, tx *sqlx.Tx, c Cooperative, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
		update cooperatives set
		    name_ar = $2, name_fr = $3, description_ar = $4, description_fr = $5, description_en = $6,
		    story_ar = $7, story_fr = $8, story_en = $9, sector = $10, commune = $11, women = $12, men = $13,
		    young = $14, founded_on = $15, court = $16, local_number = $17, odco_number = $18, president = $19,
		    ice = $20, tax_id = $21, rib = $22, phone = $23, email = $24,
		    updated_at = $25, stripe_account = $26, hours_ar = $27, hours_fr = $28, hours_en = $29, prepare_days = $30
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
