package settings_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/settings"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

func newService(t *testing.T) (*settings.Service, *sqlx.DB, *time.Time) {
	t.Helper()
	db, now := pgtest.New(t), noon
	return settings.New(db, func() time.Time { return now }), db, &now
}

func get(t *testing.T, s *settings.Service) settings.Settings {
	t.Helper()
	kept, err := s.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func TestSettingsAreReplacedAndTheHistoryTellsIt(t *testing.T) {
	t.Parallel()
	s, _, now := newService(t)
	to := get(t, s)
	if !to.Empty() || to.Commission != 500 || to.FreeFrom != 500_00 || to.HoldHours != 24 {
		t.Fatalf("at the start: %+v", to)
	}
	to.Name = i18n.Text{AR: " الجمعية ", FR: "L’association"}
	to.Phone, to.Email, to.Address.FR = "06 99 00 00 98", "a@exemple.invalid", "12, avenue\r\nBerkane"
	to.Commission, to.FreeFrom, to.ReservationHours, to.PublishUnauthorised = 725, 300_00, 48, true
	changed, err := s.Save(t.Context(), to, actor.OfSystem())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"name_ar", "name_fr", "phone", "email", "address_fr", "commission", "reservation_hours", "free_from", "unauthorised",
	}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Error(diff)
	}
	to.Name.AR, to.Phone, to.Address.FR = "الجمعية", "+212699000098", "12, avenue\nBerkane"
	if diff := cmp.Diff(to, get(t, s)); diff != "" {
		t.Error(diff)
	}
	*now = noon.Add(time.Hour)
	to.Commission = 0
	if _, err := s.Save(t.Context(), to, actor.OfSystem()); err != nil {
		t.Fatal(err)
	}
	if changed, err = s.Save(t.Context(), get(t, s), actor.OfSystem()); err != nil || len(changed) > 0 {
		t.Errorf("nothing was changed, and it says %v, %v", changed, err)
	}
	history, err := s.Changes(t.Context(), 10)
	if err != nil || len(history) != 2 {
		t.Fatalf("%+v, %v", history, err)
	}
	last := settings.Change{Fields: []string{"commission"}, Before: []string{"7.25"}, After: []string{"0.00"}, Actor: actor.System, At: history[0].At}
	if diff := cmp.Diff(last, history[0]); diff != "" || !history[0].At.Equal(*now) {
		t.Error(diff)
	}
}

func TestWhatCannotBeMeantIsRefused(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	before := get(t, s)
	to := before
	to.Phone, to.WhatsApp, to.Email, to.Commission, to.FreeFrom, to.ReservationHours, to.BuyerMonths = "12", "x", "nobody", 10001, -1, 0, 0
	to.Name.FR, to.Hours.EN = strings.Repeat("é", 201), strings.Repeat("ع", 501)
	to.MarketShare, to.AlarmShare, to.CardMinutes = 20, 21, 9
	_, err := s.Save(t.Context(), to, actor.OfSystem())
	f := fault.As(err)
	if !errors.Is(err, settings.ErrInvalid) {
		t.Fatal(err)
	}
	got := map[string]string{}
	for field, m := range f.Fields {
		got[field] = m.Key
	}
	want := map[string]string{
		"phone": "account.phone_invalid", "whatsapp": "account.phone_invalid", "email": "account.email_invalid",
		"commission": "settings.commission_invalid", "free_from": "settings.amount_invalid", "reservation_hours": "settings.number_invalid", "buyer_months": "settings.number_invalid", "card_minutes": "settings.number_invalid",
		"alarm_share": "settings.alarm_too_late", "name_fr": "settings.too_long", "hours_en": "settings.too_long",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, get(t, s)); diff != "" {
		t.Error(diff)
	}
}

