package shop_test

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// till is a market where buyers pay by card, before anything is prepared, and the means beside it.
type till struct {
	*storetest.Market
	t    *testing.T
	card *paymenttest.Provider

	placedAt *storetest.Page // where the buyer of the last order was led
}

func newTill(t *testing.T, others ...payment.Provider) *till {
	t.Helper()
	card := paymenttest.New()
	return &till{Market: storetest.NewTaking(t, append(others, card)), t: t, card: card}
}

// orders places an order in that language, and gives where it is followed and what it is.
func (m *till) orders(buyer *storetest.Client, code string, typed map[string]string) (*storetest.Page, order.Order) {
	m.t.Helper()
	put(buyer, code, m.Honey.Products[0].ID, "1").Want(http.StatusOK)
	put(buyer, code, m.Oil.Products[0].ID, "1").Want(http.StatusOK)
	form := filled(buyer.Get("/"+code+"/checkout").Want(http.StatusOK), nadia)
	for name, value := range typed {
		form.Set(name, value)
	}
	page := buyer.Post("/"+code+"/checkout", form).Want(http.StatusOK)
	path, _, _ := strings.Cut(page.Path, "?")
	if m.placedAt = page; strings.HasSuffix(path, "/pay") {
		page = buyer.Get(strings.TrimSuffix(path, "/pay")).Want(http.StatusOK)
	}
	return page, m.read(page)
}

// read is the order that a page follows.
func (m *till) read(page *storetest.Page) order.Order {
	m.t.Helper()
	path, _, _ := strings.Cut(page.Path, "?")
	o, err := m.Orders.ByToken(m.t.Context(), path[strings.LastIndex(path, "/")+1:])
	m.must(err)
	return o
}

func (m *till) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// pay has the buyer of an order pay it, and the provider tell so.
func (m *till) pay(o order.Order) {
	m.t.Helper()
	a, err := m.Payments.Start(m.t.Context(), o.ID)
	m.must(err)
	m.told(payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: a.Amount})
}

// told has the provider tell something.
func (m *till) told(outcome payment.Outcome) {
	m.t.Helper()
	id := postgres.NewID().String()
	m.must(m.Payments.Receive(m.t.Context(), paymenttest.Name, payment.Event{ID: id, Payload: m.card.Say(outcome)}))
	worker := payment.EventWorker{Payments: m.Payments}
	m.must(worker.Work(m.t.Context(), &river.Job[payment.EventArgs]{Args: payment.EventArgs{Provider: paymenttest.Name, ID: id}}))
}

// disputed has the provider tell how a dispute of all that was paid for an order stands.
func (m *till) disputed(o order.Order, state payment.DisputeState) {
	m.t.Helper()
	var key string
	m.must(m.DB.Get(&key, `select a.key from payment_attempts a join payment_intents i on i.id = a.intent_id where i.reference = $1`, o.ID))
	m.told(payment.Outcome{Attempt: "try-" + key, Key: key, Dispute: &payment.Dispute{Reference: "dp-" + o.Number, State: state, Amount: o.Due}})
}

// bears has the association bear what was lost in an order's dispute.
func (m *till) bears(o order.Order) {
	m.t.Helper()
	disputes, err := m.Payments.DisputesOf(m.t.Context(), o.ID)
	m.must(err)
	m.must(m.Orders.BearDispute(m.t.Context(), disputes[0].ID, disputes[0].Version, order.ByAssociation, m.ByAssociation()))
}

// asksReturn asks to send a piece of an order's first line back, which it gives.
func (m *till) asksReturn(page *storetest.Page) (line uuid.UUID) {
	m.t.Helper()
	token, _, _ := strings.Cut(path.Base(page.Path), "?")
	line = m.read(page).Parts[0].Lines[0].ID
	m.must(m.Orders.AskReturn(m.t.Context(), token, order.ReturnInput{Lines: map[uuid.UUID]int{line: 1}, Key: uuid.New()}))
	return line
}

// answers has the provider say so of every refund that waits.
func (m *till) answers(state payment.State) {
	m.t.Helper()
	var ids []uuid.UUID
	m.must(m.DB.Select(&ids, `select id from payment_refunds where state in ('pending', 'waiting')`))
	for _, id := range ids {
		worker := payment.RefundWorker{Payments: m.Payments}
		m.must(worker.Work(m.t.Context(), &river.Job[payment.RefundArgs]{Args: payment.RefundArgs{RefundID: id}}))
		var asked struct {
			Name   string
			Amount money.Amount
		}
		m.must(m.DB.Get(&asked, `select provider_reference as name, amount_centimes as amount from payment_refunds where id = $1`, id))
		m.told(payment.Outcome{Refund: asked.Name, State: state, Amount: asked.Amount})
	}
}

// cash are the words of what is paid at the door, and of money that somebody collects there.
func cash(l *i18n.Locale) []string {
	return []string{
		l.T("means.cash_on_delivery.name"), l.T("means.cash_on_delivery.more"), l.T("means.cash_on_delivery.choice"),
		map[string]string{"ar": "نقد", "fr": "espèces", "en": "cash"}[l.Code()],
		before(l.T("shop.track.pay", "Amount", "|"), 1), l.T("association.order.due"),
		before(l.T("association.order.advice.dispatched", "Amount", "|"), 0), before(l.T("association.order.deliver", "Amount", "|"), 0),
		l.T("association.order.ask.deliver"), "means.", "association.order.", "shop.track.",
	}
}

// upTo is what is said of a means to which an order comes to too much, after what it comes to.
func upTo(l *i18n.Locale, means string, most money.Amount) string {
	return before(l.T("order.means_most", "Total", "|", "By", l.T("order.means_by."+means), "Most", l.Money(most)), 1)
}

// before is the side of the bar in a text with that number.
func before(text string, side int) string { return strings.TrimSpace(strings.Split(text, "|")[side]) }

