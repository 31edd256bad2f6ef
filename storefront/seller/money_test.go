package seller_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestStatementFollowsTheMoney(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	if page := member.Get("/fr/seller/money").Want(http.StatusOK); !page.Has(".empty") {
		t.Error("before any sale there is a statement")
	}
	first := m.Order() // honey for 240 dirhams, five percent for the association
	m.Deliver(first.Order)
	second := m.Order()
	if got := member.Get("/fr/seller/money").Want(http.StatusOK).Text(".tiles .tile:first-child .v"); got != "0" {
		t.Errorf("of an order that nobody has confirmed, not yet paid: %s", got)
	}
	if err := m.Orders.Move(t.Context(), order.MoveConfirm, second.Order.ID, m.ByAssociation()); err != nil {
		t.Fatal(err)
	}
	m.PayOut(m.Honey, 10_000, "VIR-77")
	page := member.Get("/fr/seller/money").Want(http.StatusOK)
	if got := page.Text(".bigprice"); got != "128 DH" {
		t.Errorf("owed: %s", got)
	}
	if got := page.Text(".tiles .tile:first-child .v"); got != "240" {
		t.Errorf("not yet paid: %s", got)
	}
	rows := page.Find("table.set tbody tr")
	if rows.Length() != 2 {
		t.Fatalf("%d lines", rows.Length())
	}
	if got := strings.Join(strings.Fields(rows.First().Text()), " "); !strings.Contains(got, "VIR-77") || !strings.HasSuffix(got, "128,00") {
		t.Errorf("newest line: %s", got)
	}
	if got := strings.Join(strings.Fields(rows.Last().Text()), " "); !strings.Contains(got, first.Order.Number) || !strings.HasSuffix(got, "228,00") {
		t.Errorf("oldest line: %s", got)
	}
	if other := m.SignIn(m.Oil.Member).Get("/fr/seller/money"); strings.Contains(string(other.Body), "VIR-77") {
		t.Error("another cooperative sees the transfer")
	}
}

// What is printed would pass for all that ever happened else.
func TestAPageOfAStatementSaysThatThereAreOthers(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member, boss := m.SignIn(m.Honey.Member), m.SignIn(m.Association)
	m.Deliver(m.Order().Order)
	says := func(v *storetest.Client, address string) bool {
		return strings.Contains(v.Get(address).Want(http.StatusOK).Text("main"), "others are on other pages")
	}
	ofBoss := "/en/association/settlement/" + m.Honey.Cooperative.Slug
	if says(member, "/en/seller/money") || says(boss, ofBoss) {
		t.Error("of the only page there are others")
	}
	for i := range 30 {
		m.PayOut(m.Honey, 100, "VIR-"+strconv.Itoa(i))
	}
	if !says(member, "/en/seller/money") || !says(boss, ofBoss) {
		t.Error("the first of two pages passes for all")
	}
	last := member.Get("/en/seller/money").Find("a[rel=next]").AttrOr("href", "")
	if !says(member, last) {
		t.Error("the last of two pages passes for all")
	}
}

func TestStatementIsExported(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Deliver(m.Order().Order)
	member := m.SignIn(m.Honey.Member)
	text := string(member.Get("/en/seller/money.csv").Want(http.StatusOK).Body)
	if !strings.Contains(text, "240,00;-12,00;0,00;0,00;228,00;0,00") {
		t.Errorf("the statement is %s", text)
	}
	if book := member.Get("/ar/seller/money.xlsx").Want(http.StatusOK).Body; !strings.HasPrefix(string(book), "PK") {
		t.Error("that is no workbook")
	}
}

