package association_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// lists are the lists in which people are looked for, each with what may be typed of somebody.
var lists = map[string]url.Values{
	"/association/orders":   {"q": {"0661234567"}},
	"/association/security": {"who": {"association@souk.test"}, "address": {"192.0.2.1"}},
	"/association/people":   {"q": {"association@souk.test"}},
}

// shown is what a list has of those who were found.
const shown = "main table, [data-accounts]"

// find looks for somebody in a list.
func (m *market) find(list string, form url.Values) *storetest.Page {
	m.Helper()
	if list == "/association/people" { // to which a new account is posted
		list += "/find"
	}
	return m.boss.Post("/fr"+list, form).Want(http.StatusOK)
}

func TestWhomPeopleLookForStandsInNoAddress(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	for list, form := range lists {
		page := m.find(list, form)
		for _, link := range page.Find("a[href]").EachIter() {
			tellsNobody(t, form, link.AttrOr("href", ""))
		}
		tellsNobody(t, form, page.Path)
		for field, typed := range form {
			if got := page.Find("#f-"+field).AttrOr("value", ""); got != typed[0] {
				t.Errorf("%s: its form says %q", page.Path, got)
			}
			m.boss.Get("/fr" + list + "?" + url.Values{field: typed}.Encode()).Want(http.StatusUnprocessableEntity).Find("[role=alert], .note")
		}
		again := m.boss.Get(page.Path).Want(http.StatusOK)
		if got, want := again.Text(shown), page.Text(shown); got != want {
			t.Errorf("whoever comes back to %s sees something else", page.Path)
		}
		m.boss.Do(http.MethodPost, "/fr"+list, nil, http.Header{"Sec-Fetch-Site": {"cross-site"}}).Want(http.StatusForbidden)
	}
}

// tellsNobody fails the test if an address shows what was typed, to who reads letters or base64.
func tellsNobody(t *testing.T, form url.Values, address string) {
	t.Helper()
	if strings.HasPrefix(address, "tel:") || strings.HasPrefix(address, "https://wa.me/") || strings.HasPrefix(address, "mailto:") {
		return // which is nobody's log
	}
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	told := address
	for _, values := range parsed.Query() {
		opened, _ := base64.RawURLEncoding.DecodeString(values[0]) // what is no base64 says nothing
		told += values[0] + string(opened)
	}
	for _, typed := range form {
		if strings.Contains(told, typed[0]) || strings.Contains(told, url.QueryEscape(typed[0])) {
			t.Errorf("%s tells %s", address, typed[0])
		}
	}
}

func TestAnAddressOfASearchThatIsOverSaysSo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	shared := storetest.New(t, func(c *storefront.Config) { c.Now = func() time.Time { return now } })
	m := &market{Market: shared, T: t, boss: shared.SignIn(shared.Association)}
	m.order("2026-11-20", "fr", line(m.Honey.Product(t, "M-1"), 1))
	for list, form := range lists {
		found := m.find(list, form)
		other := m.boss.Post("/fr/association/security", url.Values{"address": {"10.0.0.1"}}).Want(http.StatusOK)
		if list == "/association/security" {
			other = m.boss.Post("/fr/association/orders", url.Values{"q": {"0661"}}).Want(http.StatusOK)
		}
		elsewhere := "/fr" + list + other.Path[strings.Index(other.Path, "?"):]
		now = now.Add(12*time.Hour + time.Second)
		for _, code := range languages {
			for _, address := range []string{found.Path, elsewhere, "/fr" + list + "?find=nonsense"} {
				page := m.boss.Get("/" + code + strings.TrimPrefix(address, "/fr")).Want(http.StatusUnprocessableEntity)
				m.tells(page, "main form", m.in(code).T("web.sought_over"))
				if page.Has(shown) || page.Find("main form input[type=search], main form input[name=who]").AttrOr("value", "") != "" {
					t.Errorf("%s shows something else than an empty form", address)
				}
			}
		}
	}
}
