package report

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// Service carries the sums of what was sold, and reads them.
type Service struct {
	db   *sqlx.DB
	kept kept
}

// New makes a Service.
func New(db *sqlx.DB) *Service { return &Service{db: db} }

// Filter narrows a report; its zero value takes everything in. The period begins with the day of From in the
// market's time zone and ends before that of To; a zero time leaves that side open.
type Filter struct {
	From, To  time.Time
	Commune   string
	Sector    string
	WomenOnly bool
}

// Figures are sales: goods that were ordered, in the period in which they were ordered, once somebody has
// confirmed the order (a cooperative, the association or the buyer), less what was cancelled, declined or
// refused since. Commission is not taken off, delivery is not included.
type Figures struct {
	Paid     money.Amount `db:"paid"`      // by the buyers, whether they have the goods or not
	Earned   money.Amount `db:"earned"`    // of that, by the cooperatives: for goods that are with the buyers and may not be sent back any more
	UnderWay money.Amount `db:"under_way"` // ordered and not yet paid
	Orders   int          `db:"orders"`    // joint orders that these sales belong to
}

// Total is all sales, paid or under way.
func (f Figures) Total() money.Amount { return f.Paid + f.UnderWay }

func (f *Figures) add(g Figures) {
	f.Paid += g.Paid
	f.Earned += g.Earned
	f.UnderWay += g.UnderWay
	f.Orders += g.Orders
}

// People are members of cooperatives.
type People struct {
	Members int
	Women   int
	Young   int
}

func (p *People) add(q People) {
	p.Members += q.Members
	p.Women += q.Women
	p.Young += q.Young
}

// Cooperative is what one cooperative sold.
type Cooperative struct {
	ID          uuid.UUID `db:"id"`
	Slug        string    `db:"slug"`
	Name        i18n.Text `db:"name"`
	Commune     string    `db:"commune"`
	CommuneName i18n.Text `db:"commune_name"`
	Sector      string    `db:"sector"`
	Women       int       `db:"women"`
	Men         int       `db:"men"`
	Young       int       `db:"young"`
	WomenOnly   bool      `db:"women_only"`
	Figures
}

// Members is how many people the cooperative is, at least five.
func (c Cooperative) Members() int { return c.Women + c.Men }

// PerMember is its sales per member, to the centime below.
func (c Cooperative) PerMember() money.Amount { return c.Total() / money.Amount(c.Members()) }

// Commune is what the cooperatives of one commune sold.
type Commune struct {
	Slug         string
	Name         i18n.Text
	Cooperatives int
	Selling      int
	People       People
	Sold         money.Amount // paid and under way
}

// Month is what was ordered in one month of the market's time zone.
type Month struct {
	Month time.Time `db:"month"` // its first day, 00:00 UTC
	Figures
	JointOrders int `db:"joint_orders"` // with goods of more than one cooperative
}

// Listed is how many cooperatives a report names.
const Listed = 25

// Sales is the association's report on the cooperatives that pass a filter and that are approved or sold something
// in its period. Figures.Orders counts an order once, however many cooperatives have a part in it.
type Sales struct {
	Figures
	Waiting       Figures       // no sales yet: orders that nobody has confirmed
	JointOrders   int           // with goods of more than one cooperative
	Parts         int           // of all its orders, one for each cooperative
	Cooperatives  int           // in all
	Selling       int           // of them, with a sale
	Most          []Cooperative // Listed at most, the most sales first and equals by name
	Idle          []Cooperative // of those with no sale, Listed at most, the most members first and equals by name
	ByCommune     []Commune     // the most sales first; those with none last
	ByMonth       []Month       // in order of time, months without a sale included
	People        People        // of all cooperatives
	SellingPeople People        // of those with a sale
	WomenOnly     WomenOnly
	Fairness      Fairness
	Behind        bool // so much happened at once that the latest of it is not in the figures yet
}

// SellingShare is the share of cooperatives with at least one sale, 0 to 1.
func (s Sales) SellingShare() float64 { return share(s.Selling, s.Cooperatives) }

// WomenOnly compares the women-only cooperatives' shares of the market, each 0 to 1.
type WomenOnly struct {
	Cooperatives int
	Sold         money.Amount
	OfMembers    float64
	OfOrders     float64 // of the parts of all orders
	OfSales      float64
}

// Sales reports on what the filter lets through. Whatever was committed before is in it, unless it is Behind.
func (s *Service) Sales(ctx context.Context, f Filter) (Sales, error) {
	behind, err := s.catchUp(ctx)
	if err != nil {
		return Sales{}, err
	}
	sales, err := s.sales(ctx, f)
	sales.Behind = behind
	return sales, err
}

// SalesAndBefore is Sales, and what an earlier filter let through, side by side: of days that nobody has asked for
// lately, nor for some near them, each takes its time.
func (s *Service) SalesAndBefore(ctx context.Context, f, earlier Filter) (sales Sales, was Before, err error) {
	behind, err := s.catchUp(ctx)
	if err != nil {
		return Sales{}, Before{}, err
	}
	err = together(ctx, func(ctx context.Context) (err error) {
		sales, err = s.sales(ctx, f)
		return err
	}, func(ctx context.Context) (err error) {
		was, err = s.before(ctx, earlier)
		return err
	})
	sales.Behind = behind
	return sales, was, err
}

