package sample

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settlement"
)

// Market is where the sample market is loaded, and what its use cases need.
type Market struct {
	DB      *sqlx.DB
	Jobs    *job.Client
	Texts   *i18n.Bundle
	Secret  []byte // of the order service: the links to past orders are made with it
	BaseURL string
	Now     func() time.Time
}

// How long ago the past begins: the first cooperatives join, then the first orders come in.
const (
	opened  = 150 * 24 * time.Hour
	trading = 120 // days
)

// Load brings the sample market into a migrated database: people, cooperatives, products and about
// four months of orders up to now. It goes through the domains' use cases at the times when things
// are told to have happened, so that stock, ledger and histories are as true as any. Once loaded,
// it changes nothing any more; if it was interrupted, it takes up what is missing. A database with
// people of its own is ErrRealMarket.
func Load(ctx context.Context, m Market) error {
	var loaded bool
	err := m.DB.GetContext(ctx, &loaded, `
		select exists (select from orders where sample) and exists (select from payouts)`)
	if loaded || err != nil {
		return err
	}
	if err := refuseRealMarket(ctx, m.DB); err != nil {
		return err
	}
	sellers, err := readSellers()
	if err != nil {
		return err
	}
	l := newLoader(m, sellers)
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
		{"orders", func(ctx context.Context) error { return l.addOrders(ctx, orders) }},
		{"payouts", l.addPayouts},
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

// loader holds the use cases. Its clock stands where the story is.
type loader struct {
	Market
	sellers     []*seller
	association uuid.UUID // who acts for it
	now, clock  time.Time

	accounts     *account.Service
	cooperatives *cooperative.Service
	catalog      *catalog.Service
	deliveries   *delivery.Service
	orders       *order.Service
	settlements  *settlement.Service
}

func newLoader(m Market, sellers []*seller) *loader {
	l := &loader{Market: m, sellers: sellers, now: m.Now().UTC().Truncate(time.Second)}
	then := func() time.Time { return l.clock }
	log := slog.New(slog.DiscardHandler)
	events := security.New(m.DB, log, then)
	l.accounts = account.New(m.DB, m.Jobs, events, m.Secret, then)
	// The password of all these people is printed for everybody to read: there is nothing to
	// protect, and thirty strong hashes would take three seconds.
	l.accounts.Cost = argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	l.cooperatives = cooperative.New(m.DB, then)
	l.catalog = catalog.New(m.DB, m.Jobs, nil, log, then)
	l.deliveries = delivery.New(m.DB)
	payments := payment.New(payment.Cash{})
	// Orders are told the time of each move. Their own clock says what is past: of such an order
	// nothing is left to be done.
	l.orders = &order.Service{
		DB: m.DB, Catalog: l.catalog, Delivery: l.deliveries, Payments: payments, Jobs: m.Jobs, Gate: order.NewGate(m.DB),
		Texts: m.Texts, Secret: m.Secret, BaseURL: m.BaseURL, Now: m.Now,
	}
	payments.OnPaid = l.orders.PaidTx
	l.settlements = &settlement.Service{DB: m.DB, Jobs: m.Jobs, Texts: m.Texts, BaseURL: m.BaseURL, Now: then, Sample: true}
	return l
}
