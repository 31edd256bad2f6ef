package association_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// toGiveBack is the page of an order on which something is given back, or taken off.
func (m *market) toGiveBack(o order.Order) *storetest.Page {
	m.Helper()
	return m.boss.Get(pathOf("fr", o.ID) + "/giveback").Want(http.StatusOK)
}

func (m *market) now(o order.Order) order.Order {
	m.Helper()
	now, err := m.Orders.ForAssociation(m.Context(), o.ID)
	m.must(err)
	return now
}

// confirm fills the form of a page, and gives back what it then shows.
func (m *market) confirm(page *storetest.Page, form url.Values) *storetest.Page {
	m.Helper()
	shown := m.boss.Submit(page, "main form", form).Want(http.StatusOK)
	return m.boss.Submit(shown, "main form", nil)
}

func TestSomethingIsTakenOffAnOrderThatIsNotPaid(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-23", "fr", line(m.Honey.Product(t, "M-1"), 2), line(m.Couscous.Product(t, "K-1"), 1))
	m.tells(m.boss.Get(pathOf("fr", o.ID)).Want(http.StatusOK), "main", m.in("fr").T("association.giveback.open_before"))
	page := m.toGiveBack(o)
	if page.Has("main [name=means]") || page.Has("main [name=delivery]") || page.Has("main option[value=order]") || page.Has("main [name=borne_by][type=radio]") {
		t.Error("what is not paid cannot be given back")
	}
	m.says(page, "main option[value=amount]", m.in("fr").T("association.giveback.amount_before")) // nobody has the goods yet
	honey := o.Parts[0]
	if honey.Cooperative.ID != m.Honey.ID {
		honey = o.Parts[1]
	}
	form := url.Values{"what": {"line:" + honey.Lines[0].ID.String()}, "quantity": {"1"}, "reason": {"missing"}, "note": {"tombé"}}
	form.Set("quantity", "3")
	refused := m.boss.Submit(page, "main form", form).Want(http.StatusConflict)
	m.says(refused, "[data-notice]", m.in("fr").T("order.not_left"))
	if typed := refused.Find("main textarea").Text(); typed != "tombé" {
		t.Errorf("of what was typed %q is left", typed)
	}
	form.Set("quantity", "1")
	done := m.confirm(refused, form).Want(http.StatusOK)
	m.says(done, "#toasts .toast", m.in("fr").T("association.giveback.taken_off"))
	if now := m.now(o); now.Due != o.Due-honey.Lines[0].Price {
		t.Errorf("due %s of %s", now.Due, o.Due)
	}
	m.boss.Submit(page, "main form", form).Want(http.StatusConflict) // from before
	whole := url.Values{"what": {"part:" + honey.ID.String()}, "reason": {"missing"}}
	m.confirm(m.toGiveBack(o), whole).Want(http.StatusOK)
	for _, p := range m.now(o).Parts {
		if want := p.Cooperative.ID != m.Honey.ID; p.State.Active() != want {
			t.Errorf("%s is %s", p.Cooperative.Slug, p.State)
		}
	}
	for _, code := range languages {
		m.speaks(m.boss.Get(pathOf(code, o.ID) + "/giveback").Want(http.StatusOK))
	}
}

// Whoever goes back in her browser and sends another amount is told that nothing was given by it.
func TestAFormThatIsSentAgainGivesOnce(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-20", "fr", line(m.Honey.Product(t, "M-1"), 2))
	m.Deliver(o)
	page := m.toGiveBack(o)
	form := url.Values{"what": {"amount"}, "amount": {"1"}, "borne_by": {"cooperative"}, "reason": {"goodwill"}}
	shown := m.boss.Submit(page, "main form", form).Want(http.StatusOK)
	for range 2 {
		m.boss.Submit(shown, "main form", nil).Want(http.StatusOK)
	}
	form.Set("amount", "30")
	refused := m.boss.Submit(page, "main form", form).Want(http.StatusConflict)
	m.says(refused, "[data-notice]", m.in("fr").T("order.idempotency_conflict"))
	if now := m.now(o); now.Back != 1_00 {
		t.Errorf("back %s", now.Back)
	}
	if typed := refused.Find("main [name=amount]").AttrOr("value", ""); typed != "30" {
		t.Errorf("of what was typed %q is left", typed)
	}
}

