package association_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestTheDashboardTellsWhatWasSold(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	sentence := map[string]string{
		"ar": "باعت 3 تعاونيات من أصل 4 بين 1 شتنبر و23 نونبر 2026. واحدة لم تبع شيئًا.",
		"fr": "3 coopératives sur 4 ont vendu entre le 1er septembre et le 23 novembre 2026. 1 n’a rien vendu.",
		"en": "3 cooperatives of 4 made a sale between 1 September and 23 November 2026. 1 sold nothing.",
	}
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association").Want(http.StatusOK)
		if want := sentence[code]; want != "" {
			m.says(page, "[data-sentence]", want)
		}

		// 585.00 = 80.00 + 505.00, where the 84 days before had 100.00.
		m.says(page, "[data-tiles] .tile:nth-child(1) .v", l.Amount(58500))
		m.tells(page, "[data-tiles] .tile:nth-child(1) .s", l.Percent(4.85))
		m.tells(page, "[data-tiles] .tile:nth-child(1) .s", "84")
		m.says(page, "[data-tiles] .tile:nth-child(2) .v", "2")
		m.says(page, "[data-tiles] .tile:nth-child(2) .s", l.N("association.tile.joint", 1))
		m.says(page, "[data-tiles] .tile:nth-child(3) .v", l.Percent(.75))
		m.says(page, "[data-tiles] .tile:nth-child(3) .s", l.T("association.dashboard.selling_before", "Selling", "3", "All", "4", "Before", "1"))
		// Honey and couscous are women only: 265.00 of 585.00, and 20 members of 40.
		m.says(page, "[data-tiles] .tile:nth-child(4) .v", l.Percent(265./585))
		m.tells(page, "[data-tiles] .tile:nth-child(4) .s", l.Percent(.5))

		sales := m.boss.Get(page.Find(".leads a").First().AttrOr("href", "")).Want(http.StatusOK)
		for slug, want := range map[string][]any{ // sales, paid, under way, orders, members, per member
			"zaytoun": {money.Amount(32000), money.Amount(24000), money.Amount(8000), 2, 13, money.Amount(2461)},
			"nahla":   {money.Amount(24000), money.Amount(24000), money.Amount(0), 1, 8, money.Amount(3000)},
			"sanabil": {money.Amount(2500), money.Amount(2500), money.Amount(0), 1, 12, money.Amount(208)},
			"amal":    {money.Amount(0), money.Amount(0), money.Amount(0), 0, 7, money.Amount(0)},
		} {
			for i, column := range []string{"sales", "paid", "under_way", "orders", "members", "per_member"} {
				m.says(sales, "[data-sales] [data-cooperative="+slug+"] [data-figure="+column+"]", m.cell(code, want[i]))
			}
		}
		for slug, want := range map[string]money.Amount{"madagh": 32000, "zegzel": 24000, "sidi-slimane-echcharaa": 2500, "tafoughalt": 0} {
			m.says(sales, "[data-commune="+slug+"] [data-figure=sales]", m.centimes(code, want))
		}
		m.says(page, "[data-idle] tbody th", l.Text(m.Pending.Name))
		// August's order is owed too: 605.00 paid, less 5%.
		m.tells(page, "[data-owed]", l.Money(57475))
		// The column counts the three parts of the joint order, its sum the order once; both are said.
		m.tells(sales, "[data-sales] tfoot [data-figure=orders]", l.Number(2))
		m.says(sales, "[data-parts]", l.N("association.total_parts", 4))
		m.speaks(page)
		m.speaks(sales)
	}
}

