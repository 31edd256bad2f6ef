package association_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var languages = storetest.Languages()

// market is a market in which it is noon of 23 November 2026, and the browser of the association.
type market struct {
	*storetest.Market
	*testing.T
	boss *storetest.Client
}

func open(t *testing.T) *market {
	t.Helper()
	now := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	m := storetest.New(t, func(c *storefront.Config) { c.Now = func() time.Time { return now } })
	return &market{Market: m, T: t, boss: m.SignIn(m.Association)}
}

func (m *market) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

// admit approves the cooperative that waits.
func (m *market) admit() {
	m.Helper()
	m.must(m.Cooperatives.SetState(context.Background(), m.Pending.ID, cooperative.Approved, "", actor.OfAssociation(m.Association.ID)))
}

func on(day string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", day+" 10:00")
	if err != nil {
		panic(err) // a day of the test's own
	}
	return t
}

func line(p catalog.Product, quantity int) order.Line {
	return order.Line{ProductID: p.ID, Quantity: quantity}
}

// order is placed on that day, to be brought to a door in Berkane.
func (m *market) order(day, locale string, lines ...order.Line) order.Order {
	m.Helper()
	placed, err := m.Orders.Place(context.Background(), order.PlaceInput{
		Lines:    lines,
		Buyer:    order.Buyer{Name: "نادية العلوي", Phone: "0661234567", Place: "berkane", Address: "حي السلام", Note: "بعد العصر"},
		Delivery: delivery.Home, Payment: payment.CashOnDelivery, Locale: locale, Source: order.Shop, At: on(day),
	})
	m.must(err)
	return placed.Order
}

// autumn is what the figures of the tests are computed from by hand, 5% of what is paid being the
// association's:
//
//	15 August    couscous 100                     delivered
//	20 October   oil 80                           under way
//	10 November  honey 240, oil 240, couscous 25  delivered
//	12 November  honey 350.50                     cancelled
//
// A fourth cooperative, Amal, sold nothing.
func (m *market) autumn() {
	m.Helper()
	m.admit()
	honey, oil, couscous := m.Honey.Product(m, "M-1"), m.Oil.Product(m, "Z-1"), m.Couscous.Product(m, "K-1")
	m.Deliver(m.order("2026-08-15", "ar", line(couscous, 4)))
	m.must(m.Orders.Move(context.Background(), order.MoveConfirm, m.order("2026-10-20", "ar", line(oil, 1)).ID, m.ByAssociation()))
	m.Deliver(m.order("2026-11-10", "ar", line(honey, 2), line(oil, 3), line(couscous, 1)))
	dropped := m.order("2026-11-12", "ar", line(m.Honey.Product(m, "M-2"), 1))
	m.must(m.Orders.Move(context.Background(), order.MoveCancel, dropped.ID, m.ByAssociation()))
}

// in is a language.
func (m *market) in(code string) *i18n.Locale { return m.Languages.Locale(code) }

// spaced is text as Page.Text gives it.
func spaced(text string) string { return strings.Join(strings.Fields(text), " ") }

// centimes is an amount as a table in that language writes it.
func (m *market) centimes(code string, a money.Amount) string { return spaced(m.in(code).Centimes(a)) }

// says fails the test unless what the selector finds reads so.
func (m *market) sends(path, move string, typed url.Values) *storetest.Page {
	m.Helper()
	return m.boss.Submit(m.boss.Get(path).Want(http.StatusOK), "main form[action*='/"+move+"']", typed)
}

func (m *market) says(p *storetest.Page, selector, want string) {
	m.Helper()
	if got := p.Text(selector); got != spaced(want) {
		m.Errorf("%s: %s says %q, want %q", p.Path, selector, got, spaced(want))
	}
}

// tells fails the test unless what the selector finds contains that.
func (m *market) tells(p *storetest.Page, selector, want string) {
	m.Helper()
	if got := p.Text(selector); !strings.Contains(got, spaced(want)) {
		m.Errorf("%s: %s says %q without %q", p.Path, selector, got, spaced(want))
	}
}

// stateOf is the state that an order is in now.
func (m *market) stateOf(id uuid.UUID) order.State {
	m.Helper()
	o, err := m.Orders.ForAssociation(context.Background(), id)
	m.must(err)
	return o.State
}
