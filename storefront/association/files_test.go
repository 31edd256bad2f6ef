package association_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/storetest"
	"github.com/souk-taawon/souk/storefront/ui"
)

// file is what the link of a page to its file leads to, for who shows the page.
func (m *market) file(page *storetest.Page, kind string) *storetest.Page {
	m.Helper()
	return m.boss.Get(page.Find("a[download][href*='."+kind+"']").AttrOr("href", "")).Want(http.StatusOK)
}

// called says how a file is called, without its ending.
func called(p *storetest.Page) string {
	_, name, _ := strings.Cut(p.Header.Get("Content-Disposition"), "filename=")
	name, _, _ = strings.Cut(name, ".")
	return name
}

// column is a column of a table without its header.
func column(rows [][]string, n int) (cells []string) {
	for _, row := range rows[1:] {
		cells = append(cells, row[n])
	}
	return cells
}

func TestTheFileOfOrdersIsWhatTheFilterLetsThrough(t *testing.T) {
	t.Parallel()
	m := open(t)
	oil := m.Oil.Product(t, "Z-1")
	delivered := m.order("2026-10-20", "ar", line(oil, 1))
	m.Deliver(delivered)
	placed, err := m.Orders.Place(t.Context(), order.PlaceInput{
		Lines:    []order.Line{line(oil, 2), line(m.Honey.Product(t, "M-1"), 1)},
		Buyer:    order.Buyer{Name: "＝HYPERLINK(1)", Phone: "0662000001", Place: "berkane", Address: "Hay Essalam"},
		Delivery: delivery.Home, Payment: payment.CashOnDelivery, Locale: "fr", Source: order.Shop, At: on("2026-11-10"),
	})
	m.must(err)
	late := placed.Order
	for _, part := range late.Parts { // of which the honey does not come
		by := m.ByCooperative(part.Cooperative.ID)
		by.At = on("2026-11-10")
		for _, move := range []order.Move{order.MoveAccept, order.MoveReady, order.MoveHandOver} {
			if move == order.MoveAccept || part.Cooperative.ID == m.Oil.ID {
				m.must(m.Orders.Move(t.Context(), move, part.ID, by))
			}
		}
	}
	m.must(m.Orders.Late(t.Context(), late.ID, on("2026-11-20")))
	for _, code := range languages {
		l := m.in(code)
		path := "/" + code + "/association/orders"
		want := [][]string{
			{"رقم"},
			{late.Number, "2026-11-10 11:00", l.T("order.state.confirmed"), "'＝HYPERLINK(1)", ui.PhoneText("+212662000001"), l.Text(i18n.Text{AR: "بركان", FR: "Berkane"}), l.T("association.delivery.home"), "2", strings.Replace(late.Due.String(), ".", ",", 1), "0,00",
				l.T("association.orders.handed_over", "Done", "1", "All", "2"), l.T("report.yes"), l.T("report.yes")},
			{delivered.Number, "2026-10-20 11:00", l.T("order.state.delivered"), "", "", l.Text(i18n.Text{AR: "بركان", FR: "Berkane"}), l.T("association.delivery.home"), "1", strings.Replace(delivered.Due.String(), ".", ",", 1), "0,00",
				"", l.T("report.no"), l.T("report.no")},
		}
		want[0] = []string{
			l.T("association.column.order"), l.T("association.orders.placed"), l.T("association.column.state"), l.T("association.orders.buyer"), l.T("association.orders.phone"),
			l.T("association.column.place"), l.T("association.orders.delivery"), l.T("association.column.cooperatives"), l.T("association.column.amount"), l.T("association.column.means_fee"),
			l.T("association.column.parts"), l.T("association.orders.late"), l.T("seller.orders.late"),
		}
		if diff := cmp.Diff(want, readCSV(t, m.file(m.boss.Get(path), "csv"))); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
		for _, row := range want { // the workbook leaves the decimal sign to the program that shows it
			row[8], row[9] = strings.Replace(row[8], ",", ".", 1), strings.Replace(row[9], ",", ".", 1)
		}
		if diff := cmp.Diff(want, readXLSX(t, m.file(m.boss.Get(path), "xlsx"))); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
		for query, numbers := range map[string][]string{
			"?state=confirmed":               {late.Number},
			"?state=delivered":               {delivered.Number},
			"?from=2026-10-21":               {late.Number},
			"?from=2026-10-20&to=2026-10-20": {delivered.Number},
		} {
			file := m.file(m.boss.Get(path+query), "csv")
			if diff := cmp.Diff(numbers, column(readCSV(t, file), 0)); diff != "" {
				t.Errorf("%s: %s", query, diff)
			}
		}
		found := m.boss.Post(path, url.Values{"q": {"نادية"}, "state": {"delivered"}}).Want(http.StatusOK)
		file := m.file(found, "csv")
		if diff := cmp.Diff([]string{delivered.Number}, column(readCSV(t, file), 0)); diff != "" {
			t.Errorf("%s: whom the buyer's name finds: %s", code, diff)
		}
		if called(file) != "souk-orders-2026-11-23-delivered" {
			t.Errorf("the file is called %s", called(file))
		}
		none := m.boss.Get(path + "?state=refused").Want(http.StatusOK)
		if none.Has("a[download]") {
			t.Errorf("%s: a file of nothing is offered", code)
		}
	}
	for _, query := range []string{"?q=0661234567", "?find=nonsense", "?from=hier"} {
		m.boss.Get("/fr/association/orders.csv" + query).Want(http.StatusUnprocessableEntity)
	}
	m.boss.Get("/fr/association/orders.pdf").Want(http.StatusNotFound)
	m.tells(m.boss.Get("/fr/association/security?kind=exported"), "[data-record]", "souk-orders-2026-11-23-delivered.csv")
}

