package association_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/storefront/storetest"
)

var columns = []string{"sales", "commission", "paid_out", "due", "pending"}

// owes checks the figures of a line of the settlement, in the order of columns.
func (m *market) owes(p *storetest.Page, code, row string, want ...money.Amount) {
	m.Helper()
	for i, column := range columns {
		m.says(p, row+" [data-figure="+column+"]", m.centimes(code, want[i]))
	}
}

func TestTheSettlementSaysWhatIsOwed(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association/settlement").Want(http.StatusOK)
		m.owes(page, code, "[data-cooperative=nahla]", 24000, 1200, 0, 22800, 0)
		m.owes(page, code, "[data-cooperative=zaytoun]", 24000, 1200, 0, 22800, 8000)
		m.owes(page, code, "[data-cooperative=sanabil]", 12500, 625, 0, 11875, 0)
		m.owes(page, code, "[data-cooperative=amal]", 0, 0, 0, 0, 0)
		m.owes(page, code, "[data-sum=all]", 60500, 3025, 0, 57475, 8000)
		m.owes(page, code, "[data-sum=women]", 36500, 1825, 0, 34675, 0)
		for _, term := range []struct {
			column string
			amount money.Amount
		}{{"sales", 60500}, {"commission", 3025}, {"paid_out", 0}, {"due", 57475}} {
			m.says(page, "[data-equation] [data-figure="+term.column+"] .v", m.centimes(code, term.amount))
		}
		m.tells(page, "[data-pending]", l.Money(8000))
		m.tells(page, "[data-cooperative=nahla]", "1296")
		m.tells(page, "[data-cooperative=zaytoun]", l.T("association.settlement.no_rib"))
		m.says(page, ".lead", l.N("association.owed.ready", 1)+" "+l.N("association.owed.no_rib", 2))
		m.speaks(page)
	}
}

func TestWhatCooperativesOweStandsBesideWhatTheyAreOwed(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.admit()
	o := m.order("2026-11-10", "ar", line(m.Honey.Product(m, "M-1"), 2))
	m.Deliver(o)
	for _, path := range []string{"/fr/association/settlement", "/fr/association/settlement/nahla"} {
		if page := m.boss.Get(path).Want(http.StatusOK); page.Has("[data-figure=netted]") || page.Has("[data-figure=owes]") || page.Has("[data-owes]") {
			t.Errorf("%s tells of what is set off and owed although there is nothing", path)
		}
	}
	m.Keep(m.Honey, o, 4000)
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association/settlement").Want(http.StatusOK)
		for row, want := range map[string][2]money.Amount{
			"[data-cooperative=nahla]": {2000, 1000}, "[data-cooperative=zaytoun]": {}, "[data-sum=all]": {2000, 1000}, "[data-sum=women]": {2000, 1000},
		} {
			m.says(page, row+" [data-figure=netted]", m.centimes(code, want[0]))
			m.says(page, row+" [data-figure=owes]", m.centimes(code, want[1]))
		}
		m.owes(page, code, "[data-cooperative=nahla]", 24000, 1200, 0, 20800, 0)
		m.owes(page, code, "[data-sum=all]", 24000, 1200, 0, 20800, 0)
		m.says(page, "[data-equation] [data-figure=netted] .v", m.centimes(code, 2000))
		m.says(page, "[data-owes]", l.T("association.settlement.owes", "Amount", l.Money(1000)))
		m.speaks(page)

		page = m.boss.Get("/" + code + "/association/settlement/nahla").Want(http.StatusOK)
		m.tells(page, ".lead", l.T("association.statement.owes", "Amount", l.Money(1000)))
		for i, want := range []struct {
			says                  string
			netted, balance, owes money.Amount
		}{
			{l.T("settlement.owing.brought"), 0, 20800, -1000},
			{l.T("settlement.owing.netted"), 2000, 20800, -2000},
			{l.T("settlement.owing.kept") + " · " + l.T("association.statement.order") + " " + o.Number, 0, 22800, 4000},
		} {
			row := page.Find("[data-entries] tbody tr").Eq(i)
			if got := spaced(row.Find("th").Text()); !strings.HasPrefix(got, spaced(want.says)) {
				t.Errorf("%s: entry %d says %q, want %q", code, i, got, want.says)
			}
			for column, amount := range map[string]money.Amount{"sales": 0, "transfer": 0, "netted": want.netted, "balance": want.balance, "owes": want.owes} {
				if got := spaced(row.Find("[data-figure=" + column + "]").Text()); got != m.centimes(code, amount) {
					t.Errorf("%s: entry %d has %s %q, want %q", code, i, column, got, m.centimes(code, amount))
				}
			}
		}
		m.speaks(page)
	}
	rows := readCSV(t, m.boss.Get("/fr/association/settlement.csv").Want(http.StatusOK))
	if got := strings.Join(rows[1], " "); !strings.Contains(got, "240,00 12,00 0,00 20,00 208,00 10,00") {
		t.Errorf("exported: %s", got)
	}
}

