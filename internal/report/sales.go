package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// Service reads the ledger.
type Service struct{ db *sqlx.DB }

// New makes a Service.
func New(db *sqlx.DB) *Service { return &Service{db: db} }

// Filter narrows a report; its zero value takes everything in. The period begins with From and ends
// before To; a zero time leaves that side open.
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
	Earned   money.Amount `db:"earned"`    // of that, for goods that are with the buyers
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

func (p *People) add(c Cooperative) {
	p.Members += c.Members()
	p.Women += c.Women
	p.Young += c.Young
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
	Month time.Time // its first day, 00:00 UTC
	Figures
	JointOrders int // with goods of more than one cooperative
}

// Sales is the association's report. Figures.Orders counts an order once, however many cooperatives
// have a part in it.
type Sales struct {
	Figures
	Waiting       Figures       // no sales yet: orders that nobody has confirmed
	JointOrders   int           // with goods of more than one cooperative
	ByCooperative []Cooperative // the most first; those with no sale last
	ByCommune     []Commune     // likewise
	ByMonth       []Month       // in order of time, months without a sale included
	Selling       int           // how many of ByCooperative have a sale
	People        People        // of all cooperatives
	SellingPeople People        // of those with a sale
	WomenOnly     WomenOnly
	Fairness      Fairness
}

// SellingShare is the share of cooperatives with at least one sale, 0 to 1.
func (s Sales) SellingShare() float64 { return share(s.Selling, len(s.ByCooperative)) }

// WomenOnly compares the women-only cooperatives' shares of the market, each 0 to 1.
type WomenOnly struct {
	Cooperatives int
	Sold         money.Amount
	OfMembers    float64
	OfOrders     float64 // of the parts of all orders
	OfSales      float64
}

// Sales reports on the cooperatives that pass the filter and that are approved or sold something in
// its period.
func (s *Service) Sales(ctx context.Context, f Filter) (Sales, error) {
	sold, months, waiting, err := s.sold(ctx, f)
	if err != nil {
		return Sales{}, fmt.Errorf("sales: %w", err)
	}
	cooperatives, err := s.cooperatives(ctx, f, sold)
	if err != nil {
		return Sales{}, fmt.Errorf("sales by cooperative: %w", err)
	}
	sales := summed(cooperatives, months)
	sales.Waiting = waiting
	return sales, nil
}

func summed(cooperatives []Cooperative, months []Month) Sales {
	s := Sales{ByCooperative: cooperatives, ByMonth: months}
	for _, m := range months {
		s.Figures.add(m.Figures)
		s.JointOrders += m.JointOrders
	}
	var women, all Figures
	var womenMembers int
	communes := make(map[string]*Commune)
	for _, c := range cooperatives {
		commune := communes[c.Commune]
		if commune == nil {
			commune = &Commune{Slug: c.Commune, Name: c.CommuneName}
			communes[c.Commune] = commune
		}
		commune.Cooperatives++
		commune.Sold += c.Total()
		commune.People.add(c)
		s.People.add(c)
		all.add(c.Figures)
		if c.Total() > 0 {
			commune.Selling++
			s.Selling++
			s.SellingPeople.add(c)
		}
		if c.WomenOnly {
			s.WomenOnly.Cooperatives++
			women.add(c.Figures)
			womenMembers += c.Members()
		}
	}
	s.WomenOnly.Sold = women.Total()
	s.WomenOnly.OfMembers = share(womenMembers, s.People.Members)
	s.WomenOnly.OfOrders = share(women.Orders, all.Orders)
	s.WomenOnly.OfSales = share(women.Total(), all.Total())
	for _, c := range communes {
		s.ByCommune = append(s.ByCommune, *c)
	}
	slices.SortFunc(s.ByCommune, func(a, b Commune) int {
		return cmp.Or(cmp.Compare(b.Sold, a.Sold), cmp.Compare(a.Slug, b.Slug))
	})
	s.Fairness = fairness(cooperatives)
	return s
}

func share[N int | money.Amount](part, whole N) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
