package sample

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/settings"
)

// joining is how many days before the first orders the first cooperatives join.
const joining = 30

// Load brings the sample market into the database of p, up to now by its clock: people, cooperatives, products and about
// four months of orders up to now. It goes through the domains' use cases at the times when things
// are told to have happened, so that stock, ledger and histories are as true as any; a larger size is made
// of these by copying. Once loaded,
// it changes nothing any more; if it was interrupted, it takes up what is missing. A database with
// people of its own is ErrRealMarket.
func Load(ctx context.Context, p market.Parts, size Size) error {
	var loaded bool
	err := p.DB.GetContext(ctx, &loaded, `
		select exists (select from order_heads where sample)`)
	if err != nil {
		return err
	}
	if loaded { // it may have been interrupted before it grew
		return grow(ctx, p.DB, size.orSample())
	}
	if err := refuseRealMarket(ctx, p.DB); err != nil {
		return err
	}
	sellers, err := readSellers()
	if err != nil {
		return err
	}
	l, err := newLoader(ctx, p, sellers, size.orSample())
	if err != nil {
		return err
	}
	orders, err := l.plan(ctx)
	if err != nil {
		return err
	}
	steps := []struct {
		what string
		do   func(context.Context) error
	}{
		{"the association", l.addAssociation},
		{"cooperatives", l.addSellers},
		{"a label", l.proposeLabel},
		{"orders", func(ctx context.Context) error { return l.addOrders(ctx, orders) }},
		{"growth", func(ctx context.Context) error { return grow(ctx, p.DB, l.size) }},
	}
	for _, step := range steps {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("sample: %s: %w", step.what, err)
		}
	}
	return nil
}

// seller is a cooperative on its way into the database.
type seller struct {
	Cooperative
	id       uuid.UUID
	member   uuid.UUID
	products []*stocked
}

// stocked is a product of a seller; sold is how much of it the past orders keep.
type stocked struct {
	Product
	id   uuid.UUID
	sold int
}

func readSellers() ([]*seller, error) {
	cooperatives, err := Cooperatives()
	if err != nil {
		return nil, err
	}
	products, err := Products()
	if err != nil {
		return nil, err
	}
	sellers := make([]*seller, len(cooperatives))
	bySlug := make(map[string]*seller, len(cooperatives))
	for i, c := range cooperatives {
		sellers[i] = &seller{Cooperative: c}
		bySlug[c.Slug] = sellers[i]
	}
	for _, p := range products {
		s := bySlug[p.Cooperative]
		if s == nil {
			return nil, fmt.Errorf("sample: %s is of nobody's: %q", p.SKU, p.Cooperative)
		}
		s.products = append(s.products, &stocked{Product: p})
	}
	return sellers, nil
}

// loader holds the market that was. Its clock stands where the story is.
type loader struct {
	*market.Market
	sellers     []*seller
	association uuid.UUID // who acts for it
	now, clock  time.Time
	opened      time.Time // the first cooperative joined
	payday      time.Time // the next
	returnDays  int       // until what was paid is earned
	size        Size
	food        map[string]bool // categories whose products are offered with an authorisation only
}

func newLoader(ctx context.Context, p market.Parts, sellers []*seller, size Size) (*loader, error) {
	l := &loader{sellers: sellers, now: p.Now().UTC().Truncate(time.Second), size: size}
	l.opened = l.now.AddDate(0, 0, -size.Days-joining)
	l.payday = firstPayday(l.opened.AddDate(0, 0, joining))
	p.Log, p.Now = slog.New(slog.DiscardHandler), func() time.Time { return l.clock }
	var err error
	if l.Market, err = market.New(p); err != nil {
		return nil, err
	}
	// The password of all these people is printed for everybody to read: there is nothing to
	// protect, and thirty strong hashes would take three seconds.
	l.Accounts.Cost = argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	// Orders are told the time of each move. Their own clock says what is past: of such an order
	// nothing is left to be done.
	l.Orders.Now = func() time.Time { return l.now }
	l.Settlements.Sample = true
	decided, err := settings.Read(ctx, p.DB)
	l.returnDays = decided.ReturnDays
	return l, err
}
