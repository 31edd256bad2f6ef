package feed_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
)

type product struct {
	ID, Slug, Name, Description, Category string
	Cooperative                           struct{ Slug, Name, Commune string }
	Price                                 int `json:"price_centimes"`
	Currency, Unit                        string
	PerMeasure                            struct {
		Price   int `json:"price_centimes"`
		Measure string
	} `json:"per_measure"`
	Family string
	Sizes  []struct {
		ID, Slug, Unit, URL string
		Price               int  `json:"price_centimes"`
		InStock             bool `json:"in_stock"`
		Labels              []string
	}
	Stock      int
	Perishable bool
	Labels     []string
	URL        string
	ImageURL   string `json:"image_url"`
}

type productList struct {
	Hits    []product
	Total   int
	Page    int
	PerPage int `json:"per_page"`
	Facets  map[string]map[string]int
	Engine  string
	TookMS  int `json:"took_ms"`
}

func (l productList) slugs() []string {
	var all []string
	for _, p := range l.Hits {
		all = append(all, p.Slug)
	}
	return all
}

func TestProductsAreFoundWithWhatTheyCostNow(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	thyme := p.Honey.Product(t, "M-1")
	if _, err := p.DB.Exec(`update products set price_centimes = 12345 where id = $1`, thyme.ID); err != nil {
		t.Fatal(err) // the index does not know yet
	}
	var found productList
	p.get("/api/v1/products?lang=fr&q="+url.QueryEscape("miel de thym"), &found)
	if found.Page != 1 || found.PerPage != 24 || found.Total < 1 || found.Engine != "embedded" {
		t.Errorf("found %+v", found)
	}
	got := found.Hits[0]
	if !strings.HasPrefix(got.ImageURL, p.URL+"/drawings/") {
		t.Errorf("its picture is at %s", got.ImageURL)
	}
	p.Visitor().Get(strings.TrimPrefix(got.ImageURL, p.URL)).Want(http.StatusOK)
	if got.Family == "" {
		t.Error("it is of no family")
	}
	got.ImageURL, got.Family = "", ""
	want := product{
		ID: thyme.ID.String(), Slug: thyme.Slug, Name: "Miel de thym", Description: "Miel des Beni Snassen", Category: "honey",
		Price: 12345, Currency: "MAD", Unit: "500\u00a0g", Stock: 20, Labels: []string{}, URL: p.URL + "/fr/products/" + thyme.Slug,
	}
	want.PerMeasure.Price, want.PerMeasure.Measure = 24690, "kg"
	want.Cooperative.Slug, want.Cooperative.Name, want.Cooperative.Commune = "nahla", "Coopérative Nahla", "zegzel"
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("found\n%+v, not\n%+v", got, want)
	}
}

func TestLanguageIsTheOneAskedForOrTheProgramsOwn(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	path := "/api/v1/products/" + p.Honey.Product(t, "M-1").Slug
	for _, test := range []struct{ query, accept, name string }{
		{"", "", "عسل الزعتر"}, {"", "fr", "Miel de thym"}, {"?lang=en", "fr", "Thyme honey"}, {"?lang=ar", "fr", "عسل الزعتر"},
	} {
		var got product
		read(t, p.send(http.MethodGet, path+test.query, "", http.Header{"Accept-Language": {test.accept}, "Cookie": {"language=en"}}), &got)
		if got.Name != test.name {
			t.Errorf("%+v: %s", test, got.Name)
		}
	}
}

