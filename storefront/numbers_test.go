package storefront_test

import (
	"cmp"
	"net/http"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/storefront/storetest"
	"github.com/souk-taawon/souk/storefront/web"
)

// numbers are what a column of the database, or a calculation with it, may not hold.
var numbers = []string{"-1", "2147483648", "-2147483649", "9223372036854775807", "-9223372036854775808", "99999999999999999999"}

// TestNoNumberBreaksTheMarket puts them into every field of every form of the pages, and into the numbers
// of their addresses.
func TestNoNumberBreaksTheMarket(t *testing.T) {
	t.Parallel()
	m := withCard(t)
	r := recordsOf(t, m, m.Honey)
	stranger := m.Visitor().Stay()
	clients := map[string]*storetest.Client{"seller": m.SignIn(m.Honey.Member), "association": m.SignIn(m.Association)}
	tried := map[string]bool{}
	check := func(what string, answer *storetest.Page) {
		if answer.Status >= http.StatusInternalServerError {
			t.Errorf("%s answers %d", what, answer.Status)
		}
	}
	for _, route := range m.Server.Routes() {
		if route.Method != http.MethodGet || route.NoLang || route.Policy == web.Demo {
			continue
		}
		area, _, _ := strings.Cut(strings.TrimPrefix(route.Path, "/"), "/")
		client := cmp.Or(clients[area], stranger)
		path := r.path(route)
		for _, number := range numbers {
			asked := path + "?page=" + number + "&n=" + number + "&before=" + number + "&min=" + number + "&max=" + number
			check(asked, client.Get(asked))
		}
		page := client.Get(path)
		if page.Doc == nil {
			continue
		}
		for _, element := range page.Doc.Find("main form[method=post]").EachIter() {
			action, form := page.Form("main form[action='" + element.AttrOr("action", "") + "']")
			if tried[action] {
				continue
			}
			tried[action] = true
			for field, shown := range form {
				for _, number := range numbers {
					form[field] = []string{number}
					check(action+" with "+field+"="+number, client.Post(action, form))
				}
				form[field] = shown
			}
		}
	}
	if len(tried) < 30 {
		t.Errorf("only %d forms were tried", len(tried))
	}
}
