package seller_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/storefront/storetest"
)

// row is a product's row of the catalogue.
func row(m *storetest.Market, sku string, t *testing.T) string {
	return "#row-" + m.Honey.Product(t, sku).ID.String()
}

func TestPriceAndStockAreChangedInTheTable(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	quick := "/fr/seller/products/" + thyme.ID.String() + "/quick"
	page := member.Post(quick, url.Values{
		"price": {"125,50"}, "was_price": {"120"}, "stock": {"٣٠"}, "was_stock": {"20"}, "back": {"/seller/products?show=published"},
	}).Want(http.StatusOK)
	if page.Path != "/fr/seller/products?show=published" {
		t.Errorf("after saving: %s", page.Path)
	}
	if !page.Has("#toasts .toast") {
		t.Error("nothing says that it was saved")
	}
	price, _ := page.Find(row(m, "M-1", t) + " input[name=price]").Attr("value")
	if price != "125,50" || m.Stock(thyme.ID) != 30 {
		t.Errorf("price %s, stock %d", price, m.Stock(thyme.ID))
	}
}

func TestNewPriceDoesNotPutBackWhatWasSold(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	thyme := m.Honey.Product(t, "M-1")
	m.Order() // two of twenty, after the page was shown
	m.SignIn(m.Honey.Member).Post("/ar/seller/products/"+thyme.ID.String()+"/quick", url.Values{
		"price": {"130"}, "was_price": {"120"}, "stock": {"20"}, "was_stock": {"20"},
	}).Want(http.StatusOK)
	if got := m.Stock(thyme.ID); got != 18 {
		t.Errorf("%d in stock", got)
	}
}

func TestRefusedRowKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	for _, language := range languages {
		page := member.Post("/"+language+"/seller/products/"+thyme.ID.String()+"/quick", url.Values{
			"price": {"12O"}, "was_price": {"120"}, "stock": {"douze"}, "was_stock": {"20"}, "back": {"/seller/products?q=thym"},
		}).Want(http.StatusUnprocessableEntity)
		in := row(m, "M-1", t)
		for name, typed := range map[string]string{"price": "12O", "stock": "douze"} {
			field := page.Find(in + " input[name=" + name + "]")
			if field.AttrOr("value", "") != typed || field.AttrOr("aria-invalid", "") != "true" {
				t.Errorf("%s: %s is %q", language, name, field.AttrOr("value", ""))
			}
			if said := page.Text("#" + field.AttrOr("aria-describedby", "nothing")); !strings.Contains(said, typed) {
				t.Errorf("%s: %s is told %q", language, name, said)
			}
		}
		if page.Find("tbody tr").Length() != 1 {
			t.Errorf("%s: the search was forgotten", language)
		}
	}
	if m.Stock(thyme.ID) != 20 {
		t.Error("something was saved")
	}
}

func TestScriptIsAnsweredInJSON(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	path := "/fr/seller/products/" + m.Honey.Product(t, "M-1").ID.String() + "/quick"
	header := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}}
	page := member.Do(http.MethodPost, path, []byte("price=99&was_price=120"), header).Want(http.StatusOK)
	if got := string(page.Body); got != `{"message":"C’est enregistré."}` {
		t.Errorf("saved: %s", got)
	}
	page = member.Do(http.MethodPost, path, []byte("price=abc&was_price=99"), header).Want(http.StatusUnprocessableEntity)
	if got := string(page.Body); !strings.Contains(got, `"errors":{"price":"«`) {
		t.Errorf("refused: %s", got)
	}
}

func TestProductIsHiddenAndShown(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	state := func(sku, state string) *storetest.Page {
		return member.Post("/ar/seller/products/"+m.Honey.Product(t, sku).ID.String()+"/state", url.Values{"state": {state}})
	}
	state("M-1", "draft").Want(http.StatusOK)
	m.Visitor().Get("/ar/products/" + m.Honey.Product(t, "M-1").Slug).Want(http.StatusNotFound)
	state("M-1", "published").Want(http.StatusOK)
	m.Visitor().Get("/ar/products/" + m.Honey.Product(t, "M-1").Slug).Want(http.StatusOK)

	// Orange honey has no authorisation yet.
	page := state("M-3", "published").Want(http.StatusUnprocessableEntity)
	if !page.Has(row(m, "M-3", t) + " .errmsg") {
		t.Error("the row does not say why")
	}
	state("M-1", "eaten").Want(http.StatusUnprocessableEntity)
}