func TestFiltersNarrowAndFacetsCount(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	thyme, jujube := p.Honey.Product(t, "M-1").Slug, p.Honey.Product(t, "M-2").Slug
	oil, fruit := p.Oil.Product(t, "Z-1").Slug, p.Oil.Product(t, "Z-2").Slug
	wheat, barley := p.Couscous.Product(t, "K-1").Slug, p.Couscous.Product(t, "K-2").Slug
	for query, want := range map[string][]string{
		"sort=price":                             {fruit, wheat, barley, oil, thyme, jujube},
		"sort=-price&in_stock=true":              {jujube, thyme, oil, wheat, fruit},
		"sort=price&category=honey&category=oil": {oil, thyme, jujube},
		"sort=price&category=honey,oil":          {oil, thyme, jujube},
		"sort=price&coop=sanabil":                {wheat, barley},
		"sort=price&commune=madagh":              {fruit, oil},
		"sort=price&commune=" + url.QueryEscape("مـداغ") + "&max_price=2800": {fruit},
		"sort=price&women_led=true&in_stock=1":                               {wheat, thyme, jujube},
		"sort=price&min_price=2800&max_price=12000":                          {barley, oil, thyme},
		"sort=price&per_page=2&page=2":                                       {barley, oil},
		"sort=price&per_page=2&page=9":                                       nil,
		"sort=price&label=igp":                                               nil,
		"sort=id&coop=sanabil":                                               {wheat, barley},
		"sort=id&category=honey,oil&min_price=2800":                          {thyme, jujube, oil},
		"sort=id&women_led=true&in_stock=1":                                  {thyme, jujube, wheat},
		"sort=id&commune=madagh&max_price=2800":                              {fruit},
		"sort=id&label=igp":                                                  nil,
		"sort=price&category=&q=&min_price=&lang=fr":                         {fruit, wheat, barley, oil, thyme, jujube},
		"sort=price&deliverable_to=Berkane":                                  {fruit, wheat, barley, oil, thyme, jujube},
		"sort=price&deliverable_to=oujda":                                    {wheat, barley, oil, thyme, jujube},
		"sort=id&deliverable_to=" + url.QueryEscape("وجده"):                  {thyme, jujube, oil, wheat, barley},
		"coop=sanabil": {wheat, barley}, // which is sold out
	} {
		var found productList
		p.get("/api/v1/products?"+query, &found)
		if !slices.Equal(found.slugs(), want) {
			t.Errorf("%s finds %v, not %v", query, found.slugs(), want)
		}
	}
	var all productList
	p.get("/api/v1/products", &all)
	if _, counted := all.Facets["coop"]; counted || len(all.Facets["category"]) == 0 || len(all.Facets["in_stock"]) == 0 {
		t.Errorf("unless asked for, cooperatives are counted: %v", all.Facets)
	}
	all = productList{}
	p.get("/api/v1/products?facets=category,coop&facets=commune", &all)
	if all.Total != 6 || all.Facets["category"]["honey"] != 2 || all.Facets["coop"]["zaytoun"] != 2 || all.Facets["commune"]["zegzel"] != 2 {
		t.Errorf("of %d: %v", all.Total, all.Facets)
	}
}

func TestWrongQueriesAreToldParameterByParameter(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for query, parameters := range map[string][]string{
		"sort=cheap":                    {"sort"},
		"page=0":                        {"page"},
		"page=two":                      {"page"},
		"page=101&per_page=100":         {"page"},
		"per_page=101":                  {"per_page"},
		"per_page=-1":                   {"per_page"},
		"min_price=12.50":               {"min_price"},
		"min_price=9&max_price=8":       {"max_price"},
		"max_price=99999999999999999":   {"max_price"},
		"women_led=yes":                 {"women_led"},
		"women_led=0":                   {"women_led"},
		"in_stock=false":                {"in_stock"},
		"lang=de":                       {"lang"},
		"facets=category,price":         {"facets"},
		"page=1&page=2":                 {"page"},
		"q=" + strings.Repeat("x", 201): {"q"},
		"sort=id&q=miel&page=2":         {"page", "q"},
		"after=" + uuid.NewString():     {"after"},
		"sort=id&after=miel":            {"after"},
		"sort=id&after={" + uuid.NewString() + "}": {"after"},
		"sort=x&page=x&in_stock=x":                 {"in_stock", "page", "sort"},
		"category=" + manyValues():                 {"category"},
		"deliverable_to=atlantis":                  {"deliverable_to"},
	} {
		f := p.refused(http.MethodGet, "/api/v1/products?"+query, "", http.Header{}, http.StatusUnprocessableEntity, "invalid_query")
		var told []string
		for name, sentence := range f.Error.Fields {
			told = append(told, name)
			if sentence == "" || strings.Contains(sentence, "feed.") {
				t.Errorf("%s: %s is told %q", query, name, sentence)
			}
		}
		slices.Sort(told)
		if !slices.Equal(told, parameters) {
			t.Errorf("%s: wrong are %v, not %v", query, told, parameters)
		}
	}
	f := p.refused(http.MethodGet, "/api/v1/products?per_page=0&lang=fr", "", http.Header{}, http.StatusUnprocessableEntity, "invalid_query")
	if got := f.Error.Fields["per_page"]; got != "Un nombre entier entre 1 et 100." {
		t.Errorf("in French: %q", got)
	}
}

// manyValues is one value more than a filter takes.
func manyValues() string {
	var values []string
	for i := range 51 {
		values = append(values, fmt.Sprint("v", i))
	}
	return strings.Join(values, ",")
}

