package i18n_test

import (
	"encoding/json"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	lib "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// pluralForms are the forms that a language distinguishes for whole numbers: what becomes of a sentence that has
// all of them.
func pluralForms(t *testing.T, code string) []string {
	t.Helper()
	tag := language.MustParse(code)
	asked := lib.NewBundle(tag)
	if asked.AddMessages(tag, &lib.Message{ID: "form", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}) != nil {
		return []string{"other"} // so does the market with a language of whose numbers nothing is known
	}
	says := lib.NewLocalizer(asked, code)
	var forms []string
	for n := range 1000 {
		for _, n := range []int{n, n * 1_000_000} {
			form, err := says.Localize(&lib.LocalizeConfig{MessageID: "form", PluralCount: n})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(forms, form) {
				forms = append(forms, form)
			}
		}
	}
	return forms
}

type message map[string]string // by plural form; a sentence without plural under ""

func readLanguages(t *testing.T) map[string]map[string]message {
	t.Helper()
	names, err := filepath.Glob("locales/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no languages: %v", err)
	}
	languages := make(map[string]map[string]message)
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var raw map[string]any
		if err := json.Unmarshal(content, &raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		messages := make(map[string]message, len(raw))
		for key, value := range raw {
			m := message{}
			switch v := value.(type) {
			case string:
				m[""] = v
			case map[string]any:
				for form, text := range v {
					m[form], _ = text.(string)
				}
			}
			messages[key] = m
		}
		languages[strings.TrimSuffix(filepath.Base(name), ".json")] = messages
	}
	return languages
}

func TestEveryLanguageSaysEverything(t *testing.T) {
	t.Parallel()
	languages := readLanguages(t)
	reference := languages["ar"]
	for code, messages := range languages {
		forms := pluralForms(t, code)
		for key, m := range messages {
			if reference[key] == nil {
				t.Errorf("%s says %q, Arabic does not", code, key)
				continue
			}
			_, simple := m[""]
			if _, s := reference[key][""]; s != simple {
				t.Errorf("%s: %q has plural forms in one language and none in another", code, key)
				continue
			}
			if !simple {
				var have []string
				for form := range m {
					have = append(have, form)
				}
				for _, form := range forms {
					if m[form] == "" {
						t.Errorf("%s: %q lacks the plural form %q", code, key, form)
					}
				}
				if len(have) != len(forms) {
					t.Errorf("%s: %q has the forms %v, the language has %v", code, key, have, forms)
				}
			} else if m[""] == "" {
				t.Errorf("%s: %q is empty", code, key)
			}
			if got, want := placeholders(m), placeholders(reference[key]); !slices.Equal(got, want) {
				t.Errorf("%s: %q has the placeholders %v, Arabic has %v", code, key, got, want)
			}
		}
		for key := range reference {
			if messages[key] == nil {
				t.Errorf("%s does not say %q", code, key)
			}
		}
	}
}

// TestWhatIsTooLongSaysHowLongItMayBe holds the sentences to the one way in which fault.Error.TooLong says it.
func TestWhatIsTooLongSaysHowLongItMayBe(t *testing.T) {
	t.Parallel()
	for code, messages := range readLanguages(t) {
		for key, m := range messages {
			if said := strings.HasSuffix(key, "_long") && key != "web.address_too_long"; said && !slices.Equal(placeholders(m), []string{"Max"}) {
				t.Errorf("%s: %q says %q", code, key, m)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

// placeholders of a message, without N: «one» and «two» may say the number in words; and without where the market
// is at home, which a language may say by its province or by its town.
func placeholders(m message) []string {
	var names []string
	for _, text := range m {
		for _, match := range placeholder.FindAllStringSubmatch(text, -1) {
			if !slices.Contains([]string{"N", "Count", "Province", "Town"}, match[1]) && !slices.Contains(names, match[1]) {
				names = append(names, match[1])
			}
		}
	}
	slices.Sort(names)
	return names
}

func TestNoPlaceholderIsMisspelt(t *testing.T) {
	t.Parallel()
	for code, messages := range readLanguages(t) {
		for key, m := range messages {
			for _, text := range m {
				if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
					t.Errorf("%s: %q has a broken placeholder: %s", code, key, text)
				}
			}
		}
	}
}

// The keys that code asks for exist, and the keys that exist are asked for somewhere.
func TestCodeAndLanguagesAgreeOnKeys(t *testing.T) {
	t.Parallel()
	messages, code := readLanguages(t)["ar"], readSource(t)
	literals := map[string]bool{}
	code.each(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, ok := literal(n); ok {
				literals[text] = true
			}
		case *ast.CallExpr:
			if key, ok := askedKey(n); ok && messages[key] == nil {
				t.Errorf("%s: no language says %q", code.positions.Position(n.Pos()), key)
			}
		}
		return true
	})
	composed := make(map[string]bool)
	var open []string // the beginnings of families whose words another test knows
	for pattern, of := range families {
		if of == nil {
			begins, _, _ := strings.Cut(pattern, "*")
			open = append(open, begins)
			continue
		}
		for _, word := range of(code) {
			composed[strings.Replace(pattern, "*", word, 1)] = true
		}
	}
	for key := range messages {
		if !literals[key] && !composed[key] && !slices.ContainsFunc(open, func(begins string) bool { return strings.HasPrefix(key, begins) }) {
			t.Errorf("nobody asks for %q", key)
		}
	}
}

// askedKey is the key in calls like l.T("key"), l.N("key", n), fault.New(kind, "key"),
// fault.Say("key") and e.Field(name, "key").
func askedKey(call *ast.CallExpr) (string, bool) {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	at := -1
	switch selector.Sel.Name {
	case "T", "N":
		at = 0
	case "Say":
		if x, ok := selector.X.(*ast.Ident); ok && x.Name == "fault" {
			at = 0
		}
	case "New":
		if x, ok := selector.X.(*ast.Ident); ok && x.Name == "fault" {
			at = 1
		}
	case "Field":
		at = 1
	}
	if at < 0 || at >= len(call.Args) {
		return "", false
	}
	key, ok := literal(call.Args[at])
	return key, ok && strings.Contains(key, ".")
}