// wantNone fails the test if a page says one of the words.
func (m *till) wantNone(page *storetest.Page, words []string) {
	m.t.Helper()
	text := page.Text("title, main") + page.Find("meta[name=description]").AttrOr("content", "")
	for _, word := range words {
		if word != "" && strings.Contains(text, word) {
			m.t.Errorf("%s says %q: %s", page.Path, word, text)
		}
	}
}

func (m *till) tells(page *storetest.Page, selector, want string) {
	m.t.Helper()
	if got := page.Text(selector); !strings.Contains(got, strings.Join(strings.Fields(want), " ")) {
		m.t.Errorf("%s: %s says %q without %q", page.Path, selector, got, want)
	}
}

func TestAnOrderThatIsPaidFirstSpeaksOfNoCash(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	boss := m.SignIn(m.Association)
	for _, language := range languages {
		code, l := language, m.Languages.Locale(language)
		none, buyer := cash(l), m.Visitor()
		for _, path := range []string{"", "/products", "/products/" + m.Honey.Products[0].Slug, "/cooperatives/" + m.Honey.Slug, "/pages/delivery", "/pages/terms"} {
			m.wantNone(buyer.Get("/"+code+path).Want(http.StatusOK), none)
		}
		put(buyer, code, m.Oil.Products[0].ID, "1").Want(http.StatusOK)
		m.wantNone(buyer.Get("/"+code+"/basket").Want(http.StatusOK), none)
		checkout := buyer.Get("/" + code + "/checkout").Want(http.StatusOK)
		m.wantNone(checkout, none)
		m.tells(checkout, "#pay + *", paymenttest.Name+".choice")

		// She orders, and what she sees is true: it waits for her payment.
		page, o := m.orders(buyer, code, nil)
		m.wantNone(page, none)
		m.tells(page, "h1", l.T("shop.track.awaiting"))
		m.tells(page, ".stops", l.T("shop.track.pay_first", "Amount", l.Money(o.Due)))
		orderPath := "/" + code + "/association/orders/" + o.ID.String()
		inside := boss.Get(orderPath).Want(http.StatusOK)
		m.wantNone(inside, none)
		m.tells(inside, "[data-money] dt.sum", l.T("association.order.awaited"))

		m.pay(o)
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.wantNone(page, none)
		m.tells(page, ".stops", l.T("shop.track.paid", "Amount", l.Money(o.Due)))
		m.tells(page, "#paid", l.T("shop.track.is_paid"))
		m.Dispatch(o)
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.wantNone(page, none)
		m.tells(page, "#paid", l.T("shop.track.is_paid"))

		// Whoever brings it collects nothing.
		inside = boss.Get(orderPath).Want(http.StatusOK)
		m.wantNone(inside, none)
		m.tells(inside, "[data-moves]", l.T("association.order.advice.dispatched_paid"))
		m.tells(inside, "[data-money] dt.sum", l.T("association.order.paid"))
		m.tells(inside, "dialog#deliver", l.T("association.order.ask.deliver_paid"))
		if inside.Has("dialog#deliver .bigprice") {
			t.Error("an order that is paid has a sum to collect")
		}
		inside = boss.Submit(inside, "dialog#deliver form", nil).Want(http.StatusOK)
		m.wantNone(inside, none)
		m.tells(inside, "[data-money] dt.sum", l.T("association.order.paid"))
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.wantNone(page, none)
		m.tells(page, ".stops", l.T("shop.track.paid", "Amount", l.Money(o.Due)))
	}
}

func TestWhatWasPaidForAndDoesNotComeGoesBack(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	boss := m.SignIn(m.Association)
	ctx := t.Context()
	for _, language := range languages {
		code, l, buyer := language, m.Languages.Locale(language), m.Visitor()
		page, o := m.orders(buyer, code, nil)
		m.pay(o)
		m.must(m.Orders.Move(ctx, order.MoveDecline, o.Parts[0].ID, m.ByCooperative(o.Parts[0].Cooperative.ID, "cassé")))
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.tells(page, "#back", l.T("shop.track.back", "Amount", l.Money(o.Parts[0].Items)))
		m.tells(page, "#without", before(l.T("shop.track.without_paid", "Names", "|"), 1))
		m.tells(page, "#cancel", l.T("shop.track.cancel_paid"))
		path := "/" + code + "/association/orders/" + o.ID.String()
		inside := boss.Get(path).Want(http.StatusOK)
		m.tells(inside, "[data-money]", l.T("association.order.back"))
		m.tells(inside, "dialog#cancel", l.T("association.order.ask.cancel_paid"))
		inside = boss.Submit(inside, "dialog#cancel form", url.Values{"note": {"plus rien"}}).Want(http.StatusOK)
		given, err := m.Orders.ForAssociation(t.Context(), o.ID)
		m.must(err)
		m.tells(inside, "[data-moves]", l.T("association.order.advice.over_back", "Amount", l.Money(o.Total), "Given", l.Money(given.Given)))
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.tells(page, "main", l.T("shop.track.cancelled_back"))
		m.tells(page, "#back", l.T("shop.track.back", "Amount", l.Money(o.Total)))
		if strings.Contains(page.Text("main"), l.T("shop.track.cancelled_more")) {
			t.Errorf("who has paid is told that she pays nothing: %q", page.Text("main"))
		}
	}
}