func TestEveryFigureSaysHowItIsCountedAndAgreesWithTheSettlement(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association?period=all").Want(http.StatusOK)
		if tiles, told := page.Find("[data-tiles] .tile").Length(), page.Find("[data-tiles] .tile .how p").Length(); tiles != 4 || told != tiles {
			t.Errorf("%s: %d of %d figures say how they are counted", code, told, tiles)
		}
		// 685.00 were sold in all: 605.00 are earned and 80.00 not paid yet, as the settlement says.
		m.says(page, "[data-made-of]", l.T("association.dashboard.made_of",
			"Total", l.Money(68500), "Earned", l.Money(60500), "Held", l.Money(0), "UnderWay", l.Money(8000)))
		settlement := m.boss.Get("/" + code + "/association/settlement").Want(http.StatusOK)
		m.says(settlement, "[data-equation] [data-figure=sales] .v", m.centimes(code, 60500))
		m.tells(settlement, "[data-of-sales]", l.T("association.settlement.of_sales", "Total", l.Money(68500)))
		m.says(m.boss.Get(settlement.Find("[data-of-sales] a").AttrOr("href", "")).Want(http.StatusOK), "[data-tiles] .tile:nth-child(1) .v", l.Amount(68500))
	}
}

func TestTheDashboardIsShortAndLeadsToItsDetails(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association?period=month").Want(http.StatusOK)
		if n := page.Find("[data-idle] tbody tr").Length(); n > 3 {
			t.Errorf("%s: %d cooperatives without a sale", code, n)
		}
		if page.Has("svg.chart, [data-sales]") {
			t.Errorf("%s: details stand on the dashboard", code)
		}
		var titles []string
		for _, a := range page.Find(".leads a[href*='/sales']").EachIter() {
			detail := m.boss.Get(a.AttrOr("href", "")).Want(http.StatusOK)
			titles = append(titles, detail.Text("h1"))
			if told := spaced(detail.Text("[data-sentence]")); !strings.HasPrefix(spaced(page.Text("[data-sentence]")), told) {
				t.Errorf("%s: under the same filter it says «%s»", detail.Path, told)
			}
			m.says(detail, ".chip[aria-current]", l.T("association.preset.month"))
			m.speaks(detail)
		}
		if diff := cmp.Diff([]string{l.T("association.detail.sales"), l.T("association.detail.months"), l.T("association.detail.spread")}, titles); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
		nobody := m.boss.Get("/" + code + "/association/sales/months?commune=atlantis&from=16/08/2026&to=19-10-2026").Want(http.StatusOK)
		m.says(nobody, ".empty h2", l.T("association.detail.none"))
		wrong := m.boss.Get("/" + code + "/association/sales/spread?from=hier").Want(http.StatusUnprocessableEntity)
		if wrong.Has("svg.chart") {
			t.Errorf("%s: figures of a period that is none", code)
		}
	}
}

// cell writes a figure as the page does.
func (m *market) cell(code string, value any) string {
	switch v := value.(type) {
	case money.Amount:
		return m.centimes(code, v)
	case int:
		return m.in(code).Number(v)
	}
	m.Fatalf("a cell of %T", value)
	return ""
}

var amountFirst = regexp.MustCompile(`[0-9][\s\x{a0}]*(in[\s\x{a0}])?MAD`)

// speaks fails the test if the page shows a sentence's key instead of the sentence, or in English an amount before its
// currency.
func (m *market) speaks(p *storetest.Page) {
	m.Helper()
	for _, figure := range p.Doc.Find(".tile, .eq > div, dd").EachIter() {
		if said := figure.Text(); amountFirst.MatchString(said) {
			m.Errorf("%s: %q", p.Path, said)
		}
	}
	if unsaid := storetest.Unsaid(p.Text("body")); unsaid != "" {
		m.Errorf("%s: a sentence is missing: %s", p.Path, unsaid)
	}
}

func TestWhatStrangersOrderIsNoSaleUntilSomebodyConfirmsIt(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	shown := func(code string) (*storetest.Page, string) {
		page := m.boss.Get("/" + code + "/association").Want(http.StatusOK)
		export := m.boss.Get("/" + code + "/association/sales.csv").Want(http.StatusOK)
		return page, page.Text("[data-sentence]") + page.Text("[data-tiles]") + page.Text("[data-made-of]") + string(export.Body)
	}
	before := map[string]string{}
	for _, code := range languages {
		_, before[code] = shown(code)
	}
	waiting := m.order("2026-11-22", "fr", line(m.Honey.Product(t, "M-1"), 2), line(m.Couscous.Product(t, "K-1"), 1))
	for _, code := range languages {
		l := m.in(code)
		page, now := shown(code)
		if diff := cmp.Diff(before[code], now); diff != "" {
			t.Errorf("%s: figures moved: %s", code, diff)
		}
		m.tells(page, "[data-waiting]", l.N("association.dashboard.waiting", 1, "Amount", l.Money(26500)))
		if to := page.Find("[data-waiting] a").AttrOr("href", ""); !m.boss.Get(to).Want(http.StatusOK).Has("form[action$='" + waiting.ID.String() + "/confirm']") {
			t.Errorf("%s: %s does not lead to whom to call", code, to)
		}
		m.speaks(page)
	}
	m.must(m.Orders.Move(t.Context(), order.MoveConfirm, waiting.ID, m.ByAssociation()))
	page, _ := shown("fr")
	m.says(page, "[data-tiles] .tile:nth-child(1) .v", m.in("fr").Amount(85000))
	if page.Has("[data-waiting]") {
		t.Error("it still waits")
	}
}