// A program that reads the whole catalogue is given each product once that is there all the while, whatever is added
// and taken away meanwhile.
func TestTheWholeCatalogueIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, path := range []string{"/api/v1/products?sort=id&per_page=1", "/api/v1/products?sort=id&per_page=1&min_price=1&facets=category"} {
		var before productList
		p.get("/api/v1/products?per_page=100", &before)
		var read []string
		for n, next := 0, path; next != ""; n++ {
			answer := p.send(http.MethodGet, next, "", http.Header{}).Want(http.StatusOK)
			var page productList
			if err := json.Unmarshal(answer.Body, &page); err != nil {
				t.Fatal(err)
			}
			if page.Page != 1 || page.PerPage != 1 || page.Total == 0 || len(page.Facets["category"]) == 0 {
				t.Errorf("%s: page %d of %d each, %d in all: %v", next, page.Page, page.PerPage, page.Total, page.Facets)
			}
			read = append(read, page.slugs()...)
			next, _, _ = strings.Cut(strings.TrimPrefix(answer.Header.Get("Link"), "<"), ">")
			next = strings.TrimPrefix(next, p.URL)
			switch n {
			case 0: // the one that it goes on after is taken away
				if _, err := p.DB.Exec(`update products set state = 'draft' where slug = $1`, read[0]); err != nil {
					t.Fatal(err)
				}
			case 2:
				if _, err := p.DB.Exec(`update products set state = 'published' where slug = $1`, read[0]); err != nil {
					t.Fatal(err)
				}
			case 50:
				t.Fatal("it does not end")
			}
		}
		slices.Sort(read)
		want := slices.Sorted(slices.Values(before.slugs()))
		if len(want) != 6 || !slices.Equal(read, want) {
			t.Errorf("%s: read %v, of %v", path, read, want)
		}
	}
}

func TestOnlyWhatIsOfferedIsShown(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	oil, draft := p.Oil.Product(t, "Z-1").Slug, p.Honey.Product(t, "M-3").Slug
	var got product
	p.get("/api/v1/products/"+oil, &got)
	for _, slug := range []string{draft, "nothing", "%00", "..%2f..%2fetc", strings.Repeat("x", 1000)} {
		p.refused(http.MethodGet, "/api/v1/products/"+slug, "", http.Header{}, http.StatusNotFound, "not_found")
	}
	err := p.Cooperatives.SetState(context.Background(), p.Oil.ID, cooperative.Suspended, "a complaint", actor.OfAssociation(p.Association.ID))
	if err != nil {
		t.Fatal(err)
	}
	p.refused(http.MethodGet, "/api/v1/products/"+oil, "", http.Header{}, http.StatusNotFound, "not_found")
	var found productList
	p.get("/api/v1/products?coop=zaytoun", &found) // although the index still has it
	if len(found.Hits) != 0 {
		t.Errorf("offers %v", found.slugs())
	}
}

func TestCooperativesThatSellAreListed(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	var got struct {
		Cooperatives []struct {
			Slug, Name, Description string
			Commune                 struct{ Slug, Name string }
			WomenLed                bool `json:"women_led"`
			Members                 struct{ Women, Men, Young int }
			Products                int
			URL, Hours              string
			ImageURL                *string `json:"image_url"`
		}
	}
	picture := uuid.NewString()
	p.DB.MustExec(`
		insert into pictures (id, cooperative_id, original_key, state, width, height, created_at)
		select $1, id, '', 'ready', 640, 480, now() from cooperatives where slug = 'nahla'`, picture)
	p.DB.MustExec(`update cooperatives set hours_fr = 'Du lundi au vendredi', picture_id = $1 where slug = 'nahla'`, picture)
	p.get("/api/v1/cooperatives?lang=fr", &got)
	if len(got.Cooperatives) != 3 {
		t.Fatalf("%+v", got)
	}
	for _, c := range got.Cooperatives {
		if c.Slug != "nahla" {
			if c.Hours != "" || c.ImageURL != nil {
				t.Errorf("%+v", c)
			}
			continue
		}
		if c.Hours != "Du lundi au vendredi" || c.ImageURL == nil || *c.ImageURL != p.URL+"/pictures/"+picture+"/640.jpg" {
			t.Errorf("it is open %q, and looks like %v", c.Hours, c.ImageURL)
		}
		if c.Name != "Coopérative Nahla" || c.Commune.Slug != "zegzel" || !c.WomenLed || c.Members.Women != 8 || c.Products != 2 ||
			c.URL != p.URL+"/fr/cooperatives/nahla" {
			t.Errorf("%+v", c)
		}
	}
}