// What came, what goes back of it and what stays paid are told apart, and the sum of the order adds up.
func TestWhatStaysPaidIsToldBesideWhatWasGivenBack(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	boss := m.SignIn(m.Association)
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		page, o := m.orders(buyer, code, nil)
		m.pay(o)
		m.Deliver(o)
		for _, refund := range []order.RefundInput{{Scope: order.RefundPart, Part: o.Parts[0].ID}, {Scope: order.RefundDelivery}} {
			refund.Reason, refund.Key = order.ReasonDamaged, uuid.New()
			m.must(m.Orders.Refund(t.Context(), o.ID, refund, m.ByAssociation("")))
		}
		stays, came := o.Parts[1].Items, o.Total
		if o.DeliveryFee == 0 {
			t.Fatal("there is no delivery to give back")
		}
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.tells(page, ".stops", l.T("shop.track.paid", "Amount", l.Money(came)))
		m.tells(page, "#stays-paid", l.T("shop.pay.stays_paid", "Received", l.Money(came), "Due", l.Money(stays)))
		m.tells(page, "#fee", l.Money(o.DeliveryFee))
		m.tells(page, "#taken-off", "−"+l.Amount(o.DeliveryFee))
		m.tells(page, "#due", l.Money(stays))
		inside := boss.Get("/" + code + "/association/orders/" + o.ID.String()).Want(http.StatusOK)
		m.tells(inside, "[data-money] dt.sum", l.T("association.order.stays_paid"))
		m.tells(inside, "[data-money] dd.sum", l.Money(stays))
		m.tells(inside, "[data-received]", l.Money(came))
	}
}

// Who paid another sum than was asked for by card is told so, and to pay again.
func TestAnotherSumThanWasAskedForIsToldSo(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		page, o := m.orders(buyer, code, map[string]string{"email": "nadia@exemple.invalid"})
		a, err := m.Payments.Start(t.Context(), o.ID)
		m.must(err)
		came := a.Amount - 1_00
		m.told(payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: came})
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.tells(page, "#not-asked", l.T("shop.pay.not_asked", "Back", l.Money(came), "Amount", l.Money(o.Total)))
		var letters []string
		m.must(m.DB.Select(&letters, `select args->>'subject' from river_job where kind = 'mail_send' and args->>'about' = $1`, o.ID))
		if want := l.T("order.money.mismatch_subject", "Number", o.Number); !slices.Contains(letters, want) {
			t.Errorf("%s: she is written %q, not %q", code, letters, want)
		}
	}
}

// What is all given back is nowhere told as paid, and says how and since when.
func TestWhatIsAllGivenBackIsNotPaid(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	boss := m.SignIn(m.Association)
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		page, o := m.orders(buyer, code, nil)
		m.pay(o)
		m.Deliver(o)
		refund := order.RefundInput{Scope: order.RefundOrder, Delivery: true, Reason: order.ReasonDamaged, Key: uuid.New()}
		m.must(m.Orders.Refund(t.Context(), o.ID, refund, m.ByAssociation("")))
		page = buyer.Get(page.Path).Want(http.StatusOK)
		back := m.read(page).Refunds[0]
		day := l.LongDate(back.CreatedAt)
		m.tells(page, "#refunding", l.T("shop.pay.refunding"))
		m.tells(page, "[data-refunds]", l.T("shop.pay.refund_pending", "Amount", l.Money(o.Total), "Means", paymenttest.Name+".name", "At", day))
		m.tells(page, ".stops", l.T("shop.track.refunding", "Amount", l.Money(o.Total)))
		path := "/" + code + "/association/orders/" + o.ID.String()
		inside := boss.Get(path).Want(http.StatusOK)
		m.tells(inside, "[data-money] dt.sum", l.T("association.order.refunding"))
		m.tells(inside, "[data-moves]", l.T("association.order.advice.delivered_back", "Amount", l.Money(o.Total), "Given", l.Money(0)))
		m.tells(inside, "#now", l.T("association.order.money_refunding", "State", l.T(order.StateDelivered.Key())))
		asPaid := []string{l.T("association.order.money_paid", "State", l.T(order.StateDelivered.Key())), before(l.T("association.order.advice.delivered", "Amount", "|"), 1),
			l.T("shop.track.delivered_more"), l.T("shop.track.less", "Was", l.Money(o.Total))}
		m.wantNone(inside, asPaid)
		m.wantNone(page, asPaid)
		m.answers(payment.Succeeded)
		inside = boss.Get(path).Want(http.StatusOK)
		m.tells(inside, "#now", l.T("association.order.money_refunded", "State", l.T(order.StateDelivered.Key())))
		m.wantNone(inside, asPaid)
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.tells(page, "#refunded", l.T("shop.pay.refunded"))
		m.tells(page, "[data-refunds]", l.T("shop.pay.refund_given", "Amount", l.Money(o.Total), "Means", paymenttest.Name+".name", "At", day))
		m.tells(page, ".stops", l.T("shop.track.refunded", "Amount", l.Money(o.Total)))
		m.tells(page, "h1 + p", l.T("shop.pay.refunded"))
		m.wantNone(page, append(asPaid, l.T("shop.track.is_paid"), l.T("shop.track.paid", "Amount", l.Money(0))))
	}
}

// What her bank took back for her is not told as given by the market, and the order not as one that costs nothing.
func TestWhatABuyerHasFromHerBankIsToldSo(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		page, o := m.orders(buyer, code, nil)
		m.pay(o)
		m.Deliver(o)
		m.disputed(o, payment.DisputeLost)
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.tells(page, "#disputed", l.T("shop.track.disputed", "Amount", l.Money(o.Due)))
		m.wantNone(page, []string{l.T("shop.pay.nothing")})

		m.bears(o)
		day := l.LongDate(*m.read(page).Refunds[0].EndedAt)
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.tells(page, "[data-refunds]", l.T("shop.pay.refund_bank", "Amount", l.Money(o.Due), "At", day))
	}
}