func TestTheMonthsAreDrawnAndWritten(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	page := m.boss.Get("/fr/association/sales/months").Want(http.StatusOK)
	var rows [][]string
	page.Find("section[aria-labelledby=months] tbody tr").Each(func(_ int, tr *goquery.Selection) {
		rows = append(rows, cells(tr))
	})
	want := [][]string{
		{"septembre 2026", "0,00", "0", "0"},
		{"octobre 2026", "80,00", "1", "0"},
		{"novembre 2026", "505,00", "1", "1"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if n := page.Find(".months rect").Length(); n != 3 {
		t.Errorf("%d columns in the chart", n)
	}
	if n := page.Find(".months rect.m").Length(); n != 1 {
		t.Errorf("%d months are said not to be over", n)
	}
}

func cells(tr *goquery.Selection) []string {
	var list []string
	tr.Find("th, td").Each(func(_ int, cell *goquery.Selection) { list = append(list, spaced(cell.Text())) })
	return list
}

func TestThePeriodsMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for query, want := range map[string]money.Amount{
		"":                                            58500,
		"?period=month":                               50500,
		"?period=last-month":                          8000,
		"?period=quarter":                             58500,
		"?period=year":                                68500,
		"?period=all":                                 68500,
		"?period=nonsense":                            58500,
		"?from=2026-08-15&to=2026-08-15":              10000,
		"?from=2026-08-16&to=2026-10-19":              0,
		"?from=&to=2026-10-20":                        18000,
		"?from=2026-10-21&to=":                        50500,
		"?period=month&from=&to=":                     68500, // both days were wiped out
		"?period=quarter&commune=madagh":              32000,
		"?period=quarter&commune=atlantis":            58500,
		"?period=quarter&sector=honey":                24000,
		"?period=quarter&women=yes":                   26500,
		"?period=all&women=yes&from=&to=":             36500,
		"?period=month&from=2026-11-01&to=2026-11-23": 50500,
	} {
		page := m.boss.Get("/en/association" + query).Want(http.StatusOK)
		m.says(page, "[data-tiles] .tile:nth-child(1) .v", m.in("en").Amount(want))
	}
	// What the form sends back untouched is still the period with a name.
	page := m.boss.Get("/ar/association?period=month&from=2026-11-01&to=2026-11-23&women=yes")
	m.says(page, ".chip[aria-current]", "هذا الشهر")
	if !page.Has("input[name=women][checked]") {
		t.Error("the choice of women-only cooperatives is forgotten")
	}
	if href := page.Find(".chip").First().AttrOr("href", ""); href != "/ar/association?period=month&women=yes" {
		t.Errorf("the first period leads to %s", href)
	}
}

func TestDaysThatAreNoneAreToldAndKept(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for _, code := range languages {
		page := m.boss.Get("/" + code + "/association?from=2026-02-30&to=demain&sector=honey").Want(http.StatusUnprocessableEntity)
		for field, typed := range map[string]string{"from": "2026-02-30", "to": "demain"} {
			if got := page.Find("input[name="+field+"]").AttrOr("value", ""); got != typed {
				t.Errorf("%s: %s holds %q", code, field, got)
			}
			m.tells(page, "#f-"+field+"-error", typed)
		}
		m.says(page, "select[name=sector] option[selected]", m.in(code).Text(i18n.Text{AR: "العسل", FR: "Miel", EN: "Honey"}))
		if page.Has("[data-tiles]") {
			t.Errorf("%s: figures of a period that is none", code)
		}
		page = m.boss.Get("/" + code + "/association?from=2026-11-02&to=2026-11-01").Want(http.StatusUnprocessableEntity)
		m.says(page, "#f-to-error", m.in(code).T("association.filter.backwards"))
		m.speaks(page)
	}
	m.boss.Get("/ar/association/sales.csv?from=demain").Want(http.StatusUnprocessableEntity)
}

func TestBeforeTheFirstSaleTheDashboardSaysWhatToDo(t *testing.T) {
	t.Parallel()
	m := open(t)
	for _, code := range languages {
		page := m.boss.Get("/" + code + "/association").Want(http.StatusOK)
		m.says(page, ".empty h2", m.in(code).T("association.dashboard.never"))
		if page.Has("[data-tiles]") || page.Has("[data-sales]") {
			t.Errorf("%s: figures of nothing", code)
		}
		if n := page.Find("[data-idle] tbody tr").Length(); n != 3 {
			t.Errorf("%s: %d cooperatives without a sale", code, n)
		}
		m.speaks(page)
	}
}

func TestTheExportIsWhatThePageShows(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	const query = "?period=quarter&women=yes"
	page := m.boss.Get("/fr/association/sales" + query).Want(http.StatusOK)
	hrefs := page.Find("a[download]").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
	if diff := cmp.Diff([]string{"/fr/association/sales.xlsx" + query, "/fr/association/sales.csv" + query}, hrefs); diff != "" {
		t.Error(diff)
	}
	want := [][]string{
		{"Coopérative Nahla", "Zegzel", "oui", "8", "8", "1", "240,00", "240,00", "240,00", "0,00", "30,00"},
		{"Coopérative Sanabil", "Sidi Slimane Echcharaa", "oui", "12", "12", "1", "25,00", "25,00", "25,00", "0,00", "2,08"},
	}
	file := m.boss.Get("/fr/association/sales.csv" + query).Want(http.StatusOK)
	if diff := cmp.Diff(want, readCSV(t, file)[1:]); diff != "" {
		t.Error(diff)
	}
	if name := file.Header.Get("Content-Disposition"); name != "attachment; filename=souk-sales-2026-09-01-2026-11-23-women.csv" {
		t.Errorf("the file is called %s", name)
	}
	for _, row := range want { // the workbook leaves the decimal sign to the program that shows it
		for i := range row {
			row[i] = strings.Replace(row[i], ",", ".", 1)
		}
	}
	book := readXLSX(t, m.boss.Get("/fr/association/sales.xlsx"+query).Want(http.StatusOK))
	if diff := cmp.Diff(want, book[1:]); diff != "" {
		t.Error(diff)
	}
	shown := page.Find("[data-sales] tbody tr").Map(func(_ int, tr *goquery.Selection) string { return spaced(tr.Find("th a").Text()) })
	if diff := cmp.Diff([]string{want[0][0], want[1][0]}, shown); diff != "" {
		t.Error(diff)
	}
	m.boss.Get("/fr/association/sales.pdf").Want(http.StatusNotFound)
}

func TestAFilterThatFitsNobodySaysSo(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association?women=yes&commune=madagh").Want(http.StatusOK) // oil's members are not all women
		m.says(page, ".empty h2", l.T("association.dashboard.nobody"))
		m.says(page, `.empty a[href="/`+code+`/association"]`, l.T("association.filter.clear"))
		if page.Has("[data-tiles], [data-sentence], a[download]") {
			t.Errorf("%s: figures about nobody", code)
		}
		m.speaks(page)
	}
}

