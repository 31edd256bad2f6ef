package seller_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestAPresidentGivesRolesInHerCooperative(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	preparer := m.Hire(account.Preparer, m.Honey)
	president, hers := m.SignIn(m.Honey.Member), m.SignIn(preparer).Stay()
	hers.Get("/fr/seller/products").Want(http.StatusForbidden)
	for _, language := range languages {
		l := m.Languages.Locale(language)
		people := "/" + language + "/seller/people"
		list := president.Get(people).Want(http.StatusOK)
		if n := list.Find("[data-accounts] li").Length(); n != 2 {
			t.Errorf("%s: %d people are listed", language, n)
		}
		page := president.Get(people + "/" + preparer.ID.String()).Want(http.StatusOK)
		page = president.Submit(page, "#role form", url.Values{"role": {"manager"}}).Want(http.StatusUnprocessableEntity)
		if said := page.Text("#f-sure-error"); said != l.T("ui.role.sure_missing") {
			t.Errorf("%s: it says %q", language, said)
		}
		page = president.Submit(page, "#role form", url.Values{"role": {"manager"}, "sure": {"yes"}}).Want(http.StatusOK)
		if said := page.Text(".toast"); said != strings.Join(strings.Fields(l.T("ui.role.given", "Role", l.T("role.manager"))), " ") {
			t.Errorf("%s: it says %q", language, said)
		}
		hers.Get("/fr/seller/products").Want(http.StatusOK)
		page = president.Get(people + "/" + preparer.ID.String())
		president.Submit(page, "#role form", url.Values{"role": {"preparer"}, "sure": {"yes"}}).Want(http.StatusOK)
	}
	own := president.Get("/fr/seller/people/" + m.Honey.Member.ID.String()).Want(http.StatusOK)
	if own.Has("#role") {
		t.Error("she is offered another role for herself")
	}
	president.Post("/fr/seller/people/"+m.Honey.Member.ID.String()+"/role", url.Values{"role": {"manager"}, "sure": {"yes"}}).Want(http.StatusConflict)
	for _, stranger := range []account.User{m.Oil.Member, m.Association} {
		president.Get("/fr/seller/people/" + stranger.ID.String()).Want(http.StatusNotFound)
		president.Post("/fr/seller/people/"+stranger.ID.String()+"/role", url.Values{"role": {"preparer"}, "sure": {"yes"}, "seen": {"0"}}).Want(http.StatusNotFound)
	}
}
