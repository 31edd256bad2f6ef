package i18n_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
		"fr.json: line 3":    "{\n\"lang.name\": \"Français\",\n}",
		"fr: lang.direction": `{"lang.direction": "up"}`,
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
