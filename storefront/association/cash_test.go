package association_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestCashIsFollowedFromTheDoorToTheBank(t *testing.T) {
	t.Parallel()
	for _, lang := range storetest.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			m := storetest.New(t)
			boss, l := m.SignIn(m.Association), m.Languages.Locale(lang)
			said := func(amount money.Amount) string { return strings.Join(strings.Fields(l.Money(amount)), " ") }
			page := "/" + lang + "/association/settlement/cash"
			boss.Post(page+"/carriers", url.Values{"name": {" "}}).Want(http.StatusUnprocessableEntity)
			boss.Post(page+"/carriers", url.Values{"name": {"Ali"}}).Want(http.StatusOK)
			carriers, err := m.Orders.Carriers(t.Context())
			if err != nil || len(carriers) != 1 {
				t.Fatalf("%v, %v", carriers, err)
			}
			ali := association.HolderValue(order.CashHolder{Carrier: carriers[0].ID})
			honey := association.HolderValue(order.CashHolder{Cooperative: m.Honey.ID})
			for _, holder := range []string{ali, honey} {
				o := m.Order().Order // of 485 dirhams and 20
				m.Dispatch(o)
				path := "/" + lang + "/association/orders/" + o.ID.String()
				action, form := boss.Get(path).Want(http.StatusOK).Form("form[action$='/deliver']")
				if form.Get("cash") != "" {
					t.Errorf("at first %q has the cash", form.Get("cash"))
				}
				form.Set("cash", "carrier-nobody")
				boss.Post(action, form).Want(http.StatusNotFound)
				form.Set("cash", association.HolderValue(order.CashHolder{Carrier: uuid.New()})) // forgotten since
				unknown := boss.Post(action, form).Want(http.StatusUnprocessableEntity)
				if got := unknown.Text("#f-cash-error"); got != l.T("order.cash_holder") {
					t.Errorf("a carrier that nobody knows: %q", got)
				}
				form.Set("cash", holder)
				boss.Post(action, form).Want(http.StatusOK)
			}
			now := boss.Get(page).Want(http.StatusOK)
			for _, holder := range []string{ali, honey} {
				if got := now.Text("[data-holder='" + holder + "'] b.num"); got != said(505_00) {
					t.Errorf("%s has %s", holder, got)
				}
			}
			action, form := now.Form("[data-holder='" + ali + "'] form")
			for typed, want := range map[string]string{"": l.T("association.pay.amount_missing"), "cinq": l.T("association.pay.unreadable", "Value", "cinq")} {
				form.Set("counted", typed)
				if got := boss.Post(action, form).Want(http.StatusUnprocessableEntity).Text("[data-holder='" + ali + "'] .errmsg"); got != strings.Join(strings.Fields(want), " ") {
					t.Errorf("%q is answered %q, not %q", typed, got, want)
				}
			}
			form.Set("counted", "505.01")
			over := boss.Post(action, form).Want(http.StatusUnprocessableEntity)
			if _, again := over.Form("[data-holder='" + ali + "'] form"); again.Get("counted") != "505.01" {
				t.Errorf("what was typed is gone: %v", again)
			}
			form.Set("counted", "500")
			boss.Post(action, form).Want(http.StatusOK)
			m.SignIn(m.Hire(account.Director, storetest.Seller{})).Post(action, form).Want(http.StatusConflict) // by another at the same time
			now = boss.Get(page).Want(http.StatusOK)
			if got := now.Text("[data-till] .bigprice"); got != said(500_00) {
				t.Errorf("the till has %s", got)
			}
			if got := now.Text("[data-counts] .bdg"); !strings.Contains(got, said(5_00)) {
				t.Errorf("what is missing: %q", got)
			}
			if got := boss.Post(page+"/carriers", url.Values{"name": {"ALI"}}).Want(http.StatusUnprocessableEntity).Text("#f-name-error"); got != strings.Join(strings.Fields(l.T("order.carrier_known", "Name", "Ali")), " ") {
				t.Errorf("the same name in other letters: %q", got)
			}
			end, _ := now.Form("[data-holder='" + ali + "'] form[action$='/end']")
			now = boss.Post(end, nil).Want(http.StatusOK)
			if got := now.Text("[data-holder='" + ali + "'] .bdg"); got != l.T("association.cash.ended_state") {
				t.Errorf("who was ended is %q", got)
			}
			again, _ := now.Form("[data-holder='" + ali + "'] form[action$='/again']")
			if now = boss.Post(again, nil).Want(http.StatusOK); now.Has("[data-holder='" + ali + "'] .bdg") {
				t.Error("who was taken up again is ended")
			}
			action, form = now.Form("[data-till] form")
			form.Set("reference", "DEP-1")
			boss.Post(action, form).Want(http.StatusOK)
			if got := boss.Get(page).Want(http.StatusOK).Text("[data-till] .bigprice"); got != said(0) {
				t.Errorf("the till has %s", got)
			}
		})
	}
}