// A file stays where it was taken: who ordered is told to those who call and deliver only, and not once it is over.
func TestAFileOfOrdersTellsWhoOrderedToThoseWhoDeliver(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.order("2026-11-10", "ar", line(m.Oil.Product(t, "Z-1"), 1))
	gone := m.order("2026-11-09", "ar", line(m.Oil.Product(t, "Z-1"), 1))
	m.must(m.Orders.Move(context.Background(), order.MoveCancel, gone.ID, m.ByAssociation()))
	page := m.boss.Get("/fr/association/orders/" + gone.ID.String() + "/erase").Want(http.StatusOK)
	m.boss.Post(page.Path, erasing(page, "scope", "order")).Want(http.StatusOK)
	for role, told := range map[account.Role]bool{account.Director: true, account.Support: true, account.Treasurer: false} {
		reader := m.boss
		if role != account.Director {
			reader = m.SignIn(m.Hire(role, m.Honey))
		}
		rows := readCSV(t, reader.Get("/fr/association/orders.csv").Want(http.StatusOK))
		want := []string{"نادية العلوي", m.in("fr").T("association.erase.nobody")}
		if told && cmp.Diff(want, column(rows, 3)) != "" || !told && strings.Contains(strings.Join(append(rows[0], rows[1]...), " "), "نادية") || told != (len(rows[0]) == 13) {
			t.Errorf("%s: %q", role, rows)
		}
	}
	m.SignIn(m.Hire(account.Marketing, m.Honey)).Get("/fr/association/orders.csv").Want(http.StatusForbidden)
}

func TestTheFileOfCooperativesIsWhatThePageShows(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	c, err := m.Cooperatives.Create(t.Context(), cooperative.Cooperative{
		Name: i18n.Text{AR: "＝تعاونية", FR: "=1+1 Tissage"}, Sector: "crafts", Commune: "berkane", Women: 5, Men: 1,
	}, m.ByAssociation().Actor)
	m.must(err)
	for _, code := range languages {
		l := m.in(code)
		path := "/" + code + "/association/cooperatives"
		page := m.boss.Get(path).Want(http.StatusOK)
		rows := readCSV(t, m.file(page, "csv"))
		header := []string{
			l.T("association.column.cooperative"), l.T("association.column.state"), l.T("association.column.commune"), l.T("association.column.sector"),
			l.T("report.column.women_only"), l.T("association.column.members"), l.T("report.column.women"), l.T("association.column.products"), l.T("association.column.sales") + " (" + l.Currency() + ")",
		}
		first := []string{"'" + l.Text(c.Name), l.T("association.state.pending"), l.Text(c.CommuneName), l.Text(c.SectorName), l.T("report.no"), "6", "5", "0", "0,00"}
		if diff := cmp.Diff([][]string{header, first}, rows[:2]); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
		var shown []string
		for _, tr := range page.Find("tr[data-cooperative]").EachIter() {
			shown = append(shown, strings.TrimPrefix(spaced(tr.Find("th a").Text()), "'"))
		}
		names := column(rows, 0)
		names[0] = strings.TrimPrefix(names[0], "'")
		if diff := cmp.Diff(shown, names); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
		for _, row := range rows {
			if row[0] == l.Text(i18n.Text{AR: "تعاونية نحلة", FR: "Coopérative Nahla"}) && cmp.Diff([]string{l.T("report.yes"), "8", "8", "2", "240,00"}, row[4:]) != "" {
				t.Errorf("%s: %q", code, row)
			}
		}
		if book := readXLSX(t, m.file(page, "xlsx")); len(book) != len(rows) || cmp.Diff(rows[0], book[0]) != "" {
			t.Errorf("%s: %q", code, book)
		}
		some := m.file(m.boss.Get(path+"?state=pending&q="+url.QueryEscape(map[bool]string{true: "تعاونية", false: "tissage"}[code == "ar"])).Want(http.StatusOK), "csv")
		if diff := cmp.Diff([]string{first[0]}, column(readCSV(t, some), 0)); diff != "" || called(some) != "souk-cooperatives-2026-11-23-pending" {
			t.Errorf("%s: %s %s", code, called(some), diff)
		}
	}
	support := m.SignIn(m.Hire(account.Support, m.Honey))
	if rows := readCSV(t, support.Get("/fr/association/cooperatives.csv").Want(http.StatusOK)); len(rows[0]) != 8 {
		t.Errorf("who sees no sales is told %q", rows[0])
	}
	m.SignIn(m.Honey.Member).Get("/fr/association/cooperatives.csv").Want(http.StatusForbidden)
	m.boss.Get("/fr/association/cooperatives.pdf").Want(http.StatusNotFound)
}

