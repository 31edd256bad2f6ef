package association_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/storetest"
)

const stripeAccount = "acct_1Nv0FGQ9RKHgCVdK"

// The provider refuses at first, and pays when it is asked again; both sides read what became of it.
func TestACooperativeIsPaidByAProvider(t *testing.T) {
	t.Parallel()
	for _, lang := range storetest.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			card := paymenttest.New()
			m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, card})
			m.ReturnDays(0)
			boss, member, l := m.SignIn(m.Association), m.SignIn(m.Honey.Member), m.Languages.Locale(lang)
			says := func(page *storetest.Page, selector, want string) {
				t.Helper()
				if got := page.Text(selector); !strings.Contains(strings.Join(strings.Fields(got), " "), strings.Join(strings.Fields(want), " ")) {
					t.Errorf("%s says %q, not %q", selector, got, want)
				}
				if key := storetest.Unsaid(page.Text("main")); key != "" {
					t.Errorf("nothing is said for %s", key)
				}
			}

			form := "/" + lang + "/association/cooperatives/" + m.Honey.Slug
			action, fields := boss.Get(form + "/edit").Want(http.StatusOK).Form("form:has([name=stripe_account])")
			for typed, why := range map[string]string{"acct": "cooperative.stripe_account_invalid", stripeAccount: "cooperative.stripe_account_not_payable"} {
				fields.Set("stripe_account", typed)
				page := boss.Post(action, fields).Want(http.StatusUnprocessableEntity)
				says(page, "#f-stripe_account-error", l.T(why))
				if _, again := page.Form("form:has([name=stripe_account])"); again.Get("stripe_account") != typed {
					t.Errorf("what was typed is gone: %q", again.Get("stripe_account"))
				}
			}
			card.Account(stripeAccount, func(*paymenttest.Account) {})
			fields.Set("stripe_account", stripeAccount)
			says(boss.Post(action, fields).Want(http.StatusOK), "[data-fact=stripe_account]", stripeAccount)
			boss.Post(action, fields).Want(http.StatusOK) // nothing is changed by it
			fields.Set("stripe_account", "")
			says(boss.Post(action, fields).Want(http.StatusOK), "[data-fact=stripe_account]", stripeAccount) // by somebody whose page, from before, did not have it

			card.Account(stripeAccount, func(a *paymenttest.Account) { a.Closed = true })
			o := m.OrderBy(paymenttest.Name).Order
			a, err := m.Payments.Start(t.Context(), o.ID)
			if err != nil {
				t.Fatal(err)
			}
			m.WorkJobs()
			paid := card.Say(payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: a.Amount})
			if err := m.Payments.Receive(t.Context(), paymenttest.Name, payment.Event{ID: "paid", Payload: paid}); err != nil {
				t.Fatal(err)
			}
			m.Eventually("paid", func() bool {
				now, err := m.Orders.ForAssociation(t.Context(), o.ID)
				return err == nil && now.Paid
			})
			m.Deliver(o)
			line := func(way settlement.ByProvider) string {
				return l.T("settlement.provider."+string(way), "Provider", "Test_advance")
			}
			statement := "/" + lang + "/association/settlement/" + m.Honey.Slug
			m.Eventually("refused", func() bool {
				return strings.Contains(boss.Get(statement).Text("[data-entries]"), line(settlement.ProviderAgain))
			})
			page := boss.Get(statement).Want(http.StatusOK)
			says(page, "[data-entries]", line(settlement.ProviderFailed))
			owed, err := m.Settlements.OwedTo(t.Context(), m.Honey.ID)
			if err != nil || owed.Due == 0 || owed.PaidOut != 0 {
				t.Fatalf("owed %+v, %v", owed, err)
			}
			list := boss.Get("/" + lang + "/association/settlement").Want(http.StatusOK)
			says(list, "[data-refused-by-providers]", l.T("association.settlement.refused_paid", "Provider", "Test_advance", "Amount", l.Money(owed.Due)))
			says(list, "[data-refused-by-providers]", "account_closed")

			card.Account(stripeAccount, func(a *paymenttest.Account) { a.Closed = false })
			again, _ := page.Form("form[action$='/again']")
			member.Post(again, nil).Want(http.StatusForbidden)
			boss.Post(strings.Replace(again, m.Honey.Slug, m.Oil.Slug, 1), nil).Want(http.StatusNotFound)
			boss.Post("/"+lang+"/association/settlement/"+m.Honey.Slug+"/payouts/"+uuid.NewString()+"/again", nil).Want(http.StatusNotFound)
			boss.Post(again, nil).Want(http.StatusOK)
			says(m.SignIn(m.Hire(account.Director, storetest.Seller{})).Post(again, nil).Want(http.StatusConflict), "main", l.T("settlement.not_refused")) // by another at the same time
			m.Eventually("paid out", func() bool { return card.Account(stripeAccount, func(*paymenttest.Account) {}).Balance == owed.Due })
			m.Eventually("recorded", func() bool {
				return strings.Contains(boss.Get(statement).Text("[data-entries]"), line(settlement.ProviderPaid))
			})
			page = boss.Get(statement).Want(http.StatusOK)
			if page.Has("form[action$='/again']") || page.Has("[data-dialog^=undo-]") {
				t.Error("what a provider paid can be asked for again, or undone by hand")
			}
			action = "/" + lang + "/association/settlement/" + m.Honey.Slug + "/payouts/" + payoutOf(t, m).String() + "/undo"
			says(boss.Post(action, url.Values{"reason": {"x"}}).Want(http.StatusConflict), "main", l.T("settlement.by_provider"))
			says(member.Get("/"+lang+"/seller/money").Want(http.StatusOK), "main", line(settlement.ProviderPaid))
			for _, of := range []string{"csv"} {
				if body := member.Get("/" + lang + "/seller/money." + of).Want(http.StatusOK).Body; !strings.Contains(string(body), line(settlement.ProviderPaid)) {
					t.Errorf("the file says %s", body)
				}
			}
			if boss.Get("/" + lang + "/association/settlement").Has("[data-refused-by-providers]") {
				t.Error("what was paid since is shown as refused")
			}
		})
	}
}

// payoutOf is the last payout of the market.
func payoutOf(t *testing.T, m *storetest.Market) (id uuid.UUID) {
	t.Helper()
	if err := m.DB.Get(&id, `select id from payouts order by at desc, attempt desc limit 1`); err != nil {
		t.Fatal(err)
	}
	return id
}