func TestATransferIsRecordedOnce(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	page := m.boss.Get("/ar/association/settlement/nahla").Want(http.StatusOK)
	m.says(page, "[data-rib]", "011 780 0000123456789012 96")
	if got := page.Find("input[name=amount]").AttrOr("value", ""); got != "228" {
		t.Errorf("%s is proposed, not all that is due", got)
	}
	transfer := func(statement *storetest.Page, amount, reference string) *storetest.Page {
		return m.boss.Submit(statement, "form[action$=pay]", url.Values{"amount": {amount}, "reference": {reference}})
	}
	l := m.in("ar")
	statement := page
	page = transfer(statement, "100,50", "VIR-1").Want(http.StatusOK)
	if page.Path != "/ar/association/settlement" {
		t.Errorf("after paying: %s", page.Path)
	}
	m.says(page, ".toast", l.T("association.pay.done", "Amount", l.Money(10050), "Name", l.Text(m.Honey.Name)))
	m.owes(page, "ar", "[data-cooperative=nahla]", 24000, 1200, 10050, 12750, 0)
	page = transfer(statement, "100,50", "VIR-1").Want(http.StatusOK) // sent twice
	m.tells(page, ".toast", "VIR-1")
	if told := page.Text(".toast"); told == l.T("association.pay.done", "Amount", l.Money(10050), "Name", l.Text(m.Honey.Name)) {
		t.Error("it says that something was recorded")
	}
	m.owes(page, "ar", "[data-cooperative=nahla]", 24000, 1200, 10050, 12750, 0)
	page = transfer(m.boss.Get("/ar/association/settlement/nahla"), "127,50", "VIR-2").Want(http.StatusOK)
	m.owes(page, "ar", "[data-cooperative=nahla]", 24000, 1200, 22800, 0, 0)

	page = m.boss.Get("/ar/association/settlement/nahla").Want(http.StatusOK)
	if page.Has("form[action$=pay]") {
		t.Error("a transfer can be recorded although nothing is due")
	}
	var balances []string
	page.Find("[data-entries] tbody [data-figure=balance]").Each(func(_ int, td *goquery.Selection) { balances = append(balances, spaced(td.Text())) })
	if diff := cmp.Diff([]string{m.centimes("ar", 0), m.centimes("ar", 12750), m.centimes("ar", 22800)}, balances); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsOwedMayChangeBetweenLookingAndPaying(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for i, code := range languages {
		l := m.in(code)
		path := "/" + code + "/association/settlement/nahla"
		shown := m.boss.Get(path).Want(http.StatusOK).Find("form[action$=pay] input[name=shown]").AttrOr("value", "")
		m.PayOut(m.Honey, 1000, fmt.Sprint("VIR-B", i)) // by a colleague
		before, now := money.Amount(22800-1000*i), money.Amount(21800-1000*i)
		page := m.boss.Post(path+"/pay", url.Values{"amount": {"218"}, "reference": {"VIR-9"}, "shown": {shown}}).Want(http.StatusConflict)
		m.tells(page, ".note.bad", l.T("settlement.owed_changed", "Before", l.Money(before), "Now", l.Money(now)))
		if amount, reference := page.Find("input[name=amount]").AttrOr("value", ""), page.Find("input[name=reference]").AttrOr("value", ""); amount != "218" || reference != "VIR-9" {
			t.Errorf("of what was typed %q and %q are left", amount, reference)
		}
		m.speaks(page)
		page = m.boss.Post(path+"/pay", url.Values{"amount": {"218"}, "reference": {"VIR-9"}}).Want(http.StatusConflict)
		m.tells(page, ".note.bad", l.T("association.pay.old_page", "Now", l.Money(now)))
	}
}

func TestEverybodyWhoIsReadyIsPaidAtOnce(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	const path = "/association/settlement"
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + path).Want(http.StatusOK)
		m.tells(page, "[data-pay-all]", l.Money(22800)+" "+l.N("association.pay_all.to", 1))
		m.says(page, "[data-pay-all] [data-dialog=pay-all]", l.N("association.pay_all.open", 1))
		m.says(page, "#pay-all .bigprice", l.Money(22800))
		for name, due := range map[string]money.Amount{l.Text(m.Oil.Name): 22800, l.Text(m.Couscous.Name): 11875} { // no bank account
			m.tells(page, "#pay-all [data-left-out]", name+l.Money(due))
		}
		m.speaks(page)
	}
	pay := func(code, shown, reference string) *storetest.Page {
		return m.boss.Post("/"+code+path+"/pay", url.Values{"shown": {shown}, "reference": {reference}})
	}
	for _, code := range languages {
		l := m.in(code)
		page := pay(code, "22800", " ").Want(http.StatusUnprocessableEntity)
		m.says(page, "#pay-all #f-reference-error", l.T("settlement.reference_missing"))
		m.says(page, "#pay-all h2", l.N("association.pay_all.ask", 1))
		page = pay(code, "22801", "VIR-7").Want(http.StatusConflict)
		m.says(page, "[role=alert] [data-notice]", l.T("association.pay_all.changed"))
		if typed := page.Find("#pay-all:not(dialog) #f-reference").AttrOr("value", ""); typed != "VIR-7" {
			t.Errorf("of the reference that was typed %q is seen", typed)
		}
		m.owes(page, code, "[data-cooperative=nahla]", 24000, 1200, 0, 22800, 0)
		m.speaks(page)
	}
	page := pay("fr", "22800", "VIR-7").Want(http.StatusOK)
	m.says(page, ".toast", m.in("fr").N("association.pay_all.done", 1, "Amount", m.in("fr").Money(22800)))
	m.owes(page, "fr", "[data-cooperative=nahla]", 24000, 1200, 22800, 0, 0)
	m.owes(page, "fr", "[data-cooperative=zaytoun]", 24000, 1200, 0, 22800, 8000)
	if page.Has("[data-pay-all]") {
		t.Error("nobody is ready, and can be paid")
	}
	page = pay("fr", "0", "VIR-8").Want(http.StatusConflict)
	m.owes(page, "fr", "[data-sum=all]", 60500, 3025, 22800, 34675, 8000)

	page = m.boss.Get("/fr" + path + "/nahla").Want(http.StatusOK)
	m.tells(page, "[data-entries] tbody tr:first-child th", "VIR-7")
	m.tells(page, "[data-entries] tbody tr:first-child th", m.Association.Name) // who recorded it
	page = m.boss.Post("/fr"+path+"/nahla/pay", url.Values{"amount": {"5"}, "reference": {"VIR-9"}, "shown": {"0"}}).Want(http.StatusUnprocessableEntity)
	m.says(page, "[data-refused]", m.in("fr").T("settlement.above_due", "Due", m.in("fr").Money(0)))
}

func TestARefusedTransferKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	m.sends("/ar/association/settlement/nahla", "pay", url.Values{"amount": {"28"}, "reference": {"VIR-0"}}).Want(http.StatusOK)
	for _, code := range languages {
		l := m.in(code)
		for _, c := range []struct {
			amount, reference string
			field, says       string
		}{
			{"200,01", "VIR-1", "amount", l.T("settlement.above_due", "Due", l.Money(20000))},
			{"0", "VIR-1", "amount", l.T("settlement.amount_not_positive")},
			{"-5", "VIR-1", "amount", ""},
			{"مئتان", "VIR-1", "amount", l.T("association.pay.unreadable", "Value", "مئتان")},
			{"", "VIR-1", "amount", l.T("association.pay.amount_missing")},
			{"مئتان", "", "reference", l.T("settlement.reference_missing")},
			{"100", "  ", "reference", l.T("settlement.reference_missing")},
			{"100", "VIR-0", "reference", l.T("settlement.reference_used")},
		} {
			page := m.sends("/"+code+"/association/settlement/nahla", "pay", url.Values{"amount": {c.amount}, "reference": {c.reference}}).
				Want(http.StatusUnprocessableEntity)
			if c.says != "" {
				m.says(page, "#f-"+c.field+"-error", c.says)
			} else {
				page.Find("#f-" + c.field + "-error")
			}
			if got := page.Find("input[name=amount]").AttrOr("value", ""); got != c.amount {
				t.Errorf("%s: %q became %q", code, c.amount, got)
			}
			if got := spaced(page.Find("input[name=reference]").AttrOr("value", "")); got != spaced(c.reference) {
				t.Errorf("%s: %q became %q", code, c.reference, got)
			}
			m.speaks(page)
		}
	}
	page := m.boss.Get("/ar/association/settlement").Want(http.StatusOK)
	m.owes(page, "ar", "[data-cooperative=nahla]", 24000, 1200, 2800, 20000, 0)
	m.boss.Post("/ar/association/settlement/atlantis/pay", nil).Want(http.StatusNotFound)
	m.boss.Get("/ar/association/settlement/atlantis").Want(http.StatusNotFound)
}

