package shop_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/shop/browse"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// maxPage is what the HTML of a page may weigh, in compressed bytes.
const maxPage = 30 << 10

// A key that nobody translated would be read as itself.
var untranslated = regexp.MustCompile(`\b(shop|ui|order|catalog|delivery)\.[a-z_]+(\.[a-z_0-9]+)*\b`)

func TestEveryPageIsWholeInEveryLanguage(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed := m.Order()
	paths := append(browse.InfoPaths(),
		"", "/products", "/products?q=3sel", "/products?category=honey&sort=price", "/products?q=zzzz",
		"/products/"+m.Honey.Products[0].Slug, "/products/"+m.Oil.Products[1].Slug, "/products/"+m.Couscous.Products[1].Slug,
		"/cooperatives", "/cooperatives?women_led=true", "/cooperatives?commune=zegzel", "/cooperatives/"+m.Honey.Slug,
		"/basket", "/orders/"+placed.Token, "/orders/"+placed.Token+"?placed=1",
	)
	for _, language := range languages {
		for _, path := range paths {
			t.Run(language+path, func(t *testing.T) {
				page := m.Visitor().Get("/" + language + path).Want(http.StatusOK)
				html := page.Find("html")
				if html.AttrOr("lang", "") != language || html.AttrOr("dir", "") != m.Languages.Locale(language).Dir() {
					t.Errorf("lang %q dir %q", html.AttrOr("lang", ""), html.AttrOr("dir", ""))
				}
				if n := page.Find("h1").Length(); n != 1 {
					t.Errorf("%d main headings", n)
				}
				visible := page.Find("body").Clone()
				visible.Find("script").Remove()
				if found := untranslated.FindString(visible.Text()); found != "" {
					t.Errorf("nobody translated %q", found)
				}
				if strings.TrimSpace(page.Find("title").Text()) == "" || page.Find("meta[name=description]").AttrOr("content", "") == "" {
					t.Error("no title or description")
				}
				checkPolicy(t, page)
				checkIDs(t, page)
				if weight := compressed(page.Body); weight > maxPage {
					t.Errorf("%d bytes, more than %d", weight, maxPage)
				}
			})
		}
	}
}

// checkPolicy fails on what the content security policy forbids.
func checkPolicy(t *testing.T, page *storetest.Page) {
	t.Helper()
	if page.Has("[style]") || page.Has("style") {
		t.Error("an inline style")
	}
	page.Find("script").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("src", "") == "" && s.AttrOr("type", "") != "application/ld+json" {
			t.Error("an inline script")
		}
	})
	page.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Get(0).Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("an inline handler %s", a.Key)
			}
		}
	})
}

// checkIDs fails on two elements with one id and on references to none.
func checkIDs(t *testing.T, page *storetest.Page) {
	t.Helper()
	ids := map[string]bool{}
	page.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] {
			t.Errorf("the id %q is there twice", id)
		}
		ids[id] = true
	})
	for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "popovertarget", "form"} {
		page.Doc.Find("[" + name + "]").Each(func(_ int, s *goquery.Selection) {
			for id := range strings.FieldsSeq(s.AttrOr(name, "")) {
				if !ids[id] {
					t.Errorf("%s names %q, which is not there", name, id)
				}
			}
		})
	}
	page.Doc.Find("img").Each(func(_ int, s *goquery.Selection) {
		if _, ok := s.Attr("alt"); !ok {
			t.Errorf("a picture without alt: %s", s.AttrOr("src", ""))
		}
	})
}

func compressed(body []byte) int {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Len()
}

func TestTheSamePageIsFoundInTheOtherLanguages(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	page := m.Visitor().Get("/ar/products?q=3sel&category=honey").Want(http.StatusOK)
	for _, code := range []string{"fr", "en"} {
		link := page.Find(`.foot a[hreflang=`+code+`]`).AttrOr("href", "")
		other := m.Visitor().Get(link).Want(http.StatusOK)
		if got := other.Find("input[type=search]").AttrOr("value", ""); got != "3sel" {
			t.Errorf("%s: searched for %q", link, got)
		}
	}
	product := m.Visitor().Get("/fr/products/" + m.Honey.Products[0].Slug).Want(http.StatusOK)
	if got, want := product.Find("link[rel=canonical]").AttrOr("href", ""), m.URL+"/fr/products/"+m.Honey.Products[0].Slug; got != want {
		t.Errorf("canonical %q, not %q", got, want)
	}
	if n, want := product.Find("link[rel=alternate][hreflang]").Length(), len(m.Languages.Codes())+1; n != want {
		t.Errorf("%d alternates, not %d: each language and the default", n, want)
	}
}

