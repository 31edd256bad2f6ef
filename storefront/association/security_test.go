package association_test

import (
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// noSource is where what a test does by itself comes from.
var noSource security.Source

// reopen lets somebody sign in with the password of tests again, if her account was ended or reopened.
func (m *market) reopen(u account.User) error {
	err := m.Accounts.Reopen(context.Background(), u.ID, m.Association.Actor(), nil, "a test", noSource)
	if err != nil && !errors.Is(err, account.ErrWrongState) {
		return err
	}
	token, err := m.Accounts.HandOverLink(context.Background(), u.ID, m.Association.Actor(), nil, noSource)
	if err == nil {
		_, err = m.Accounts.ChoosePassword(context.Background(), token, storetest.Password, noSource, m.in("fr"))
	}
	return err
}

// recorded are the kinds of events that a page of the record shows, the latest first.
func recorded(p *storetest.Page) string {
	var kinds []string
	for _, row := range p.Doc.Find("[data-record] tbody tr").EachIter() {
		kinds = append(kinds, row.AttrOr("data-kind", "?"))
	}
	return strings.Join(kinds, " ")
}

func TestWhatPeopleDoStandsInTheRecord(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	o := m.order("2026-11-20", "fr", line(m.Honey.Product(t, "M-1"), 1))
	m.sends("/fr/association/orders/"+o.ID.String(), "renew", nil).Want(http.StatusOK)
	m.sends("/fr/association/cooperatives/amal", "suspend", url.Values{"note": {"a complaint"}}).Want(http.StatusOK)
	m.sends("/fr/association/cooperatives/amal", "approve", nil).Want(http.StatusOK)
	m.boss.Get("/fr/association/settlement.csv").Want(http.StatusOK)
	m.sends("/fr/association/settlement/nahla", "pay", url.Values{"amount": {"10"}, "reference": {"VIR-9"}}).Want(http.StatusOK)
	_, err := m.DB.Exec(`insert into security_events (id, kind, address, agent, detail, count, at)
		values (gen_random_uuid(), 'settings_changed', '', '', 'alarm_share fee_province', 1, now() - interval '1 day')`)
	m.must(err)
	m.SignIn(m.Honey.Member).Get("/fr/association").Want(http.StatusForbidden)

	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association/security").Want(http.StatusOK)
		if got := recorded(page); !strings.HasPrefix(got, "forbidden signed_in paid_out exported cooperative_approved cooperative_suspended tracking_link_renewed signed_in") {
			t.Errorf("the record says %s", got)
		}
		m.tells(page, "tr[data-kind=forbidden]", m.Honey.Member.Name)
		m.tells(page, "tr[data-kind=forbidden]", l.T("association.dashboard.title"))
		m.tells(page, "tr[data-kind=tracking_link_renewed] a[href$='"+o.ID.String()+"']", o.Number)
		m.tells(page, "tr[data-kind=settings_changed]", l.T("association.settings.alarm_share"))
		m.tells(page, "tr[data-kind=paid_out]", "10.00 · VIR-9")
		m.tells(page, "tr[data-kind=exported]", ".csv")
		m.tells(page, "tr[data-kind=cooperative_suspended]", "a complaint")
		m.tells(page, "tr[data-kind=forbidden]", l.T("security.kind.forbidden"))
		m.speaks(page)
	}
	for query, want := range map[string]string{
		"kind=paid_out":                              "paid_out",
		"cooperative=amal":                           "cooperative_approved cooperative_suspended",
		"cooperative=coop%C3%A9rative+Amal":          "cooperative_approved cooperative_suspended",
		"cooperative=%D8%A7%D9%84%D8%A3%D9%85%D9%84": "cooperative_approved cooperative_suspended",
		"person=" + m.Honey.Member.ID.String():       "forbidden signed_in account_added",
		"kind=exported&from=2001-01-01":              "exported",
		"kind=exported&to=2001-01-01":                "",
	} {
		if got := recorded(m.boss.Get("/fr/association/security?" + query).Want(http.StatusOK)); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for form, want := range map[string]string{
		"who=" + *m.Honey.Member.Email:      "forbidden signed_in account_added",
		"who=" + *m.Oil.Member.Email:        "account_added",
		"address=127.0.0.1&kind=forbidden":  "forbidden",
		"kind=exported&address=10.0.0.1":    "",
		"cooperative=amal&kind=&who=&from=": "cooperative_approved cooperative_suspended",
	} {
		values, err := url.ParseQuery(form)
		m.must(err)
		if got := recorded(m.boss.Post("/fr/association/security", values).Want(http.StatusOK)); got != want {
			t.Errorf("%s: %q, want %q", form, got, want)
		}
	}
	for form, field := range map[string]string{
		"who=nobody@souk.test": "who", "cooperative=atlantis": "cooperative", "cooperative=a": "cooperative", "address=here": "address", "from=yesterday": "from", "kind=nonsense": "kind",
	} {
		values, err := url.ParseQuery(form)
		m.must(err)
		page := m.boss.Post("/fr/association/security", values).Want(http.StatusUnprocessableEntity)
		page.Find("#f-" + field + "-error")
		if name, typed, _ := strings.Cut(form, "="); name != "kind" && page.Find("#f-"+field).AttrOr("value", "") != typed {
			t.Errorf("%s: what was typed is lost", form)
		}
		if field != "who" && field != "address" {
			m.boss.Get("/fr/association/security?" + form).Want(http.StatusUnprocessableEntity).Find("#f-" + field + "-error")
		}
	}
}

func TestTheRecordHasPagesAndIsExported(t *testing.T) {
	t.Parallel()
	m := open(t)
	_, err := m.DB.Exec(`insert into security_events (id, kind, address, agent, detail, count, at)
		select gen_random_uuid(), 'sign_in_failed', '10.9.8.7', '=cmd()', n::text, 1, '2026-10-01'::timestamptz from generate_series(1, 120) n`)
	m.must(err)
	first := m.boss.Post("/fr/association/security", url.Values{"address": {"10.9.8.7"}}).Want(http.StatusOK)
	seen, path := map[string]bool{}, first.Path
	for pages := 0; path != ""; pages++ {
		if pages > 3 {
			t.Fatal("the pages never end")
		}
		page := m.boss.Get(path).Want(http.StatusOK)
		for _, row := range page.Doc.Find("[data-record] tbody tr td:last-child").EachIter() {
			seen[row.Text()] = true
		}
		path = page.Doc.Find(".pager a[rel=next]").AttrOr("href", "")
	}
	if len(seen) != 120 {
		t.Errorf("%d of 120 events are on the pages", len(seen))
	}
	m.boss.Get("/fr/association/security?place=nonsense").Want(http.StatusOK)
	m.boss.Get("/fr/association/security?place=after--1-x").Want(http.StatusOK)

	file := m.boss.Get(first.Find("a[download][href*='.csv']").AttrOr("href", "")).Want(http.StatusOK)
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(file.Body), "\uFEFF")))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	if err != nil || len(rows) != 121 || rows[1][6] != "10.9.8.7" || rows[1][7] != "'=cmd()" {
		t.Errorf("%d rows, %v, %q", len(rows), err, rows[min(1, len(rows)-1)])
	}
	m.boss.Get("/fr/association/security.exe").Want(http.StatusNotFound)
	m.boss.Get("/fr/association/security.csv?kind=nonsense").Want(http.StatusUnprocessableEntity)
}

