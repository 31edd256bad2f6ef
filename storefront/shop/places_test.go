package shop_test

import (
	"net/http"
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