func readCSV(t *testing.T, p *storetest.Page) [][]string {
	t.Helper()
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(p.Body, []byte("\uFEFF"))))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// readXLSX reads a workbook's first sheet, as it is shown.
func readXLSX(t *testing.T, p *storetest.Page) [][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}()
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestWhoSoldNothingHasANextStep(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association?from=2026-11-11&to=2026-11-20").Want(http.StatusOK)
		row := func(slug string) string { return "[data-idle] [data-cooperative=" + slug + "]" }
		if n := page.Find("[data-idle] tbody tr").Length(); n != 3 {
			t.Errorf("%s: the dashboard names %d of those that sold nothing", code, n)
		}
		page = m.boss.Get(page.Find("a[data-all-idle]").AttrOr("href", "")).Want(http.StatusOK)
		if n := page.Find("[data-idle] tbody tr").Length(); n != 4 {
			t.Errorf("%s: %d cooperatives sold nothing", code, n)
		}
		// Ten days before, honey was sold for 240: a call is worth it.
		m.tells(page, row("nahla"), l.T("association.idle.before", "Amount", l.Money(24000)))
		page.Find(row("nahla") + ` a[href="tel:+212612345678"]`)
		m.tells(page, row("amal"), l.T("association.idle.nothing"))
		page = m.boss.Get("/" + code + "/association/sales/idle?from=2026-08-01&to=2026-08-20").Want(http.StatusOK)
		m.tells(page, row("nahla"), l.N("association.idle.published", 2))
		page.Find(row("nahla") + ` a[href="/` + code + `/association/cooperatives/nahla#products"]`)
		m.speaks(page)
	}
}

