package shop_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestPlacesStandInTheOrderOfTheReadersLanguage(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, language := range languages {
		visitor := m.Visitor()
		visitor.Get("/" + language + "/products/" + m.Honey.Products[0].Slug).Want(http.StatusOK)
		visitor.Post("/"+language+"/basket/lines", map[string][]string{"product": {m.Honey.Products[0].ID.String()}, "quantity": {"1"}})
		page := visitor.Get("/" + language + "/checkout").Want(http.StatusOK)
		order := m.Languages.Locale(language).Order()
		groups := page.Find("select[name=place] optgroup")
		if groups.Length() != 4 {
			t.Fatalf("%s: %d zones", language, groups.Length())
		}
		groups.Each(func(_ int, zone *goquery.Selection) {
			before := ""
			zone.Find("option").Each(func(_ int, place *goquery.Selection) {
				if name := place.Text(); order(before, name) > 0 {
					t.Errorf("%s: %s before %s", language, before, name)
				}
				before = place.Text()
			})
		})
	}
}

func TestACommuneIsFoundByItsNameToo(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Index()
	visitor := m.Visitor()
	for _, name := range []string{"zegzel", "Zegzel", "ZEGZEL", "زكزل", "زڭزل", "زَكْـزَل"} {
		for _, path := range []string{"/fr/products?commune=", "/fr/cooperatives?commune="} {
			asked, named := visitor.Get(path+"zegzel").Want(http.StatusOK), visitor.Get(path+url.QueryEscape(name)).Want(http.StatusOK)
			if asked.Text("main h1") != named.Text("main h1") || asked.Find("main li h3").Length() != named.Find("main li h3").Length() {
				t.Errorf("%s%s: %s", path, name, named.Text("main"))
			}
		}
	}
}
