package delivery_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/settings"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// monday is a Monday noon; places and zones are those that the schema brings.
var monday = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

func newService(t *testing.T) (*delivery.Service, *sqlx.DB) {
	t.Helper()
	db := pgtest.New(t)
	return delivery.New(db, func() time.Time { return monday }), db
}

func TestPlacesNearestFirst(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	places, err := s.Places(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byZone := map[string][]string{}
	var zones []string
	for _, p := range places {
		if byZone[p.Zone] == nil {
			zones = append(zones, p.Zone)
		}
		byZone[p.Zone] = append(byZone[p.Zone], p.Name.FR)
		if p.Slug == "berkane" && (p.Name.AR != "بركان" || p.Postcode != "63300") {
			t.Errorf("Berkane is %+v", p)
		}
	}
	if diff := cmp.Diff([]string{"province", "oriental", "large-cities", "elsewhere"}, zones); diff != "" {
		t.Errorf("zones: %s", diff)
	}
	for zone, names := range byZone {
		if !slices.IsSorted(names) {
			t.Errorf("%s: %q", zone, names)
		}
	}
}

// Another zone is a row: no new program, and no restart.
func TestAZoneMoreIsKnownAMinuteLater(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	now := monday
	s := delivery.New(db, func() time.Time { return now })
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	fresh := func() string {
		t.Helper()
		message, err := s.Fresh(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return languages.Locale("fr").Message(message)
	}
	if got := fresh(); got != "province de Berkane" {
		t.Errorf("what perishes goes to %q", got)
	}
	if _, err := db.Exec(`
		insert into delivery_zones (slug, position, fee_centimes, days_min, days_max, perishables_allowed, name_ar, name_fr, name_en)
		values ('rif', 2, 2500, 1, 2, true, 'الريف', 'Rif', 'Rif');
		insert into places (slug, name_ar, name_fr, zone, latitude, longitude) values ('nador-ville', 'الناظور', 'Nador', 'rif', 35.2, -2.9)`); err != nil {
		t.Fatal(err)
	}
	if got := fresh(); got != "province de Berkane" {
		t.Errorf("at once what perishes goes to %q", got)
	}
	now = now.Add(time.Minute)
	if got := fresh(); got != "province de Berkane, Rif" {
		t.Errorf("a minute later what perishes goes to %q", got)
	}
	places, err := s.Places(t.Context())
	if err != nil || !slices.ContainsFunc(places, func(p delivery.Place) bool { return p.Slug == "nador-ville" && p.Zone == "rif" }) {
		t.Errorf("%+v, %v", places, err)
	}
	quote := delivery.QuoteInput{Method: delivery.Home, Place: "nador-ville", Items: 1, HasPerishable: true, On: now}
	if q, err := s.Quote(t.Context(), quote); err != nil || q.Fee != 25_00 {
		t.Errorf("%+v, %v", q, err)
	}
	quote.Place = "oujda"
	_, err = s.Quote(t.Context(), quote)
	if f := fault.As(err); f == nil || !strings.Contains(languages.Locale("ar").Message(f.Message), "إقليم بركان والريف") {
		t.Errorf("too far: %v", err)
	}
	if _, err := db.Exec(`update delivery_zones set perishables_allowed = false`); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if got := fresh(); got != "aucune zone, retrait seulement" {
		t.Errorf("where nothing fresh is brought, it goes to %q", got)
	}
}

func TestNoDayIsPromisedOnWhichNobodyWorks(t *testing.T) {
	t.Parallel()
	s, db := newService(t)
	if _, err := db.Exec(`update settings set decided = decided || '{"rest_day": "5"}'`); err != nil { // the 27th is a Friday
		t.Fatal(err)
	}
	q, err := s.Quote(t.Context(), delivery.QuoteInput{Method: delivery.Home, Place: "oujda", Items: 1, Prepare: 3, On: monday})
	from, to := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	if err != nil || !q.From.Equal(from) || !q.To.Equal(to) {
		t.Errorf("%v, %v", q.Window, err)
	}
}

func TestWhatDeliveryCosts(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	day := func(d int) time.Time { return time.Date(2026, time.November, d, 0, 0, 0, 0, time.UTC) }
	march := func(d int) time.Time { return time.Date(2026, time.March, d, 0, 0, 0, 0, time.UTC) }
	ramadan := march(1).Add(23*time.Hour + 30*time.Minute)
	late := time.Date(2026, time.November, 23, 23, 30, 0, 0, time.UTC) // past midnight in Morocco
	for name, c := range map[string]struct {
		in   delivery.QuoteInput
		want delivery.Quote
	}{
		"within the province": {
			delivery.QuoteInput{Method: delivery.Home, Place: "berkane", Items: 218_00, HasPerishable: true, On: monday},
			delivery.Quote{Fee: 20_00, Window: delivery.Window{From: day(24), To: day(27)}, FreeFrom: 500_00, MissingForFree: 282_00},
		},
		"to a large city": {
			delivery.QuoteInput{Method: delivery.Home, Place: "casablanca", Items: 218_00, On: monday},
			delivery.Quote{Fee: 35_00, Window: delivery.Window{From: day(25), To: day(29)}, FreeFrom: 500_00, MissingForFree: 282_00},
		},
		"one centime too little to be free": {
			delivery.QuoteInput{Method: delivery.Home, Place: "oujda", Items: 499_99, On: monday},
			delivery.Quote{Fee: 30_00, Window: delivery.Window{From: day(24), To: day(28)}, FreeFrom: 500_00, MissingForFree: 1},
		},
		"free": {
			delivery.QuoteInput{Method: delivery.Home, Place: "oujda", Items: 500_00, Prepare: 3, On: monday},
			delivery.Quote{Window: delivery.Window{From: day(27), To: day(31)}, FreeFrom: 500_00},
		},
		"picked up, fresh fruit by somebody from far away": {
			delivery.QuoteInput{Method: delivery.Pickup, Place: "casablanca", Items: 10_00, HasPerishable: true, On: monday},
			delivery.Quote{Window: delivery.Window{From: day(26), To: day(26)}, FreeFrom: 500_00},
		},
		"ordered at night": {
			delivery.QuoteInput{Method: delivery.Pickup, Place: "berkane", Items: 10_00, On: late},
			delivery.Quote{Window: delivery.Window{From: day(27), To: day(27)}, FreeFrom: 500_00},
		},
		"ordered at night in Ramadan, when Morocco keeps UTC": {
			delivery.QuoteInput{Method: delivery.Pickup, Place: "berkane", Items: 10_00, On: ramadan},
			delivery.Quote{Window: delivery.Window{From: march(4), To: march(4)}, FreeFrom: 500_00},
		},
	} {
		got, err := s.Quote(t.Context(), c.in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWhatIsNotDelivered(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	for name, c := range map[string]struct {
		in         delivery.QuoteInput
		field, key string
	}{
		"fresh fruit to another province": {
			delivery.QuoteInput{Method: delivery.Home, Place: "oujda", HasPerishable: true}, "place", "delivery.perishable_too_far"},
		"nowhere":   {delivery.QuoteInput{Method: delivery.Home, Place: ""}, "place", "delivery.unknown_place"},
		"by pigeon": {delivery.QuoteInput{Method: "pigeon", Place: "oujda"}, "delivery", "delivery.unknown_method"},
	} {
		c.in.Items, c.in.On = 100_00, monday
		_, err := s.Quote(t.Context(), c.in)
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || f.Fields[c.field].Key != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheAssociationDecidesFromWhenDeliveryIsFree(t *testing.T) {
	t.Parallel()
	s, db := newService(t)
	if _, err := db.Exec(`update settings set decided = decided || '{"free_from": "0.00"}'`); err != nil {
		t.Fatal(err)
	}
	q, err := s.Quote(t.Context(), delivery.QuoteInput{Method: delivery.Home, Place: "oujda", Items: money.Amount(1), On: monday})
	if err != nil || q.Fee != 0 || q.MissingForFree != 0 {
		t.Errorf("%+v, %v", q, err)
	}
}

func TestTheDatabaseDefendsPlacesAndZones(t *testing.T) {
	t.Parallel()
	_, db := newService(t)
	for constraint, statement := range map[string]string{
		"delivery_zones_named":                `update delivery_zones set name_en = '' where slug = 'oriental'`,
		"delivery_zones_drawn":                `update delivery_zones set map_hills = 'M0 0"/><script>'`,
		"delivery_zones_fee_not_negative":     `update delivery_zones set fee_centimes = -1`,
		"delivery_zones_days_in_order":        `update delivery_zones set days_max = days_min - 1`,
		"settings_commission_is_a_share":      `update settings set decided = decided || '{"commission": "100.01"}'`,
		"settings_free_delivery_not_negative": `update settings set decided = decided || '{"free_from": "-0.01"}'`,
		"settings_reservation_positive":       `update settings set decided = decided || '{"reservation_hours": "0"}'`,
		"settings_buyer_months_sane":          `update settings set decided = decided || '{"buyer_months": "121"}'`,
		"settings_holds_sane":                 `update settings set decided = decided || '{"market_share": "101"}'`,
	} {
		if _, err := db.Exec(statement); !postgres.Violates(err, constraint) {
			t.Errorf("%s: %v", constraint, err)
		}
	}
}

func TestPlacesStandInTheOrderOfTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	places, err := s.Places(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for code, first := range map[string]string{"ar": "أحفير", "fr": "Aghbal", "en": "Aghbal"} {
		l := languages.Locale(code)
		order, zones := l.Order(), []string{}
		sorted := delivery.Ordered(places, l)
		for i, p := range sorted {
			switch {
			case i == 0 || sorted[i-1].Zone != p.Zone:
				zones = append(zones, p.Zone)
			case order(l.Text(sorted[i-1].Name), l.Text(p.Name)) > 0:
				t.Errorf("%s: %q before %q", code, l.Text(sorted[i-1].Name), l.Text(p.Name))
			}
		}
		if diff := cmp.Diff([]string{"province", "oriental", "large-cities", "elsewhere"}, zones); diff != "" || len(sorted) != len(places) {
			t.Errorf("%s: %d places, zones: %s", code, len(sorted), diff)
		}
		if got := l.Text(sorted[0].Name); got != first {
			t.Errorf("%s begins with %s, want %s", code, got, first)
		}
	}
}

func TestTheAssociationDecidesAboutZonesBesideItsSettings(t *testing.T) {
	t.Parallel()
	s, db := newService(t)
	decided := settings.New(db, func() time.Time { return monday })
	decided.Annexes = []settings.Annex{s}
	kept, err := decided.Kept(t.Context())
	if err != nil || kept.Value("fee_province").Text != "20.00" || kept.Value("max_elsewhere").Text != "5" {
		t.Fatalf("%+v, %v", kept, err)
	}
	_, err = decided.SaveFields(t.Context(), nil, map[string]string{
		"fee_oriental": "1000.01", "min_oriental": "-1", "max_oriental": "61", "min_province": "5", "max_province": "4",
	}, actor.OfSystem())
	got := map[string]string{}
	if f := fault.As(err); f != nil {
		for field, message := range f.Fields {
			got[field] = message.Key
		}
	}
	want := map[string]string{
		"fee_oriental": "settings.fee_invalid", "min_oriental": "settings.days_invalid", "max_oriental": "settings.days_invalid",
		"max_province": "settings.days_order",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	changed, err := decided.SaveFields(t.Context(), nil, map[string]string{"fee_oriental": "25,5", "max_oriental": "6", "commission": "7"}, actor.OfSystem())
	if diff := cmp.Diff([]string{"commission", "fee_oriental", "max_oriental"}, changed); err != nil || diff != "" {
		t.Error(err, diff)
	}
	q, err := s.Quote(t.Context(), delivery.QuoteInput{Method: delivery.Home, Place: "oujda", Items: 1, On: monday})
	if err != nil || q.Fee != 25_50 || !q.To.Equal(clock.Day(monday).AddDate(0, 0, 2+6)) {
		t.Errorf("%+v, %v", q, err)
	}
}

func TestEachZoneSaysWhetherCashIsTakenThere(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	now := monday
	s := delivery.New(db, func() time.Time { return now })
	decided := settings.New(db, func() time.Time { return monday })
	decided.Annexes = []settings.Annex{s}
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	take := func(version int64, cash map[string]string) {
		t.Helper()
		if _, err := decided.SaveFields(t.Context(), nil, cash, actor.OfSystem()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
	}
	wantTaken := func(method, place, want string) {
		t.Helper()
		terms, err := s.Terms(t.Context(), method, place)
		got := ""
		if terms.NoCash.Key != "" {
			got = texts.Locale("en").Message(terms.NoCash)
		}
		if err != nil || got != want {
			t.Errorf("%s to %s: %q, %v", method, place, got, err)
		}
	}
	for _, place := range []string{"berkane", "oujda", "casablanca"} {
		wantTaken(delivery.Home, place, "")
	}
	take(0, map[string]string{"cash_oriental": "", "cash_elsewhere": "no"})
	wantTaken(delivery.Home, "berkane", "")
	wantTaken(delivery.Home, "casablanca", "")
	wantTaken(delivery.Home, "oujda", "Only here: Berkane province, Large cities, or at the association’s seat")
	wantTaken(delivery.Pickup, "oujda", "")
	take(1, map[string]string{"cash_province": "no", "cash_large-cities": "no"})
	wantTaken(delivery.Home, "berkane", "Only at the association’s seat")
	wantTaken(delivery.Pickup, "berkane", "")
	take(2, map[string]string{"cash_oriental": "yes"})
	wantTaken(delivery.Home, "oujda", "")
}
