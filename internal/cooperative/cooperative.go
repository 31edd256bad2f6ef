package cooperative

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres"
)

// State is what the association has decided about a cooperative.
type State string

// The states. A pending cooperative becomes approved; an approved one can be suspended, and a
// suspended one approved again.
const (
	Pending   State = "pending"
	Approved  State = "approved"
	Suspended State = "suspended"
)

// What can go wrong.
var (
	ErrNotFound   = fault.New(fault.NotFound, "cooperative.not_found")
	ErrInvalid    = fault.New(fault.Invalid, "cooperative.invalid") // Fields say where
	ErrWrongState = fault.New(fault.Conflict, "cooperative.wrong_state")
	// ErrChanged says that somebody else corrected the cooperative since it was read; its Fields are
	// those in which what is kept now differs from what was to be kept.
	ErrChanged = fault.New(fault.Conflict, "cooperative.changed")
)

// Cooperative is one seller. Names are in Arabic and French. Young members are counted among Women
// and Men too; WomenOnly follows from them.
type Cooperative struct {
	ID            uuid.UUID  `db:"id"`
	Slug          string     `db:"slug"`
	Name          i18n.Text  `db:"name"`
	Description   i18n.Text  `db:"description"`
	Story         i18n.Text  `db:"story"`
	Hours         i18n.Text  `db:"hours"`      // when it is open to buyers
	PictureID     *uuid.UUID `db:"picture_id"` // a photograph of it; nil: none
	Sector        string     `db:"sector"`     // its slug
	SectorName    i18n.Text  `db:"sector_name"`
	Commune       string     `db:"commune"` // a place's slug
	CommuneName   i18n.Text  `db:"commune_name"`
	Women         int        `db:"women"`
	Men           int        `db:"men"`
	Young         int        `db:"young"`
	WomenOnly     bool       `db:"women_only"`
	FoundedOn     *time.Time `db:"founded_on"`
	Court         string     `db:"court"`        // of the local register
	LocalNumber   string     `db:"local_number"` // in that register
	ODCONumber    string     `db:"odco_number"`  // in the central register
	President     string     `db:"president"`
	ICE           *string    `db:"ice"`
	TaxID         string     `db:"tax_id"`
	RIB           string     `db:"rib"`            // 24 digits, or empty
	StripeAccount string     `db:"stripe_account"` // acct_…, or empty
	Phone         string     `db:"phone"`          // E.164, or empty
	Email         string     `db:"email"`
	Prepare       int        `db:"prepare_days"` // days that its goods take to be prepared, but for those that say otherwise
	State         State      `db:"state"`
	Sample        bool       `db:"sample"`
	CreatedAt     time.Time  `db:"created_at"`
	UpdatedAt     time.Time  `db:"updated_at"`
	ProductCount  int        `db:"product_count"` // published ones
}

// Members is how many people the cooperative is.
func (c Cooperative) Members() int { return c.Women + c.Men }

// Service keeps cooperatives.
type Service struct {
	// Payable asks Stripe whether it pays to an account: a fault of kind Invalid if not. nil: there is nobody to ask.
	Payable func(ctx context.Context, account string) error

	db  *sqlx.DB
	now func() time.Time
}

// New makes a Service; now is its clock.
func New(db *sqlx.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

// ByID gives one cooperative, whatever its state, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (Cooperative, error) {
	return one(listed(ctx, s.db, []uuid.UUID{id}))
}

// BySlug gives one cooperative, whatever its state, or ErrNotFound.
func (s *Service) BySlug(ctx context.Context, slug string) (Cooperative, error) {
	return one(list(ctx, s.db, `select *, 1 as turn from cooperatives where slug = $1`, slug))
}

// Named gives the one cooperative, whatever its state, that has this slug or the only one that has this
// in a name; ErrNotFound if there is none or more than one.
func (s *Service) Named(ctx context.Context, text string) (Cooperative, error) {
	c, err := s.BySlug(ctx, text)
	if !errors.Is(err, ErrNotFound) || text == "" {
		return c, err
	}
	var slugs []string
	err = s.db.SelectContext(ctx, &slugs, `
		select slug from cooperatives
		where position(lower($1) in lower(name_fr)) > 0 or position($1 in name_ar) > 0 limit 2`, text)
	if err != nil {
		return Cooperative{}, fmt.Errorf("cooperative by name: %w", err)
	}
	if len(slugs) != 1 {
		return Cooperative{}, ErrNotFound
	}
	return s.BySlug(ctx, slugs[0])
}