// While her bank decides, no day is promised for what she sent back.
func TestWhatWasSentBackOfADisputedOrderWaitsForHerBank(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	l, buyer := m.Languages.Locale("fr"), m.Visitor()
	page, o := m.orders(buyer, "fr", nil)
	m.pay(o)
	m.Deliver(o)
	line := m.asksReturn(page)
	m.must(m.Orders.ReceiveReturn(t.Context(), m.read(page).Return.ID, map[uuid.UUID]order.Counted{line: {Sound: 1}}, m.ByAssociation()))
	back := l.Money(*m.read(page).Return.Back)
	m.disputed(o, payment.DisputeOpen)
	m.tells(buyer.Get(page.Path).Want(http.StatusOK), "[data-return]", l.T("shop.return.disputed", "Back", back))
}

func TestWhoPaidInAnotherCurrencyIsTold(t *testing.T) {
	t.Parallel()
	m := newTill(t, payment.Cash{})
	buyer := m.Visitor()
	page, o := m.orders(buyer, "fr", map[string]string{"payment": paymenttest.Name})
	a, err := m.Payments.Start(t.Context(), o.ID)
	m.must(err)
	at, _, _ := strings.Cut(page.Path, "?")
	pages := []string{at, at + "/pay", at + "/paid"}
	for _, path := range pages {
		if buyer.Get(path).Has("#other-currency") {
			t.Errorf("%s: before she paid", path)
		}
	}
	m.told(payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: a.Amount, Currency: "EUR"})
	for _, path := range pages {
		if page := buyer.Get(path); !page.Has("#other-currency") || page.Has("#checking") {
			t.Errorf("%s says nothing of it", path)
		}
	}
}

func TestAMeansThatCannotPayInsteadSaysWhy(t *testing.T) {
	t.Parallel()
	m := newTill(t, payment.Cash{})
	l, buyer := m.Languages.Locale("fr"), m.Visitor()
	page, _ := m.orders(buyer, "fr", map[string]string{"payment": paymenttest.Name})
	m.decide(`{"cash_most": "100"}`)
	page = buyer.Get(page.Path).Want(http.StatusOK)
	m.tells(page, "[data-impossible="+payment.CashOnDelivery+"]", upTo(l, payment.CashOnDelivery, 100_00))
	if page.Has("#instead-" + payment.CashOnDelivery) {
		t.Error("it is offered all the same")
	}
}

// Who asked to send goods back before her bank gave her all back is promised nothing more, and nobody is told to give it.
func TestAReturnOfWhatHerBankGaveBackPromisesNothing(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	l, buyer, boss := m.Languages.Locale("fr"), m.Visitor(), m.SignIn(m.Association)
	page, o := m.orders(buyer, "fr", nil)
	m.pay(o)
	m.Deliver(o)
	line := m.asksReturn(page)
	id := m.read(page).Return.ID
	says := func(when, toBuyer, toAssociation string) {
		t.Helper()
		m.tells(buyer.Get(page.Path).Want(http.StatusOK), "[data-return]", l.T(toBuyer))
		list := boss.Get("/fr/association/returns").Want(http.StatusOK)
		if got := list.Text("[data-return]"); !strings.Contains(got, l.T(toAssociation)) {
			t.Errorf("%s the list says %q", when, got)
		}
	}
	for _, state := range []payment.DisputeState{payment.DisputeOpen, payment.DisputeLost} {
		m.disputed(o, state)
		says(string(state), "shop.return.waits_disputed", "association.returns.waits")
	}
	m.bears(o)
	says("borne", "shop.return.settled", "association.returns.settled")
	if n, err := order.OverdueReturns(t.Context(), m.DB, m.read(page).Return.RefundBy); n != 0 || err != nil {
		t.Errorf("%d returns are overdue: %v", n, err)
	}
	if at := boss.Get("/fr/association/returns/" + id.String()).Want(http.StatusOK); !at.Has("[data-settled]") {
		t.Error("who counts is not told that nothing is left to give")
	}
	m.must(m.Orders.ReceiveReturn(t.Context(), id, map[uuid.UUID]order.Counted{line: {Sound: 1}}, m.ByAssociation()))
	m.tells(buyer.Get(page.Path).Want(http.StatusOK), "[data-return]", l.T("shop.return.settled"))
}

func TestAnOrderSaysWhenItWasPaid(t *testing.T) {
	t.Parallel()
	m := newTill(t, payment.Cash{})
	for means, note := range map[string]string{paymenttest.Name: order.NotePaid, payment.CashOnDelivery: ""} {
		l, buyer := m.Languages.Locale("fr"), m.Visitor()
		page, o := m.orders(buyer, "fr", map[string]string{"payment": means})
		if note != "" {
			m.pay(o)
		}
		m.Pass(2 * time.Hour)
		m.Deliver(o)
		page = buyer.Get(page.Path).Want(http.StatusOK)
		for _, e := range m.read(page).Events {
			if e.PartID == nil && (e.Note == note && note != "" || note == "" && e.State == string(order.StateDelivered)) {
				m.tells(page, "#payment", l.T("shop.pay.paid_at", "Means", l.T("means."+means+".name"), "When", l.DateTime(e.At)))
			}
		}
	}
}

func TestWhatCouldNotBeGivenBackIsAskedForAgain(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	boss, treasurer := m.SignIn(m.Association), m.SignIn(m.Hire(account.Treasurer, m.Honey))
	colleague := m.SignIn(m.Hire(account.Director, storetest.Seller{}))
	for _, language := range languages {
		code, l := language, m.Languages.Locale(language)
		_, o := m.orders(m.Visitor(), code, nil)
		m.pay(o)
		m.must(m.Orders.Move(t.Context(), order.MoveDecline, o.Parts[0].ID, m.ByCooperative(o.Parts[0].Cooperative.ID, "cassé")))
		path := "/" + code + "/association/orders/" + o.ID.String()
		if boss.Get(path).Want(http.StatusOK).Has("[data-failed]") {
			t.Error("before it failed it is said to have")
		}
		m.answers(payment.Failed)
		inside := boss.Get(path).Want(http.StatusOK)
		m.tells(inside, "[data-failed]", l.Money(o.Parts[0].Items))
		m.tells(inside, "main", l.T("association.order.back_failed_text"))
		if page := treasurer.Get(path).Want(http.StatusOK); page.Has("form[action$='/refund']") || !page.Has("[data-failed]") {
			t.Error("who may not move the order is offered to ask again, or not told")
		}
		action, form := inside.Form("form[action$='/refund']")
		for _, old := range []string{"", "1", "-1"} {
			boss.Post(action, url.Values{"seen": {old}}).Want(http.StatusConflict)
		}
		page := boss.Post(action, form).Want(http.StatusOK)
		m.tells(page, ".toast", l.T("association.order.done.refund"))
		if page.Has("[data-failed]") {
			t.Error("what was asked for again is said to wait")
		}
		again := colleague.Post(action, form).Want(http.StatusConflict) // from an old page of a colleague
		m.tells(again, "[role=alert]", l.T("order.wrong_state"))
	}
}

