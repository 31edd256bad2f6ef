package storefront_test

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

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

// TestEveryFieldOfANumberReadsOneGrammar types into the fields that ask for a number, of every form, what separates digits
// where nothing can, which is refused, and then what they show in Arabic digits, which is read.
func TestEveryFieldOfANumberReadsOneGrammar(t *testing.T) {
	t.Parallel()
	m := withCard(t)
	r := recordsOf(t, m, m.Honey)
	stranger := m.Visitor().Stay()
	stranger.Post("/ar/basket/lines", url.Values{"product": {m.Honey.Products[0].ID.String()}, "quantity": {"٣"}})
	if value := stranger.Get("/ar/basket").Find("main input[name=quantity]").AttrOr("value", ""); value != "3" {
		t.Errorf("in the basket are %q", value)
	}
	clients := map[string]*storetest.Client{"seller": m.SignIn(m.Honey.Member), "association": m.SignIn(m.Association)}
	arabic := strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩")
	asked := map[string]bool{}
	for _, route := range m.Server.Routes() {
		if route.Method != http.MethodGet || route.NoLang || route.Policy == web.Demo {
			continue
		}
		area, _, _ := strings.Cut(strings.TrimPrefix(route.Path, "/"), "/")
		client := cmp.Or(clients[area], stranger)
		page := client.Get(r.path(route))
		if page.Doc == nil {
			continue
		}
		for _, element := range page.Doc.Find("main form[method=post]").EachIter() {
			action := element.AttrOr("action", "")
			fields := element.Find("input")
			if id, named := element.Attr("id"); named {
				fields = fields.AddSelection(page.Doc.Find(`input[form="` + id + `"]`))
			}
			for _, field := range fields.FilterFunction(ofANumber).EachIter() {
				name := field.AttrOr("name", "")
				if asked[action+name] {
					continue
				}
				// As it stands now: what was sent before may have changed it.
				now, where := client.Get(r.path(route)), "main form[action='"+action+"']"
				if !now.Has(where) { // there is nothing to ask any more
					continue
				}
				asked[action+name] = true
				_, form := now.Form(where)
				for _, typed := range []string{"5 5", "12'50", "3 4 5", "1 2345"} {
					form.Set(name, typed)
					answer := client.Post(action, form)
					switch {
					case strings.Contains(action, "/basket/lines"): // a basket keeps what it had, see above
					case answer.Status != http.StatusUnprocessableEntity:
						t.Errorf("%s with %s=%s answers %d", action, name, typed, answer.Status)
					case answer.Doc == nil || answer.Find(`main [name="`+name+`"][aria-invalid=true]`).Length() == 0:
						t.Errorf("%s with %s=%s does not say that it is that field", action, name, typed)
					}
				}
				shown := field.AttrOr("value", "")
				if shown == "" {
					continue
				}
				form.Set(name, arabic.Replace(shown))
				if client.Post(action, form).Status == http.StatusUnprocessableEntity {
					if form.Set(name, shown); client.Post(action, form).Status != http.StatusUnprocessableEntity {
						t.Errorf("%s refuses %s=%s", action, name, arabic.Replace(shown))
					}
				}
			}
		}
	}
	if len(asked) < 40 {
		t.Errorf("only %d fields were asked: %v", len(asked), asked)
	}
}

// ofANumber reports whether a field asks for an amount or a count, and not for digits that are a name.
func ofANumber(_ int, field *goquery.Selection) bool {
	mode := field.AttrOr("inputmode", "")
	return field.AttrOr("type", "text") == "text" && (mode == "decimal" || mode == "numeric") &&
		!slices.Contains([]string{"rib", "ice", "tax_id", "postcode", "code"}, field.AttrOr("name", ""))
}