func TestCatalogueIsFilteredAndSearched(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	for query, rows := range map[string]int{
		"": 3, "?show=published": 2, "?show=draft": 1, "?q=M-2": 1, "?q=زعتر": 1, "?category=honey": 3, "?category=oil": 0,
		"?show=nonsense&category=nonsense&page=-7": 3, "?page=99": 3, "?q=%25": 0,
	} {
		page := member.Get("/fr/seller/products" + query).Want(http.StatusOK)
		if got := page.Doc.Find("table.cat tbody tr").Length(); got != rows {
			t.Errorf("%s shows %d products, not %d", query, got, rows)
		}
	}
}

func TestCatalogueIsExported(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	page := m.SignIn(m.Honey.Member).Get("/fr/seller/products/export.csv").Want(http.StatusOK)
	if got := page.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") || !strings.Contains(got, "nahla") {
		t.Errorf("as %s", got)
	}
	text := strings.TrimPrefix(string(page.Body), "\uFEFF")
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = map[bool]rune{true: ';', false: ','}[strings.Contains(strings.SplitN(text, "\n", 2)[0], ";")]
	rows, err := reader.ReadAll()
	if err != nil || len(rows) != 4 {
		t.Errorf("%d rows: %v", len(rows), err)
	}
	if strings.Contains(text, "Huile") {
		t.Error("another cooperative's products are in it")
	}
}

func TestSeveralProductsAreChangedAtOnce(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	id := func(sku string) string { return m.Honey.Product(t, sku).ID.String() }
	set := func(language, what string, skus ...string) *storetest.Page {
		form := url.Values{"do": {what}, "back": {"/seller/products?category=honey"}}
		for _, sku := range skus {
			form.Add("id", id(sku))
		}
		return member.Post("/"+language+"/seller/products/several", form)
	}
	page := member.Get("/fr/seller/products").Want(http.StatusOK)
	if got := page.Find("input[name=id][form=several]").Length(); got != 3 || page.Has("input[name=id][checked]") {
		t.Errorf("%d products can be ticked", got)
	}
	all := page.Find("a[href*='choose=all']").AttrOr("href", "")
	if got := member.Get(all).Want(http.StatusOK).Find("input[name=id][checked]").Length(); got != 3 {
		t.Errorf("%d of all are ticked", got)
	}

	page = set("fr", "draft", "M-1", "M-2").Want(http.StatusOK)
	if page.Path != "/fr/seller/products?category=honey" || page.Text("#toasts .toast") != "2 produits retirés de la vente." {
		t.Errorf("%s says %q", page.Path, page.Text("#toasts .toast"))
	}
	m.Visitor().Get("/ar/products/" + m.Honey.Product(t, "M-1").Slug).Want(http.StatusNotFound)

	// Orange honey has no authorisation: it stays hidden, says why and stays ticked.
	for _, language := range languages {
		page = set(language, "published", "M-1", "M-2", "M-3").Want(http.StatusUnprocessableEntity)
		if said := page.Text("#left"); !strings.Contains(said, "2") && language == "fr" || !strings.Contains(said, "ONSSA") {
			t.Errorf("%s: it says %q", language, said)
		}
		if ticked := page.Find("input[name=id][checked]"); ticked.Length() != 1 || ticked.AttrOr("value", "") != id("M-3") {
			t.Errorf("%s: %d are still ticked", language, ticked.Length())
		}
	}
	m.Visitor().Get("/ar/products/" + m.Honey.Product(t, "M-1").Slug).Want(http.StatusOK)

	set("ar", "soldout", "M-1").Want(http.StatusOK)
	if got := m.Stock(m.Honey.Product(t, "M-1").ID); got != 0 {
		t.Errorf("%d in stock", got)
	}
	for query, rows := range map[string]int{"?show=soldout": 1, "?show=unpictured": 3} {
		if got := member.Get("/fr/seller/products" + query).Want(http.StatusOK).Find("table.cat tbody tr").Length(); got != rows {
			t.Errorf("%s shows %d products, not %d", query, got, rows)
		}
	}

	for _, language := range languages {
		if page = set(language, "draft").Want(http.StatusUnprocessableEntity); !page.Has(".note.bad") || page.Has(".note.bad a") {
			t.Errorf("%s: nothing is chosen, and it says %q", language, page.Text(".note.bad"))
		}
	}
	set("fr", "eaten", "M-1").Want(http.StatusUnprocessableEntity)
	member.Post("/fr/seller/products/several", url.Values{"do": {"draft"}, "id": {"all of them"}}).Want(http.StatusNotFound)
}

func TestAnothersProductIsNotAmongSeveral(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	mine, theirs := m.Honey.Products[0], m.Oil.Products[0]
	m.SignIn(m.Honey.Member).Post("/fr/seller/products/several", url.Values{
		"do": {"soldout"}, "id": {mine.ID.String(), theirs.ID.String()},
	}).Want(http.StatusNotFound)
	if m.Stock(mine.ID) == 0 || m.Stock(theirs.ID) == 0 {
		t.Error("something was done")
	}
}