func TestHomeLeadsToEverything(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	page := m.Visitor().Get("/fr").Want(http.StatusOK)
	if text := page.Text(".hero p"); !strings.HasPrefix(text, "3 coopératives") {
		t.Errorf("the promise: %q", text)
	}
	var shelves int
	if err := m.DB.Get(&shelves, `select count(*) from categories where on_home`); err != nil {
		t.Fatal(err)
	}
	if n := page.Find(".catgrid li").Length(); n != shelves || n < 12 {
		t.Errorf("%d shelves of %d", n, shelves)
	}
	seen := map[string]bool{}
	page.Find(".card").Each(func(_ int, card *goquery.Selection) {
		seen[strings.Split(card.Find(".by").Text(), "·")[0]] = true
	})
	if len(seen) != 3 {
		t.Errorf("the day's shelf is of %d cooperatives, not of all three", len(seen))
	}
}

func TestAProductSaysWhatABuyerNeeds(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	honey := m.Honey.Product(t, "M-1")
	page := m.Visitor().Get("/fr/products/" + honey.Slug).Want(http.StatusOK)
	for what, text := range map[string]string{
		"h1": "Miel de thym", ".bigprice": "120 DH · 500 g", ".by": "Coopérative Nahla, Zegzel", ".women": "8 membres",
		".sure": "20 DH", "figcaption": "Dessin",
	} {
		if got := page.Text(what); !strings.Contains(strings.ReplaceAll(got, "\u00a0", " "), text) {
			t.Errorf("%s says %q, not %q", what, got, text)
		}
	}
	var data struct {
		Type   string `json:"@type"`
		Name   string
		Offers struct{ Price, PriceCurrency, Availability string }
	}
	if err := json.Unmarshal([]byte(page.Find(`script[type="application/ld+json"]`).Text()), &data); err != nil {
		t.Fatal(err)
	}
	if data.Type != "Product" || data.Name != "Miel de thym" || data.Offers.Price != "120.00" || data.Offers.PriceCurrency != "MAD" {
		t.Errorf("schema.org data: %+v", data)
	}

	fresh := m.Visitor().Get("/fr/products/" + m.Oil.Product(t, "Z-2").Slug).Want(http.StatusOK)
	if !strings.Contains(fresh.Text(".sure"), "livré seulement ici : province de Berkane.") || !strings.Contains(fresh.Text(".sure"), "Pas de retour") {
		t.Errorf("fresh goods: %q", fresh.Text(".sure"))
	}
	gone := m.Visitor().Get("/fr/products/" + m.Couscous.Product(t, "K-2").Slug).Want(http.StatusOK)
	if gone.Has("form[data-add] .btn") || !strings.Contains(gone.Text(".info .note"), "Épuisé") {
		t.Error("a product that is sold out can be put into the basket")
	}
}

// Fruit that is not ripe is not «sold out»: the page says when it is back.
func TestWhatIsOutOfSeasonSaysWhenItIsBack(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	couscous := m.Couscous.Product(t, "K-2")
	note := func() string {
		return m.Visitor().Get("/fr/products/" + couscous.Slug).Want(http.StatusOK).Text(".info .note")
	}
	if text := note(); !strings.Contains(text, "Épuisé La coopérative n’en a plus") {
		t.Errorf("sold out: %q", text)
	}
	season := int(time.Now().AddDate(0, 3, -time.Now().Day()).Month())
	if _, err := m.DB.Exec(`update products set season_from = $2, season_to = $2 where id = $1`, couscous.ID, season); err != nil {
		t.Fatal(err)
	}
	month := m.Languages.Locale("fr").MonthName(season)
	if text := note(); !strings.Contains(text, "Hors saison De retour en "+month) || strings.Contains(text, "Épuisé") {
		t.Errorf("out of season until %s: %q", month, text)
	}
}