func TestTheListOfCooperativesGoesOnFromOne(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	get := func(path string) (slugs []string, next string) {
		t.Helper()
		answer := p.send(http.MethodGet, path, "", http.Header{}).Want(http.StatusOK)
		var list struct{ Cooperatives []struct{ Slug string } }
		if err := json.Unmarshal(answer.Body, &list); err != nil {
			t.Fatal(err)
		}
		for _, c := range list.Cooperatives {
			slugs = append(slugs, c.Slug)
		}
		next, _, _ = strings.Cut(strings.TrimPrefix(answer.Header.Get("Link"), "<"), ">")
		return slugs, strings.TrimPrefix(next, p.URL)
	}
	whole, _ := get("/api/v1/cooperatives")
	var turned []string
	for next := "/api/v1/cooperatives?per_page=1"; next != ""; {
		var slugs []string
		slugs, next = get(next)
		turned = append(turned, slugs...)
	}
	if len(whole) != 3 || !slices.Equal(turned, whole) {
		t.Errorf("turned %v, of %v", turned, whole)
	}
	if second, _ := get("/api/v1/cooperatives?page=2&per_page=2"); !slices.Equal(second, whole[2:]) { // as before there was a place to go on from
		t.Errorf("the second page is %v", second)
	}
	// One that is suspended meanwhile is still a place.
	if err := p.Cooperatives.SetState(t.Context(), p.Oil.ID, cooperative.Suspended, "a complaint", actor.OfAssociation(p.Association.ID)); err != nil {
		t.Fatal(err)
	}
	if rest, _ := get("/api/v1/cooperatives?after=zaytoun"); !slices.Equal(rest, whole[slices.Index(whole, "zaytoun")+1:]) {
		t.Errorf("after the one that is gone stand %v", rest)
	}
	for query, wrong := range map[string]string{"after=nobody": "after", "after=a&after=b": "after", "page=11": "page", "per_page=1&page=1001": "page"} {
		f := p.refused(http.MethodGet, "/api/v1/cooperatives?"+query, "", http.Header{}, http.StatusUnprocessableEntity, "invalid_query")
		if f.Error.Fields[wrong] == "" || strings.Contains(f.Error.Fields[wrong], "feed.") {
			t.Errorf("%s is told %v", query, f.Error.Fields)
		}
	}
}

func TestUnchangedAnswersAreNotSentAgain(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	path := "/api/v1/products/" + p.Honey.Product(t, "M-1").Slug
	tag := p.send(http.MethodGet, path, "", http.Header{}).Header.Get("ETag")
	for _, known := range []string{tag, `"x", ` + tag, strings.TrimPrefix(tag, "W/"), "*"} {
		if again := p.send(http.MethodGet, path, "", http.Header{"If-None-Match": {known}}); again.Status != http.StatusNotModified || len(again.Body) > 0 {
			t.Errorf("who has %s is told %d", known, again.Status)
		}
	}
	if _, err := p.DB.Exec(`update products set stock = 3 where id = $1`, p.Honey.Product(t, "M-1").ID); err != nil {
		t.Fatal(err)
	}
	p.send(http.MethodGet, path, "", http.Header{"If-None-Match": {tag}}).Want(http.StatusOK)
}

func TestAProgramReadsTheSizesOfAThing(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	half := p.Honey.Product(t, "M-1")
	e := half.Edit()
	e.SKU, e.UnitAmount, e.UnitCode, e.Price, e.Stock = "M-1-1000", 1, "kg", 220_00, new(0)
	kilo, err := p.Catalog.Create(t.Context(), p.Honey.ID, e, actor.OfCooperative(p.Honey.ID, p.Honey.Member.ID))
	if err != nil {
		t.Fatal(err)
	}
	p.Index()
	for query, slug := range map[string]string{"": half.Slug, "&min_price=20000": kilo.Slug, "&max_price=15000": half.Slug} {
		var found productList
		p.get("/api/v1/products?lang=fr&q="+url.QueryEscape("miel de thym")+query, &found)
		if found.Total != 1 || len(found.Hits) != 1 || found.Hits[0].Slug != slug || len(found.Hits[0].Sizes) != 2 {
			t.Errorf("%q found %v, not %s", query, found.slugs(), slug)
		}
	}
	var one, other, alone product
	p.get("/api/v1/products/"+kilo.Slug+"?lang=fr", &one)
	p.get("/api/v1/products/"+half.Slug+"?lang=fr", &other)
	p.get("/api/v1/products/"+p.Honey.Product(t, "M-2").Slug+"?lang=fr", &alone)
	if one.Family != other.Family || alone.Family == one.Family || alone.Sizes == nil || len(alone.Sizes) != 0 {
		t.Errorf("families %s and %s, and %+v", one.Family, other.Family, alone)
	}
	if s := one.Sizes[1]; s.ID != kilo.ID.String() || s.Unit != "1\u00a0kg" || s.Price != 220_00 || s.InStock || !one.Sizes[0].InStock || s.URL != p.URL+"/fr/products/"+kilo.Slug {
		t.Errorf("the kilo is told as %+v", s)
	}
}