func TestAWithdrawnTransferIsShownWithItsReason(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Deliver(m.Order().Order) // honey for 240 dirhams, 228 due
	paid := m.PayOut(m.Honey, 10_000, "VIR-77")
	_, err := m.Settlements.Undo(t.Context(), m.Honey.ID, paid.ID, "RIB <fermé>", actor.OfAssociation(m.Association.ID))
	if err != nil {
		t.Fatal(err)
	}
	member := m.SignIn(m.Honey.Member)
	for _, code := range languages {
		l := m.Languages.Locale(code)
		page := member.Get("/" + code + "/seller/money").Want(http.StatusOK)
		if got, want := page.Text(".bigprice"), strings.Join(strings.Fields(l.Money(22_800)), " "); got != want {
			t.Errorf("owed: %s, want %s", got, want)
		}
		rows := page.Find("table.set tbody tr")
		if rows.Length() != 3 {
			t.Fatalf("%d lines", rows.Length())
		}
		for i, want := range [][]string{
			{l.T("seller.money.withdrawn_of"), "VIR-77", l.T("seller.money.why") + " RIB <fermé>", l.Centimes(-10_000), l.Centimes(22_800)},
			{l.T("seller.money.transfer_of"), "VIR-77", l.T("seller.money.withdrawn_since"), " " + l.Centimes(10_000), l.Centimes(12_800)},
		} {
			got := strings.Join(strings.Fields(rows.Eq(i).Text()), " ")
			for _, words := range want {
				if words = strings.Join(strings.Fields(words), " "); !strings.Contains(got, words) {
					t.Errorf("%s: line %d says %q without %q", code, i, got, words)
				}
			}
		}
		if page.Has("form[action*=undo]") {
			t.Error("a member can undo a transfer")
		}
		export := string(member.Get("/" + code + "/seller/money.csv").Want(http.StatusOK).Body)
		for _, line := range []string{
			l.T("seller.money.transfer_withdrawn", "Reference", "VIR-77") + ";0,00;0,00;100,00;0,00;128,00;0,00",
			"RIB <fermé>",
			";0,00;0,00;-100,00;0,00;228,00;0,00",
		} {
			if !strings.Contains(export, line) {
				t.Errorf("%s: the export has no %q: %s", code, line, export)
			}
		}
	}
}

// A cooperative sees why it has less of a sale, paid out already or not.
func TestAStatementSaysWhyABuyerHasSomethingBack(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	o := m.Order().Order
	m.Deliver(o)
	m.PayOut(m.Honey, 10_000, "VIR-77")
	err := m.Orders.Refund(t.Context(), o.ID, order.RefundInput{Scope: order.RefundOrder, Reason: order.ReasonDamaged, Key: uuid.New()}, m.ByAssociation())
	if err != nil {
		t.Fatal(err)
	}
	member := m.SignIn(m.Honey.Member)
	for _, code := range languages {
		why := m.Languages.Locale(code).T("order.note.damaged")
		if got := member.Get("/" + code + "/seller/money").Want(http.StatusOK).Find("[data-why]").First().Text(); got != why {
			t.Errorf("%s: the page says %q, not %q", code, got, why)
		}
		if export := string(member.Get("/" + code + "/seller/money.csv").Want(http.StatusOK).Body); !strings.Contains(export, " · "+why) {
			t.Errorf("%s: the export is %s", code, export)
		}
	}
}

func TestWhatACooperativeOwesIsSaidBesideWhatItIsOwed(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	o := m.Order().Order
	m.Deliver(o) // honey for 240 dirhams, 228 due
	member := m.SignIn(m.Honey.Member)
	if page := member.Get("/fr/seller/money").Want(http.StatusOK); page.Find("table.set thead th").Length() != 5 || page.Find(".tiles .tile").Length() != 4 {
		t.Error("of what is set off and owed it is told although there is nothing")
	}
	m.Keep(m.Honey, o, 4_000)
	checks, err := market.Audit(t.Context(), m.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if !c.OK() {
			t.Errorf("%s: %v", c.Name, c.Problems)
		}
	}
	spaced := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	for _, code := range languages {
		l := m.Languages.Locale(code)
		page := member.Get("/" + code + "/seller/money").Want(http.StatusOK)
		if got, want := page.Text(".bigprice"), spaced(l.Money(20_800)); got != want {
			t.Errorf("due: %s, want %s", got, want)
		}
		if got, want := page.Text("[data-next]"), spaced(l.T("seller.money.next", "Amount", l.Money(19_800), "SetOff", l.Money(1_000))); got != want {
			t.Errorf("next: %s, want %s", got, want)
		}
		tiles := spaced(page.Find(".tiles").Text())
		for _, want := range []string{l.InMoney(l.T("seller.money.sales")) + " 240", l.InMoney(l.T("seller.money.paid_out")) + " 0", l.InMoney(l.T("seller.money.netted")) + " 20", l.InMoney(l.T("seller.money.owes")) + " 10"} {
			if !strings.Contains(tiles, spaced(want)) {
				t.Errorf("%s: %q without %q", code, tiles, want)
			}
		}
		rows := page.Find("table.set tbody tr")
		export := string(member.Get("/" + code + "/seller/money.csv").Want(http.StatusOK).Body)
		for i, want := range []struct{ says, figures, exported string }{
			{l.T("seller.money.owing.brought"), l.Centimes(20_800) + " " + l.Centimes(-1_000), "0,00;0,00;0,00;0,00;208,00;-10,00"},
			{l.T("seller.money.owing.netted"), l.Centimes(-2_000) + " " + l.Centimes(20_800), "0,00;0,00;0,00;-20,00;208,00;-20,00"},
			{l.T("seller.money.owing.kept") + " · " + l.T("seller.money.order", "Number", o.Number), l.Centimes(22_800) + " " + l.Centimes(4_000), "0,00;0,00;0,00;0,00;228,00;40,00"},
		} {
			cells := rows.Eq(i).Find("td").Map(func(_ int, td *goquery.Selection) string { return td.Text() })
			if got := spaced(rows.Eq(i).Find("th").Text()); !strings.HasPrefix(got, spaced(want.says)) {
				t.Errorf("%s: line %d says %q, want %q", code, i, got, want.says)
			}
			if got := spaced(strings.Join(cells, " ")); got != spaced(want.figures) {
				t.Errorf("%s: line %d has %q, want %q", code, i, got, want.figures)
			}
			if line := want.says + ";" + want.exported; !strings.Contains(export, line) {
				t.Errorf("%s: the export has no %q: %s", code, line, export)
			}
		}
		home := spaced(member.Get("/" + code + "/seller").Want(http.StatusOK).Find("[aria-labelledby=money]").Text())
		if want := spaced(l.T("seller.money.owes") + l.Money(1_000)); !strings.Contains(home, want) {
			t.Errorf("%s: at home %q without %q", code, home, want)
		}
	}
}

