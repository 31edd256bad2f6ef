package main

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/sample"
)

// commission is what the association keeps of a sale of the sample market, in basis points.
const commission = 500

// roster is held by whoever changes which cooperatives are on the common market, and for reading by
// whoever compares tables that have a row for each.
var roster sync.RWMutex

// office is a morning of the association's. Nobody else buys from these cooperatives.
type office struct {
	lang      string
	ordered   []wanted // products of two cooperatives
	spoiling  string   // the one whose goods nobody may send back, if one is so
	suspended string   // a third one
}

// The association at its desk, in a browser that runs the script.
func TestTheAssociationDeliversAnOrderAndSeesWhatItOwes(t *testing.T) {
	t.Parallel()
	for _, o := range []office{
		{"ar", []wanted{{"amandes-beldi-decortiquees-sachet-de-250-g", 3}, {"mhamsa-sachet-de-500-g", 1}}, "", "anamil-ech-chati"},
		{"fr", []wanted{{"coussin-tisse-a-losanges", 1}, {"orange-navel", 3}}, "bortoqalat-el-assil", "jben-el-marj"},
	} {
		t.Run(o.lang, func(t *testing.T) {
			t.Parallel()
			r := newReader(t, o.lang, desktop())
			placed := placeJointly(t, newAPIClient(r.mk.url), o.ordered...)
			for _, part := range placed.SubOrders {
				handOver(t, r.mk, o.lang, part.Cooperative.Slug, placed.Number)
			}
			r.signIn("association@exemple.invalid", sample.Password)
			r.arrive("/" + o.lang + "/association")
			r.jointSales()
			r.deliver(o, placed)
			r.exports(placed)
			r.suspendAndApprove(o.suspended)
		})
	}
}

// handOver is a member's whole work on an order, without script.
func handOver(t *testing.T, mk *demoMarket, lang, coop, number string) {
	t.Helper()
	v := memberAt(t, mk, lang, coop, number)
	for _, move := range []string{"accept", "ready", "handover"} {
		v.submit(`main form[action$="/`+move+`"]`, nil)
		v.expect(http.StatusOK)
	}
}

// memberAt is a member of a cooperative who has opened its part of an order.
func memberAt(t *testing.T, mk *demoMarket, lang, coop, number string) *visitor {
	t.Helper()
	v := newVisitor(t, mk)
	v.open("/" + lang + "/signin")
	v.submit("form:has(input[type=password])", url.Values{"login": {coop + "@exemple.invalid"}, "password": {sample.Password}})
	v.expect(http.StatusOK)
	v.follow(`nav a[href$="/seller/orders"]`)
	link := `main a[href*="/seller/orders/"]:contains("` + number + `")`
	for !v.has(link) {
		v.follow("main a[rel=next]")
	}
	v.follow(link)
	return v
}

// jointSales reads the page of joint sales and what its figures are made of, and fits both to paper and screens.
func (r *reader) jointSales() {
	r.t.Helper()
	r.look("joint sales")
	r.counts("main [data-tiles] .tile", 4)
	// Others order here too, at last perhaps from all: then the page names nobody, in its sentence either.
	r.want("see who sold nothing, three at the most", `() => {
		const rows = [...document.querySelectorAll('main [data-idle] tbody tr')].filter(e => e.checkVisibility()).length
		return rows <= 3 && rows > 0 === !!document.querySelector('main [data-sentence] b')
	}`)
	r.press("main [data-tiles] summary", "")
	r.sees("main [data-tiles]", r.l.T("association.tile.total_how"))
	for _, detail := range []string{"sales", "months", "spread"} {
		r.press("main .leads a", r.l.T("association.detail."+detail))
		r.sees("main h1", r.l.T("association.detail."+detail))
		r.look("joint sales: " + detail)
		r.press("main .crumbs a", "")
		r.arrive("/" + r.l.Code() + "/association")
	}
}

