package storefront_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// TestAStateHasOneWordForEverybody moves a part and its order from state to state: its buyer, its cooperative, the
// association and its file call each of them the same.
func TestAStateHasOneWordForEverybody(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	boss, member, buyer := m.SignIn(m.Association), m.SignIn(m.Honey.Member), m.Visitor()
	for _, method := range []string{delivery.Home, delivery.Pickup} {
		for _, end := range []order.Move{order.MoveDeliver, order.MoveRefuse, order.MoveCancel, order.MoveDecline} {
			placed, err := m.Orders.Place(t.Context(), order.PlaceInput{
				Lines:    []order.Line{{ProductID: m.Honey.Products[0].ID, Quantity: 1}},
				Buyer:    order.Buyer{Name: "نادية", Phone: "0661234567", Place: "berkane", Address: "حي السلام"},
				Delivery: method, Payment: payment.CashOnDelivery, Locale: "ar", Source: order.Shop,
			})
			must(err)
			part := placed.Order.Parts[0]
			ends := end == order.MoveCancel || end == order.MoveDecline
			steps := []order.Move{"", order.MoveAccept, order.MoveReady, order.MoveHandOver, order.MoveDispatch, end}
			if ends {
				steps = []order.Move{"", end}
			}
			for _, move := range steps {
				id, by := placed.Order.ID, m.ByAssociation("parce que")
				if move.By(actor.Member) {
					id, by = part.ID, m.ByCooperative(part.Cooperative.ID, "parce que")
				}
				if move != "" {
					must(m.Orders.Move(t.Context(), move, id, by))
				}
				now, err := m.Orders.ForAssociation(t.Context(), placed.Order.ID)
				must(err)
				partState, state := now.Parts[0].State, now.State
				for _, code := range storetest.Languages() {
					l := m.Languages.Locale(code)
					word, whole := l.T(partState.NameKey(method)), l.T(state.NameKey(method))
					says := func(who string, page *storetest.Page, selector, want string) {
						t.Helper()
						if got := page.Text(selector); got != want {
							t.Errorf("%s, %s after %q: %s says %q of what is %q", code, method, move, who, got, want)
						}
					}
					tracked := buyer.Get("/" + code + "/orders/" + placed.Token)
					says("the buyer's page", tracked, "[data-part-state] .bdg", word)
					says("the buyer's list", buyer.Get("/"+code+"/orders"), "[data-order="+placed.Order.Number+"] .bdg[data-state]", whole)
					inside := boss.Get("/" + code + "/association/orders/" + placed.Order.ID.String())
					says("the association's page", inside, "[data-part] .bdg", word)
					says("the association's page", inside, ".pagehead .bdg[data-state]", whole)
					if !strings.HasPrefix(inside.Text("#now"), whole) {
						t.Errorf("%s, %s after %q: %q of what is %q", code, method, move, inside.Text("#now"), whole)
					}
					hers := member.Get("/" + code + "/seller/orders/" + part.ID.String())
					says("the cooperative's page", hers, ".bdg[data-state]", word)
					list := boss.Get("/" + code + "/association/orders")
					says("the association's list", list, "tr[data-order="+placed.Order.Number+"] .bdg[data-state]", whole)
					file := boss.Get(list.Find("a[href*='.csv'], a[href*=csv]").AttrOr("href", ""))
					if got := stateInFile(t, string(file.Body), placed.Order.Number); got != whole {
						t.Errorf("%s, %s after %q: the file says %q of what is %q", code, method, move, got, whole)
					}
				}
			}
		}
	}
}

func stateInFile(t *testing.T, file, number string) string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row[0] == number {
			return row[2]
		}
	}
	return ""
}

// TestWhatTellsOfAStateHasItsWord reads the sentences that pages and buttons say around the states' names.
func TestWhatTellsOfAStateHasItsWord(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, code := range storetest.Languages() {
		l := m.Languages.Locale(code)
		for sentence, state := range map[string]string{
			"shop.track.awaiting":         order.StateAwaiting.Key(),
			"shop.track.coming":           order.StateDispatched.Key(),
			"shop.track.waiting":          order.StateDispatched.NameKey(delivery.Pickup),
			"shop.track.delivered":        order.StateDelivered.Key(),
			"shop.track.cancelled":        order.StateCancelled.Key(),
			"shop.track.refused":          order.StateRefused.Key(),
			"association.order.refuse":    order.StateRefused.Key(),
			"association.order.deliver":   order.StateDelivered.Key(),
			"association.order.delivered": order.StateDelivered.Key(),
			"shop.track.collected":        order.StateDelivered.NameKey(delivery.Pickup),
			"association.order.collect":   order.StateDelivered.NameKey(delivery.Pickup),
			"association.order.collected": order.StateDelivered.NameKey(delivery.Pickup),
			"seller.orders.do_ready":      order.PartReady.Key(),
			"seller.orders.done_ready":    order.PartReady.Key(),
			"seller.orders.do_handover":   order.PartHandedOver.Key(),
			"seller.orders.done_handover": order.PartHandedOver.Key(),
		} {
			if text, word := l.T(sentence), l.T(state); !strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
				t.Errorf("%s: %s says %q and not %q", code, sentence, text, word)
			}
		}
		for _, s := range []string{"awaiting_payment", "delivered", "cancelled", "refused"} { // which a part and its order share
			if part, whole := l.T(order.PartState(s).Key()), l.T(order.State(s).Key()); part != whole {
				t.Errorf("%s: a part that is %s is %q, its order %q", code, s, part, whole)
			}
		}
		if part, whole := l.T(order.PartDelivered.NameKey(delivery.Pickup)), l.T(order.StateDelivered.NameKey(delivery.Pickup)); part != whole {
			t.Errorf("%s: a part that its buyer fetched is %q, its order %q", code, part, whole)
		}
		if part, whole := l.T(order.PartAccepted.Key()), l.T(order.StateConfirmed.Key()); part != whole {
			t.Errorf("%s: what is being prepared is %q and %q", code, part, whole)
		}
	}
}
