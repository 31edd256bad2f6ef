package delivery

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settings"
)

// The ways to get an order.
const (
	Pickup = "pickup" // at the association's seat, for nothing
	Home   = "home"   // brought to the buyer's door
)

// Service answers questions about delivery.
type Service struct {
	db     *sqlx.DB
	now    func() time.Time
	recent clock.Recent[country]
}

// New makes the service.
func New(db *sqlx.DB, now func() time.Time) *Service {
	return &Service{db: db, now: now, recent: clock.Recent[country]{Age: countryAge}}
}

// QuoteInput is an order as far as its delivery goes.
type QuoteInput struct {
	Method        string // Pickup or Home
	Place         string // slug of the buyer's place
	Items         money.Amount
	HasPerishable bool
	Prepare       int       // the most days that something in it takes to be prepared
	On            time.Time // when it is ordered
}

// Quote is what delivery costs and between which days it comes.
type Quote struct {
	Fee money.Amount
	Window
	FreeFrom       money.Amount // delivery costs nothing from this sum of items
	MissingForFree money.Amount // how much is missing to that; 0 when delivery is free
}

// Quote prices a delivery. What it refuses is a *fault.Error of kind Invalid whose Fields name
// «delivery» (no such method) or «place» (no such place, or too far for what perishes).
func (s *Service) Quote(ctx context.Context, in QuoteInput) (Quote, error) {
	terms, err := s.Terms(ctx, in.Method, in.Place)
	if err != nil {
		return Quote{}, err
	}
	return terms.Quote(in.Items, in.HasPerishable, in.Prepare, in.On)
}

// Near prices a delivery to a door at in.Place or, while that is empty, in the nearest zone, where it costs the least.
// What perishes is not asked.
func (s *Service) Near(ctx context.Context, in QuoteInput) (Quote, error) {
	if in.Place == "" {
		places, err := s.Places(ctx)
		if err != nil {
			return Quote{}, err
		}
		if len(places) == 0 {
			return Quote{}, refuse("place", "delivery.unknown_place")
		}
		in.Place = places[0].Slug
	}
	in.Method, in.HasPerishable = Home, false
	return s.Quote(ctx, in)
}

// Terms are the conditions of one method of delivery to one place.
type Terms struct {
	PlaceName   i18n.Text
	Round       Round
	fee         money.Amount
	answered    time.Duration // within which an order is confirmed, and then accepted by its cooperatives
	perishables bool
	fresh       fault.Message // where what perishes is brought to, unless it is here
	freeFrom    money.Amount

	NoCash fault.Message // why it cannot be paid in cash on receipt; without a Key it can
}

// Terms reads the conditions of a method for a buyer who lives at place; its errors are Quote's.
func (s *Service) Terms(ctx context.Context, method, place string) (Terms, error) {
	if method != Pickup && method != Home {
		return Terms{}, refuse("delivery", "delivery.unknown_method")
	}
	var row struct {
		Name        i18n.Text
		Fee         money.Amount
		DaysMin     int  `db:"days_min"`
		DaysMax     int  `db:"days_max"`
		Perishables bool `db:"perishables"`
		Cash        bool
	}
	// The association's till takes cash.
	err := s.db.GetContext(ctx, &row, `
		select p.name_ar as "name.ar", p.name_fr as "name.fr",
		       z.fee_centimes as fee, z.days_min, z.days_max, z.perishables_allowed as perishables,
		       z.cash_taken or $2 = 'pickup' as cash
		from places p
		join delivery_zones z on z.slug = `+zoneOf+`
		where p.slug = $1`, place, method)
	if postgres.NoRows(err) {
		return Terms{}, refuse("place", "delivery.unknown_place")
	}
	if err != nil {
		return Terms{}, fmt.Errorf("delivery: terms for %q: %w", place, err)
	}
	decided, err := settings.Read(ctx, s.db)
	if err != nil {
		return Terms{}, err
	}
	terms := Terms{
		PlaceName: row.Name, fee: row.Fee, Round: Round{Min: row.DaysMin, Max: row.DaysMax, Fetched: method == Pickup, Rest: clock.Rest(decided.RestDay)},
		answered:    time.Duration(decided.HoldHours+decided.ReservationHours) * time.Hour,
		perishables: row.Perishables, freeFrom: decided.FreeFrom,
	}
	if method == Pickup {
		terms.fee, terms.perishables = 0, true
	}
	if !row.Cash {
		if terms.NoCash, err = s.noCash(ctx); err != nil {
			return Terms{}, err
		}
	}
	if !terms.perishables {
		if terms.fresh, err = s.Fresh(ctx); err != nil {
			return Terms{}, err
		}
	}
	return terms, nil
}

// SameDays reports whether an order takes as long under other terms, once all of it is together.
func (t Terms) SameDays(other Terms) bool { return t.Round == other.Round }

// Stage is a part of an order that is placed on a day under these terms and takes so many days to be prepared. What is
// paid first is reckoned as if it were paid at once: its days are told anew when it is.
func (t Terms) Stage(prepare int, on time.Time) Stage {
	return Stage{Prepare: prepare, AnswerBy: on.Add(t.answered)}
}

// TooFar is what Quote says of goods that spoil and do not go to a place.
const TooFar = "delivery.perishable_too_far"

// Quote prices a delivery under these terms; see Service.Quote.
func (t Terms) Quote(items money.Amount, hasPerishable bool, prepare int, on time.Time) (Quote, error) {
	if hasPerishable && !t.perishables {
		return Quote{}, refuse("place", TooFar, "Place", t.PlaceName, "Zones", t.fresh)
	}
	q := Quote{Fee: t.fee, FreeFrom: t.freeFrom}
	q.Window = t.Round.Window([]Stage{t.Stage(prepare, on)}, clock.Day(on), Window{})
	if items >= t.freeFrom {
		q.Fee = 0
	}
	if q.Fee > 0 {
		q.MissingForFree = t.freeFrom - items
	}
	return q, nil
}

func refuse(field, key string, args ...any) error {
	return fault.New(fault.Invalid, key, args...).Field(field, key, args...)
}