// A file names its columns as the page does that it is taken from.
func TestFilesSpeakAsTheirPages(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for _, code := range languages {
		l := m.in(code)
		unit := " (" + l.Currency() + ")"
		for path, more := range map[string][]string{ // that the page does not show, or not as a column
			"/sales":        {l.T("association.column.commune"), l.T("report.column.women_only"), l.T("report.column.women"), l.T("report.column.earned")},
			"/cooperatives": {l.T("report.column.women_only"), l.T("report.column.women")},
			"/settlement": { // whose columns of nothing are left out
				l.T("association.column.commune"), l.T("association.column.netted") + unit, l.T("association.column.owes") + unit, l.T("association.column.held") + unit,
			},
			"/orders": {
				l.T("association.orders.placed"), l.T("association.orders.buyer"), l.T("association.orders.phone"),
				l.T("association.orders.delivery"), l.T("association.column.cooperatives"), l.T("association.column.means_fee"),
				l.T("association.orders.late"), l.T("seller.orders.late"),
			},
		} {
			page := m.boss.Get("/" + code + "/association" + path).Want(http.StatusOK)
			words := map[string]bool{}
			for _, shown := range page.Find("th, .k, [data-l]").EachIter() {
				words[strings.Trim(spaced(shown.Text()), "−=+ ")] = true
				words[shown.AttrOr("data-l", "")] = true
			}
			for _, name := range readCSV(t, m.file(page, "csv"))[0] {
				bare := strings.TrimSuffix(name, unit)
				if !words[name] && !words[bare] && !slices.Contains(more, name) {
					t.Errorf("%s%s: nothing on the page is called %q", code, path, name)
				}
			}
		}
	}
}

func TestTheFileOfPeopleTellsNoSecret(t *testing.T) {
	t.Parallel()
	m := open(t)
	treasurer := m.Hire(account.Treasurer, m.Honey)
	m.must(m.Accounts.End(t.Context(), treasurer.ID, m.Association.Actor(), nil, "left for France", noSource))
	_, err := m.DB.Exec(`insert into users (id, name, phone, password_hash, role, created_at) values (gen_random_uuid(), '＝1+1', '+33612345678', '', 'support', now())`)
	m.must(err)
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association/people").Want(http.StatusOK)
		want := [][]string{
			{l.T("association.member.name"), l.T("ui.role.title"), l.T("association.column.state"), l.T("association.identity.email"), l.T("association.identity.phone")},
			{m.Association.Name, l.T("role.director"), l.T("association.person.state_open"), *m.Association.Email, ""},
			{"'＝1+1", l.T("role.support"), l.T("association.person.state_invited"), "", "'+33612345678"},
			{treasurer.Name, l.T("role.treasurer"), l.T("association.person.state_ended"), *treasurer.Email, ""},
		}
		rows := readCSV(t, m.file(page, "csv"))
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
		if book := readXLSX(t, m.file(page, "xlsx")); len(book) != len(rows) || cmp.Diff(rows[0], book[0]) != "" {
			t.Errorf("%s: %q", code, book)
		}
	}
	found := m.boss.Post("/fr/association/people/find", url.Values{"q": {treasurer.Name}}).Want(http.StatusOK)
	if diff := cmp.Diff([]string{treasurer.Name}, column(readCSV(t, m.file(found, "csv")), 0)); diff != "" {
		t.Errorf("whom a name finds: %s", diff)
	}
	m.boss.Get("/fr/association/people.csv?q=" + url.QueryEscape(treasurer.Name)).Want(http.StatusUnprocessableEntity)
	m.SignIn(m.Hire(account.Support, m.Honey)).Get("/fr/association/people.csv").Want(http.StatusForbidden)
	m.tells(m.boss.Get("/fr/association/security?kind=exported"), "[data-record]", "souk-people-2026-11-23.csv")
}

func TestTheFileOfTheRecordGoesToItsEnd(t *testing.T) {
	t.Parallel()
	m := open(t)
	_, err := m.DB.Exec(`insert into security_events (id, kind, address, agent, detail, count, at)
		select gen_random_uuid(), 'not_kept', '', '', 'forbidden', n, now() - n * interval '1 minute' from generate_series(1, 10100) n`)
	m.must(err)
	for _, code := range languages {
		rows := readCSV(t, m.file(m.boss.Get("/"+code+"/association/security?kind=not_kept"), "csv"))
		if len(rows) != 10101 || rows[1][2] != "1" || rows[10100][2] != "10100" || rows[0][0] != m.in(code).T("association.security.when") {
			t.Errorf("%s: %d lines from %q to %q", code, len(rows), rows[1], rows[len(rows)-1])
		}
	}
}
