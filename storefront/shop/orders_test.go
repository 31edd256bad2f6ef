package shop_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// orders has a buyer order one jar of honey with a form of the checkout, which she may send again.
func orders(m *storetest.Market, buyer *storetest.Client) (form url.Values, tracking *storetest.Page) {
	put(buyer, "fr", m.Honey.Products[0].ID, "1").Want(http.StatusOK)
	form = filled(buyer.Get("/fr/checkout").Want(http.StatusOK), nadia)
	return form, buyer.Post("/fr/checkout", form).Want(http.StatusOK)
}

func TestABrowserRemembersTheLastOrders(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	if page := buyer.Get("/fr/orders").Want(http.StatusOK); !page.Has(".empty a[href='/fr/orders/find']") {
		t.Error("who has ordered nothing is led nowhere")
	}
	_, tracking := orders(m, buyer)
	own := strings.SplitN(tracking.Path, "?", 2)[0]
	page := buyer.Get("/fr/orders").Want(http.StatusOK)
	if page.Find("[data-order]").Length() != 1 || !page.Has("a[href='"+own+"']") || !page.Has(".foot a[href='/fr/orders']") {
		t.Error("the order is not remembered")
	}
	// Whoever is shown it by a link that only shows it does not remember it; by her own, she does.
	shown := strings.TrimPrefix(tracking.Find("[data-share]").AttrOr("data-share", ""), m.URL)
	friend, other := m.Visitor(), m.Visitor()
	friend.Get(shown).Want(http.StatusOK)
	if friend.Get("/fr/orders").Has("[data-order]") {
		t.Error("what is only shown is remembered")
	}
	other.Get(own).Want(http.StatusOK)
	if !other.Get("/fr/orders").Has("a[href='" + own + "']") {
		t.Error("what a letter led to is not remembered")
	}
	// Of many the last five; and the market's people, who open buyers' links all day, remember none of them.
	boss, last := m.SignIn(m.Association), ""
	for range 6 {
		placed := m.Order()
		last = "/fr/orders/" + placed.Token
		other.Get(last).Want(http.StatusOK)
		boss.Get(last).Want(http.StatusOK)
	}
	if list := other.Get("/fr/orders").Want(http.StatusOK); list.Find("[data-order]").Length() != 5 || !list.Has("a[href='"+last+"']") {
		t.Errorf("%d orders are remembered, not the last 5", list.Find("[data-order]").Length())
	}
	if boss.Get("/fr/orders").Want(http.StatusOK).Has("[data-order]") {
		t.Error("a buyer's order is remembered where somebody of the association reads it")
	}
	if forgotten := buyer.Submit(page, "form[action$='/orders/forget']", nil).Want(http.StatusOK); forgotten.Has("[data-order]") {
		t.Error("nothing is forgotten")
	}
}

// Who orders again wants what she wanted, not what was left of it.
func TestOrderedAgainIsWhatWasWanted(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed := m.Order() // two jars of honey among others
	for _, part := range placed.Order.Parts {
		if line := part.Lines[0]; part.Cooperative.ID == m.Honey.ID {
			off := order.Adjustment{Line: line.ID, Quantity: 1, Share: true, Reason: order.ReasonMissing, Key: uuid.New()}
			if err := m.Orders.Adjust(t.Context(), placed.Order.ID, off, m.ByCooperative(m.Honey.ID)); err != nil {
				t.Fatal(err)
			}
		}
	}
	buyer := m.Visitor()
	basket := buyer.Post("/fr/orders/"+placed.Token+"/again", nil).Want(http.StatusOK)
	if n := basket.Find("input[name=quantity][value='2']").Length(); n != 1 {
		t.Errorf("two jars were wanted: %s", basket.Text("main"))
	}
}

func TestWhoeverAsksForALinkIsToldNothing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	_, tracking := orders(m, buyer)
	number := tracking.Text("#number")
	stranger := m.Visitor()
	find := stranger.Get("/fr/orders/find").Want(http.StatusOK)
	var answers []string
	for _, typed := range []url.Values{
		{"number": {number}, "phone": {"0661234567"}}, {"number": {number}, "phone": {"0661234568"}}, {"number": {"S-2611-00000000"}, "phone": {"0661234567"}},
	} {
		answer := stranger.Submit(find, "main form", typed).Want(http.StatusOK)
		if !answer.Has("#asked") || strings.Contains(string(answer.Body), number) || answer.Has("main a[href*='/orders/S-']") {
			t.Errorf("%v is told too much, or nothing", typed)
		}
		answers = append(answers, answer.Text("main"))
	}
	if answers[0] != answers[1] || answers[1] != answers[2] {
		t.Errorf("the answers differ: %q", answers)
	}
	wrong := stranger.Submit(find, "main form", url.Values{"number": {"12"}, "phone": {"06"}}).Want(http.StatusUnprocessableEntity)
	if !wrong.Has("#f-number[aria-invalid=true][value='12']") || !wrong.Has("#f-phone[aria-invalid=true][value='06']") {
		t.Error("what cannot be a number is not said, or lost")
	}
}

func TestASecondPageOfTheCheckoutLeadsToTheOrderJustPlaced(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	put(buyer, "fr", m.Honey.Products[0].ID, "1").Want(http.StatusOK)
	second := filled(buyer.Get("/fr/checkout").Want(http.StatusOK), nadia)
	first := filled(buyer.Get("/fr/checkout").Want(http.StatusOK), nadia)
	tracking := buyer.Post("/fr/checkout", first).Want(http.StatusOK)
	own := strings.SplitN(tracking.Path, "?", 2)[0]
	for _, page := range []*storetest.Page{buyer.Post("/fr/checkout", second), buyer.Get("/fr/checkout"), buyer.Get("/fr/basket")} {
		if page.Want(http.StatusOK); !page.Has("#ordered a[href='" + own + "']") {
			t.Errorf("%s does not lead to the order", page.Path)
		}
	}
	if stranger := m.Visitor().Get("/fr/basket"); stranger.Has("#ordered") {
		t.Error("somebody else is told of it")
	}
}

func TestAnOldFormOverANewBasketSaysThatItWaits(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	form, tracking := orders(m, buyer)
	if tracking.Has("#before") {
		t.Error("the first time it is not the second")
	}
	put(buyer, "fr", m.Oil.Products[0].ID, "1").Want(http.StatusOK)
	again := buyer.Post("/fr/checkout", form).Want(http.StatusOK)
	if again.Text("#number") != tracking.Text("#number") || !again.Has("#before a[href='/fr/checkout']") || again.Has("main .note.ok") {
		t.Errorf("%s: nothing says that the basket is not ordered", again.Path)
	}
}

func TestOrderingAgainTwiceDoublesNothing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	_, tracking := orders(m, buyer)
	own := strings.SplitN(tracking.Path, "?", 2)[0]
	for range 2 {
		basket := buyer.Post(own+"/again", nil).Want(http.StatusOK)
		if got := basket.Find(".line input[name=quantity]").AttrOr("value", ""); got != "1" {
			t.Errorf("the basket holds %s, not what was ordered", got)
		}
	}
}
