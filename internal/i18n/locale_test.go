package i18n_test

import (
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

func load(t testing.TB) *i18n.Bundle {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEachLanguageWritesMoneyItsOwnWay(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, c := range []struct {
		code   string
		amount money.Amount
		want   string
	}{
		{"ar", 125000, "1\u202f250\u00a0درهم"}, {"ar", 1250, "12,50\u00a0درهم"},
		{"fr", 125000, "1\u202f250\u00a0DH"}, {"fr", -7505, "\u221275,05\u00a0DH"},
		{"en", 125000, "MAD\u00a01,250"}, {"en", 1250, "MAD\u00a012.50"},
		{"fr", 123456700, "1\u202f234\u202f567\u00a0DH"},
	} {
		if got := b.Locale(c.code).Money(c.amount); got != c.want {
			t.Errorf("%s: %q, want %q", c.code, got, c.want)
		}
	}
}

func TestArabicCountsInSixForms(t *testing.T) {
	t.Parallel()
	l := load(t).Locale("ar")
	for n, want := range map[int]string{
		0: "لا قطع", 1: "قطعة واحدة", 2: "قطعتان", 5: "5 قطع", 12: "12 قطعة", 100: "100 قطعة", 103: "103 قطع",
	} {
		if got := l.Unit(n, "piece"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestADateOfAnotherYearHasItsYear(t *testing.T) {
	t.Parallel()
	b := load(t)
	day := time.Date(2025, 12, 31, 22, 30, 0, 0, time.UTC)
	now := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	said := func() string {
		fr, ar := b.Locale("fr"), b.Locale("ar")
		return strings.Join([]string{fr.Date(day), fr.ShortDate(day), fr.DateTime(day), ar.DateTime(day), fr.DayAndMonth(day)}, " | ")
	}
	without := "mercredi 31 décembre | 31 décembre | 31 décembre, 23:30 | 31 دجنبر، 23:30 | 31 décembre"
	if got := said(); got != without {
		t.Errorf("without a clock: %s", got)
	}
	b.SetClock(func() time.Time { return now })
	if got := said(); got != "mercredi 31 décembre 2025 | 31 décembre 2025 | 31 décembre 2025, 23:30 | 31 دجنبر 2025، 23:30 | 31 décembre" {
		t.Errorf("in 2026: %s", got)
	}
	if day = day.Add(time.Hour); b.Locale("fr").ShortDate(day) != "1er janvier" { // it is 2026 where the market is
		t.Errorf("an hour later: %s", said())
	}
	if now, day = now.AddDate(-1, 0, 0), day.Add(-time.Hour); said() != without {
		t.Errorf("in 2025: %s", said())
	}
}

func TestDatesAreMoroccan(t *testing.T) {
	t.Parallel()
	b := load(t)
	day := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	if got := b.Locale("ar").Date(day); got != "الخميس 26 نونبر" {
		t.Errorf("%q", got)
	}
	if got := b.Locale("fr").LongDate(day); got != "26 novembre 2026" {
		t.Errorf("%q", got)
	}
	first := time.Date(2026, 9, 1, 9, 30, 0, 0, time.UTC)
	for language, want := range map[string]string{"ar": "1 شتنبر", "fr": "1er septembre", "en": "1 September"} {
		if got := b.Locale(language).ShortDate(first); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}

func TestAReaderGetsTheLanguageAskedForOrArabic(t *testing.T) {
	t.Parallel()
	b := load(t)
	for header, want := range map[string]string{
		"fr-MA,fr;q=0.9": "fr", "en-GB": "en", "ar-MA": "ar", "de-DE,de;q=0.8": "ar", "": "ar", ";;;": "ar", "de, fr;q=0.5": "fr",
	} {
		if got := b.Match(header).Code(); got != want {
			t.Errorf("Accept-Language %q: %s, want %s", header, got, want)
		}
	}
}

func TestAMessageOfADomainIsSaidWithItsArguments(t *testing.T) {
	t.Parallel()
	l := load(t).Locale("fr")
	got := l.Message(fault.Say("date.month", "Month", i18n.Text{AR: "ماي", FR: "mai"}, "Year", 2026))
	if want := "mai 2\u202f026"; got != want { // numbers are written as the language writes them
		t.Errorf("%q, want %q", got, want)
	}
	if got := l.Message(fault.Say("unit.piece", "Count", 2)); got != "2 pièces" {
		t.Errorf("an argument named Count chooses the plural: %q", got)
	}
	if got := l.Text(i18n.Text{AR: "عسل"}); got != "عسل" {
		t.Errorf("a name that exists in Arabic only is shown in Arabic, not %q", got)
	}
}

// Not parallel: it counts.
func TestALanguageIsFoundCheaplyInALongHeader(t *testing.T) {
	b := load(t)
	long := "fr;q=0.9," + strings.Repeat("x-a,de-DE-u-co-phonebk;q=0.1,", 1000)
	if got := b.Match(long).Code(); got != "fr" {
		t.Errorf("a long header that begins with French is answered in %s", got)
	}
	if got := b.Match(strings.Repeat("a", 5000)).Code(); got != i18n.Default {
		t.Errorf("5,000 letters are %s", got)
	}
	if made := testing.AllocsPerRun(10, func() { b.Match(long) }); made > 100 {
		t.Errorf("%.0f pieces of memory", made)
	}
}

func FuzzEveryHeaderNamesALanguage(f *testing.F) {
	for _, header := range []string{"", "fr-MA,fr;q=0.9", ";;;", "*", "ar-u-nu-latn;q=1", "x-klingon", strings.Repeat("a-", 200), ",,,,", "fr;q=1e308"} {
		f.Add(header)
	}
	b := load(f)
	f.Fuzz(func(t *testing.T, header string) {
		if l := b.Match(header); l == nil || !b.Has(l.Code()) {
			t.Errorf("%q names none", header)
		}
	})
}

func TestSentencesSayWhereTheMarketIsAtHome(t *testing.T) {
	t.Parallel()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	fr, ar := b.Locale("fr"), b.Locale("ar")
	if got := fr.T("shop.coop.province"); got != "province de Berkane" {
		t.Errorf("before anybody says where it is: %q", got)
	}
	b.SetHome(i18n.Home{Province: i18n.Text{AR: "إقليم الناظور", FR: "province de Nador"}, Town: i18n.Text{AR: "الناظور", FR: "Nador"}})
	for got, want := range map[string]string{
		fr.T("shop.coop.province"):               "province de Nador",
		fr.N("shop.coops.lead", 1):               "Une coopérative de la province de Nador, qui vend ce qu’elle produit.",
		fr.T("shop.checkout.pickup"):             "Au siège de l’association, Nador",
		ar.T("shop.coop.province"):               "إقليم الناظور",
		b.Locale("en").T("home.town"):            "Berkane",
		b.Locale("en").T("ui.association_place"): "Nador",
		fr.Message(fault.Say("delivery.perishable_too_far", "Place", i18n.Text{FR: "Oujda"}, "Zones", fault.Say("delivery.zone_home"))): "Les produits frais ne sont pas livrés à Oujda (seulement ici : province de Nador). Supprimez-les du panier ou choisissez le retrait à l’association.",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