func TestPagesAreSharedWithTheirAddressAndPicture(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, path := range []string{"/fr/products/" + m.Honey.Products[0].Slug, "/ar/cooperatives/" + m.Honey.Slug, "/en"} {
		page := m.Visitor().Get(path).Want(http.StatusOK)
		meta := func(name string) string {
			return page.Find(`meta[property="`+name+`"], meta[name="`+name+`"]`).AttrOr("content", "")
		}
		if meta("og:url") != m.URL+path || meta("og:title") == "" || meta("og:description") == "" {
			t.Errorf("%s is shared as %q, %q: %q", path, meta("og:url"), meta("og:title"), meta("og:description"))
		}
		drawn := strings.Contains(path, "/products/")
		shared := m.Visitor().Get(strings.TrimPrefix(meta("og:image"), m.URL)).Want(http.StatusOK)
		if kind := shared.Header.Get("Content-Type"); drawn && kind != "image/jpeg" || !drawn && meta("og:image:width") != "1200" || meta("twitter:card") == "" {
			t.Errorf("%s is shared with the picture %q", path, meta("og:image"))
		}
	}
	private := m.Visitor().Get("/fr/orders/" + m.Order().Token).Want(http.StatusOK)
	if private.Has(`meta[property="og:url"]`) {
		t.Error("the secret link of an order is told to whoever reads the page")
	}
}

func TestPagesOfTextLeadToEachOther(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	page := m.Visitor().Get("/ar/pages/terms").Want(http.StatusOK)
	links := page.Find(".links a")
	if links.Length() != 5 || page.Has(`.links a[href="/ar/pages/terms"]`) {
		t.Errorf("%d pages, not the other five", links.Length())
	}
	links.Each(func(_ int, link *goquery.Selection) {
		m.Visitor().Get(link.AttrOr("href", "")).Want(http.StatusOK)
	})
}

func TestWhatIsNotOfferedIsNotFound(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, path := range []string{
		"/products/" + m.Honey.Product(t, "M-3").Slug, "/products/none", "/cooperatives/" + m.Pending.Slug, "/cooperatives/none",
		"/pages/none", "/orders/none", "/confirm/none", "/nowhere",
	} {
		page := m.Visitor().Get("/fr" + path).Want(http.StatusNotFound)
		if !page.Has("main a[href]") {
			t.Errorf("%s: no way on", path)
		}
		if led := page.Has("#find a[href='/fr/orders/find']") && page.Has("#find a[href='/fr/orders']"); led != (strings.HasPrefix(path, "/orders/") || strings.HasPrefix(path, "/confirm/")) {
			t.Errorf("%s: led to orders %v", path, led)
		}
	}
}

func TestCooperativesAreFoundByCommune(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	all := m.Visitor().Get("/fr/cooperatives").Want(http.StatusOK)
	if n := all.Find(".coopcard").Length(); n != 3 {
		t.Errorf("%d cooperatives, not the three that are approved", n)
	}
	link := all.Find(`.map a[aria-label^="Zegzel"]`).AttrOr("href", "")
	some := m.Visitor().Get(link).Want(http.StatusOK)
	if text := some.Text(".coopcard h3"); text != "Coopérative Nahla" {
		t.Errorf("in Zegzel: %q", text)
	}
	women := m.Visitor().Get("/fr/cooperatives?women_led=true").Want(http.StatusOK)
	if n := women.Find(".coopcard").Length(); n != 2 {
		t.Errorf("%d women's cooperatives, not 2", n)
	}
	one := m.Visitor().Get("/fr/cooperatives/" + m.Honey.Slug).Want(http.StatusOK)
	if n := one.Find(".card").Length(); n != 2 {
		t.Errorf("%d products are shown, not the two that are published", n)
	}
}

