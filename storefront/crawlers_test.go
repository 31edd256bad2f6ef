package storefront_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestSearchEnginesAreLedToWhatIsPublicOnly(t *testing.T) {
	t.Parallel()
	m := storetest.New(t, func(c *storefront.Config) { c.Sample, c.Demo = false, false })
	visitor := m.Visitor()
	robots := string(visitor.Get("/robots.txt").Want(http.StatusOK).Body)
	for _, line := range []string{"Disallow: /api/", "Disallow: /ar/seller", "Disallow: /fr/association", "Disallow: /en/orders", "Disallow: /fr/basket",
		"Disallow: /ar/checkout", "Disallow: /ar/reset", "Disallow: /ar/signin", "Disallow: /ar/demo", "Sitemap: " + m.URL + "/sitemap.xml"} {
		if !strings.Contains(robots, line+"\n") {
			t.Errorf("no %q in\n%s", line, robots)
		}
	}
	if strings.Contains(robots, "/products") || strings.Contains(robots, "/cooperatives") || strings.Contains(robots, "Disallow: /\n") {
		t.Errorf("it keeps out of the shop:\n%s", robots)
	}
	var index struct {
		Parts []string `xml:"sitemap>loc"`
	}
	if err := xml.Unmarshal(visitor.Get("/sitemap.xml").Want(http.StatusOK).Body, &index); err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]string) // the alternates of each address
	for _, part := range index.Parts {
		var pages struct {
			URLs []struct {
				Loc        string `xml:"loc"`
				Alternates []struct {
					Lang string `xml:"hreflang,attr"`
					Href string `xml:"href,attr"`
				} `xml:"http://www.w3.org/1999/xhtml link"`
			} `xml:"url"`
		}
		if err := xml.Unmarshal(visitor.Get(strings.TrimPrefix(part, m.URL)).Want(http.StatusOK).Body, &pages); err != nil {
			t.Fatal(err)
		}
		for _, page := range pages.URLs {
			for _, other := range page.Alternates {
				found[page.Loc] = append(found[page.Loc], other.Lang+" "+other.Href)
			}
		}
	}
	for _, path := range []string{"", "/products", "/pages/terms", "/cooperatives/nahla", "/products/" + m.Oil.Products[0].Slug} {
		var want strings.Builder
		for _, code := range m.Languages.Codes() {
			want.WriteString(code + " " + m.URL + "/" + code + path + " ")
		}
		want.WriteString("x-default " + m.URL + "/ar" + path)
		for _, code := range m.Languages.Codes() {
			if got := found[m.URL+"/"+code+path]; strings.Join(got, " ") != want.String() {
				t.Errorf("%s%s has the alternates %v, not %s", code, path, got, want.String())
			}
		}
	}
	for address := range found {
		visitor.Get(strings.TrimPrefix(address, m.URL)).Want(http.StatusOK)
		if strings.Contains(address, m.Honey.Product(t, "M-3").Slug) || strings.HasSuffix(address, "/"+m.Pending.Slug) {
			t.Errorf("%s is not public", address)
		}
	}
	for _, path := range []string{"/sitemaps/products-9.xml", "/sitemaps/products-0.xml", "/sitemaps/people-1.xml", "/sitemaps/cooperatives-99999999999.xml", "/sitemaps/products.xml"} {
		visitor.Get(path).Want(http.StatusNotFound)
	}
}

func TestSampleGoodsAreNotForSearchEngines(t *testing.T) {
	t.Parallel()
	if got := string(storetest.New(t).Visitor().Get("/robots.txt").Want(http.StatusOK).Body); got != "User-agent: *\nDisallow: /\n" {
		t.Errorf("they are told %q", got)
	}
}

func TestTheMarketHasItsIconsAndItsManifest(t *testing.T) {
	t.Parallel()
	visitor := storetest.New(t).Visitor()
	for path, kind := range map[string]string{"/favicon.ico": "image/svg+xml", "/apple-touch-icon.png": "image/png"} {
		if got := visitor.Get(path).Want(http.StatusOK).Header.Get("Content-Type"); got != kind {
			t.Errorf("%s is %s, not %s", path, got, kind)
		}
	}
	href, _ := visitor.Get("/ar").Find(`link[rel=manifest]`).Attr("href")
	page := visitor.Get(href).Want(http.StatusOK)
	var manifest struct {
		Name, Lang, Dir string
		StartURL        string `json:"start_url"`
		Icons           []struct{ Src, Type string }
	}
	if err := json.Unmarshal(page.Body, &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Name != "سوق" || manifest.Lang != "ar" || manifest.Dir != "rtl" || manifest.StartURL != "/ar" || len(manifest.Icons) != 3 ||
		page.Header.Get("Content-Type") != "application/manifest+json; charset=utf-8" {
		t.Errorf("%+v as %s", manifest, page.Header.Get("Content-Type"))
	}
	for _, icon := range manifest.Icons {
		if got := visitor.Get(icon.Src).Want(http.StatusOK).Header.Get("Content-Type"); got != icon.Type {
			t.Errorf("%s is %s, not %s", icon.Src, got, icon.Type)
		}
	}
}