func TestAllWhoSoldNothingCanBeSeen(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	_, err := m.DB.Exec(`
		insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, state, created_at, updated_at)
		select gen_random_uuid(), 'toile-' || i, 'نسيج ' || i, 'Toile ' || i, 'crafts', 'berkane', 5 + i % 3, 0, 0, 'approved', now(), now()
		from generate_series(1, 70) i`)
	m.must(err)
	for _, code := range languages {
		l := m.in(code)
		dashboard := m.boss.Get("/" + code + "/association?period=all").Want(http.StatusOK)
		all := dashboard.Find("a[data-all-idle]")
		if got, want := all.Text(), l.N("association.idle.all", 71); got != want {
			t.Errorf("%s: the dashboard leads to «%s»", code, got)
		}
		first := m.boss.Get(all.AttrOr("href", "")).Want(http.StatusOK)
		m.says(first, "[data-sentence]", l.N("association.idle.sentence", 71, "Period", l.T("association.period.always")))
		m.speaks(first)
		seen := slugs(first.Find("tr[data-cooperative]"))
		page := first
		for page.Has("a[rel=next]") {
			page = m.boss.Get(page.Find("a[rel=next]").AttrOr("href", "")).Want(http.StatusOK)
			seen = append(seen, slugs(page.Find("tr[data-cooperative]"))...)
		}
		sorted := slices.Sorted(slices.Values(seen))
		if len(slices.Compact(sorted)) != 71 || len(seen) != 71 {
			t.Errorf("%s: %d cooperatives are seen: %v", code, len(seen), seen)
		}
		for page.Has("a[rel=prev]") {
			page = m.boss.Get(page.Find("a[rel=prev]").AttrOr("href", "")).Want(http.StatusOK)
		}
		if diff := cmp.Diff(slugs(first.Find("tr[data-cooperative]")), slugs(page.Find("tr[data-cooperative]"))); diff != "" {
			t.Errorf("%s: back is not where it began: %s", code, diff)
		}
		file := readCSV(t, m.boss.Get(first.Find("a[download][href*='.csv']").AttrOr("href", "")).Want(http.StatusOK))
		if len(file) != 72 {
			t.Errorf("%s: the file has %d lines", code, len(file))
		}
		nobody := m.boss.Get("/" + code + "/association/sales/idle?commune=zegzel&period=all").Want(http.StatusOK)
		m.says(nobody, ".empty h2", l.T("association.idle.none"))
		m.speaks(nobody)
		wrong := m.boss.Get("/" + code + "/association/sales/idle?from=hier").Want(http.StatusUnprocessableEntity)
		m.speaks(wrong)
		if wrong.Has("[data-idle]") {
			t.Errorf("%s: a list of a period that is none", code)
		}
	}
	m.boss.Get("/fr/association/sales/idle.csv?from=hier").Want(http.StatusUnprocessableEntity)
	m.boss.Get("/fr/association/sales/idle?after=" + m.Association.ID.String()).Want(http.StatusNotFound)
}
