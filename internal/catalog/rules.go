package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/internal/text"
)

// Edit is a product as its cooperative describes it.
type Edit struct {
	SKU            string // empty: made for a new product, kept for one that is there
	Category       string
	Name           i18n.Text // in Arabic or French at least
	Description    i18n.Text
	UnitAmount     int
	UnitCode       string
	Price          money.Amount
	Stock          *int // nil: as it is (none, for a new product), so that a form does not undo a sale
	SeasonFrom     *int // months 1 to 12; both or neither
	SeasonTo       *int
	Perishable     bool
	Prepare        *int // days that it takes to be prepared; nil: as many as its cooperative's goods take
	Authorisation  string
	AuthorisedTill *time.Time // last day; nil when the number does not expire
	State          string     // empty: as it is; a new product is published if it may be, else a draft
	Labels         []Label    // nil: as they are; else all of them, with certificates
	Drawing        string     // empty: as it is; a new product's is guessed from its name
	Sample         bool       // of a new product
	SizeOf         uuid.UUID  // of a new product: another of the cooperative's that it is a size of, whatever is written of both
	Form           uuid.UUID  // of a new product: the key of the form it was typed into

	Sure map[string]bool `json:"-"` // of a new product's form: as of a Page
}

// Limits of what a product may hold, in characters.
const (
	maxName        = 200
	maxDescription = 5000
	maxReference   = 64
)

// Rules are what an edit is held against; the zero Rules know no category.
type Rules struct {
	kinds
	unauthorised bool // the association lets food be published without authorisation
	today        time.Time
}

// Rules reads the rules that hold now.
func (s *Service) Rules(ctx context.Context, q sqlx.QueryerContext) (Rules, error) {
	known, err := s.kindsFrom(ctx, q)
	if err != nil {
		return Rules{}, err
	}
	decided, err := settings.Read(ctx, q)
	if err != nil {
		return Rules{}, err
	}
	return Rules{kinds: known, unauthorised: decided.PublishUnauthorised, today: clock.Day(s.now())}, nil
}

// unauthorisedCounted is how many products Unauthorised counts at most: beyond, how many there are decides nothing.
const unauthorisedCounted = 500

// Unauthorised counts the products on sale that could not be published now if the association let no
// food be published without authorisation, 500 at most; more says that there are more. What it decides is
// asked when a product is published or edited, so these stay on sale until then, or until their
// cooperatives withdraw them.
func (s *Service) Unauthorised(ctx context.Context) (n int, more bool, err error) {
	// Asked of one cooperative after the other, so that not all are read.
	err = s.db.GetContext(ctx, &n, `
		select count(*)
		from (
		    select
		    from categories k
		    cross join lateral (
		        select cooperative_id from products where state = 'published' and authorisation = '' and category = k.slug
		        union all
		        select cooperative_id from products
		        where state = 'published' and authorisation <> '' and authorisation_expires_on < $1::date and category = k.slug
		    ) p
		    where k.food and (select c.approved from sellers c where c.id = p.cooperative_id)
		    limit $2
		) counted`, clock.Day(s.now()), unauthorisedCounted+1)
	if err != nil {
		return 0, false, fmt.Errorf("products without authorisation: %w", err)
	}
	return min(n, unauthorisedCounted), n > unauthorisedCounted, nil
}

// authorises reports whether a food authorisation of that number, whose last day is till, holds on a day.
// Service.Unauthorised says it in SQL, by what the indexes can answer.
func authorises(number string, till *time.Time, day time.Time) bool {
	return number != "" && (till == nil || !till.Before(day))
}

// Authorised reports whether the product needs no food authorisation, or has one that holds on that day.
func (p Product) Authorised(day time.Time) bool {
	return !p.Food || authorises(p.Authorisation, p.AuthorisedTill, day)
}

// Unpublishable says why a product may not be offered, or nil: processed food needs an
// authorisation that has not expired, unless the association decided otherwise.
func (r Rules) Unpublishable(e Edit) *fault.Message {
	var m fault.Message
	switch {
	case r.unauthorised || !r.Category(e.Category).Food || authorises(e.Authorisation, e.AuthorisedTill, r.today):
		return nil
	case e.Authorisation == "":
		m = fault.Say("catalog.needs_authorisation")
	default:
		m = fault.Say("catalog.authorisation_expired", "Day", i18n.Day{On: *e.AuthorisedTill})
	}
	return &m
}

// authorisationWarning is how long before its end an authorisation is spoken of: renewing one takes the office weeks.
const authorisationWarning = 30 // days

// Lapsing says that the authorisation of a food is over or soon will be, or nil; unlike Unpublishable it does so whether or
// not the product may be offered without one. Whatever is on sale stays so: it is then that it is published or changed
// that an authorisation is asked for, unless the association decided otherwise.
func (r Rules) Lapsing(e Edit) *fault.Message {
	if !r.Category(e.Category).Food || e.AuthorisedTill == nil || e.AuthorisedTill.After(r.today.AddDate(0, 0, authorisationWarning)) {
		return nil
	}
	var key string
	switch over := e.AuthorisedTill.Before(r.today); {
	case over && r.unauthorised:
		key = "catalog.authorisation_over"
	case over:
		key = "catalog.authorisation_expired"
	case r.unauthorised:
		key = "catalog.authorisation_renew"
	default:
		key = "catalog.authorisation_ends"
	}
	m := fault.Say(key, "Day", i18n.Day{On: *e.AuthorisedTill})
	return &m
}

