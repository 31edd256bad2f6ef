package storefront_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/storefront/storetest"
	"github.com/souk-taawon/souk/storefront/web"
)

// hostile is a text that means something to everything it may come by: spreadsheets, pages, attributes,
// databases, templates, terminals, C, and the eye. What everybody may see of it begins with evil.
const (
	hostile = "=cmd()<script>evil()</script>\"'><img src=x onerror=evil()>\u202e\x00\x1b[31m\u200b🍯{{.Name}}${x}%s\\'; drop table users; --"
	evil    = "<script>evil()</script>"
)

// walker is somebody's browser that writes into every form it comes by.
type walker struct {
	*testing.T
	client *storetest.Client
	who    string
	pages  []string
	sent   int // forms
}

// spared are actions that end what the walkers need: their sessions and passwords.
var spared = regexp.MustCompile(`/(signout|signin|account/.*|reset/.*|forgot|language)$`)

// typed is what a walker types into a field; ok is false for what is no field for typing.
func (w *walker) typed(field *goquery.Selection, everywhere bool) (text string, ok bool) {
	name, value := field.AttrOr("name", ""), field.AttrOr("value", "")
	kind := field.AttrOr("type", "text")
	if goquery.NodeName(field) == "textarea" {
		value = field.Text()
	}
	switch {
	case goquery.NodeName(field) == "button", kind == "hidden", kind == "radio", kind == "checkbox", kind == "file":
		return value, false
	case everywhere:
		return hostile, true
	case kind == "tel":
		return "06612345" + strconv.Itoa(10+w.sent%90), true
	case kind == "email":
		return "someone" + strconv.Itoa(w.sent) + "@souk.test", true
	case kind == "number", kind == "date", field.AttrOr("inputmode", "") != "", slices.Contains([]string{"rib", "tax_id", "ice", "sku"}, name):
		if value == "" && (field.Is("[required]") || name == "women") {
			value = "6" // members at least, with one to spare
		}
		return value, true
	}
	text = hostile
	if most, err := strconv.Atoi(field.AttrOr("maxlength", "")); err == nil {
		characters := []rune(text)
		text = string(characters[:min(most, len(characters))])
	}
	return text, true
}

// write sends the forms of a page, as a browser would; everywhere says whether hostile goes also where a
// number or a day is asked for.
func (w *walker) write(page *storetest.Page, everywhere bool) {
	w.Helper()
	if page.Doc == nil {
		return
	}
	for _, form := range page.Doc.Find("main form").EachIter() {
		action := form.AttrOr("action", "")
		if spared.MatchString(strings.SplitN(action, "#", 2)[0]) {
			continue
		}
		values := url.Values{}
		fields := form.Find("input, textarea, select, button[name]")
		if id, named := form.Attr("id"); named {
			fields = fields.AddSelection(page.Doc.Find(`[form="` + id + `"]`))
		}
		for _, field := range fields.EachIter() {
			name := field.AttrOr("name", "")
			text, typing := w.typed(field, everywhere)
			_, checked := field.Attr("checked")
			kind := field.AttrOr("type", "")
			switch {
			case name == "" || kind == "file" || kind == "checkbox" && everywhere && !checked:
			case kind == "radio" || goquery.NodeName(field) == "button":
				if checked || !values.Has(name) && !everywhere {
					values.Set(name, text)
				}
			case goquery.NodeName(field) == "select":
				chosen := field.Find("option[selected]")
				if chosen.AttrOr("value", "") == "" && !field.Is("[required='false']") {
					chosen = field.Find("option:not([value=''])").First()
				}
				values.Add(name, chosen.AttrOr("value", ""))
			case typing || text != "":
				values.Add(name, text)
			}
		}
		var answer *storetest.Page
		switch {
		case form.Find("input[type=file]").Length() > 0:
			row := []string{web.Clean(hostile), "honey", "500 g", "95", "12"}
			var file strings.Builder
			table := csv.NewWriter(&file)
			_ = table.WriteAll([][]string{{"name_fr", "category", "unit", "price", "stock"}, row}) // into memory
			name := "<script>evil()</script>.csv"
			if everywhere {
				name = hostile
			}
			answer = w.client.Upload(action, form.Find("input[type=file]").AttrOr("name", ""), name, []byte(file.String()), values)
		case form.AttrOr("method", "get") == "post":
			answer = w.client.Post(action, values)
		default:
			answer = w.client.Get(strings.SplitN(action, "#", 2)[0] + "?" + values.Encode())
		}
		w.sent++
		w.read(form.AttrOr("method", "get")+" "+action, answer)
	}
}