func TestASumOfTwoReadingsIsAskedAbout(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	_, err := s.SaveFields(t.Context(), nil, map[string]string{"free_from": "1,250"}, actor.OfSystem())
	texts, bundleErr := i18n.Load()
	if bundleErr != nil {
		t.Fatal(bundleErr)
	}
	f := fault.As(err)
	if f == nil || f.Fields["free_from"].Key != "settings.two_amounts" {
		t.Fatal(err)
	}
	said := texts.Locale("fr").Message(f.Fields["free_from"])
	if !strings.Contains(said, "1\u202f250") || !strings.Contains(said, "1,25") {
		t.Errorf("it says %q", said)
	}
}

func TestAShareIsNoSum(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	for _, typed := range []string{"5 DH", "5 درهم"} {
		_, err := s.SaveFields(t.Context(), nil, map[string]string{"commission": typed}, actor.OfSystem())
		if f := fault.As(err); f == nil || f.Fields["commission"].Key != "settings.commission_invalid" {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func TestTheAccountThatBuyersPayIntoIsOneAndHasAHolder(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	if to := get(t, s); to.Taken() || to.Within() != 3*24*time.Hour {
		t.Errorf("at the start: %+v", to.Transfer)
	}
	for rib, want := range map[string]map[string]string{
		"011 519 0000012050005349 22": {"bank_rib": "cooperative.rib_invalid", "account_holder": "settings.holder_missing"},
		"011 519 0000012050005349 21": {"account_holder": "settings.holder_missing"},
	} {
		_, err := s.SaveFields(t.Context(), nil, map[string]string{"bank_rib": rib}, actor.OfSystem())
		got := map[string]string{}
		if f := fault.As(err); f != nil {
			for field, m := range f.Fields {
				got[field] = m.Key
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", rib, diff)
		}
	}
	typed := map[string]string{"bank_rib": " 011-519 0000012050005349 21", "account_holder": "Association", "transfer_days": "14"}
	if _, err := s.SaveFields(t.Context(), nil, typed, actor.OfSystem()); err != nil {
		t.Fatal(err)
	}
	if to := get(t, s); !to.Taken() || to.BankRIB != "011519000001205000534921" || to.Within() != 14*24*time.Hour {
		t.Errorf("%+v", to.Transfer)
	}
}

// Of another province's sentences none may speak with the words of two languages, or of Berkane's town.
func TestWhereTheMarketIsAtHomeIsEnteredWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s, db, _ := newService(t)
	nador := map[string]string{
		"province_ar": "إقليم الناظور", "province_fr": "province de Nador", "province_en": "Nador province",
		"town_ar": "الناظور", "town_fr": "Nador", "town_en": "Nador",
	}
	for _, entered := range [][]string{{"province_ar"}, {"province_ar", "province_fr", "province_en"}, {"town_en", "province_fr"}} {
		typed, missing := map[string]string{"town_ar": " "}, maps.Clone(nador)
		for _, name := range entered {
			typed[name] = nador[name]
			delete(missing, name)
		}
		_, err := s.SaveFields(t.Context(), nil, typed, actor.OfSystem())
		told := fault.As(err)
		if !errors.Is(err, settings.ErrInvalid) {
			t.Fatalf("%v alone: %v", entered, err)
		}
		for name := range nador {
			if _, empty := missing[name]; empty != (told.Fields[name].Key == "settings.whole_missing") {
				t.Errorf("%v alone: of %s is said %v", entered, name, told.Fields[name])
			}
		}
	}
	if _, err := s.SaveFields(t.Context(), nil, nador, actor.OfSystem()); err != nil {
		t.Error(err)
	}
	_, err := s.SaveFields(t.Context(), nil, map[string]string{"town_fr": ""}, actor.OfSystem())
	if told := fault.As(err); !errors.Is(err, settings.ErrInvalid) || len(told.Fields) != 1 || told.Fields["town_fr"].Key == "" {
		t.Errorf("one taken away: %v", err)
	}
	nothing := maps.Clone(nador)
	for name := range nothing {
		nothing[name] = ""
	}
	if _, err := s.SaveFields(t.Context(), nil, nothing, actor.OfSystem()); err != nil {
		t.Errorf("all taken away: %v", err)
	}

	// A version before let one language stand alone.
	if _, err := db.Exec(`update settings set decided = decided || '{"province_ar": "إقليم الناظور"}'`); err != nil {
		t.Fatal(err)
	}
	if checks, err := settings.Audit(t.Context(), db); err != nil || len(checks[1].Problems) != 5 {
		t.Errorf("%+v, %v", checks, err)
	}
}

func TestTwoWhoSaveAtOnceBothHaveWhatTheyChanged(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	kept, err := s.Kept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form := kept.Shown() // both had the same
	save := func(commission, freeFrom string) ([]string, error) {
		return s.SaveFields(t.Context(), form, map[string]string{"commission": commission, "free_from": freeFrom}, actor.OfSystem())
	}
	if _, err := save("3", "500"); err != nil {
		t.Fatal(err)
	}
	if changed, err := save("5", "0"); err != nil || !slices.Equal(changed, []string{"free_from"}) {
		t.Errorf("%v, %v", changed, err)
	}
	if kept := get(t, s); kept.FreeFrom != 0 || kept.Commission != 300 {
		t.Errorf("%+v", kept)
	}
	// Of the same field the second is told, and nothing of hers is saved.
	_, err = save("4", "100")
	f := fault.As(err)
	if !errors.Is(err, settings.ErrChanged) || len(f.Fields) != 2 || f.Fields["commission"].Key == "" || f.Fields["free_from"].Key == "" {
		t.Errorf("%v", err)
	}
	if kept := get(t, s); kept.FreeFrom != 0 || kept.Commission != 300 {
		t.Errorf("%+v", kept)
	}
}

func TestPagesAskForTheContactOnceInAWhile(t *testing.T) {
	t.Parallel()
	s, db, now := newService(t)
	email := func(ctx context.Context) string {
		c, err := s.Contact(ctx)
		if err != nil {
			t.Error(err)
		}
		return c.Email
	}
	_ = email(t.Context())
	if _, err := db.Exec(`update settings set decided = decided || '{"email": "elsewhere@souk.test"}'`); err != nil { // by another instance
		t.Fatal(err)
	}
	if got := email(t.Context()); got != "" {
		t.Errorf("it was asked again: %q", got)
	}
	*now = now.Add(5 * time.Second)
	if got := email(t.Context()); got != "elsewhere@souk.test" {
		t.Errorf("after a while it is %q", got)
	}
	to := get(t, s)
	to.Email = "here@souk.test"
	if _, err := s.Save(t.Context(), to, actor.OfSystem()); err != nil {
		t.Fatal(err)
	}
	if got := email(t.Context()); got != "here@souk.test" {
		t.Errorf("after saving it is %q", got)
	}
	*now = now.Add(time.Minute)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if c, err := s.Contact(gone); err == nil || c.Email != "here@souk.test" {
		t.Errorf("without the database: %q, %v", c.Email, err)
	}
}

func TestOnlyAMobileNumberIsTakenForWhatsApp(t *testing.T) {
	t.Parallel()
	for c, want := range map[settings.Contact]string{
		{}:                       "",
		{Phone: "+212699000098"}: "+212699000098",
		{Phone: "+212536000098"}: "",
		{Phone: "+212536000098", WhatsApp: "+212699000098"}: "+212699000098",
	} {
		if got := c.Chat(); got != want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestTheDatabaseDefendsSettings(t *testing.T) {
	t.Parallel()
	_, db, _ := newService(t)
	add := `insert into settings_changes (id, fields, before, after, at, actor) values (gen_random_uuid(), `
	if _, err := db.Exec(add + `'{email}', '{""}', '{a@b.c}', now(), 'system')`); err != nil {
		t.Fatal(err)
	}
	for statement, constraint := range map[string]string{
		`update settings set decided = decided || '{"phone": "0612345678"}'`: "settings_numbers_e164",
		add + `'{}', '{}', '{}', now(), 'system')`:                           "settings_changes_say_what",
		add + `'{email}', '{}', '{a@b.c}', now(), 'system')`:                 "settings_changes_say_what",
		add + `'{email}', '{""}', '{a@b.c}', now(), 'buyer')`:                "settings_changes_actor_known",
		add + `'{email}', '{""}', '{a@b.c}', now(), 'association')`:          "settings_changes_user_is_the_actors",
		`insert into settings (only_row) values (false)`:                     "settings_only_row",
		`insert into settings default values`:                                "settings_pkey",
		`update settings set decided = '"nothing"'`:                          "settings_decided_is_an_object",
		`update settings_changes set fields = '{name}'`:                      "settings_changes_append_only",
		`delete from settings_changes`:                                       "settings_changes_append_only",
	} {
		if _, err := db.Exec(statement); !postgres.Violates(err, constraint) {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestMailIsSignedWithWhatWasEntered(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	sign := s.Signature(texts)
	if text, err := sign(t.Context(), "fr"); err != nil || text != "" {
		t.Errorf("nobody signs %q, %v", text, err)
	}
	to := get(t, s)
	to.Name, to.Phone, to.Email = i18n.Text{AR: "الجمعية", FR: "L’association"}, "0699000098", "a@exemple.invalid"
	if _, err := s.Save(t.Context(), to, actor.OfSystem()); err != nil {
		t.Fatal(err)
	}
	for locale, name := range map[string]string{"ar": "الجمعية", "fr": "L’association"} {
		want := name + "\n\u2066+212699000098\u2069\nhttps://wa.me/212699000098\na@exemple.invalid"
		if text, err := sign(t.Context(), locale); err != nil || text != want {
			t.Errorf("%s: %q, %v", locale, text, err)
		}
	}
}

func TestAHistoryKeepsTheOrderOfChangesWhateverTheClocksSay(t *testing.T) {
	t.Parallel()
	s, _, now := newService(t)
	for _, commission := range []int{100, 200, 300} {
		to := get(t, s)
		to.Commission = commission
		if _, err := s.Save(t.Context(), to, actor.OfSystem()); err != nil {
			t.Fatal(err)
		}
		*now = now.Add(-time.Hour) // the next is saved by an instance whose clock is behind
	}
	history, err := s.Changes(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, change := range history {
		told = append(told, change.After[0])
	}
	if diff := cmp.Diff([]string{"3.00", "2.00", "1.00"}, told); diff != "" {
		t.Errorf("as it happened and as it is told (+): %s", diff)
	}
}

func TestEachFieldIsRefusedBeyondItsBoundsAndKeptWithinThem(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	together := make(map[string]string)
	for _, f := range s.Fields {
		if f.Whole {
			together[f.Name] = "كلمة"
		}
	}
	if _, err := s.SaveFields(t.Context(), nil, together, actor.OfSystem()); err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Fields {
		whole := [2]string{strconv.FormatInt(f.Most+1, 10), other(f.Default, strconv.FormatInt(f.Most, 10), strconv.FormatInt(f.Most-1, 10))}
		typed := map[settings.Kind][2]string{ // what is beyond, and what is within and not what holds already
			settings.Line: {strings.Repeat("ع", 201), other(f.Default, "اسم", "لقب")}, settings.Lines: {strings.Repeat("ع", 501), "سطر\nسطر"},
			settings.Phone: {"12", "+212699000098"}, settings.Email: {"nobody", "a@exemple.invalid"}, settings.RIB: {strings.Repeat("1", 24), "011519000001205000534921"},
			settings.Sum: {"-1.00", other(f.Default, "7.50", "0.00")}, settings.Percent: {"100.01", other(f.Default, "7.50", "0.00")},
			settings.Share: whole, settings.Number: whole, settings.Days: whole, settings.Weekday: whole, settings.Choice: {"", other(f.Default, "yes", "no")},
		}[f.Kind]
		if typed[1] == "" {
			t.Fatalf("%s is of a kind that nobody knows, %q", f.Name, f.Kind)
		}
		if typed[0] != "" {
			_, err := s.SaveFields(t.Context(), nil, map[string]string{f.Name: typed[0]}, actor.OfSystem())
			if e := fault.As(err); !errors.Is(err, settings.ErrInvalid) || len(e.Fields) != 1 || e.Fields[f.Name].Key == "" {
				t.Errorf("%s of %q: %v", f.Name, typed[0], err)
			}
		}
		changed, err := s.SaveFields(t.Context(), nil, map[string]string{f.Name: typed[1]}, actor.OfSystem())
		if err != nil || !slices.Equal(changed, []string{f.Name}) {
			t.Errorf("%s of %q: %v, %v", f.Name, typed[1], changed, err)
		}
		kept, err := s.Kept(t.Context())
		if err != nil || kept.Value(f.Name).Text != typed[1] {
			t.Errorf("%s became %q, %v", f.Name, kept.Value(f.Name).Text, err)
		}
		if f.Default == "yes" { // not all means of payment can be without at once
			if _, err := s.SaveFields(t.Context(), nil, map[string]string{f.Name: "yes"}, actor.OfSystem()); err != nil {
				t.Error(err)
			}
		}
	}
	filled := reflect.ValueOf(get(t, s))
	for _, of := range reflect.VisibleFields(filled.Type()) {
		if !of.Anonymous && filled.FieldByIndex(of.Index).IsZero() {
			t.Errorf("%s is in the settings and no field of the list", of.Name)
		}
	}
}

// other is the first of two that is not what holds.
func other(holds, first, second string) string {
	if first == holds {
		return second
	}
	return first
}

func TestAFieldMoreIsKeptAndInTheHistory(t *testing.T) {
	t.Parallel()
	s, db, now := newService(t)
	s.Fields = append(s.Fields, settings.Field{Name: "motto", Kind: settings.Line, Group: "who", Default: "معا"})
	if kept, err := s.Kept(t.Context()); err != nil || kept.Value("motto").Text != "معا" {
		t.Errorf("before anything is decided: %+v, %v", kept, err)
	}
	if _, err := s.SaveFields(t.Context(), nil, map[string]string{"motto": " يدا بيد "}, actor.OfSystem()); err != nil {
		t.Fatal(err)
	}
	history, err := s.Changes(t.Context(), 1)
	if err != nil || history[0].Fields[0] != "motto" || history[0].Before[0] != "معا" || history[0].After[0] != "يدا بيد" {
		t.Errorf("%+v, %v", history, err)
	}

	// A program that does not know it, such as an older instance, lets it be.
	older := settings.New(db, func() time.Time { return *now })
	to := get(t, older)
	to.Commission = 100
	if _, err := older.Save(t.Context(), to, actor.OfSystem()); err != nil {
		t.Fatal(err)
	}
	if kept, err := s.Kept(t.Context()); err != nil || kept.Value("motto").Text != "يدا بيد" || kept.Value("commission").Text != "1.00" {
		t.Errorf("%+v, %v", kept, err)
	}
}

func TestTheAuditFindsWhatCouldNotHaveBeenSaved(t *testing.T) {
	t.Parallel()
	_, db, _ := newService(t)
	if checks, err := settings.Audit(t.Context(), db); err != nil || !checks[0].OK() || !checks[1].OK() {
		t.Fatalf("%+v, %v", checks, err)
	}
	if _, err := db.Exec(`update settings set decided = decided || '{"buyer_months": " 12", "hold_hours": "24 ", "market_share": "10"}'`); err != nil {
		t.Fatal(err)
	}
	checks, err := settings.Audit(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"hold_hours is 24 ", "buyer_months is  12"}, checks[0].Problems); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"alarm_share is 15 (settings.alarm_too_late)"}, checks[1].Problems); diff != "" {
		t.Error(diff)
	}
}

func TestOneMeansOfPaymentIsOfferedAlways(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	save := func(typed map[string]string) error {
		_, err := s.SaveFields(t.Context(), nil, typed, actor.OfSystem())
		return err
	}
	if err := save(map[string]string{"cash_offered": "no", "card_offered": "no"}); fault.As(err) == nil || fault.As(err).Fields["cash_offered"].Key != "settings.means_none" {
		t.Errorf("without an account nobody can transfer either: %v", err)
	}
	if err := save(map[string]string{"cash_offered": "no", "card_offered": "no", "bank_rib": "011519000001205000534921", "account_holder": "Association"}); err != nil {
		t.Errorf("all pay by transfer: %v", err)
	}
	if err := save(map[string]string{"transfer_offered": "no"}); fault.As(err) == nil || fault.As(err).Fields["cash_offered"].Key != "settings.means_none" {
		t.Errorf("nobody may pay: %v", err)
	}
	s.NoCard = true
	if err := save(map[string]string{"card_offered": "yes"}); err != nil {
		t.Errorf("all pay by transfer, and nobody takes cards: %v", err)
	}
	if err := save(map[string]string{"transfer_offered": "no"}); fault.As(err) == nil || fault.As(err).Fields["cash_offered"].Key != "settings.means_none" {
		t.Errorf("offered are cards, which nobody takes: %v", err)
	}
}

func TestNumbersAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	for _, f := range s.Fields {
		var typed map[string]string // as it is kept; "" for what is refused
		switch f.Kind {
		case settings.Number, settings.Share:
			typed = map[string]string{"١٢": "12", "12,0": "12", "5 5": "", "1'2": "", "12,5": "", "": "", "12 %": "", "12 %%": ""}
			if f.Kind == settings.Share {
				typed["12 %"], typed["١٢٪\u200f"] = "12", "12"
			}
		case settings.Days:
			typed = map[string]string{"٣": "3", "0 1": "", "1 2": ""}
		case settings.Weekday:
			typed = map[string]string{"٤": "4", "0": "0", "8": "", "-1": "", "jeudi": ""}
		case settings.Percent:
			typed = map[string]string{"٧٫٥٪": "7.50", "7,5 %": "7.50", "7,5\u00a0%": "7.50", "5 5": "", "1 2 %": "", "7 %%": "", "7 ٪%": "", "%": ""}
		case settings.Sum:
			typed = map[string]string{"١٢٫٥": "12.50", "12 50": "", "12'5": "", "12 %": ""}
			if f.Most == 0 {
				typed["1 250"], typed["١٬٢٥٠"] = "1250.00", "1250.00"
			}
		}
		for value, want := range typed {
			wrong := fault.New(fault.Invalid, "settings.invalid")
			got := f.Read(value, wrong)
			if refused := len(wrong.Fields) > 0; refused != (want == "") || !refused && got != want {
				t.Errorf("%s of %q: %q, refused %t; want %q", f.Name, value, got, refused, want)
			}
			if said := wrong.Fields[f.Name]; f.Kind == settings.Weekday && want == "" && said.Key != "settings.weekday_invalid" {
				t.Errorf("%s of %q is refused as %v", f.Name, value, said)
			}
		}
	}
}

// Who has a name keeps one: what nobody sees is none.
func TestTheAssociationsNameIsNotEmptied(t *testing.T) {
	t.Parallel()
	s, _, _ := newService(t)
	name := map[string]string{"name_ar": "جمعية", "name_fr": "Association", "name_en": "Association"}
	if _, err := s.SaveFields(t.Context(), nil, name, actor.OfSystem()); err != nil {
		t.Fatal(err)
	}
	for field := range name {
		for _, blank := range []string{"", " ", "\u200b", "\u3164", "ـــ", ".."} {
			_, err := s.SaveFields(t.Context(), nil, map[string]string{field: blank}, actor.OfSystem())
			if told := fault.As(err); !errors.Is(err, settings.ErrInvalid) || told.Fields[field].Key != "settings.name_missing" {
				t.Errorf("%s as %q: %v", field, blank, err)
			}
		}
	}
}