func TestTheSettlementIsExportedAsItIsShown(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	want := [][]string{
		{"Coopérative Nahla", "Zegzel", "240,00", "12,00", "0,00", "0,00", "228,00", "0,00", "0,00", "0,00", "011\u00a0780\u00a00000123456789012\u00a096"},
		{"Coopérative Zaytoun", "Madagh", "240,00", "12,00", "0,00", "0,00", "228,00", "0,00", "0,00", "80,00", ""},
		{"Coopérative Sanabil", "Sidi Slimane Echcharaa", "125,00", "6,25", "0,00", "0,00", "118,75", "0,00", "0,00", "0,00", ""},
		{"Coopérative Amal", "Tafoughalt", "0,00", "0,00", "0,00", "0,00", "0,00", "0,00", "0,00", "0,00", ""},
	}
	page := m.boss.Get("/fr/association/settlement").Want(http.StatusOK)
	shown := page.Find("[data-settlement] tbody th a").Map(func(_ int, a *goquery.Selection) string { return spaced(a.Text()) })
	rows := readCSV(t, m.boss.Get("/fr/association/settlement.csv").Want(http.StatusOK))
	if rows[0][2] != "Ventes (DH)" {
		t.Errorf("the header says %q", rows[0])
	}
	var exported []string
	for _, row := range rows[1:] {
		exported = append(exported, row[0])
	}
	if diff := cmp.Diff(shown, exported); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, rows[1:]); diff != "" {
		t.Error(diff)
	}
	book := readXLSX(t, m.boss.Get("/ar/association/settlement.xlsx").Want(http.StatusOK))
	if len(book) != 5 || book[0][0] != "التعاونية" {
		t.Errorf("%q", book)
	}
	m.boss.Get("/fr/association/settlement.exe").Want(http.StatusNotFound)
}

