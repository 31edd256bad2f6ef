package association_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// byCard is an order that was paid by a card whose provider does not tell of disputes, and delivered.
func byCard(t *testing.T, m *storetest.Market) order.Order {
	o := paidByCard(t, m)
	m.Deliver(o)
	return o
}

// paidByCard is such an order before it is delivered.
func paidByCard(t *testing.T, m *storetest.Market) order.Order {
	t.Helper()
	placed := m.OrderBy(testcard.Name)
	a, err := m.Orders.Pay(t.Context(), placed.Token)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.TrimPrefix(a.URL, m.URL)
	m.Visitor().Post(at, url.Values{"choice": {"pay"}}).Want(http.StatusOK)
	m.Eventually("paid", func() bool {
		now, err := m.Orders.ForAssociation(t.Context(), placed.Order.ID)
		return err == nil && now.Paid
	})
	return placed.Order
}

// The bank writes to the association, which records that, says what the bank decided and who bears it.
func TestADisputeIsRecordedDecidedAndBorne(t *testing.T) {
	t.Parallel()
	for _, lang := range storetest.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, testcard.New()})
			m.ReturnDays(7)
			m.WorkJobs()
			o, l := byCard(t, m), m.Languages.Locale(lang)
			boss, second := m.SignIn(m.Hire(account.Treasurer, storetest.Seller{})), m.SignIn(m.Association)
			says := func(page *storetest.Page, selector, want string) {
				t.Helper()
				if got := page.Text(selector); got != spaced(want) {
					t.Errorf("%s: %s says %q, not %q", page.Path, selector, got, spaced(want))
				}
			}
			list, path := "/"+lang+"/association/disputes", "/"+lang+"/association/orders/"+o.ID.String()+"/dispute"
			if !boss.Get(list).Want(http.StatusOK).Has(".empty") {
				t.Error("before there is any it lists something")
			}
			page := boss.Get(path).Want(http.StatusOK)
			for field, typed := range map[string]string{"name": "", "amount": "0", "fee": "beaucoup", "due_by": "demain"} {
				form := url.Values{"name": {"CB 7"}, "amount": {o.Due.String()}, field: {typed}}
				wrong := boss.Submit(page, "form[data-record]", form).Want(http.StatusUnprocessableEntity)
				if !wrong.Has("#f-"+field+"-error") || wrong.Find("[name="+field+"]").AttrOr("value", "") != typed {
					t.Errorf("%s %q: %s", field, typed, wrong.Text("form[data-record]"))
				}
			}
			old := url.Values{"name": {"CB 7"}, "amount": {o.Due.String()}, "due_by": {"2020-01-31"}}
			if wrong := boss.Submit(page, "form[data-record]", old).Want(http.StatusUnprocessableEntity); !wrong.Has("#f-due_by-error") {
				t.Error("a day that is over is taken")
			}
			form := url.Values{"name": {"CB 7"}, "amount": {o.Due.String()}, "fee": {"15"}, "due_by": {"\u200f٣١/٠١/٢٠٢٧"}}
			boss.Submit(page, "form[data-record]", form).Want(http.StatusOK)
			open := second.Submit(page, "form[data-record]", form).Want(http.StatusOK) // another person, of the same letter
			says(open, "[data-state=open]", l.T("association.disputes.open"))
			says(open, "[data-now]", l.T("association.disputes.now_open"))
			if n := boss.Get(list).Want(http.StatusOK).Find("[data-dispute]").Length(); n != 1 {
				t.Errorf("%d disputes are listed", n)
			}

			// Meanwhile nothing is given back, and the list of that says why.
			says(boss.Get("/"+lang+"/association/orders/"+o.ID.String()+"/giveback").Want(http.StatusOK), "[data-disputed]", l.T("payment.disputed"))
			refund := order.RefundInput{Scope: order.RefundPart, Part: o.Parts[0].ID, Reason: order.ReasonDamaged, Means: payment.CashOnDelivery, Key: uuid.New()}
			if err := m.Orders.Refund(t.Context(), o.ID, refund, m.ByAssociation()); err != nil {
				t.Fatal(err)
			}
			waiting := boss.Get("/" + lang + "/association/refunds").Want(http.StatusOK)
			says(waiting, "[data-refund] .bdg", l.T("association.refunds.held"))
			if !waiting.Has("[data-held] a") || waiting.Has("[data-refund] form") {
				t.Error("what waits for a dispute can be given")
			}

			// Whoever decides has seen it as it stands.
			open = boss.Get(path).Want(http.StatusOK)
			if !open.Has("#answer") {
				t.Error("nothing says what the bank is answered with")
			}
			lost := boss.Submit(open, "[data-decide=lost]", nil).Want(http.StatusOK)
			says(lost, ".bdg[data-state=lost]", l.T("association.disputes.to_bear"))
			if lost.Has("#answer") {
				t.Error("the bank is to be answered after it has decided")
			}
			late := second.Submit(open, "[data-decide=won]", nil).Want(http.StatusConflict)
			says(late, "[data-notice]", l.T("payment.dispute_changed"))
			nobody := boss.Submit(lost, "form[action$='/bear']", nil).Want(http.StatusUnprocessableEntity)
			if !nobody.Has("fieldset.err") {
				t.Error("nobody bears it, and nothing is said beside the choice")
			}
			borne := boss.Submit(lost, "form[action$='/bear']", url.Values{"borne_by": {string(order.ByAssociation)}}).Want(http.StatusOK)
			says(borne, "[data-now]", l.T("association.disputes.now_association"))
			// Of what her bank gave some was due back already.
			history := m.SignIn(m.Association).Get("/" + lang + "/association/orders/" + o.ID.String()).Want(http.StatusOK)
			for kind, amount := range map[order.MoneyKind]money.Amount{
				order.ToldDisputed: o.Due, order.ToldDisputeLost: o.Due, order.ToldGivenByBank: o.Due - o.Parts[0].Items,
			} {
				got := history.Find("[data-history] [data-money=" + string(kind) + "] b").First().Text()
				if want := l.T(kind.Key(), "Amount", l.Money(amount)); spaced(got) != spaced(want) {
					t.Errorf("the history says %q, not %q", got, want)
				}
			}
			if n := history.Find("[data-history] [data-money]").Length(); n != 4 {
				t.Errorf("the history tells %d things of its money: %s", n, history.Text("[data-history]"))
			}
			second.Submit(lost, "form[action$='/bear']", url.Values{"borne_by": {string(order.ByCooperative)}}).Want(http.StatusConflict)
			if boss.Get(list).Want(http.StatusOK).Has("[data-dispute]") || !boss.Get(list+"?state=over").Want(http.StatusOK).Has("[data-dispute]") {
				t.Error("what is decided is not over")
			}
			if key := storetest.Unsaid(borne.Text("main")); key != "" {
				t.Errorf("nothing is said for %s", key)
			}
			if waiting := boss.Get("/" + lang + "/association/refunds").Want(http.StatusOK); waiting.Has("[data-refund]") {
				t.Error("what her bank has given is to be given again")
			}
		})
	}
}