// together does all at once, until one fails. A panic is an error of its own: nobody would catch it there, and one
// request would end the program.
func together(ctx context.Context, each ...func(context.Context) error) error {
	all, ctx := errgroup.WithContext(ctx)
	for _, do := range each {
		all.Go(func() (err error) {
			defer func() {
				if value := recover(); value != nil {
					err = fmt.Errorf("panic: %v\n%s", value, debug.Stack())
				}
			}()
			return do(ctx)
		})
	}
	return all.Wait()
}

func (s *Service) sales(ctx context.Context, f Filter) (Sales, error) {
	f = f.inUTC()
	return keep(ctx, s, f, f, func(tx *sqlx.Tx, c comparison) (Sales, error) {
		months, err := f.months(ctx, tx)
		if err != nil {
			return Sales{}, fmt.Errorf("sales: %w", err)
		}
		sales := summed(f, c, months)
		if sales.Most, err = named(ctx, tx, foremost(c.sellers, Listed, mostFirst, anybody)); err != nil {
			return Sales{}, fmt.Errorf("sales: %w", err)
		}
		if sales.Idle, err = named(ctx, tx, foremost(c.sellers, Listed, largeFirst, idle)); err != nil {
			return Sales{}, fmt.Errorf("sales: %w", err)
		}
		return sales, nameCommunes(ctx, tx, sales.ByCommune)
	})
}

func anybody(seller) bool { return true }
func idle(s seller) bool  { return s.Total() == 0 }

// nameCommunes fills in how the communes are called.
func nameCommunes(ctx context.Context, tx *sqlx.Tx, list []Commune) error {
	var towns []struct {
		Slug string
		Name i18n.Text
	}
	if err := tx.SelectContext(ctx, &towns, `select slug, name_ar as "name.ar", name_fr as "name.fr" from towns`); err != nil {
		return fmt.Errorf("names of communes: %w", err)
	}
	names := make(map[string]i18n.Text, len(towns))
	for _, t := range towns {
		names[t.Slug] = t.Name
	}
	for i := range list {
		list[i].Name = names[list[i].Slug]
	}
	return nil
}

// summed is a report without the names in it.
func summed(f Filter, c comparison, months []month) Sales {
	s := Sales{ByMonth: f.everyMonth(months), Cooperatives: len(c.sellers)}
	for _, m := range months {
		s.Figures.add(m.Figures)
		s.JointOrders += m.JointOrders
		s.Waiting.add(Figures{UnderWay: m.Waiting, Orders: m.WaitingOrders})
	}
	var totals []money.Amount
	var members []int
	var sold money.Amount
	var womenParts, womenMembers int
	communes := make(map[string]*Commune)
	for _, seller := range c.sellers {
		commune := communes[seller.Commune]
		if commune == nil {
			commune = &Commune{Slug: seller.Commune}
			communes[seller.Commune] = commune
		}
		total, people := seller.Total(), seller.people()
		totals, members = append(totals, total), append(members, people.Members)
		commune.Cooperatives++
		commune.Sold += total
		commune.People.add(people)
		sold += total
		s.Parts += seller.Orders
		s.People.add(people)
		if total > 0 {
			commune.Selling++
			s.Selling++
			s.SellingPeople.add(people)
		}
		if seller.WomenOnly {
			s.WomenOnly.Cooperatives++
			s.WomenOnly.Sold += total
			womenMembers += people.Members
			womenParts += seller.Orders
		}
	}
	s.WomenOnly.OfMembers = share(womenMembers, s.People.Members)
	s.WomenOnly.OfOrders = share(womenParts, s.Parts)
	s.WomenOnly.OfSales = share(s.WomenOnly.Sold, sold)
	for _, c := range communes {
		s.ByCommune = append(s.ByCommune, *c)
	}
	slices.SortFunc(s.ByCommune, func(a, b Commune) int {
		return cmp.Or(cmp.Compare(b.Sold, a.Sold), cmp.Compare(a.Slug, b.Slug))
	})
	s.Fairness = fairness(totals, members)
	return s
}

// emptyMonths is how many months without a sale are shown before the first with one and after the last.
const emptyMonths = 11

// everyMonth adds those without a sale between the first and the last. These are the first and the last of the
// period, as far as emptyMonths allows, or else of the sales themselves.
func (f Filter) everyMonth(sold []month) []Month {
	months := []Month{}
	sold = slices.DeleteFunc(slices.Clone(sold), func(m month) bool { return m.Orders == 0 })
	if len(sold) == 0 {
		return months
	}
	first, last := sold[0].Month.Month, sold[len(sold)-1].Month.Month
	if !f.From.IsZero() {
		first = first.AddDate(0, -emptyMonths, 0)
		if begin := beginOfMonth(clock.Day(f.From)); begin.After(first) {
			first = begin
		}
	}
	if !f.To.IsZero() {
		last = last.AddDate(0, emptyMonths, 0)
		if end := beginOfMonth(clock.Day(f.To).AddDate(0, 0, -1)); end.Before(last) {
			last = end
		}
	}
	for at := first; !at.After(last); at = at.AddDate(0, 1, 0) {
		if len(sold) > 0 && sold[0].Month.Month.Equal(at) {
			months, sold = append(months, sold[0].Month), sold[1:]
		} else {
			months = append(months, Month{Month: at})
		}
	}
	return months
}

func share[N int | money.Amount](part, whole N) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