// one gives the only cooperative that was found.
func one(found []Cooperative, err error) (Cooperative, error) {
	if err != nil {
		return Cooperative{}, err
	}
	if len(found) == 0 {
		return Cooperative{}, ErrNotFound
	}
	return found[0], nil
}

// listed reads the cooperatives with these ids, in this order.
func listed(ctx context.Context, db sqlx.QueryerContext, ids []uuid.UUID) ([]Cooperative, error) {
	if len(ids) == 0 {
		return []Cooperative{}, nil
	}
	return list(ctx, db, `
		select found.*, turn from unnest($1::uuid[]) with ordinality as w (id, turn)
		cross join lateral (select * from cooperatives where id = w.id offset 0) found`, pq.Array(ids))
}

// list reads the cooperatives that a query with that argument gives, in the order of their turns.
func list(ctx context.Context, db sqlx.QueryerContext, which string, arg any) ([]Cooperative, error) {
	found := []Cooperative{}
	err := sqlx.SelectContext(ctx, db, &found, `
		select c.id, c.slug, c.name_ar as "name.ar", c.name_fr as "name.fr",
		       c.description_ar as "description.ar", c.description_fr as "description.fr", c.description_en as "description.en",
		       c.story_ar as "story.ar", c.story_fr as "story.fr", c.story_en as "story.en",
		       c.hours_ar as "hours.ar", c.hours_fr as "hours.fr", c.hours_en as "hours.en", c.picture_id,
		       c.sector, k.name_ar as "sector_name.ar", k.name_fr as "sector_name.fr", k.name_en as "sector_name.en",
		       c.commune, l.name_ar as "commune_name.ar", l.name_fr as "commune_name.fr",
		       c.women, c.men, c.young, c.women_only, c.founded_on, c.court, c.local_number, c.odco_number,
		       c.president, c.ice, c.tax_id, c.rib, c.stripe_account, c.phone, c.email, c.prepare_days, c.state, c.sample,
		       c.created_at, c.updated_at,
		       s.published as product_count
		from (`+which+`) c
		join sectors k on k.slug = c.sector
		join towns l on l.slug = c.commune
		cross join lateral (select published from stalls where cooperative_id = c.id offset 0) s -- each by its key, and not all stalls
		order by c.turn`, arg)
	if err != nil {
		return nil, fmt.Errorf("list cooperatives: %w", err)
	}
	return found, nil
}

// Create takes a cooperative in as pending, in the name of the association's user by; ID, State and
// the dates are set here, and the slug is made of the French name unless one is given. It answers
// ErrInvalid with a message for each field (by its column's name) that cannot be used, such as an ICE
// that another cooperative has.
func (s *Service) Create(ctx context.Context, c Cooperative, by actor.Actor) (Cooperative, error) {
	return s.CreateOnce(ctx, uuid.Nil, c, by)
}

// CreateOnce is Create for what was typed into the form with that key: the same once more is answered with the cooperative
// that it made first.
func (s *Service) CreateOnce(ctx context.Context, form uuid.UUID, c Cooperative, by actor.Actor) (Cooperative, error) {
	typed, err := postgres.FormHash(form, c)
	if err != nil {
		return Cooperative{}, err
	}
	given := c.Slug != ""
	c, err = checked(c, s.now())
	if err == nil {
		err = s.checkAccount(ctx, c.StripeAccount)
	}
	if err != nil {
		return Cooperative{}, err
	}
	c.ID, c.State, c.CreatedAt = postgres.NewID(), Pending, s.now()
	c.UpdatedAt = c.CreatedAt
	err = s.insert(ctx, c, typed, by)
	if err != nil && typed != nil {
		first, lookup := one(list(ctx, s.db, `select *, 1 as turn from cooperatives where form = $1`, typed))
		if lookup == nil || !errors.Is(lookup, ErrNotFound) {
			return first, lookup
		}
	}
	if postgres.Violates(err, "cooperatives_slug_key") && !given {
		// Two cooperatives may bear one name; the end of an id tells them apart.
		c.Slug += "-" + c.ID.String()[28:]
		err = s.insert(ctx, c, typed, by)
	}
	if err != nil {
		return Cooperative{}, fmt.Errorf("create cooperative: %w", refused(err))
	}
	return s.ByID(ctx, c.ID)
}

