package demo_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// byCard places an order that is paid by the test card.
func byCard(t *testing.T, m *storetest.Market, key string) order.Placed {
	t.Helper()
	placed, err := m.Orders.Place(t.Context(), order.PlaceInput{
		Lines: []order.Line{{ProductID: m.Honey.Products[0].ID, Quantity: 1}, {ProductID: m.Oil.Products[0].ID, Quantity: 1}},
		Buyer: order.Buyer{Name: "Nadia", Phone: "0612345678", Place: "berkane", Address: "Hay Essalam"}, Delivery: delivery.Home,
		Payment: testcard.Name, Locale: "fr", Source: order.Shop, IdempotencyKey: key,
	})
	if err != nil {
		t.Fatal(err)
	}
	return placed
}

func stateOf(t *testing.T, m *storetest.Market, id uuid.UUID) order.State {
	t.Helper()
	o, err := m.Orders.ForAssociation(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return o.State
}

func TestACardOnWhichThereIsNoMoneyGoesTheWayOfOthers(t *testing.T) {
	t.Parallel()
	m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, testcard.New()})
	m.WorkJobs()
	buyer := m.Visitor()
	for i, code := range storetest.Languages() {
		l := m.Languages.Locale(code)
		placed := byCard(t, m, code)
		path := "/" + code + "/orders/" + placed.Token

		// She is refused first, which the order's page says; her goods are hers still.
		card := buyer.Get(path + "/pay").Want(http.StatusOK)
		if !strings.HasPrefix(card.Path, "/fr/demo/card/") { // in the language in which she ordered
			t.Fatalf("she pays at %s", card.Path)
		}
		card = buyer.Get("/" + code + strings.TrimPrefix(card.Path, "/fr"))
		for selector, want := range map[string]string{
			".note": l.T("demo.card.no_money"), ".bigprice": l.Money(placed.Order.Due), "main": placed.Order.Number,
		} {
			if got := card.Find(selector).Text(); !strings.Contains(got, want) {
				t.Errorf("%s: %s says %q without %q", code, selector, got, want)
			}
		}
		buyer.Post(card.Path, url.Values{"choice": {"refuse"}}).Want(http.StatusOK)
		if spent := buyer.Get(card.Path).Want(http.StatusOK); !strings.HasSuffix(spent.Path, "/paid") { // also before that is told
			t.Errorf("a spent page leads to %s", spent.Path)
		}
		m.Eventually("the refusal is told", func() bool { return buyer.Get(path + "/paid").Has("#refused") })
		if tracked := buyer.Get(path).Want(http.StatusOK); !strings.Contains(tracked.Text("#payment"), l.T("shop.pay.refused")) {
			t.Errorf("the order's page says %q", tracked.Text("#payment"))
		}
		if again := buyer.Post(card.Path, url.Values{"choice": {"pay"}}).Want(http.StatusConflict); !strings.Contains(again.Text("main"), l.T("demo.card.decided")) {
			t.Errorf("a second choice is answered %q", again.Text("main"))
		}
		if again := buyer.Post(path+"/means", url.Values{"means": {payment.Card}, "fee": {"0"}}); !strings.Contains(again.Path, "/demo/card/") {
			t.Errorf("a card once more leads her to %s", again.Path)
		}

		// Another try is another payment, and it is paid once however often the button is pressed.
		card = buyer.Get(path + "/pay").Want(http.StatusOK)
		for range 3 {
			m.Visitor().Stay().Post(card.Path, url.Values{"choice": {"pay"}})
		}
		m.Eventually("the payment is told", func() bool { return stateOf(t, m, placed.Order.ID) == order.StateConfirmed })
		var paid int
		if err := m.DB.Get(&paid, `select count(*) from payment_receipts`); err != nil || paid != i+1 {
			t.Errorf("after %d orders %d payments came: %v", i+1, paid, err)
		}

		// What is cancelled goes back by itself.
		if err := m.Orders.CancelByBuyer(t.Context(), placed.Token); err != nil {
			t.Fatal(err)
		}
		m.Eventually("the money is back", func() bool {
			return strings.Contains(buyer.Get(path).Want(http.StatusOK).Find("#payment").Text(), l.T("shop.pay.given", "Amount", l.Money(placed.Order.Total)))
		})
	}
	buyer.Get("/fr/demo/card/card_nobodys").Want(http.StatusNotFound)
	buyer.Post("/fr/demo/card/card_nobodys", url.Values{"choice": {"pay"}}).Want(http.StatusNotFound)
	buyer.Post("/fr/demo/card/card_nobodys", url.Values{"choice": {"close"}}).Want(http.StatusNotFound)
	started, err := m.Card.Start(t.Context(), payment.Attempt{Key: "another", Amount: 100})
	if err != nil {
		t.Fatal(err)
	}
	buyer.Post("/fr/demo/card/"+started.Reference, url.Values{"choice": {"close"}}).Want(http.StatusUnprocessableEntity)
}

func TestOnlyADemonstrationTakesTheTestCard(t *testing.T) {
	t.Parallel()
	m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, testcard.New()})
	_, err := storefront.New(storefront.Config{BaseURL: m.URL, Secret: m.Secret}, m.Services)
	if err == nil || !strings.Contains(err.Error(), "test card") {
		t.Errorf("a market that is no demonstration opens with it: %v", err)
	}
}