func TestTheSettlementIsReadByThePageAndSearched(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	_, err := m.DB.Exec(`
		insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, state, created_at, updated_at)
		select gen_random_uuid(), 'tiwizi-' || n, 'تيويزي ' || n, 'Tiwizi ' || n, sector, commune, 9, 0, 0, 'approved', created_at, updated_at
		from cooperatives, generate_series(1, 40) as n where slug = 'nahla'`)
	m.must(err)
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association/settlement").Want(http.StatusOK)
		first := page.Find("[data-settlement] tbody tr")
		if first.Length() != 30 || first.First().AttrOr("data-cooperative", "") == "amal" || page.Has("a[rel=first]") {
			t.Errorf("the first page has %d cooperatives", first.Length())
		}
		m.says(page, "[data-sum=all] th", l.N("association.settlement.total", 44))
		m.speaks(page)
		page = m.boss.Get(page.Find("a[rel=next]").AttrOr("href", "")).Want(http.StatusOK)
		if n := page.Find("[data-settlement] tbody tr").Length(); n != 14 || page.Has("a[rel=next]") {
			t.Errorf("the second page has %d cooperatives", n)
		}
		if back := page.Find("a[rel=first]").AttrOr("href", ""); back != "/"+code+"/association/settlement" {
			t.Errorf("back leads to %s", back)
		}
		m.speaks(page)
		page = m.boss.Get("/" + code + "/association/settlement?q=TIWIZI+4&which=").Want(http.StatusOK)
		if n := page.Find("[data-settlement] tbody tr").Length(); n != 2 { // 4 and 40
			t.Errorf("%d cooperatives are found", n)
		}
		page = m.boss.Get("/" + code + "/association/settlement?which=no_rib").Want(http.StatusOK)
		if n := page.Find("[data-settlement] tbody tr").Length(); n != 2 {
			t.Errorf("%d cooperatives that are owed money have no bank account", n)
		}
		page = m.boss.Get("/" + code + "/association/settlement?q=atlantis").Want(http.StatusOK)
		m.tells(page, ".empty", l.T("association.settlement.no_match"))
		m.speaks(page)
		// Where a page ends is no more than a place: whatever is sent, nothing breaks.
		m.boss.Get("/" + code + "/association/settlement?which=all&after=x.y&q=" + strings.Repeat("%D8%B3", 300)).Want(http.StatusOK)
		m.boss.Get("/" + code + "/association/settlement/nahla?after=99999999999999999999.x").Want(http.StatusOK)
	}
}

func TestWhoPaysIsToldOfAnAccountThatChanged(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	changed := func(code, rib string) {
		typed := filled(m.boss.Get("/" + code + correction).Want(http.StatusOK))
		typed.Set("rib", rib)
		m.boss.Post("/"+code+correction, typed).Want(http.StatusOK)
	}
	if page := m.boss.Get("/fr/association/settlement").Want(http.StatusOK); page.Has("[data-changed]") || page.Has("[data-doubtful]") {
		t.Error("an account that never changed is doubted")
	}
	changed("fr", "777777777777777777777741")
	last, err := m.Cooperatives.Last(context.Background(), m.Honey.ID, cooperative.RIBChanged)
	m.must(err)
	today := last.At
	for _, code := range languages {
		l := m.in(code)
		says := l.T("association.rib.changed", "Date", l.LongDate(today), "Name", m.Association.Name)
		page := m.boss.Get("/" + code + "/association/settlement").Want(http.StatusOK)
		m.tells(page, "#pay-all [data-doubtful]", l.T("association.rib.check"))
		m.says(page, "#pay-all [data-doubtful] [data-changed]", says)
		m.says(page, "[data-settlement] [data-cooperative=nahla] [data-changed]", says)
		m.speaks(page)
		page = m.boss.Get("/" + code + "/association/settlement/nahla").Want(http.StatusOK)
		m.says(page, "#pay [data-changed]", says)
		// The question is asked with the same words when it was answered wrongly.
		page = m.boss.Post("/"+code+"/association/settlement/pay", url.Values{"shown": {"22800"}, "reference": {""}}).Want(http.StatusUnprocessableEntity)
		m.says(page, "#pay-all [data-doubtful] [data-changed]", says)
	}
	changed("ar", "")
	changed("ar", "888888888888888888888833")
	page := m.boss.Get("/ar/association/settlement").Want(http.StatusOK)
	m.tells(page, "#pay-all [data-doubtful] [data-changed]", m.in("ar").T("association.rib.added", "Date", m.in("ar").LongDate(today), "Name", m.Association.Name))
}