func TestWhoseCooperativesDeclineReadsThat(t *testing.T) {
	t.Parallel()
	m := newTill(t, payment.Cash{})
	for _, language := range languages {
		for _, paid := range []bool{false, true} {
			buyer, l, key := m.Visitor(), m.Languages.Locale(language), "shop.track.declined_more"
			means := payment.CashOnDelivery
			if paid {
				means, key = paymenttest.Name, "shop.track.declined_back"
			}
			page, o := m.orders(buyer, language, map[string]string{"payment": means})
			if paid {
				m.pay(o)
			}
			for _, part := range o.Parts {
				m.must(m.Orders.Move(t.Context(), order.MoveDecline, part.ID, m.ByCooperative(part.Cooperative.ID, "cassé")))
			}
			m.tells(buyer.Get(page.Path).Want(http.StatusOK), "h1 + p", l.T(key))
		}
	}
}

func TestAnOrderThatWasNotPaidInTimeSaysSo(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	for _, language := range languages {
		buyer := m.Visitor()
		page, o := m.orders(buyer, language, nil)
		m.must(m.Orders.Expire(t.Context(), o.ID, o.ExpiresAt))
		l := m.Languages.Locale(language)
		page = buyer.Get(page.Path).Want(http.StatusOK)
		m.tells(page, "#lapsed", l.T("shop.track.unpaid"))
		m.tells(page, "h1 + p", l.T("shop.track.cancelled_more_before"))
		if page.Has("#back") {
			t.Error("who has paid nothing gets something back")
		}
	}
}

// Where there is a choice, the pages of the goods name all of it and promise none.
func TestABuyerChoosesAmongMeans(t *testing.T) {
	t.Parallel()
	m := newTill(t, payment.Cash{})
	for _, language := range languages {
		code, l, buyer := language, m.Languages.Locale(language), m.Visitor()
		both := l.T("means.cash_on_delivery.name") + l.T("shop.comma") + paymenttest.Name + ".name"
		home := buyer.Get("/" + code).Want(http.StatusOK)
		m.tells(home, ".facts", both)
		m.tells(home, ".facts", l.T("ui.means_more"))
		m.tells(buyer.Get("/"+code+"/products/"+m.Honey.Products[0].Slug).Want(http.StatusOK), "main", both)
		page, o := m.orders(buyer, code, map[string]string{"payment": paymenttest.Name})
		m.tells(page, "h1", l.T("shop.track.awaiting"))
		m.tells(page, ".stops", l.T("shop.track.pay_first", "Amount", l.Money(o.Due)))
		m.tells(page, ".stops", paymenttest.Name+".more")
		page, o = m.orders(buyer, code, map[string]string{"payment": payment.CashOnDelivery})
		m.tells(page, ".stops", l.T("shop.track.pay", "Amount", l.Money(o.Due)))
		m.tells(page, ".stops", l.T("means.cash_on_delivery.more"))
	}
}

// Where she pays is another site: no form may lead there by a redirect, and a page that waits for the word of it asks
// again, by the script and without.
func TestABuyerIsLedToWhereShePays(t *testing.T) {
	t.Parallel()
	m := newTill(t, payment.Cash{})
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		page, o := m.orders(buyer, code, map[string]string{"payment": paymenttest.Name})
		m.tells(page, "#payment", l.T("shop.pay.to_pay", "Amount", l.Money(o.Due)))
		led := m.placedAt
		url := "https://card.example/" + o.ID.String() + ":1"
		if led.Find("#go").AttrOr("href", "") != url || led.Header.Get("Refresh") != "0; url="+url {
			t.Errorf("%s leads to %q and %q", led.Path, led.Find("#go").AttrOr("href", ""), led.Header.Get("Refresh"))
		}
		m.tells(led, "#sum", l.Money(o.Due))
		m.tells(led, "[data-until]", l.N("shop.pay.left_minutes", 30))
		m.tells(led, "#others", l.T("means.cash_on_delivery.choice"))

		back := buyer.Get(page.Path + "/paid").Want(http.StatusOK)
		m.tells(back, "#checking", l.T("shop.pay.checking"))
		if back.Find("main").AttrOr("data-refresh", "") != "5" || !strings.Contains(back.Find("noscript").Text(), `content="5"`) {
			t.Error("whoever comes back before the word of it has to ask herself")
		}

		// Whoever only reads sees that it is not paid, and can neither pay nor choose.
		reading := "/" + code + "/orders/" + m.Orders.ReadingToken(o.ID, o.Link)
		reader := m.Visitor()
		seen := reader.Get(reading).Want(http.StatusOK)
		m.tells(seen, "#payment", l.T("shop.pay.to_pay", "Amount", l.Money(o.Due)))
		if seen.Has("#payment a") || seen.Has("#payment form") {
			t.Error("a reader's link offers to pay")
		}
		reader.Get(reading + "/pay").Want(http.StatusNotFound)
		reader.Get(reading + "/paid").Want(http.StatusNotFound)
		reader.Post(reading+"/means", formOf("means", payment.CashOnDelivery)).Want(http.StatusNotFound)

		// She was refused: she may try again, or pay at the door after all.
		m.told(payment.Outcome{Attempt: "try-" + o.ID.String() + ":1", State: payment.Failed})
		back = buyer.Get(page.Path + "/paid").Want(http.StatusOK)
		m.tells(back, "#refused", l.T("shop.pay.refused"))
		if back.Find("main").AttrOr("data-refresh", "") != "" {
			t.Error("a page that waits for nothing asks again")
		}
		placed := buyer.Submit(back, "#others form", nil).Want(http.StatusOK)
		m.tells(placed, "#payment", l.T("shop.track.pay", "Amount", l.Money(o.Due)))
		if again := m.read(placed); again.State != order.StatePlaced || again.Payment != payment.CashOnDelivery {
			t.Errorf("it is %s by %s", again.State, again.Payment)
		}
		if late := buyer.Submit(back, "#others form", nil).Want(http.StatusOK); !strings.Contains(late.Text(".toast"), l.T("shop.pay.too_late")) {
			t.Errorf("chosen again it says %q", late.Text(".toast"))
		}
		buyer.Get(page.Path + "/pay").Want(http.StatusOK)
		if at := buyer.Get(page.Path + "/paid").Want(http.StatusOK); !strings.HasSuffix(at.Path, "placed=1") {
			t.Errorf("where nothing is paid first she is led to %s", at.Path)
		}
	}
}