// read fails the test where an answer is broken, or says what was written as anything but words. It reports
// whether those words stand in it.
func (w *walker) read(what string, page *storetest.Page) (told bool) {
	w.Helper()
	if page.Status >= http.StatusInternalServerError {
		w.Errorf("%s: %s answers %d", w.who, what, page.Status)
	}
	body, kind := string(page.Body), strings.SplitN(page.Header.Get("Content-Type"), ";", 2)[0]
	for _, unseen := range []string{"\x00", "\x1b", "\u202e", "\u200b"} {
		if strings.Contains(body, unseen) && !strings.HasPrefix(kind, "image/") {
			w.Errorf("%s: %s holds %q", w.who, what, unseen)
		}
	}
	switch kind {
	case "text/html":
		if strings.Contains(body, evil) || page.Doc.Find("script:not([src], [type='application/ld+json'])").Length() > 0 || page.Doc.Find("[onerror], img[src=x]").Length() > 0 {
			w.Errorf("%s: %s is written by its reader", w.who, what)
		}
		for _, link := range page.Doc.Find("a[href], form[action]").EachIter() {
			if address := strings.ToLower(link.AttrOr("href", link.AttrOr("action", ""))); strings.HasPrefix(address, "javascript:") || strings.HasPrefix(address, "data:") {
				w.Errorf("%s: %s leads to %s", w.who, what, address)
			}
		}
		for _, data := range page.Doc.Find("script:not([src])").EachIter() {
			if !json.Valid([]byte(data.Text())) {
				w.Errorf("%s: %s has data that are none: %s", w.who, what, data.Text())
			}
		}
		told = strings.Contains(page.Doc.Find("body").Text(), evil)
		for _, field := range page.Doc.Find("input[value]").EachIter() {
			told = told || strings.Contains(field.AttrOr("value", ""), evil)
		}
	case "text/csv":
		table := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\uFEFF")))
		if head, _, _ := strings.Cut(body, "\n"); strings.Contains(head, ";") {
			table.Comma = ';'
		}
		rows, err := table.ReadAll()
		if err != nil {
			w.Errorf("%s: %s: %v", w.who, what, err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if _, err := strconv.ParseFloat(strings.Replace(cell, ",", ".", 1), 64); err != nil && cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
					w.Errorf("%s: %s has the formula %q", w.who, what, cell)
				}
				told = told || strings.Contains(cell, evil)
			}
		}
	case "application/json":
		if !json.Valid(page.Body) {
			w.Errorf("%s: %s is no JSON", w.who, what)
		}
		told = strings.Contains(body, "evil()")
	}
	return told
}

// pages are the addresses of what is for reading among my routes.
func pages(m *storetest.Market, r records, mine func(web.Route) bool) []string {
	var list []string
	for _, route := range m.Server.Routes() {
		if route.Method == http.MethodGet && mine(route) && !strings.HasPrefix(route.Path, "/demo") {
			list = append(list, r.path(route))
		}
	}
	return list
}

func TestWhateverIsTypedStaysWords(t *testing.T) {
	t.Parallel()
	m := withCard(t)
	theirs := recordsOf(t, m, m.Honey)
	buyer := m.Visitor()
	buyer.Post("/fr/basket/lines", url.Values{"product": {m.Honey.Product(t, "M-1").ID.String()}, "quantity": {"1"}}).Want(http.StatusOK)
	order, err := json.Marshal(map[string]any{
		"lines":    []map[string]any{{"product_id": m.Couscous.Product(t, "K-1").ID, "quantity": 1}},
		"buyer":    map[string]string{"name": hostile[:70], "phone": "0661234568", "commune": "berkane", "address": hostile, "note": hostile},
		"delivery": "home", "payment": "cash_on_delivery",
	})
	if err != nil {
		t.Fatal(err)
	}
	placed := m.Visitor().Do(http.MethodPost, "/api/v1/orders", order, http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {"hostile-1"}})
	placed.Want(http.StatusCreated)
	walkers := []*walker{
		{T: t, who: "a buyer", client: buyer, pages: pages(m, theirs, func(r web.Route) bool { return r.Policy == web.Public })},
		{T: t, who: "a member", client: m.SignIn(m.Honey.Member), pages: pages(m, theirs, func(r web.Route) bool { return r.Policy == web.SignedIn || admits(r, account.President) })},
		{T: t, who: "the association", client: m.SignIn(m.Association), pages: pages(m, theirs, func(r web.Route) bool { return admits(r, account.Director) })},
	}
	for _, everywhere := range []bool{true, false} { // little is kept of the first
		for _, w := range walkers {
			for _, path := range w.pages {
				w.write(w.client.Get(path), everywhere)
			}
		}
	}
	// The walk may have ended with the goods off sale.
	if _, err := m.DB.Exec(`update products set state = 'published' where id = $1`, m.Honey.Products[0].ID); err != nil {
		t.Fatal(err)
	}
	m.Index()
	for _, w := range walkers {
		if w.sent < 10 {
			t.Errorf("%s wrote into %d forms only", w.who, w.sent)
		}
		told := 0
		for _, path := range w.pages {
			for _, code := range []string{"fr", "ar"} {
				page := w.client.Get(strings.Replace(path, "/fr", "/"+code, 1))
				if w.read("GET "+path, page) {
					told++
				}
			}
		}
		if told < 8 {
			t.Errorf("what was typed comes back to %s on %d pages only", w.who, told)
		}
	}
	var users int
	if err := m.DB.Get(&users, `select count(*) from users`); err != nil || users < 4 {
		t.Errorf("%d people, %v", users, err)
	}
}
