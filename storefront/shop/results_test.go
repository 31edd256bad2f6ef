package shop_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestDarijaIsUnderstood(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, language := range languages {
		page := m.Visitor().Get("/" + language + "/products?q=3sel").Want(http.StatusOK)
		if text := page.Text("h1"); text != map[string]string{"ar": "عسل", "fr": "Miel", "en": "Honey"}[m.Languages.Locale(language).Reads()] {
			t.Errorf("%s: «3sel» is shown as %q", language, text)
		}
		if n := page.Find(".card").Length(); n != 2 {
			t.Errorf("%s: %d kinds of honey, not 2", language, n)
		}
	}
}

func TestResultsAreNarrowedStepByStep(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	all := m.Visitor().Get("/fr/products").Want(http.StatusOK)
	if n := all.Find(".card").Length(); n != 6 {
		t.Fatalf("%d products, not all 6", n)
	}
	// The form's own fields, as a browser without the script would send them.
	honey := m.Visitor().Get("/fr/products?category=honey&min_price=200").Want(http.StatusOK)
	if text := honey.Text(".card h3"); text != "Miel de jujubier" {
		t.Errorf("dear honey: %q", text)
	}
	if !honey.Has(`#filters input[name=category][value=honey][checked]`) {
		t.Error("what was chosen is not marked")
	}
	chips := honey.Find(".chip.on")
	if chips.Length() != 2 {
		t.Fatalf("%d chips, not one for the shelf and one for the price", chips.Length())
	}
	wider := m.Visitor().Get(chips.Eq(1).AttrOr("href", "")).Want(http.StatusOK)
	if n := wider.Find(".card").Length(); n != 2 {
		t.Errorf("without the price: %d kinds of honey, not 2", n)
	}
	cheap := m.Visitor().Get("/fr/products?sort=price").Want(http.StatusOK)
	if text := cheap.Find(".card h3").First().Text(); text != "Clémentines" {
		t.Errorf("the cheapest is %q", text)
	}
	women := m.Visitor().Get("/fr/products?women_led=true&in_stock=true").Want(http.StatusOK)
	if n := women.Find(".card").Length(); n != 3 {
		t.Errorf("%d products of women's cooperatives in stock, not 3", n)
	}
}

func TestBadInputKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	page := m.Visitor().Get("/fr/products?min_price=" + url.QueryEscape("cher<b>") + "&page=-4&sort=none").Want(http.StatusUnprocessableEntity)
	if said := page.Text("main #wrong"); !strings.Contains(said, "Exemple") { // the field itself may stand in a drawer
		t.Errorf("the page says %q", said)
	}
	field := page.Find("#o-min_price")
	if field.AttrOr("value", "") != "cher<b>" || field.AttrOr("aria-invalid", "") != "true" {
		t.Error("a price that is none is not shown as such")
	}
	if n := page.Find(".card").Length(); n != 6 {
		t.Errorf("%d products, not all 6", n)
	}
	l := m.Languages.Locale("fr")
	page = m.Visitor().Get("/fr/products?max_price=1.250").Want(http.StatusUnprocessableEntity)
	if said, want := page.Text("main #wrong"), l.T("ui.two_amounts", "Value", "1.250", "Large", "1250", "Small", "1,25"); !strings.HasSuffix(said, strings.ReplaceAll(want, "\u00a0", " ")) {
		t.Errorf("a price of two readings is told %q, not %q", said, want)
	}
	swapped := m.Visitor().Get("/fr/products?min_price=400&max_price=200").Want(http.StatusOK)
	if text := swapped.Text(".card h3"); text != "Miel de jujubier" {
		t.Errorf("between 400 and 200: %q", text)
	}
	huge := m.Visitor().Get("/fr/products?q=" + strings.Repeat("miel+", 600)).Want(http.StatusOK)
	if n := huge.Find(".card").Length(); n != 2 {
		t.Errorf("a very long search finds %d, not 2", n)
	}
	last := m.Visitor().Get("/fr/products?page=9999").Want(http.StatusOK)
	if last.Path != "/fr/products" {
		t.Errorf("a page that is not there leads to %s", last.Path)
	}
}

func TestTheLastPageSaysThatMoreWasFound(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	// The six products of the market end the last page that can be turned to.
	const before = search.MaxResults - search.MaxResults%search.DefaultPerPage - 6
	docs := make([]search.Document, before+30)
	for i := range docs {
		docs[i] = search.Document{ID: uuid.NewString(), NameFR: "Huile"}
		if i < before {
			docs[i].CreatedAt = m.Now().AddDate(1, 0, 0).Unix()
		}
	}
	if err := m.Search.Put(t.Context(), search.Each(docs)); err != nil {
		t.Fatal(err)
	}
	for _, language := range languages {
		page := m.Visitor().Get("/" + language + "/products?sort=newest&page=416").Want(http.StatusOK)
		if n := page.Find(".card").Length(); n != 6 || page.Has("[rel=next]") {
			t.Errorf("%s: the last page has %d products, expected 6, and a next one: %t", language, n, page.Has("[rel=next]"))
		}
		l := m.Languages.Locale(language)
		cut := strings.Join(strings.Fields(l.T("shop.results.cut", "N", l.Number(9984))), " ") // as Text writes spaces
		if !strings.Contains(page.Text("main"), cut) {
			t.Errorf("%s: the last page does not say that there is more", language)
		}
		if end := m.Visitor().Get("/" + language + "/products?sort=newest&page=9999").Want(http.StatusOK); end.Text("[aria-current=page].num") != page.Text("[aria-current=page].num") {
			t.Errorf("%s: a later page leads to %s", language, end.Text("[aria-current=page].num"))
		}
		if whole := m.Visitor().Get("/" + language + "/products?q=miel").Want(http.StatusOK); strings.Contains(whole.Text("main"), cut) {
			t.Errorf("%s: two products are said to be more than they are", language)
		}
	}
}