func TestAMemberSeesWhenMoneyComes(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.ReturnDays(7)
	o := m.Order().Order
	m.Deliver(o) // honey for 240 dirhams, 228 due
	member := m.SignIn(m.Honey.Member)
	o, err := m.Orders.ForAssociation(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range storetest.Languages() {
		l := m.Languages.Locale(lang)
		for _, page := range []string{"/seller", "/seller/money"} {
			coming := member.Get("/" + lang + page).Want(http.StatusOK).Find("dl:has([data-coming]), dl[data-coming]").Text()
			if day := l.LongDate(*o.ClosesAt); !strings.Contains(coming, day) || !strings.Contains(coming, l.Money(228_00)) {
				t.Errorf("%s%s: %q does not say that 228 dirhams come on %s", lang, page, coming, day)
			}
		}
	}
	m.Pass(8 * 24 * time.Hour)
	if err := m.Orders.Close(t.Context(), o.ID, *o.ClosesAt); err != nil {
		t.Fatal(err)
	}
	page := member.Get("/fr/seller/money").Want(http.StatusOK)
	if page.Has("[data-coming]") || page.Text(".bigprice") != "228 DH" {
		t.Errorf("afterwards %s are owed, and coming are %s", page.Text(".bigprice"), page.Text("[data-coming]"))
	}
}

func TestWhenTheMoneyComesAndWhereToIsSaid(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Deliver(m.Order().Order)
	l := m.Languages.Locale("fr")
	member := m.SignIn(m.Honey.Member)
	says := func(want string) {
		t.Helper()
		for _, path := range []string{"/fr/seller", "/fr/seller/money"} {
			page := member.Get(path).Want(http.StatusOK)
			if want == "" {
				if page.Has("[data-transfer]") {
					t.Errorf("%s speaks of a transfer", path)
				}
			} else if got, want := page.Text("[data-transfer]"), strings.ReplaceAll(want, "\u00a0", " "); got != want {
				t.Errorf("%s says %q, want %q", path, got, want)
			}
		}
	}
	if _, err := m.DB.Exec(`update cooperatives set rib = '' where id = $1`, m.Honey.ID); err != nil {
		t.Fatal(err)
	}
	says(l.T("seller.next.no_account", "Amount", "228\u00a0DH"))
	if _, err := m.DB.Exec(`update cooperatives set rib = '011519000001205000534921' where id = $1`, m.Honey.ID); err != nil {
		t.Fatal(err)
	}
	says(l.T("seller.next.no_day", "Amount", "228\u00a0DH", "Account", "\u20684921\u2069"))
	day := clock.Day(time.Now()).AddDate(0, 0, 3)
	weekday := strconv.Itoa((int(day.Weekday())+6)%7 + 1)
	if _, err := m.DB.Exec(`update settings set decided = decided || jsonb_build_object('payout_day', $1::text)`, weekday); err != nil {
		t.Fatal(err)
	}
	says(l.T("seller.next.day", "Day", l.Date(day), "Amount", "228\u00a0DH", "Account", "\u20684921\u2069"))
	m.PayOut(m.Honey, 228_00, "VIR-78")
	says("")

	// What is held until goods cannot be sent back any more comes with the first transfer from then on.
	m.ReturnDays(7)
	m.Deliver(m.Order().Order)
	coming, err := m.Settlements.Coming(t.Context(), m.Honey.ID)
	if err != nil || len(coming) != 1 {
		t.Fatalf("coming: %+v, %v", coming, err)
	}
	for day.Before(coming[0].Day) {
		day = day.AddDate(0, 0, 7)
	}
	says(l.T("seller.next.day", "Day", l.Date(day), "Amount", "228\u00a0DH", "Account", "\u20684921\u2069"))
}

// What the next transfer brings is made up of the lines below it, and what a return holds is named beside them.
func TestTheLinesAtHomeMakeUpTheTransfer(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Deliver(m.Order().Order) // 228 dirhams are due
	for days := 5; days >= 2; days-- {
		m.ReturnDays(days)
		m.Deliver(m.Order().Order)
	}
	if _, err := m.DB.Exec(`update settings set decided = decided || jsonb_build_object('payout_day', $1::text)`,
		strconv.Itoa((int(clock.Day(time.Now()).Weekday())+5)%7+1)); err != nil { // in six days
		t.Fatal(err)
	}
	member := m.SignIn(m.Honey.Member)
	page := member.Get("/fr/seller").Want(http.StatusOK)
	if got := page.Find("[data-coming]").Length(); got != 4 || !strings.Contains(page.Text("[data-transfer]"), "1 140 DH") || page.Has("[data-returning]") {
		t.Errorf("%d sums come: %s", got, page.Text("[aria-labelledby=money]"))
	}
	var id uuid.UUID
	if err := m.DB.Get(&id, `select o.id from orders o join sub_orders s on s.order_id = o.id where closes_at is not null and cooperative_id = $1 order by closes_at desc limit 1`, m.Honey.ID); err != nil {
		t.Fatal(err)
	}
	o, err := m.Orders.ForAssociation(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	line := o.Parts[slices.IndexFunc(o.Parts, func(p order.Part) bool { return p.Cooperative.ID == m.Honey.ID })].Lines[0].ID
	asked := order.ReturnInput{Lines: map[uuid.UUID]int{line: 1}, Key: uuid.New()}
	if err := m.Orders.AskReturn(t.Context(), m.Orders.Token(o.ID, o.Link), asked); err != nil {
		t.Fatal(err)
	}
	page = member.Get("/fr/seller").Want(http.StatusOK)
	if page.Find("[data-coming]").Length() != 3 || page.Text("[data-returning]") != "228 DH" || !strings.Contains(page.Text("[data-transfer]"), "912 DH") {
		t.Errorf("of a return it says: %s", page.Text("[aria-labelledby=money]"))
	}
}

// What she is to prepare and what is not paid yet are two sums, of other orders: what one has and the other has not is said.
func TestWhatWaitsToBeConfirmedIsSaidBesideWhatIsNotPaidYet(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	confirmed := m.Order() // honey for 240 dirhams, five percent for the association
	if err := m.Orders.Move(t.Context(), order.MoveConfirm, confirmed.Order.ID, m.ByAssociation()); err != nil {
		t.Fatal(err)
	}
	if page := member.Get("/fr/seller").Want(http.StatusOK); page.Has("[data-unconfirmed]") {
		t.Error("nothing waits to be confirmed, and home says so")
	}
	m.Order()
	page := member.Get("/fr/seller").Want(http.StatusOK)
	for selector, want := range map[string]string{
		"[aria-label='Ce qu’il faut préparer'] .ruled":  "Part de la coopérative, commission déduite456 DH",
		"p[data-unconfirmed]":                           "dont 228 DH de commandes pas encore confirmées",
		"dd[data-unconfirmed]":                          "240 DH",
		"[aria-labelledby=money] .kv dd:nth-of-type(1)": "240 DH",
	} {
		if got := page.Text(selector); got != want {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
	if got := member.Get("/fr/seller/money").Want(http.StatusOK).Text(".tiles .tile:nth-child(2) .v"); got != "240" {
		t.Errorf("what waits to be confirmed: %q", got)
	}
}