func TestTheDeliveryAloneIsGivenBack(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-20", "fr", line(m.Honey.Product(t, "M-1"), 2))
	m.Deliver(o)
	m.confirm(m.toGiveBack(o), url.Values{"what": {"part:" + o.Parts[0].ID.String()}, "reason": {"damaged"}}).Want(http.StatusOK)
	m.confirm(m.toGiveBack(o), url.Values{"what": {"delivery"}, "reason": {"damaged"}}).Want(http.StatusOK)
	if now := m.now(o); now.Due != 0 || now.Back != o.Due {
		t.Errorf("due %s, back %s", now.Due, now.Back)
	}
	page := m.boss.Get(pathOf("fr", o.ID)).Want(http.StatusOK)
	m.tells(page, "[data-history]", m.in("fr").T("order.state.adjusted"))
	if m.toGiveBack(o).Has("main form") {
		t.Error("there is nothing left to give back")
	}
}

// What names nothing is not taken for the whole order, and pieces are typed in any digits.
func TestWhatIsGivenBackIsNamed(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-20", "fr", line(m.Honey.Product(t, "M-1"), 2))
	m.Deliver(o)
	form := url.Values{"what": {"amount:zzz"}, "amount": {"1"}, "borne_by": {"cooperative"}, "reason": {"goodwill"}}
	refused := m.boss.Submit(m.toGiveBack(o), "main form", form).Want(http.StatusUnprocessableEntity)
	m.tells(refused, "main form", m.in("fr").T("order.refund_scope_missing"))
	line := o.Parts[0].Lines[0]
	m.confirm(m.toGiveBack(o), url.Values{"what": {"line:" + line.ID.String()}, "quantity": {"١"}, "reason": {"damaged"}}).Want(http.StatusOK)
	if now := m.now(o); now.Back != line.Price {
		t.Errorf("back %s, want %s", now.Back, line.Price)
	}
}

// What is typed too long is told beside it, and not cut: the receipt could not be found by it.
func TestAReferenceThatIsTooLongIsNotKeptByHalf(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-20", "fr", line(m.Honey.Product(t, "M-1"), 2))
	m.Deliver(o)
	m.confirm(m.toGiveBack(o), url.Values{"what": {"part:" + o.Parts[0].ID.String()}, "reason": {"damaged"}})
	for _, code := range languages {
		list := m.boss.Get("/" + code + "/association/refunds").Want(http.StatusOK)
		long := strings.Repeat("7", payment.MaxGivenReference+1)
		wrong := m.boss.Submit(list, "form[action$='/given']", url.Values{"reference": {long}}).Want(http.StatusUnprocessableEntity)
		m.tells(wrong, "form[action$='/given'] .f.err", m.in(code).T("settlement.reference_long", "Max", payment.MaxGivenReference))
		if typed := wrong.Find("input[name=reference]").AttrOr("value", ""); typed != long {
			t.Errorf("of what was typed %q is left", typed)
		}
	}
}