func TestTheRecordTellsNoSecrets(t *testing.T) {
	t.Parallel()
	m := open(t)
	token := "a-token-that-nobody-may-read"
	m.SignIn(m.Honey.Member).Do(http.MethodPost, "/fr/reset/"+token, nil, http.Header{"Sec-Fetch-Site": {"cross-site"}}).Want(http.StatusForbidden)
	m.Visitor().Post("/fr/signin", url.Values{"login": {"my password by mistake"}, "password": {"another secret"}}).Want(http.StatusUnprocessableEntity)
	var n int
	m.must(m.DB.Get(&n, `select count(*) from security_events e where e::text ~ 'nobody-may-read|mistake|another secret'`))
	if n != 0 {
		t.Errorf("%d events tell a secret", n)
	}
	m.must(m.DB.Get(&n, `select count(*) from security_events where kind in ('forbidden', 'sign_in_failed')`))
	if n != 2 {
		t.Errorf("%d of two events are kept", n)
	}
}

func TestTheRecordSaysWhichEventsAreNotKept(t *testing.T) {
	t.Parallel()
	m := open(t)
	_, err := m.DB.Exec(`insert into security_events (id, kind, address, agent, detail, count, at)
		values (gen_random_uuid(), 'not_kept', '', '', 'forbidden', 1321, now())`)
	m.must(err)
	for _, code := range languages {
		page := m.boss.Get("/" + code + "/association/security?kind=not_kept").Want(http.StatusOK)
		m.tells(page, "tr[data-kind=not_kept]", m.in(code).T("security.kind.forbidden"))
		m.tells(page, "tr[data-kind=not_kept]", m.in(code).Number(1321))
	}
}