// As long as an order is under way nobody is asked who bears what was lost of it, and reads why.
func TestWhoBearsALossIsAskedWhenItCanBeDecided(t *testing.T) {
	t.Parallel()
	for _, lang := range storetest.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, testcard.New()})
			m.ReturnDays(7)
			m.WorkJobs()
			o, l := paidByCard(t, m), m.Languages.Locale(lang)
			if err := m.Orders.RecordDispute(t.Context(), o.ID, payment.DisputeInput{Name: "CB 7", Amount: o.Due / 2}); err != nil {
				t.Fatal(err)
			}
			boss, path := m.SignIn(m.Association), "/"+lang+"/association/orders/"+o.ID.String()+"/dispute"
			boss.Submit(boss.Get(path).Want(http.StatusOK), "[data-decide=lost]", nil).Want(http.StatusOK)
			before := boss.Get(path).Want(http.StatusOK)
			if got, want := before.Text("[data-under-way]"), l.T(order.ErrLossUnderWay.Key); got != spaced(want) || before.Has("form[action$='/bear']") {
				t.Errorf("while it is under way: %q, asked: %v", got, before.Has("form[action$='/bear']"))
			}
			m.Deliver(o)
			if after := boss.Get(path).Want(http.StatusOK); after.Has("[data-under-way]") || !after.Has("form[action$='/bear']") {
				t.Error("once it is delivered nobody is asked")
			}
		})
	}
}

// Whoever sees money and pays nothing out reads how a dispute stands, and can say nothing of it; others do not see it.
func TestADisputeIsForThoseWhoKeepTheMoney(t *testing.T) {
	t.Parallel()
	m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, testcard.New()})
	m.ReturnDays(7)
	m.WorkJobs()
	o := byCard(t, m)
	if err := m.Orders.RecordDispute(t.Context(), o.ID, payment.DisputeInput{Name: "CB 7", Amount: o.Due}); err != nil {
		t.Fatal(err)
	}
	disputes, err := m.Payments.DisputesOf(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	const list = "/fr/association/disputes"
	path := "/fr/association/orders/" + o.ID.String() + "/dispute"
	decide := url.Values{"seen": {strconv.Itoa(disputes[0].Version)}, "state": {"won"}}
	for _, role := range account.Roles(false) {
		reader := m.SignIn(m.Hire(role, storetest.Seller{}))
		status := http.StatusForbidden
		if role.Holds(account.SeeMoney) {
			status = http.StatusOK
		}
		page := reader.Get(path).Want(status)
		reader.Get(list).Want(status)
		if role.Holds(account.PayOut) != page.Has("form[data-decide]") {
			t.Errorf("%s is offered to decide: %v", role, page.Has("form[data-decide]"))
		}
		if !role.Holds(account.PayOut) {
			reader.Post(list+"/"+disputes[0].ID.String()+"/decide", decide).Want(http.StatusForbidden)
		}
	}
	m.SignIn(m.Honey.Member).Get(path).Want(http.StatusForbidden)
	m.Visitor().Stay().Get(path).Want(http.StatusSeeOther)
}