// deliver sends a joint order out and takes the buyer's cash: it is held for the cooperatives whose goods she may send
// back, and what that of the others is owed rises by its goods less the commission, to the centime.
func (r *reader) deliver(o office, placed jointOrder) {
	r.t.Helper()
	r.press("header nav a", r.l.T("ui.association.settlement"))
	r.arrive("/" + r.l.Code() + "/association/settlement")
	r.look("what is owed")
	before := map[string]money.Amount{}
	for _, part := range placed.SubOrders {
		before[part.Cooperative.Slug] = r.due(part.Cooperative.Slug)
	}

	r.findOrder(placed.Number)
	r.sees("main", r.l.T(order.StateConfirmed.Key()))
	r.look("an order to be sent out")
	r.press("main form[action$='/dispatch'] button", "")
	r.sees("main", r.l.T(order.StateDispatched.Key()))
	r.press("main a[href='#deliver']", "")
	r.counts("dialog", 1)
	r.sees("dialog", r.l.Amount(placed.Total))
	r.look("the question before an order is delivered")
	r.press("dialog form[action$='/deliver'] button", r.l.Money(placed.Total))
	r.sees("main", r.l.T(order.StateDelivered.Key()))
	r.counts("dialog", 0)
	r.look("the order delivered")
	for coop, state := range placed.states(r.t, newAPIClient(r.mk.url)) {
		if state != order.PartDelivered {
			r.t.Errorf("the part of %s is %s", coop, state)
		}
	}

	r.press("header nav a", r.l.T("ui.association.settlement"))
	r.arrive("/" + r.l.Code() + "/association/settlement")
	for _, part := range placed.SubOrders {
		var earned money.Amount
		if part.Cooperative.Slug == o.spoiling {
			earned = part.Items - part.Items.Share(commission)
		}
		if rise := r.due(part.Cooperative.Slug) - before[part.Cooperative.Slug]; rise != earned {
			r.t.Errorf("%s sold goods for %s and is owed %s more, not %s", part.Cooperative.Slug, part.Items, rise, earned)
		}
	}
	coop := cmp.Or(o.spoiling, placed.SubOrders[0].Cooperative.Slug)
	r.press("main tr[data-cooperative='"+coop+"'] th a", "")
	r.arrive("/" + r.l.Code() + "/association/settlement/" + coop)
	if coop == o.spoiling {
		r.sees("main table", placed.Number)
	} else {
		r.counts("main [data-held]", 1)
	}
	r.look("a cooperative's account")
}

// findOrder opens a joint order by its number.
func (r *reader) findOrder(number string) {
	r.t.Helper()
	r.press("nav a[href$='/association/orders']", r.l.T("ui.association.orders"))
	r.arrive("/" + r.l.Code() + "/association/orders")
	r.look("all orders")
	r.write("main form [name=q]", number)
	r.press("main form:has([name=q]) button", "")
	r.want("find the order", `number => document.readyState === 'complete' && new URLSearchParams(location.search).has('find') &&
		document.querySelector('main form [name=q]').value === number`, number)
	r.press("main td a, main th a", number)
	r.arrive("/" + r.l.Code() + "/association/orders/…")
}

// due is what a cooperative is owed, by the page.
func (r *reader) due(coop string) money.Amount {
	r.t.Helper()
	return r.amount("main tr[data-cooperative='" + coop + "'] [data-figure=due]")
}

func (r *reader) amount(selector string) money.Amount {
	r.t.Helper()
	text := r.words(selector)
	amount, err := money.Parse(text)
	if err != nil {
		r.t.Fatalf("%s: %s says %q: %v", r.path(), selector, text, err)
	}
	return amount
}

// exports takes the tables of both pages home as spreadsheets: they say what the pages say.
func (r *reader) exports(placed jointOrder) {
	r.t.Helper()
	roster.RLock()
	defer roster.RUnlock()
	for _, page := range []struct{ path, figure, column string }{
		{"/sales", "sales", r.l.T("association.column.sales") + " (" + r.l.Currency() + ")"},
		{"/settlement", "due", r.l.T("association.column.due") + " (" + r.l.Currency() + ")"},
	} {
		r.open("/" + r.l.Code() + "/association" + page.path)
		text := readCSV(r.t, r.download("main a[href*='.csv']", "", ".csv"))
		book := readXLSX(r.t, r.download("main a[href*='.xlsx']", "", ".xlsx"))
		if !slices.Equal(text[0], book[0]) || len(text) != len(book) {
			r.t.Errorf("the CSV file has %d rows under %q, the workbook %d under %q", len(text), text[0], len(book), book[0])
		}
		table := "main table:has([data-figure=" + page.figure + "])"
		rows, err := ask[int](r, `table => document.querySelectorAll(table + ' tbody tr[data-cooperative]').length`, table)
		if err != nil || rows != len(text)-1 {
			r.t.Errorf("%v: the page has %d rows, its CSV file %d", err, rows, len(text)-1)
		}
		column := slices.Index(text[0], page.column)
		if column < 0 {
			r.t.Fatalf("no column %q in %q", page.column, text[0])
		}
		for _, part := range placed.SubOrders {
			name := r.cooperativeName(part.Cooperative.Slug)
			shown := r.amount(table + " tr[data-cooperative='" + part.Cooperative.Slug + "'] [data-figure=" + page.figure + "]")
			for kind, cells := range map[string][][]string{"CSV file": text, "workbook": book} {
				row := slices.IndexFunc(cells, func(row []string) bool { return row[0] == name })
				if row < 0 {
					r.t.Errorf("the %s lacks %s", kind, name)
					continue
				}
				dirhams, err := strconv.ParseFloat(strings.Replace(cells[row][column], ",", ".", 1), 64)
				if err != nil || money.Amount(dirhams*100+0.5) != shown {
					r.t.Errorf("the %s says %q of %s, the page %s", kind, cells[row][column], name, shown)
				}
			}
		}
	}
}