func TestTheMarketOfAnotherProvinceSpeaksOfIt(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	_, err := m.DB.Exec(`
		update delivery_zones set map_sea = 'M0 0H640V90H0z', map_shore = 'M0 90H640', map_hills = '' where slug = 'province';
		update places set zone = 'oriental', map_x = null, map_y = null, map_above = false where zone = 'province';
		update places set zone = 'province', map_x = 360, map_y = 200 where slug = 'nador';
		update cooperatives set commune = 'nador'`)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := m.Settings.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept.Province = i18n.Text{AR: "إقليم الناظور", FR: "province de Nador", EN: "Nador province"}
	kept.Town = i18n.Text{AR: "الناظور", FR: "Nador", EN: "Nador"}
	if _, err := m.Settings.Save(t.Context(), kept, actor.OfAssociation(m.Association.ID)); err != nil {
		t.Fatal(err)
	}
	m.Pass(time.Minute)
	buyer := m.Visitor()
	for language, province := range map[string]string{"ar": "إقليم الناظور", "fr": "province de Nador", "en": "Nador province"} {
		for _, path := range []string{"/", "/cooperatives", "/products", "/pages/about", "/pages/delivery", "/pages/terms"} {
			page := buyer.Get("/" + language + path).Want(http.StatusOK)
			if body := string(page.Body); !strings.Contains(body, province) || strings.Contains(body, "Berkane") || strings.Contains(body, "بركان") {
				t.Errorf("/%s%s does not speak of Nador alone", language, path)
			}
		}
		page := buyer.Get("/" + language + "/cooperatives")
		if page.Find(".map circle").Length() != 1 || page.Find(".map .land").AttrOr("d", "") != "M0 90H640" || strings.Contains(string(page.Body), "M250 0") {
			t.Errorf("the map in %s is not of Nador's communes and coast, or has that of Berkane", language)
		}
	}
}

// What the province is called says nothing of where it lies.
func TestTheMapKeepsItsCoastWhateverTheProvinceIsCalled(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	kept, err := m.Settings.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept.Province = i18n.Text{AR: "بركان", FR: "la province de Berkane", EN: "Berkane"}
	kept.Town = i18n.Text{AR: "بركان", FR: "Berkane", EN: "Berkane"}
	if _, err := m.Settings.Save(t.Context(), kept, actor.OfAssociation(m.Association.ID)); err != nil {
		t.Fatal(err)
	}
	m.Pass(time.Minute)
	for _, language := range []string{"ar", "fr", "en"} {
		page := m.Visitor().Get("/" + language + "/cooperatives").Want(http.StatusOK)
		for _, drawn := range []string{".sea", ".land", ".hills"} {
			if !strings.HasPrefix(page.Find(".map "+drawn).AttrOr("d", ""), "M") {
				t.Errorf("the map in %s has no %s", language, drawn)
			}
		}
	}
}

// The market of another province adds its zones and shelves as rows, and its pages say them.
func TestPagesNameZonesAndShelvesAsTheyAre(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	_, err := m.DB.Exec(`
		insert into delivery_zones (slug, position, fee_centimes, days_min, days_max, perishables_allowed, name_ar, name_fr, name_en)
		values ('rif', 2, 2500, 1, 2, true, 'الريف', 'Rif', 'Rif');
		insert into places (slug, name_ar, name_fr, zone, latitude, longitude) values ('nador-ville', 'الناظور', 'Nador', 'rif', 35.2, -2.9);
		update categories set perishable = false where slug = 'dairy';
		update categories set perishable = true where slug = 'honey'`)
	if err != nil {
		t.Fatal(err)
	}
	m.Pass(time.Minute)
	buyer := m.Visitor()
	put(buyer, "fr", m.Oil.Product(t, "Z-2").ID, "1")
	checkout := buyer.Get("/fr/checkout").Want(http.StatusOK)
	if label := checkout.Find("select[name=place] optgroup:has(option[value=nador-ville])").AttrOr("label", ""); !strings.HasPrefix(label, "Rif") {
		t.Errorf("Nador stands under %q", label)
	}
	for path, want := range map[string]string{
		"/fr/basket":         "livré seulement ici : province de Berkane, Rif.",
		"/fr/pages/delivery": "pour arriver en bon état : province de Berkane, Rif.",
		"/fr/pages/terms":    "livrés seulement ici : province de Berkane, Rif.",
		"/ar/pages/terms":    "إقليم بركان والريف",
		"/fr/products/" + m.Oil.Product(t, "Z-2").Slug: "livré seulement ici : province de Berkane, Rif.",
	} {
		if text := buyer.Get(path).Want(http.StatusOK).Text("main"); !strings.Contains(text, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	for _, path := range []string{"/fr/pages/delivery", "/fr/pages/returns"} {
		text := buyer.Get(path).Want(http.StatusOK).Text("main")
		if !strings.Contains(text, "(miel, ") || strings.Contains(text, "laitages") {
			t.Errorf("%s names other shelves than perish, or as if a sentence began with them", path)
		}
	}
}