// A provider that is down costs nobody an order.
func TestAProviderThatIsDownIsToldAndAnotherMeansOffered(t *testing.T) {
	t.Parallel()
	m := newTill(t, payment.Cash{})
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		m.card.Refuse(payment.ErrDown)
		put(buyer, code, m.Honey.Products[0].ID, "1").Want(http.StatusOK)
		form := filled(buyer.Get("/"+code+"/checkout").Want(http.StatusOK), nadia)
		form.Set("payment", paymenttest.Name)
		page := buyer.Post("/"+code+"/checkout", form).Want(http.StatusServiceUnavailable)
		m.tells(page, "#down", l.T("shop.pay.down_more"))
		m.tells(page, "#others", l.T("means.cash_on_delivery.choice"))
		if page.Header.Get("Retry-After") == "" {
			t.Error("it does not say when to try again")
		}
		m.card.Refuse(nil)
		buyer.Get(page.Path).Want(http.StatusOK)
		placed := buyer.Submit(page, "#others form", nil).Want(http.StatusOK)
		if o := m.read(placed); o.State != order.StatePlaced {
			t.Errorf("paid at the door it is %s", o.State)
		}
	}
}

func formOf(name, value string) url.Values { return url.Values{name: {value}} }

// decide has the association decide some of its settings.
func (m *till) decide(fields string) {
	m.t.Helper()
	_, err := m.DB.Exec(`update settings set decided = decided || $1`, fields)
	m.must(err)
}

func TestTheAssociationDecidesWhoMayPayHow(t *testing.T) {
	t.Parallel()
	card := testcard.New()
	m := &till{Market: storetest.NewTaking(t, []payment.Provider{payment.Cash{}, card}), t: t}
	cashChoice, cardChoice := "#f-payment-"+payment.CashOnDelivery, "#f-payment-"+testcard.Name
	pay := func(buyer *storetest.Client, code, place, by string) *storetest.Page {
		put(buyer, code, m.Honey.Products[0].ID, "1").Want(http.StatusOK)
		form := filled(buyer.Get("/"+code+"/checkout?place="+place).Want(http.StatusOK), nadia)
		form.Set("place", place)
		form.Set("payment", by)
		return buyer.Post("/"+code+"/checkout", form)
	}
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		put(buyer, code, m.Honey.Products[0].ID, "1").Want(http.StatusOK)

		m.decide(`{"cash_most": "50.00", "cash_offered": "yes", "card_minutes": "45"}`)
		page := buyer.Get("/" + code + "/checkout").Want(http.StatusOK)
		if _, disabled := page.Find(cashChoice).Attr("disabled"); !disabled || !page.Has(cardChoice+"[checked]") {
			t.Error("cash is offered for more than it may come to, or nothing else is chosen")
		}
		m.tells(page, "[data-part=payment]", upTo(l, payment.CashOnDelivery, 50_00))
		m.tells(page, "[data-part=go]", l.T("shop.checkout.to_payment"))
		page = pay(buyer, code, "berkane", payment.CashOnDelivery).Want(http.StatusUnprocessableEntity)
		m.tells(page, "#problem", l.T("order.means_most", "Total", l.Money(260_00), "By", l.T("order.means_by.cash_on_delivery"), "Most", l.Money(50_00)))
		if page.Find("#f-name").AttrOr("value", "") != nadia["name"] {
			t.Error("what was typed is lost")
		}

		// In one zone it may be paid at the door, in another not.
		m.decide(`{"cash_most": "0.00"}`)
		_, err := m.DB.Exec(`update delivery_zones set cash_taken = slug <> 'large-cities'`)
		m.must(err)
		m.Pass(time.Minute)
		terms, err := m.Delivery.Terms(t.Context(), delivery.Home, "casablanca")
		m.must(err)
		only := l.Message(terms.NoCash)
		page = buyer.Get("/" + code + "/checkout?place=casablanca").Want(http.StatusOK)
		m.tells(page, "[data-part=payment]", only)
		if !page.Has(cardChoice + "[checked]") {
			t.Error("where no cash is taken nothing else is chosen")
		}
		m.tells(pay(buyer, code, "casablanca", payment.CashOnDelivery).Want(http.StatusUnprocessableEntity), "#problem", only)
		near := buyer.Get("/" + code + "/checkout?place=berkane").Want(http.StatusOK)
		if !near.Has(cashChoice + "[checked]") {
			t.Error("near it is not offered")
		}
		paidFirst := strings.TrimSpace(l.T("shop.track.if_paid", "Days", "")) // as the order's page says
		if first, after := strings.Count(page.Text("[data-part=delivery]"), paidFirst), strings.Count(near.Text("[data-part=delivery]"), paidFirst); first != 2 || after != 0 {
			t.Errorf("%s: days are counted from the payment %d times if it comes first, and %d times if not", code, first, after)
		}
		pay(buyer, code, "casablanca", testcard.Name).Want(http.StatusOK)
		var o struct {
			ID   uuid.UUID
			Held float64
		}
		m.must(m.DB.Get(&o, `select id, extract(epoch from expires_at - placed_at) as held from orders order by placed_at desc limit 1`))
		if o.Held != 45*60 {
			t.Errorf("it is held for %v seconds", o.Held)
		}
		placed, err := m.Orders.ForAssociation(t.Context(), o.ID)
		m.must(err)
		_, err = m.DB.Exec(`update delivery_zones set cash_taken = slug <> 'large-cities'`)
		m.must(err)
		path := "/" + code + "/orders/" + m.Orders.Token(placed.ID, placed.Link)
		if page = buyer.Get(path + "/paid").Want(http.StatusOK); page.Has("#others form") {
			t.Error("far away cash is offered instead")
		}
		page = buyer.Post(path+"/means", formOf("means", payment.CashOnDelivery)).Want(http.StatusConflict)
		m.tells(page, "main", only)

		m.decide(`{"cash_offered": "no"}`)
		m.Pass(time.Minute)
		home := buyer.Get("/" + code).Want(http.StatusOK)
		m.tells(home, ".facts", l.T("means."+testcard.Name+".name"))
		m.wantNone(home, []string{l.T("means.cash_on_delivery.name"), l.T("ui.means_more")})
		put(buyer, code, m.Honey.Products[0].ID, "1").Want(http.StatusOK)
		if page = buyer.Get("/" + code + "/checkout").Want(http.StatusOK); page.Has(cashChoice) || !page.Has(cardChoice+"[checked]") {
			t.Error("what is not offered is shown")
		}
		pay(buyer, code, "berkane", payment.CashOnDelivery).Want(http.StatusUnprocessableEntity)
	}
}

