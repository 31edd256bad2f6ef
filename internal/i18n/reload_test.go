package i18n_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/i18n"
)

func TestWhoWritesTextsReadsThemAtOnce(t *testing.T) {
	t.Parallel()
	b, dir := load(t), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("locales")); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "fr.json")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(strings.Replace(string(text), `"lang.name": "Français"`, `"lang.name": "Le français"`, 1))
	if err := b.Reload(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if got := b.Locale("fr").Name(); got != "Le français" {
		t.Errorf("French is called %s", got)
	}

	for what, broken := range map[string]string{
		"fr.json: line 3":         "{\n\"lang.name\": \"Français\",\n}",
		"fr.json: lang.direction": `{"lang.direction": "up"}`,
	} {
		write(broken)
		if err := b.Reload(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("of %s it says: %v", broken, err)
		}
		if got := b.Locale("fr").T("lang.name"); got != "Le français" {
			t.Errorf("with a broken file French is called %s", got)
		}
	}
	if err := b.Reload(os.DirFS(t.TempDir())); err == nil {
		t.Error("a market without languages")
	}
}

func TestALanguageMoreIsOneFile(t *testing.T) {
	t.Parallel()
	b, dir := load(t), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("locales")); err != nil {
		t.Fatal(err)
	}
	err := os.WriteFile(filepath.Join(dir, "zgh.json"), []byte(`{
		"lang.name": "ⵜⴰⵎⴰⵣⵉⵖⵜ", "lang.short": "ⵣ", "lang.direction": "ltr", "lang.rank": "4", "lang.names": "ar fr en",
		"date.months": "1 2 3 4 5 6 7 8 9 10 11 12", "date.weekdays": "0 1 2 3 4 5 6",
		"number.decimal": ",", "number.group": " ", "money.pattern": "{{.Amount}} {{.Currency}}", "money.currency": "DH",
		"unit.piece": {"other": "{{.N}} ⵉⵎⵓⵔⴻⵏ"}
	}`), 0o600)
	if err == nil {
		err = b.Reload(os.DirFS(dir))
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Codes(); got[0] != i18n.Default || !slices.Contains(got, "zgh") {
		t.Errorf("the languages are %s", got)
	}
	l := b.Match("zgh-MA,fr;q=0.5")
	for got, want := range map[string]string{
		l.Code() + " " + l.Dir() + " " + l.Short(): "zgh ltr ⵣ",
		l.Unit(1, "piece"):                         "1 ⵉⵎⵓⵔⴻⵏ", // CLDR knows one form of it
		l.Money(1250):                              "12,50\u00a0DH",
		l.Text(i18n.Text{AR: "عسل", FR: "Miel"}):   "عسل",
		l.Text(i18n.Text{FR: "Miel", EN: "Honey"}): "Miel",
		l.Text(i18n.Text{EN: "Honey"}):             "Honey",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