func TestWhatIsMissingLeadsToWhereItIsFilledIn(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for _, code := range languages {
		edit := func(slug, field string) string {
			return ` a[href="/` + code + `/association/cooperatives/` + slug + `/edit#f-` + field + `"]`
		}
		page := m.boss.Get("/" + code + "/association/settlement").Want(http.StatusOK)
		page.Find("[data-settlement]" + edit("zaytoun", "rib"))
		page.Find("#pay-all [data-left-out]" + edit("zaytoun", "rib"))
		m.boss.Get("/" + code + "/association/settlement/zaytoun").Want(http.StatusOK).Find("#pay" + edit("zaytoun", "rib"))
		page = m.boss.Get("/" + code + "/association").Want(http.StatusOK)
		m.boss.Get(page.Find("a[data-no-rib]").AttrOr("href", "")).Want(http.StatusOK).Find("[data-settlement]" + edit("sanabil", "rib"))
		page.Find("[data-idle]" + edit("amal", "phone"))
		page = m.boss.Get("/" + code + "/association/cooperatives/zaytoun").Want(http.StatusOK)
		page.Find("[data-fact=rib]" + edit("zaytoun", "rib"))
		page.Find("section[aria-labelledby=contact]" + edit("zaytoun", "phone"))
		page = m.boss.Get("/" + code + "/association/cooperatives/zaytoun/edit").Want(http.StatusOK)
		page.Find("#f-rib")
		page.Find("#f-phone")
	}
}

func TestASheetIsNamedInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for _, code := range languages {
		l := m.in(code)
		for path, want := range map[string]string{
			"/association/settlement.xlsx": l.T("association.settlement.title"),
			"/association/sales.xlsx":      l.T("association.dashboard.title"),
		} {
			book, err := excelize.OpenReader(bytes.NewReader(m.boss.Get("/" + code + path).Want(http.StatusOK).Body))
			m.must(err)
			if got := book.GetSheetName(0); got != want {
				t.Errorf("%s: the sheet of %s is called %q, not %q", code, path, got, want)
			}
			m.must(book.Close())
		}
	}
}

func TestABankAccountWithAWrongKeyIsPointedOutWhereMoneyIsPaid(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for _, statement := range []string{
		`alter table cooperatives disable trigger cooperatives_rib_key`,
		`update cooperatives set rib = '011780000012345678901234' where slug = 'nahla'`,
		`alter table cooperatives enable trigger cooperatives_rib_key`,
	} {
		_, err := m.DB.Exec(statement)
		m.must(err)
	}
	for _, path := range []string{"/association/settlement", "/association/settlement/nahla", "/association/cooperatives/nahla"} {
		for _, code := range languages {
			m.tells(m.boss.Get("/"+code+path).Want(http.StatusOK), "main", m.in(code).T("association.rib.wrong_key"))
		}
	}
}
