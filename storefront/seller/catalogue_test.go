package seller_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// row is a product's row of the catalogue.
func row(m *storetest.Market, sku string, t *testing.T) string {
	return "#row-" + m.Honey.Product(t, sku).ID.String()
}

// shownNow is what a product's row stands on when its page is opened now.
func shownNow(member *storetest.Client, p catalog.Product) string {
	page := member.Get("/fr/seller/products?q=" + p.SKU).Want(http.StatusOK)
	return page.Find("#q-"+p.ID.String()+" input[name=page]").AttrOr("value", "")
}

func TestPriceAndStockAreChangedInTheTable(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	quick := "/fr/seller/products/" + thyme.ID.String() + "/quick"
	page := member.Post(quick, url.Values{
		"price": {"125,50"}, "stock": {"٣٠"}, "page": {shownNow(member, thyme)}, "back": {"/seller/products?show=published"},
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
	member := m.SignIn(m.Honey.Member)
	quick := "/ar/seller/products/" + thyme.ID.String() + "/quick"
	page := shownNow(member, thyme)
	m.Order() // two of twenty, after the page was shown
	member.Post(quick, url.Values{"price": {"130"}, "stock": {"20"}, "page": {page}}).Want(http.StatusOK)
	if got := m.Stock(thyme.ID); got != 18 {
		t.Errorf("%d in stock", got)
	}
	for range 2 { // three were broken; told twice
		member.Post(quick, url.Values{"price": {"120"}, "stock": {"17"}, "page": {page}}).Want(http.StatusOK)
	}
	if got := m.Stock(thyme.ID); got != 15 {
		t.Errorf("%d in stock", got)
	}
}

func TestAStockThatMovedMeanwhileIsSaid(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	thyme := m.Honey.Product(t, "M-1")
	member := m.SignIn(m.Honey.Member)
	path := "/seller/products/" + thyme.ID.String()
	for _, language := range languages {
		l := m.Languages.Locale(language)
		said := func(saved *storetest.Page, want string) {
			t.Helper()
			if got := saved.Want(http.StatusOK).Text("#toasts .toast"); got != plainly(want) {
				t.Errorf("%s: it says %q, want %q", language, got, want)
			}
		}
		if err := m.Catalog.SetPriceStock(t.Context(), m.Honey.ID, thyme.ID, nil, new(30), actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID)); err != nil {
			t.Fatal(err)
		}
		row, form := shownNow(member, thyme), member.Get("/"+language+path)
		m.Order() // two
		said(member.Post("/"+language+path+"/quick", url.Values{"price": {"120"}, "stock": {"25"}, "page": {row}}), l.N("seller.catalogue.stock_out", 2, "Left", "23"))
		said(member.Submit(form, "#product", url.Values{"stock": {"31"}}), l.N("seller.catalogue.stock_out", 7, "Left", "24"))
		// Nothing was typed into the stock: it is no news that it was sold from.
		said(member.Submit(form, "#product", nil), l.T("seller.catalogue.nothing"))
	}
}

func TestRowThatSomebodyElseChangedTooIsToldAndHoldsWhenSentAgain(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	quick := "/seller/products/" + thyme.ID.String() + "/quick"
	for i, language := range languages {
		page := shownNow(member, thyme)
		other := money.Amount(100_00 + 100*i)
		if err := m.Catalog.SetPriceStock(t.Context(), m.Honey.ID, thyme.ID, &other, nil, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID)); err != nil {
			t.Fatal(err)
		}
		price := strconv.Itoa(131 + i)
		form := url.Values{"price": {price}, "stock": {"20"}, "page": {page}}
		told := member.Post("/"+language+quick, form).Want(http.StatusConflict)
		in := row(m, "M-1", t)
		if field := told.Find(in + " input[name=price]"); field.AttrOr("value", "") != price || field.AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%s: the price is %q", language, field.AttrOr("value", ""))
		}
		form.Set("page", told.Find("#q-"+thyme.ID.String()+" input[name=page]").AttrOr("value", ""))
		form.Set("stock", told.Find(in+" input[name=stock]").AttrOr("value", ""))
		member.Post("/"+language+quick, form).Want(http.StatusOK)
	}
}

func TestRefusedRowKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	for _, language := range languages {
		page := member.Post("/"+language+"/seller/products/"+thyme.ID.String()+"/quick", url.Values{
			"price": {"12O"}, "stock": {"douze"}, "page": {shownNow(member, thyme)}, "back": {"/seller/products?q=thym"},
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

// What is missing, nothing or too much is told as that, and not as what cannot be read.
func TestARowSaysWhatIsWrongWithANumber(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member, l := m.SignIn(m.Honey.Member), m.Languages.Locale("fr")
	thyme := m.Honey.Product(t, "M-1")
	for _, c := range []struct {
		field, typed, key string
		args              []any
	}{
		{"price", "", "catalog.price_missing", nil},
		{"price", "0", "seller.product.price_zero", nil},
		{"price", "999999999999", "catalog.price_too_high", nil},
		{"price", "12,50,5", "seller.product.price_unreadable", []any{"Value", "12,50,5"}},
		{"price", "1,250", "ui.two_amounts", []any{"Value", "1,250", "Large", "1250", "Small", "1,25"}},
		{"stock", "", "seller.product.stock_missing", nil},
		{"stock", "1,5", "seller.product.stock_unreadable", []any{"Value", "1,5"}},
		{"stock", "999999999999", "catalog.stock_out_of_range", []any{"Max", l.Number(catalog.MaxStock)}},
	} {
		page := member.Post("/fr/seller/products/"+thyme.ID.String()+"/quick", url.Values{
			c.field: {c.typed}, "page": {shownNow(member, thyme)}, "back": {"/seller/products?q=thym"},
		}).Want(http.StatusUnprocessableEntity)
		field := page.Find(row(m, "M-1", t) + " input[name=" + c.field + "]")
		said, want := page.Text("#"+field.AttrOr("aria-describedby", "nothing")), strings.Join(strings.Fields(l.T(c.key, c.args...)), " ")
		if !strings.Contains(said, want) {
			t.Errorf("%s %q is told %q, want %q", c.field, c.typed, said, want)
		}
	}
}

func TestScriptIsAnsweredInJSON(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	path := "/fr/seller/products/" + thyme.ID.String() + "/quick"
	post := func(form url.Values) *storetest.Page {
		header := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}}
		return member.Do(http.MethodPost, path, []byte(form.Encode()), header)
	}
	var answer struct {
		Message        string
		Values, Errors map[string]string
	}
	read := func(page *storetest.Page) {
		answer.Errors = nil
		if err := json.Unmarshal(page.Body, &answer); err != nil {
			t.Fatal(err)
		}
	}
	old := shownNow(member, thyme)
	read(post(url.Values{"price": {"99"}, "stock": {"20"}, "page": {old}}).Want(http.StatusOK))
	if answer.Message != "C’est enregistré." || answer.Values["price"] != "99" || answer.Values["page"] == old {
		t.Errorf("saved: %+v", answer)
	}
	// The next change in the row stands on what the answer said.
	read(post(url.Values{"price": {"99"}, "stock": {"18"}, "page": {answer.Values["page"]}}).Want(http.StatusOK))
	if m.Stock(thyme.ID) != 18 {
		t.Errorf("%d in stock", m.Stock(thyme.ID))
	}
	read(post(url.Values{"price": {"98"}, "stock": {"20"}, "page": {old}}).Want(http.StatusConflict))
	if answer.Values["price"] != "98" || answer.Values["stock"] != "18" || !strings.Contains(answer.Errors["price"], "99") {
		t.Errorf("changed meanwhile: %+v", answer)
	}
	page := post(url.Values{"price": {"abc"}, "page": {old}}).Want(http.StatusUnprocessableEntity)
	if got := string(page.Body); !strings.Contains(got, `"price":"«`) {
		t.Errorf("refused: %s", got)
	}
}

func TestProductIsHiddenAndShown(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	state := func(sku, state string) *storetest.Page {
		p := m.Honey.Product(t, sku)
		return member.Post("/ar/seller/products/"+p.ID.String()+"/state", url.Values{"state": {state}, "page": {shownNow(member, p)}})
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

// The sizes of a thing are rows beside each other.
func TestSizesStandTogetherInTheTable(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	first := m.Honey.Product(t, "M-1")
	e := first.Edit()
	e.SKU, e.UnitAmount, e.UnitCode, e.Stock = "M-1-1000", 1, "kg", new(3)
	kilo, err := m.Catalog.Create(t.Context(), m.Honey.ID, e, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID))
	if err != nil {
		t.Fatal(err)
	}
	member := m.SignIn(m.Honey.Member)
	page := member.Get("/fr/seller/products").Want(http.StatusOK)
	if page.Find("table.cat tr.size").Length() != 1 || !page.Has("#row-"+first.ID.String()+" + #row-"+kilo.ID.String()+".size") {
		t.Errorf("they stand apart: %s", page.Text("table.cat"))
	}
	// Who hears the page knows which of them a field or a button is of.
	for _, language := range languages {
		l, page := m.Languages.Locale(language), member.Get("/"+language+"/seller/products").Want(http.StatusOK)
		for _, p := range []catalog.Product{first, kilo} {
			called := catalog.Called(l, p.Name, p.UnitAmount, p.UnitCode)
			for _, want := range []string{
				l.T("seller.catalogue.choose", "Name", called), l.T("seller.catalogue.price_of", "Name", called),
				l.T("seller.catalogue.stock_of", "Name", called), l.T("seller.save") + " " + called,
			} {
				if row := page.Find("#row-" + p.ID.String()); !strings.Contains(row.Text(), want) {
					t.Errorf("%s: nothing is called %q in %q", language, want, row.Text())
				}
			}
		}
	}
}

func TestCatalogueIsTurned(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for n := range 60 {
		_, err := m.Catalog.Create(t.Context(), m.Honey.ID, catalog.Edit{
			SKU: fmt.Sprintf("S-%02d", n), Category: "honey", Name: i18n.Text{FR: "Savon au miel"}, UnitAmount: 1, UnitCode: "piece",
			Price: 20_00, Stock: new(1), State: catalog.Draft,
		}, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID))
		if err != nil {
			t.Fatal(err)
		}
	}
	member := m.SignIn(m.Honey.Member)
	rows := func(page *storetest.Page) (ids []string) {
		page.Want(http.StatusOK).Find("table.cat tbody tr").Each(func(_ int, row *goquery.Selection) { ids = append(ids, row.AttrOr("id", "")) })
		return ids
	}
	for _, language := range languages {
		first := member.Get("/" + language + "/seller/products?q=savon&show=draft")
		second := member.Get(first.Find("nav.pager a[rel=next]").AttrOr("href", ""))
		third := member.Get(second.Find("nav.pager a[rel=next]").AttrOr("href", ""))
		if all := slices.Concat(rows(first), rows(second), rows(third)); len(all) != 60 || len(slices.Compact(slices.Sorted(slices.Values(all)))) != 60 {
			t.Errorf("%s: %d products on three pages", language, len(all))
		}
		if first.Has("a[rel=prev]") || third.Has("a[rel=next]") {
			t.Errorf("%s: it leads beyond its ends", language)
		}
		if back := member.Get(third.Find("nav.pager a[rel=prev]").AttrOr("href", "")); !slices.Equal(rows(back), rows(second)) {
			t.Errorf("%s: back from the third page is not the second", language)
		}
		for _, old := range []string{"?q=savon&show=draft&page=3", "?q=savon&show=draft&place=after-1-x", "?q=savon&show=draft&place=after-946684800000000-" + m.Honey.ID.String()} {
			if !slices.Equal(rows(member.Get("/"+language+"/seller/products"+old)), rows(first)) {
				t.Errorf("%s: %s is not the first page", language, old)
			}
		}
	}

	// What is done on a page leads back to it.
	second := member.Get(member.Get("/fr/seller/products?q=savon").Find("nav.pager a[rel=next]").AttrOr("href", ""))
	on := rows(second)
	_, form := second.Form("#several")
	form.Set("do", catalog.Draft)
	form.Set("chosen", second.Find("input[name=chosen]").First().AttrOr("value", ""))
	if behind := member.Post("/fr/seller/products/several", form); !slices.Equal(rows(behind), on) {
		t.Errorf("one leads from the second page to %s", behind.Path)
	}
	all := member.Get(second.Find("a[href*='choose=all']").AttrOr("href", ""))
	if !slices.Equal(rows(all), on) || all.Find("input[name=chosen][checked]").Length() != len(on) {
		t.Error("not all of the second page are ticked")
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
			form.Add("chosen", id(sku)+" "+shownNow(member, m.Honey.Product(t, sku)))
		}
		return member.Post("/"+language+"/seller/products/several", form)
	}
	page := member.Get("/fr/seller/products").Want(http.StatusOK)
	if got := page.Find("input[name=chosen][form=several]").Length(); got != 3 || page.Has("input[name=chosen][checked]") {
		t.Errorf("%d products can be ticked", got)
	}
	all := page.Find("a[href*='choose=all']").AttrOr("href", "")
	if got := member.Get(all).Want(http.StatusOK).Find("input[name=chosen][checked]").Length(); got != 3 {
		t.Errorf("%d of all are ticked", got)
	}

	page = set("fr", "draft", "M-1", "M-2").Want(http.StatusOK)
	if page.Path != "/fr/seller/products?category=honey" || page.Text("#toasts .toast") != "2 produits masqués." {
		t.Errorf("%s says %q", page.Path, page.Text("#toasts .toast"))
	}
	m.Visitor().Get("/ar/products/" + m.Honey.Product(t, "M-1").Slug).Want(http.StatusNotFound)

	// Orange honey has no authorisation: it stays hidden, says why and stays ticked.
	for _, language := range languages {
		page = set(language, "published", "M-1", "M-2", "M-3").Want(http.StatusUnprocessableEntity)
		if said := page.Text("#left"); !strings.Contains(said, "2") && language == "fr" || !strings.Contains(said, "ONSSA") {
			t.Errorf("%s: it says %q", language, said)
		}
		if ticked := page.Find("input[name=chosen][checked]"); ticked.Length() != 1 || !strings.HasPrefix(ticked.AttrOr("value", ""), id("M-3")) {
			t.Errorf("%s: %d are still ticked", language, ticked.Length())
		}
	}
	m.Visitor().Get("/ar/products/" + m.Honey.Product(t, "M-1").Slug).Want(http.StatusOK)

	// That nothing is left is asked first, with how much that is.
	for _, language := range languages {
		page = set(language, "soldout", "M-1", "M-2").Want(http.StatusUnprocessableEntity)
		if m.Stock(m.Honey.Product(t, "M-1").ID) != 20 || page.Find("input[name=chosen][checked]").Length() != 2 {
			t.Errorf("%s: unasked %d are left", language, m.Stock(m.Honey.Product(t, "M-1").ID))
		}
		pieces := 20 + m.Stock(m.Honey.Product(t, "M-2").ID)
		if said := page.Text("section[aria-labelledby=empty] p"); !strings.Contains(said, strconv.Itoa(pieces)) || language == "fr" && !strings.HasPrefix(said, "2 produits, ") {
			t.Errorf("%s: it says %q", language, said)
		}
	}
	member.Submit(page, "#sold-out", url.Values{"do": {"soldout"}}).Want(http.StatusOK)
	for _, sku := range []string{"M-1", "M-2"} {
		if got := m.Stock(m.Honey.Product(t, sku).ID); got != 0 {
			t.Errorf("%d of %s in stock", got, sku)
		}
	}
	set("ar", "soldout", "M-1").Want(http.StatusOK) // nothing to ask
	for query, rows := range map[string]int{"?show=soldout": 2, "?show=unpictured": 3} {
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
	member.Post("/fr/seller/products/several", url.Values{"do": {"draft"}, "chosen": {"all of them"}}).Want(http.StatusNotFound)
}

func TestAnothersProductIsNotAmongSeveral(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	mine, theirs := m.Honey.Products[0], m.Oil.Products[0]
	m.SignIn(m.Honey.Member).Post("/fr/seller/products/several", url.Values{
		"do": {"soldout"}, "chosen": {mine.ID.String(), theirs.ID.String()},
	}).Want(http.StatusNotFound)
	if m.Stock(mine.ID) == 0 || m.Stock(theirs.ID) == 0 {
		t.Error("something was done")
	}
}

func priceOf(m *storetest.Market, p catalog.Product) money.Amount {
	now, err := m.Catalog.ByIDs(context.Background(), []uuid.UUID{p.ID})
	if err != nil || len(now) != 1 {
		return -1
	}
	return now[0].Price
}

// plainly is a text with single spaces, as pages give it.
func plainly(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestAPriceThatJumpsIsAskedAboutInTheTable(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1") // for 120 dirhams
	quick := "/seller/products/" + thyme.ID.String() + "/quick"
	priceNow := func() money.Amount { return priceOf(m, thyme) }
	for _, language := range languages {
		form := url.Values{"price": {"1200"}, "page": {shownNow(member, thyme)}}
		asked := member.Post("/"+language+quick, form).Want(http.StatusUnprocessableEntity)
		in := row(m, "M-1", t)
		if field := asked.Find(in + " input[name=price]"); field.AttrOr("value", "") != "1200" || field.AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%s: the price is %q", language, field.AttrOr("value", ""))
		}
		offered := asked.Find(in + " button[name=offered_price]")
		if offered.Length() != 2 || offered.First().AttrOr("value", "") != "120" || offered.Last().AttrOr("value", "") != "1200" {
			t.Fatalf("%s: %d prices are offered: %s", language, offered.Length(), asked.Text(in))
		}
		if form.Get("page") == "" || priceNow() != thyme.Price {
			t.Fatalf("%s: unasked it is %s", language, priceNow())
		}

		form.Set("offered_price", "120")
		no := member.Post("/"+language+quick, form).Want(http.StatusOK)
		if said := no.Text("#toasts .toast"); priceNow() != thyme.Price || said != m.Languages.Locale(language).T("seller.catalogue.nothing") {
			t.Errorf("%s: no, and it is %s, %q", language, priceNow(), said)
		}
		form.Set("offered_price", "1200")
		said := member.Post("/"+language+quick, form).Want(http.StatusOK)
		if priceNow() != 1200_00 {
			t.Errorf("%s: yes, and it is %s", language, priceNow())
		}
		l := m.Languages.Locale(language)
		if was, is := said.Text(in+" .did del bdi"), said.Text(in+" .did ins bdi"); was != plainly(l.Money(thyme.Price)) || is != plainly(l.Money(1200_00)) {
			t.Errorf("%s: from %q to %q", language, was, is)
		}
		undo := said.Find(in + " .did button")
		member.Submit(said, "#"+undo.AttrOr("form", ""), url.Values{undo.AttrOr("name", ""): {undo.AttrOr("value", "")}}).Want(http.StatusOK)
		if priceNow() != thyme.Price {
			t.Errorf("%s: taken back, it is %s", language, priceNow())
		}
	}
}

func TestNoToAPriceKeepsTheOldOne(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1") // for 120 dirhams
	for typed, offers := range map[string][]string{"400": {"120", "400"}, "600": {"120", "600"}, "1250": {"120", "125", "1250"}} {
		for _, language := range languages {
			l := m.Languages.Locale(language)
			asked := member.Submit(member.Get("/"+language+"/seller/products"), "#q-"+thyme.ID.String(), url.Values{"price": {typed}}).Want(http.StatusUnprocessableEntity)
			buttons := asked.Find(row(m, "M-1", t) + " button[name=offered_price]")
			var values []string
			for _, button := range buttons.EachIter() {
				values = append(values, button.AttrOr("value", ""))
			}
			if keep := plainly(l.T("seller.product.jump_keep", "Value", l.Money(thyme.Price))); !slices.Equal(values, offers) || plainly(buttons.First().Text()) != keep {
				t.Errorf("%s, %s: %v are offered, first %q", language, typed, values, buttons.First().Text())
			}
		}
	}
}

func TestAStockIsTakenBackWithoutWhatWasSoldMeanwhile(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	said := member.Post("/fr/seller/products/"+thyme.ID.String()+"/quick", url.Values{"stock": {"50"}, "page": {shownNow(member, thyme)}}).Want(http.StatusOK)
	m.Order() // two
	undo := said.Find(row(m, "M-1", t) + " .did button[name=offered_stock]")
	member.Submit(said, "#"+undo.AttrOr("form", ""), url.Values{"offered_stock": {undo.AttrOr("value", "")}}).Want(http.StatusOK)
	if left := m.Stock(thyme.ID); left != 18 {
		t.Errorf("%d in stock", left)
	}
	if member.Get("/fr/seller/products").Has(".did") {
		t.Error("it is said for ever")
	}
}

func TestAPriceThatJumpsIsAskedAboutInTheForm(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	path := "/fr/seller/products/" + thyme.ID.String()
	asked := member.Submit(member.Get(path), "#product", url.Values{"price": {"12"}}).Want(http.StatusUnprocessableEntity)
	if offered := asked.Find("#product button[name=offered_price]"); offered.Length() != 2 || offered.First().AttrOr("value", "") != "120" {
		t.Fatalf("offered: %s", asked.Text("#product"))
	}
	if priceOf(m, thyme) != thyme.Price {
		t.Error("it was written unasked")
	}
	saved := member.Submit(asked, "#product", url.Values{"offered_price": {"12"}}).Want(http.StatusOK)
	if priceOf(m, thyme) != 12_00 || !saved.Has(row(m, "M-1", t)+" .did") {
		t.Errorf("yes, and it is %s", priceOf(m, thyme))
	}
	// The list may show other products.
	form := url.Values{"offered_price": {"120"}, "page": {shownNow(member, thyme)}, "back": {"/seller/products?q=sidr"}}
	elsewhere := member.Post(path+"/quick", form).Want(http.StatusOK)
	if elsewhere.Text("#row-"+thyme.ID.String()+" del bdi") != plainly(m.Languages.Locale("fr").Money(12_00)) {
		t.Errorf("elsewhere: %s", elsewhere.Text("main"))
	}
}

func TestAnotherUnitIsAskedAboutInTheForm(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1") // 120 dirhams for 500 g
	path := "/seller/products/" + thyme.ID.String()
	unit := func() string {
		p, err := m.Catalog.Get(t.Context(), m.Honey.ID, thyme.ID)
		if err != nil {
			t.Fatal(err)
		}
		return p.UnitCode
	}
	for _, language := range languages {
		asked := member.Submit(member.Get("/"+language+path), "#product", url.Values{"unit_code": {"kg"}}).Want(http.StatusUnprocessableEntity)
		offered := asked.Find("#product button[name=offered_unit]")
		if offered.Length() != 2 || offered.First().AttrOr("value", "") != "500 g" || offered.Last().AttrOr("value", "") != "500 kg" || unit() != "g" {
			t.Fatalf("%s: offered: %s", language, asked.Text("#product"))
		}
		if said, want := asked.Text("#f-unit-error"), plainly(m.Languages.Locale(language).Unit(500, "kg")); !strings.Contains(said, want) {
			t.Errorf("%s: it says %q", language, said)
		}
		member.Submit(asked, "#product", url.Values{"offered_unit": {"500 g"}}).Want(http.StatusOK)
		if unit() != "g" {
			t.Errorf("%s: no, and it is sold by the %s", language, unit())
		}
	}
	// Two things at once are asked about one after the other, and each once.
	asked := member.Submit(member.Get("/fr"+path), "#product", url.Values{"unit_code": {"kg"}, "stock": {"2000"}}).Want(http.StatusUnprocessableEntity)
	asked = member.Submit(asked, "#product", url.Values{"offered_unit": {"500 kg"}}).Want(http.StatusUnprocessableEntity)
	if asked.Has("#product button[name=offered_unit]") || asked.Find("#product button[name=offered_stock]").Length() != 2 {
		t.Fatalf("then: %s", asked.Text("#product"))
	}
	member.Submit(asked, "#product", url.Values{"offered_stock": {"2000"}}).Want(http.StatusOK)
	if unit() != "kg" || m.Stock(thyme.ID) != 2000 {
		t.Errorf("yes twice: %s, %d", unit(), m.Stock(thyme.ID))
	}
}

func TestAPriceAndAStockThatJumpInARowAreAskedAboutEachOnce(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1") // for 120 dirhams, 20 of them
	form := "#q-" + thyme.ID.String()
	asked := member.Submit(member.Get("/fr/seller/products"), form, url.Values{"price": {"1200"}, "stock": {"2000"}}).Want(http.StatusUnprocessableEntity)
	in := row(m, "M-1", t)
	if asked.Find(in+" button[name=offered_price]").Length() != 2 || asked.Find(in+" button[name=offered_stock]").Length() != 2 {
		t.Fatalf("asked: %s", asked.Text(in))
	}
	asked = member.Submit(asked, form, url.Values{"offered_price": {"120"}}).Want(http.StatusUnprocessableEntity)
	if asked.Has(in+" button[name=offered_price]") || asked.Find(in+" input[name=price]").AttrOr("value", "") != "120" {
		t.Errorf("no to the price: %s", asked.Text(in))
	}
	asked = member.Submit(asked, form, url.Values{"offered_stock": {"2000"}}).Want(http.StatusOK)
	if priceOf(m, thyme) != thyme.Price || m.Stock(thyme.ID) != 2000 {
		t.Errorf("%s, %d in stock", priceOf(m, thyme), m.Stock(thyme.ID))
	}
	// Taken back it is not asked about, however few there were.
	member.Submit(asked, form, url.Values{"offered_stock": {"20"}}).Want(http.StatusOK)
	member.Submit(member.Get("/fr/seller/products"), form, url.Values{"stock": {"0"}}).Want(http.StatusOK)
	if m.Stock(thyme.ID) != 0 {
		t.Errorf("%d in stock", m.Stock(thyme.ID))
	}
}

func TestTheScriptIsGivenWhatARowSays(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	post := func(status int, form url.Values) (answer struct {
		Moved        string
		Errors, Says map[string]string
	}) {
		t.Helper()
		form.Set("page", shownNow(member, thyme))
		header := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}}
		page := member.Do(http.MethodPost, "/fr/seller/products/"+thyme.ID.String()+"/quick", []byte(form.Encode()), header).Want(status)
		if err := json.Unmarshal(page.Body, &answer); err != nil {
			t.Fatal(err)
		}
		return answer
	}
	if a := post(http.StatusUnprocessableEntity, url.Values{"price": {"<b>"}}); !strings.Contains(a.Says["price"], "&lt;b&gt;") || a.Says["stock"] != "" {
		t.Errorf("unreadable: %+v", a)
	}
	if a := post(http.StatusUnprocessableEntity, url.Values{"price": {"1 200"}}); strings.Count(a.Says["price"], "offered_price") != 2 || a.Errors["price"] == "" {
		t.Errorf("a jump: %+v", a)
	}
	if a := post(http.StatusOK, url.Values{"price": {"121"}, "stock": {"20"}}); !strings.Contains(a.Says["price"], "offered_price") || a.Says["stock"] != "" || !strings.Contains(a.Moved, "120") {
		t.Errorf("saved: %+v", a)
	}
}
