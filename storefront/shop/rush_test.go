package shop_test

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// Twenty pieces and sixty buyers: of the first twenty the time is over before their money comes, while forty others want
// the same pieces. Twenty are sold, and forty are told so, with their money back where it moved.
func TestSixtyBuyersPayAtOnceForTwentyPieces(t *testing.T) {
	t.Parallel()
	market := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, testcard.New()}, func(c *storefront.Config) { c.RateLimits.SpareLoopback = true })
	m := &till{Market: market, t: t}
	m.decide(`{"product_share": "100", "market_share": "100", "phone_orders": "1000", "phone_pieces": "100000", "address_orders": "1000", "address_pieces": "100000"}`)
	piece := m.Honey.Product(t, "M-1")
	if stock := m.Stock(piece.ID); stock != 20 {
		t.Fatalf("there are %d pieces", stock)
	}
	// wants has some buyers order a piece each at once, and gives where those pay who got one.
	next := 0
	wants := func(buyers int) (cards []string, told int) {
		t.Helper()
		pages, sending := make([]*storetest.Page, buyers), make([]func(), buyers)
		for i := range buyers {
			next++
			buyer, phone := m.Visitor(), fmt.Sprintf("06%08d", next)
			put(buyer, "fr", piece.ID, "1").Want(http.StatusOK)
			form := filled(buyer.Get("/fr/checkout").Want(http.StatusOK), nadia)
			form.Set("phone", phone)
			form.Set("payment", testcard.Name)
			sending[i] = func() { // until it is answered: whoever is told that too many come at once presses again
				for range 60 {
					if pages[i] = buyer.Post("/fr/checkout", form); pages[i].Status != http.StatusServiceUnavailable {
						return
					}
				}
			}
		}
		var all sync.WaitGroup
		for _, send := range sending {
			all.Go(send)
		}
		all.Wait()
		for _, page := range pages {
			switch {
			case page.Status == http.StatusOK && strings.HasPrefix(page.Path, "/fr/demo/card/"):
				cards = append(cards, page.Path)
			case page.Status == http.StatusConflict && page.Has("#problem"), page.Path == "/fr/basket" && strings.Contains(page.Text("main"), "Épuisé"):
				told++
			default:
				t.Errorf("%d at %s: %q", page.Status, page.Path, page.Text("main"))
			}
		}
		return cards, told
	}
	tell := testcard.TellWorker{Card: m.Card, Payments: m.Payments}
	late, _ := wants(20)
	for _, card := range late {
		m.Visitor().Post(card, url.Values{"choice": {"later"}}).Want(http.StatusOK)
	}
	var first []uuid.UUID
	m.must(m.DB.Select(&first, `select id from orders`))
	for _, id := range first {
		o, err := m.Orders.ForAssociation(t.Context(), id)
		m.must(err)
		m.must(m.Orders.Expire(t.Context(), id, o.ExpiresAt))
	}

	got, told := wants(40)
	if len(late) != 20 || len(got) != 20 || told != 20 {
		t.Fatalf("%d, then %d got a piece, and %d were told", len(late), len(got), told)
	}
	m.WorkJobs()
	var paying errgroup.Group
	for _, card := range got { // each presses three times
		for range 3 {
			buyer := m.Visitor().Stay()
			paying.Go(func() error {
				buyer.Post(card, url.Values{"choice": {"pay"}})
				return nil
			})
		}
	}
	for _, card := range late {
		paying.Go(func() error {
			return tell.Work(t.Context(), &river.Job[testcard.TellArgs]{Args: testcard.TellArgs{Name: path.Base(card)}})
		})
	}
	m.must(paying.Wait())
	count := func(query string, args ...any) (n int) {
		t.Helper()
		m.must(m.DB.Get(&n, query, args...))
		return n
	}
	m.Eventually("twenty are sold", func() bool { return count(`select count(*) from orders where state = $1`, order.StateConfirmed) == 20 })
	m.Eventually("twenty have their money back", func() bool { return count(`select count(*) from payment_returns`) == 20 })
	if paid := count(`select count(*) from payment_receipts`); paid != 40 {
		t.Errorf("%d payments came", paid)
	}
	if stock := m.Stock(piece.ID); stock != 0 {
		t.Errorf("%d pieces are left", stock)
	}
	if kept := count(`select sum(received_centimes - refunded_centimes) from payments`); kept != 20*int(piece.Price+20_00) {
		t.Errorf("%d centimes were kept", kept)
	}
}