// Names reports whether a name says what a product is: «500 g» says only how much there is of it.
func Names(name string) bool {
	if !text.HasLetter(name) {
		return false
	}
	_, code, ok := ParseUnit(name)
	return !ok || code == "piece" || WithoutMeasure(name) != ""
}

// Problems says what is wrong with an edit, by field. State must be set.
func (r Rules) Problems(e Edit) map[string]fault.Message {
	wrong := fault.Error{Fields: map[string]fault.Message{}}
	say := func(bad bool, field, key string, args ...any) {
		if _, told := wrong.Fields[field]; bad && !told {
			wrong.Field(field, key, args...)
		}
	}
	say(e.Category == "", "category", "catalog.category_missing")
	say(r.Category(e.Category).Slug == "", "category", "catalog.category_unknown")
	nameless := !Names(e.Name.AR) && !Names(e.Name.FR)
	say(nameless, "name", "catalog.name_missing")
	for field, typed := range map[string]string{"name_ar": e.Name.AR, "name_fr": e.Name.FR, "name_en": e.Name.EN} {
		say(!nameless && typed != "" && !Names(typed), field, "catalog.name_wordless")
		wrong.TooLong(field, "catalog.too_long", typed, maxName)
	}
	for field, typed := range map[string]string{
		"description_ar": e.Description.AR, "description_fr": e.Description.FR, "description_en": e.Description.EN,
	} {
		wrong.TooLong(field, "catalog.too_long", typed, maxDescription)
	}
	wrong.TooLong("sku", "catalog.too_long", e.SKU, maxReference)
	wrong.TooLong("authorisation", "catalog.too_long", e.Authorisation, maxReference)
	say(e.UnitAmount < 1 || e.UnitAmount > maxUnitAmount || !unitCodes[e.UnitCode], "unit", "catalog.unit_unknown")
	say(e.Price <= 0, "price", "catalog.price_missing")
	say(e.Price > money.MaxAmount, "price", "catalog.price_too_high")
	say(e.Stock != nil && (*e.Stock < 0 || *e.Stock > MaxStock), "stock", "catalog.stock_out_of_range", "Max", MaxStock)
	say(e.Prepare != nil && (*e.Prepare < 0 || *e.Prepare > cooperative.MaxPrepare), "prepare_days", "cooperative.prepare_days_invalid", "Max", cooperative.MaxPrepare)
	say((e.SeasonFrom == nil) != (e.SeasonTo == nil) || !isMonth(e.SeasonFrom) || !isMonth(e.SeasonTo), "season", "catalog.season_months")
	switch e.State {
	case Draft, Archived:
	case Published:
		if why := r.Unpublishable(e); why != nil {
			wrong.Fields["authorisation"] = *why
		}
	default:
		say(true, "state", "catalog.state_unknown")
	}
	for _, l := range e.Labels {
		_, err := time.Parse(time.DateOnly, l.ExpiresOn)
		say(l.Certificate == "" || utf8.RuneCountInString(l.Certificate) > maxReference || err != nil, "labels", "catalog.label_certificate")
	}
	return wrong.Fields
}

// check is Problems as an error, or nil; of these fields only, if any are named: what a change leaves alone does not keep from
// it, though a rule came after it.
func (r Rules) check(e Edit, fields ...string) error {
	wrong := r.Problems(e)
	if len(fields) > 0 {
		maps.DeleteFunc(wrong, func(field string, _ fault.Message) bool { return !slices.Contains(fields, field) })
	}
	if len(wrong) == 0 {
		return nil
	}
	refused := fault.New(fault.Invalid, "catalog.invalid")
	refused.Fields = wrong
	return refused
}

var unitCodes = map[string]bool{"kg": true, "g": true, "l": true, "ml": true, "piece": true, "m2": true}

func isMonth(m *int) bool { return m == nil || *m >= 1 && *m <= 12 }

// cleaned is the edit without what is not seen in its texts.
func (e Edit) cleaned() Edit {
	e.SKU, e.Authorisation = text.Line(e.SKU), text.Line(e.Authorisation)
	e.Name = i18n.Text{AR: text.Line(e.Name.AR), FR: text.Line(e.Name.FR), EN: text.Line(e.Name.EN)}
	e.Description = i18n.Text{AR: text.Clean(e.Description.AR), FR: text.Clean(e.Description.FR), EN: text.Clean(e.Description.EN)}
	return e
}

// completed fills in what a new product's edit leaves open.
func (r Rules) completed(e Edit, id uuid.UUID) Edit {
	if e.SKU == "" {
		e.SKU = madeSKU(id)
	}
	if e.Stock == nil {
		e.Stock = new(int)
	}
	if e.Drawing == "" {
		_, e.Drawing = r.Guess(e.Name)
	}
	if e.State == "" {
		e.State = Published
		if r.Unpublishable(e) != nil {
			e.State = Draft
		}
	}
	return e
}