// A fee stands beside each means before she chooses; what she was shown is what she agrees to.
func TestABuyerSeesWhatAMeansCostsBeforeSheChooses(t *testing.T) {
	t.Parallel()
	m := &till{Market: storetest.NewTaking(t, []payment.Provider{payment.Cash{}, testcard.New()}), t: t}
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		m.decide(`{"cash_fee": "5.00", "card_fee": "12.50"}`)
		put(buyer, code, m.Honey.Products[0].ID, "1").Want(http.StatusOK)
		for path, where := range map[string]string{"/products/" + m.Honey.Products[0].Slug: ".more", "/basket": "#means", "/pages/terms": "main"} {
			before := buyer.Get("/" + code + path).Want(http.StatusOK)
			for provider, fee := range map[string]money.Amount{payment.CashOnDelivery: 5_00, testcard.Name: 12_50} {
				m.tells(before, where, l.T("ui.means_fee", "Means", l.T("means."+provider+".name"), "Fee", l.Money(fee)))
			}
		}
		page := buyer.Get("/" + code + "/checkout?place=berkane").Want(http.StatusOK)
		for provider, fee := range map[string]money.Amount{payment.CashOnDelivery: 5_00, testcard.Name: 12_50} {
			m.tells(page, "label:has(#f-payment-"+provider+")", l.T("shop.means_costs", "Fee", l.Money(fee)))
		}
		m.tells(page, "#means-fee", l.Money(5_00))
		byCard := buyer.Get("/" + code + "/checkout?place=berkane&payment=" + testcard.Name).Want(http.StatusOK)
		m.tells(byCard, "#means-fee", l.Money(12_50))

		// Without the script she chooses the card on the page that adds cash up: both fees were shown there.
		form := filled(page, nadia)
		form.Set("payment", testcard.Name)
		m.decide(`{"card_fee": "13.00"}`)
		stale := buyer.Post("/"+code+"/checkout", form).Want(http.StatusConflict)
		m.tells(stale, "#problem", l.T("order.means_fee_changed"))
		m.tells(stale, "#means-fee", l.Money(13_00))
		if stale.Find("#f-name").AttrOr("value", "") != nadia["name"] {
			t.Error("what was typed is lost")
		}
		placed := buyer.Submit(stale, "#checkout", nil).Want(http.StatusOK)
		var number string
		m.must(m.DB.Get(&number, `select number from orders order by placed_at desc limit 1`))
		id, err := m.Orders.PayerBy(t.Context(), number)
		m.must(err)
		o, err := m.Orders.ForAssociation(t.Context(), id)
		m.must(err)
		if o.MeansFee != 13_00 || o.Total != o.Items+o.DeliveryFee+13_00 {
			t.Errorf("placed on %s it has a fee of %s, total %s", placed.Path, o.MeansFee, o.Total)
		}
		path := "/" + code + "/orders/" + m.Orders.Token(o.ID, o.Link)
		m.tells(buyer.Get(path).Want(http.StatusOK), "#means-fee", l.Money(13_00))
		pay := buyer.Get(path + "/paid").Want(http.StatusOK)
		m.tells(pay, "main", l.T("shop.pay.with_fee", "Fee", l.Money(13_00)))
		m.tells(pay, "#others [data-instead]", l.T("shop.pay.instead_due", "Amount", l.Money(o.Total-8_00)))

		// The other means costs another sum by now: she sees it first.
		m.decide(`{"cash_fee": "6.00"}`)
		changed := buyer.Submit(pay, "#others form", nil).Want(http.StatusOK)
		m.tells(changed, ".toast", l.T("order.means_fee_changed"))
		for _, old := range []string{"", "-1", "x"} {
			buyer.Post(path+"/means", url.Values{"means": {payment.CashOnDelivery}, "fee": {old}}).Want(http.StatusOK)
		}
		if now, err := m.Orders.ForAssociation(t.Context(), id); err != nil || now.State != order.StateAwaiting {
			t.Errorf("it is %s, %v", now.State, err)
		}
		pay = buyer.Get(path + "/paid").Want(http.StatusOK)
		chosen := buyer.Submit(pay, "#others form", nil).Want(http.StatusOK)
		m.tells(chosen, "#means-fee", l.Money(6_00))
		m.tells(chosen, "#due", l.Money(o.Total-7_00))
		inside := m.SignIn(m.Association).Get("/" + code + "/association/orders/" + o.ID.String()).Want(http.StatusOK)
		m.tells(inside, "[data-means-fee]", l.Centimes(6_00))
	}
}