func TestWhatIsGivenBackIsShownBeforeItIs(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-20", "fr", line(m.Honey.Product(t, "M-1"), 2), line(m.Couscous.Product(t, "K-1"), 1))
	m.Deliver(o)
	back := m.now(o).Back
	form := url.Values{"what": {"order"}, "reason": {"damaged"}, "delivery": {"yes"}, "note": {"tombé"}}
	shown := m.boss.Submit(m.toGiveBack(o), "main form", form).Want(http.StatusOK)
	m.says(shown, "[data-split] [data-back]", m.in("fr").Money(o.Due))
	for _, p := range o.Parts {
		m.tells(shown, "[data-split]", m.in("fr").Text(p.Cooperative.Name))
		m.tells(shown, "[data-split]", m.in("fr").Money(p.Items-p.Commission))
	}
	m.tells(shown, "[data-split]", m.in("fr").T("association.giveback.from_delivery"))
	if now := m.now(o); now.Back != back || len(now.Refunds) > 0 {
		t.Errorf("back %s already", now.Back)
	}
	for _, code := range languages {
		m.speaks(m.boss.Get(pathOf(code, o.ID) + "/giveback").Want(http.StatusOK))
	}
	shown = m.boss.Submit(shown, "main form", url.Values{"delivery": {}}).Want(http.StatusOK) // other than what was shown
	if now := m.now(o); now.Back != back {
		t.Errorf("back %s, which nobody was shown", now.Back)
	}
	m.says(shown, "[data-split] [data-back]", m.in("fr").Money(o.Due-o.DeliveryFee))
	shown = m.boss.Submit(shown, "main form", url.Values{"again": {"yes"}}).Want(http.StatusOK)
	if now := m.now(o); now.Back != back {
		t.Errorf("back %s, which was to be looked at again", now.Back)
	}
	m.boss.Submit(shown, "main form", nil).Want(http.StatusOK)
	if now := m.now(o); now.Back != back+o.Due-o.DeliveryFee {
		t.Errorf("back %s", now.Back)
	}
}

// What its provider puts off is given otherwise once that has been asked.
func TestWhatAProviderPutsOffCanBeGivenOtherwise(t *testing.T) {
	t.Parallel()
	for _, code := range languages {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			card := paymenttest.New()
			m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, card})
			o, l := m.OrderBy(card.Name()).Order, m.Languages.Locale(code)
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			attempt, err := m.Payments.Start(t.Context(), o.ID)
			must(err)
			said := card.Say(payment.Outcome{Attempt: attempt.ProviderReference, State: payment.Succeeded, Amount: o.Due})
			must(m.Payments.Receive(t.Context(), card.Name(), payment.Event{ID: "paid", Payload: said}))
			must((&payment.EventWorker{Payments: m.Payments}).Work(t.Context(), &river.Job[payment.EventArgs]{Args: payment.EventArgs{Provider: card.Name(), ID: "paid"}}))
			m.Deliver(o)
			refund := order.RefundInput{Scope: order.RefundOrder, Reason: order.ReasonMissing, Key: uuid.New()}
			must(m.Orders.Refund(t.Context(), o.ID, refund, m.ByAssociation()))
			boss, path := m.SignIn(m.Association), "/"+code+"/association/refunds"
			if boss.Get(path).Want(http.StatusOK).Has("[data-postponed], [data-refund] form") {
				t.Error("its provider is being asked, and it can be given otherwise")
			}
			_, err = m.DB.Exec(`update payment_refunds set created_at = created_at - interval '1 hour'`)
			must(err)
			page := boss.Get(path).Want(http.StatusOK)
			if page.Text("[data-postponed]") != spaced(l.T("association.refunds.postponed_text")) || page.Has("option[value="+card.Name()+"]") {
				t.Errorf("it says %q, of %s", page.Text("[data-postponed]"), page.Text("[data-refund] select"))
			}
			done := boss.Submit(page, "form[action$='/means']", url.Values{"means": {payment.CashOnDelivery}}).Want(http.StatusOK)
			want := l.T("association.refunds.otherwise_text", "Means", l.T("means.cash_on_delivery.name"))
			if done.Text("#toasts .toast") != l.T("association.refunds.changed") || !strings.HasPrefix(done.Text("[data-otherwise]"), spaced(want)[:40]) {
				t.Errorf("it says %q: %q", done.Text("#toasts .toast"), done.Text("[data-otherwise]"))
			}
			if done.Has("[data-refund] form[action$='/given']") {
				t.Error("it can be given before its provider has said that it has not")
			}
		})
	}
}