// refused tells what a violated constraint of the table means; any other error is as it was.
func refused(err error) error {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	switch {
	case postgres.Violates(err, "cooperatives_slug_key"):
		return wrong.Field("slug", "cooperative.slug_taken").Wrap(err)
	case postgres.Violates(err, "cooperatives_ice_key"):
		return wrong.Field("ice", "cooperative.ice_taken").Wrap(err)
	case postgres.Violates(err, "cooperatives_sector_fkey"):
		return wrong.Field("sector", "cooperative.sector_unknown").Wrap(err)
	case postgres.Violates(err, "cooperatives_commune_fkey"):
		return wrong.Field("commune", "cooperative.commune_unknown").Wrap(err)
	}
	return err
}

func (s *Service) insert(ctx context.Context, c Cooperative, form []byte, by actor.Actor) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `
			insert into cooperatives (id, slug, name_ar, name_fr,
			    description_ar, description_fr, description_en, story_ar, story_fr, story_en,
			    sector, commune, women, men, young, founded_on, court, local_number, odco_number,
			    president, ice, tax_id, rib, phone, email, state, sample, created_at, updated_at, stripe_account,
			    hours_ar, hours_fr, hours_en, form, prepare_days)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
			    $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35)`,
			c.ID, c.Slug, c.Name.AR, c.Name.FR,
			c.Description.AR, c.Description.FR, c.Description.EN, c.Story.AR, c.Story.FR, c.Story.EN,
			c.Sector, c.Commune, c.Women, c.Men, c.Young, c.FoundedOn, c.Court, c.LocalNumber, c.ODCONumber,
			c.President, c.ICE, c.TaxID, c.RIB, c.Phone, c.Email, c.State, c.Sample, c.CreatedAt, c.UpdatedAt, c.StripeAccount,
			c.Hours.AR, c.Hours.FR, c.Hours.EN, form, c.Prepare)
		if err != nil {
			return err
		}
		return appendEvent(ctx, tx, c.ID, Event{Kind: Decided, State: c.State, At: c.CreatedAt}, by)
	})
}

// from says out of which states the association can bring a cooperative into a state.
func from(to State) []string {
	switch to {
	case Approved:
		return []string{string(Pending), string(Suspended)}
	case Suspended:
		return []string{string(Approved)}
	}
	return nil
}

// maxNote bounds the association's words about a decision, in characters.
const maxNote = 2000

// SetState approves or suspends a cooperative in the name of the association's user by, and keeps
// the decision with its note; a suspension must say why. The cooperative's products enter and leave
// search by themselves. Errors: ErrNotFound, ErrWrongState, ErrInvalid with the field note.
func (s *Service) SetState(ctx context.Context, id uuid.UUID, to State, note string, by actor.Actor) error {
	return s.decide(ctx, id, nil, to, note, by)
}

// Decide is SetState for somebody who saw that decision (Event.Mark) as the last one about the cooperative: if there is
// another now, it is ErrWrongState.
func (s *Service) Decide(ctx context.Context, id uuid.UUID, seen int64, to State, note string, by actor.Actor) error {
	return s.decide(ctx, id, &seen, to, note, by)
}

func (s *Service) decide(ctx context.Context, id uuid.UUID, seen *int64, to State, note string, by actor.Actor) error {
	note, err := checkedNote(to, note)
	if err != nil {
		return err
	}
	now := s.now()
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var changed bool
		err := tx.GetContext(ctx, &changed, `
			with changed as (
				update cooperatives set state = $2, updated_at = $3
				where id = $1 and state = any($4) returning id)
			select exists (select from changed) from cooperatives where id = $1`,
			id, to, now, pq.Array(from(to)))
		switch {
		case postgres.NoRows(err):
			return ErrNotFound
		case err != nil:
			return err
		case !changed:
			return ErrWrongState
		}
		if seen != nil {
			var last Event
			err := tx.GetContext(ctx, &last, `
				select at from cooperative_events where cooperative_id = $1 and kind = $2
				order by at desc, id desc limit 1`, id, Decided)
			if err != nil && !postgres.NoRows(err) {
				return err
			}
			if last.Mark() != *seen {
				return ErrWrongState
			}
		}
		return appendEvent(ctx, tx, id, Event{Kind: Decided, State: to, Note: note, At: now}, by)
	})
	if err != nil {
		return fmt.Errorf("cooperative %s to %s: %w", id, to, err)
	}
	return nil
}