// Whoever took her means takes it no more: she is told so, and pays otherwise.
func TestAMeansThatIsNotTakenAnyMoreIsToldAndAnotherOffered(t *testing.T) {
	t.Parallel()
	m := newTill(t, payment.Cash{})
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		page, o := m.orders(buyer, code, map[string]string{"payment": paymenttest.Name})
		m.DB.MustExec(`update orders set payment = 'stripe' where id = $1`, o.ID)
		m.DB.MustExec(`update payment_intents set provider = 'stripe' where reference = $1`, o.ID)
		m.DB.MustExec(`update payment_attempts set provider = 'stripe' where intent_id = (select id from payment_intents where reference = $1)`, o.ID)
		m.tells(buyer.Get(page.Path).Want(http.StatusOK), "#payment", l.T("shop.pay.instead"))
		gone := buyer.Get(page.Path + "/pay").Want(http.StatusConflict)
		m.tells(gone, "#gone", l.T("shop.pay.gone_more"))
		if gone.Has("#go") || gone.Header.Get("Refresh") != "" {
			t.Error("she is led to where nobody hears of her payment")
		}
		placed := buyer.Submit(gone, "#others form", nil).Want(http.StatusOK)
		if o := m.read(placed); o.State != order.StatePlaced || o.Payment != payment.CashOnDelivery {
			t.Errorf("paid at the door it is %s by %s", o.State, o.Payment)
		}
	}
}

// Whoever no means is left for is told so and what to do, and nothing on the page leads nowhere.
func TestWhomNoMeansIsLeftForIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	m := &till{Market: storetest.NewTaking(t, []payment.Provider{payment.Cash{}, testcard.New()}), t: t}
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		path := "/" + code + "/checkout"
		m.decide(`{"cash_most": "40.00", "card_most": "30.00", "phone": "+212600000001"}`)
		m.Pass(time.Minute)
		put(buyer, code, m.Honey.Products[0].ID, "1").Want(http.StatusOK)

		// It is too much for each.
		page := buyer.Get("/" + code + "/basket").Want(http.StatusOK)
		m.tells(page, "#no-means", l.Money(40_00))
		if page.Has("#means") {
			t.Error("the basket lists what cannot be had for it")
		}
		page = buyer.Get(path + "?place=berkane").Want(http.StatusOK)
		m.tells(page, "#no-means", l.T("shop.checkout.no_means_less", "Most", l.Money(40_00)))
		m.tells(page, "[data-part=go]", l.T("shop.checkout.change_basket"))
		m.wantNone(page, []string{l.T("shop.checkout.no_means_pickup")})
		if page.Has("[name=payment]") || !page.Has("#no-means a[href^='tel:']") {
			t.Error("there is a choice of nothing, or nobody to ask")
		}
		form := filled(page, nadia)
		if page = buyer.Post(path, form).Want(http.StatusOK); page.Path != "/"+code+"/basket" {
			t.Errorf("the button leads to %s", page.Path)
		}
		form.Del("instead")
		form.Set("payment", testcard.Name)
		page = buyer.Post(path, form).Want(http.StatusUnprocessableEntity)
		m.tells(page, "#problem a[href='#no-means']", upTo(l, payment.Card, 30_00))

		// It is enough for one of two.
		m.decide(`{"cash_most": "0.00"}`)
		page = buyer.Get("/" + code + "/basket").Want(http.StatusOK)
		m.tells(page, "#means", l.T("means.cash_on_delivery.name"))
		m.wantNone(page, []string{l.T("means." + testcard.Name + ".name")})

		// Where she lives no cash is taken.
		_, err := m.DB.Exec(`update delivery_zones set cash_taken = slug <> 'large-cities'`)
		m.must(err)
		m.Pass(time.Minute)
		page = buyer.Get(path + "?place=casablanca").Want(http.StatusOK)
		m.tells(page, "#no-means", l.T("shop.checkout.no_means_pickup"))
		m.tells(page, "[data-part=go]", l.T("shop.checkout.pick_up"))
		form = filled(page, nadia)
		form.Set("place", "berkane")
		page = buyer.Post(path, form).Want(http.StatusOK)
		if page.Has("#no-means") || !page.Has("#f-delivery-home[checked]") || !page.Has("#f-payment-"+payment.CashOnDelivery+"[checked]") {
			t.Error("another place that she chose meanwhile is not seen")
		}
		form.Set("place", "casablanca")
		page = buyer.Post(path, form).Want(http.StatusOK)
		if !page.Has("#f-delivery-pickup[checked]") || page.Find("#f-name").AttrOr("value", "") != nadia["name"] {
			t.Error("the button does not have it picked up, or what was typed is lost")
		}
		page = buyer.Post(path, filled(page, nil)).Want(http.StatusOK)
		m.tells(page, "main", l.T("shop.track.order"))
	}
}