func TestNothingFoundOffersWaysOn(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	page := m.Visitor().Get("/ar/products?q=" + url.QueryEscape("قققققق")).Want(http.StatusOK)
	if !page.Has(".empty") || !page.Has(".chip[href]") || !page.Has(".card") {
		t.Error("no word, no shelves or nothing to look at")
	}
	narrowed := m.Visitor().Get("/fr/products?q=miel&category=oil").Want(http.StatusOK)
	back := narrowed.Find(".empty a.btn").First().AttrOr("href", "")
	if got := m.Visitor().Get(back).Want(http.StatusOK); got.Find(".card").Length() != 2 {
		t.Errorf("without the filters %s still finds nothing", back)
	}
}

func TestTheShopStaysOpenWithoutSearch(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	if err := m.Search.Close(); err != nil {
		t.Fatal(err)
	}
	page := m.Visitor().Get("/fr/products?q=miel").Want(http.StatusOK)
	if !strings.Contains(page.Text(".note.wait"), "La recherche ne répond pas") {
		t.Errorf("nobody says what is wrong: %q", page.Text("main"))
	}
	if !page.Has(".card") {
		t.Error("an empty shop")
	}
	m.Visitor().Get("/fr/products/" + m.Honey.Products[0].Slug).Want(http.StatusOK)
	m.Visitor().Get("/fr/suggest?q=miel").Want(http.StatusOK)
}

func TestSuggestionsAreSafeToShow(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	page := m.Visitor().Get("/fr/suggest?q=mie").Want(http.StatusOK)
	if n := page.Find(`a[role=option]`).Length(); n != 3 {
		t.Errorf("%d suggestions, not two kinds of honey and the way to all", n)
	}
	if text := page.Find("mark").First().Text(); text != "Miel" {
		t.Errorf("marked is %q", text)
	}
	for language, word := range map[string]string{"ar": "عسل", "fr": "miel", "en": "honey"} {
		if text := m.Visitor().Get("/" + language + "/suggest?q=3sel").Want(http.StatusOK).Text("p.g"); !strings.Contains(text, word) {
			t.Errorf("%s: «3sel» is understood as %q", language, text)
		}
	}
	named := m.Visitor().Get("/fr/suggest?q=nahla").Want(http.StatusOK)
	if !named.Has(`a[href="/fr/cooperatives/nahla"]`) {
		t.Error("a cooperative is not suggested by its name")
	}
	hostile := m.Visitor().Get("/fr/suggest?q=" + url.QueryEscape(`miel"><script>alert(1)</script>`)).Want(http.StatusOK)
	if strings.Contains(string(hostile.Body), "<script") {
		t.Error("what was typed comes back as HTML")
	}
	if empty := m.Visitor().Get("/fr/suggest?q=").Want(http.StatusOK); empty.Has("a") {
		t.Error("suggestions for nothing")
	}
}

func TestAnAddressWithoutEndMakesNoPageWithoutEnd(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	values := func(n int, piece string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, piece, i)
		}
		return b.String()
	}
	for name, test := range map[string]struct {
		query  string
		status int
	}{
		"filters":            {values(240, "label=l%d&"), http.StatusOK},
		"long filters":       {values(20, "coop="+strings.Repeat("x", 180)+"%d&"), http.StatusOK},
		"every kind":         {values(60, "category=a%[1]d&coop=b%[1]d&commune=c%[1]d&label=d%[1]d&"), http.StatusOK},
		"a long word":        {"q=" + strings.Repeat("x", 4000), http.StatusOK},
		"long prices":        {"min_price=" + strings.Repeat("9", 1900) + "&max_price=" + strings.Repeat("9", 1900), http.StatusUnprocessableEntity},
		"thousands of those": {values(600, "c=%d&"), http.StatusRequestURITooLong},
	} {
		page := m.Visitor().Get("/fr/products?" + test.query).Want(test.status)
		if len(page.Body) > 90<<10 {
			t.Errorf("%s: an address of %d KB makes a page of %d KB", name, len(test.query)>>10, len(page.Body)>>10)
		}
		if n := page.Doc.Find(".chip.on").Length(); n > 30 {
			t.Errorf("%s: %d filters are on", name, n)
		}
	}
	page := m.Visitor().Get("/fr/products?q=" + url.QueryEscape(strings.Repeat("عسل ", 200))).Want(http.StatusOK)
	if n := len([]rune(page.Text("h1"))); n > 200 {
		t.Errorf("the heading has %d letters", n)
	}
}