// cooperativeName is a cooperative's name in the reader's language.
func (r *reader) cooperativeName(slug string) string {
	r.t.Helper()
	all, err := sample.Cooperatives()
	if err != nil {
		r.t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(c sample.Cooperative) bool { return c.Slug == slug })
	if at < 0 {
		r.t.Fatalf("no cooperative %s", slug)
	}
	return r.l.Text(all[at].Name)
}

func readCSV(t *testing.T, file string) [][]string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(string(content), "\ufeff") // by which Excel knows UTF-8
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = ';' // as spreadsheets in French and Arabic expect it, with a comma in figures
	rows, err := reader.ReadAll()
	if err != nil || !marked || len(rows) < 2 {
		t.Fatalf("%s: %v, marked %t: %q", file, err, marked, content)
	}
	return rows
}

func readXLSX(t *testing.T, file string) [][]string {
	t.Helper()
	book, err := excelize.OpenFile(file, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil || len(rows) < 2 {
		t.Fatalf("%s: %v, %d rows", file, err, len(rows))
	}
	return rows
}

// suspendAndApprove takes a cooperative off the market, with a reason, and lets it in again.
func (r *reader) suspendAndApprove(coop string) {
	r.t.Helper()
	roster.Lock()
	defer roster.Unlock()
	api := newAPIClient(r.mk.url)
	name := r.cooperativeName(coop)
	r.press("header nav a", r.l.T("ui.association.cooperatives"))
	r.arrive("/" + r.l.Code() + "/association/cooperatives")
	r.look("the cooperatives")
	r.press("main a[href$='/association/cooperatives/"+coop+"']", name)
	r.arrive("/" + r.l.Code() + "/association/cooperatives/" + coop)
	r.look("a cooperative")
	all := len(r.offered(url.Values{"coop": {coop}}))
	r.press("main a[href='#suspend']", "")
	r.counts("dialog", 1)
	r.write("dialog [name=note]", "الوثائق غير كاملة")
	r.look("the question before a cooperative is suspended")
	r.press("dialog form[action$='/suspend'] button", "")
	r.sees("main", r.l.T("association.state."+string(cooperative.Suspended)))
	r.look("a suspended cooperative")
	r.sees("main", "الوثائق غير كاملة")
	public := "/" + r.l.Code() + "/cooperatives/" + coop
	if answer := api.get(r.t, public); answer.Status != http.StatusNotFound {
		r.t.Errorf("the page of a suspended cooperative answers %d", answer.Status)
	}
	r.offers(coop, 0)

	r.press("main form[action$='/approve'] button", "")
	r.sees("main", r.l.T("association.state."+string(cooperative.Approved)))
	r.offers(coop, all)
	if answer := api.get(r.t, public); answer.Status != http.StatusOK {
		r.t.Errorf("the page of an approved cooperative answers %d", answer.Status)
	}
	r.look("a cooperative approved again")
}

// offers waits until search finds so many products of a cooperative.
func (r *reader) offers(coop string, want int) {
	r.t.Helper()
	r.until("search "+coop, func() string {
		if hits := r.offered(url.Values{"coop": {coop}}); len(hits) != want {
			return strconv.Itoa(len(hits)) + " products are found instead of " + strconv.Itoa(want)
		}
		return ""
	})
}
