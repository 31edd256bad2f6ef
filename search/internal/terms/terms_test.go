package terms_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/internal/terms"
	"github.com/souk-taawon/souk/search/searchtest"
	"github.com/souk-taawon/souk/search/text"
)

var update = flag.Bool("update", false, "write what is kept for the sample corpus to testdata/schema.txt")

// An index that was filled with other words than the ones that are looked for finds nothing, and nobody
// notices. So whoever changes the words has to raise the version, which empties every index.
func TestWhatIsKeptChangesOnlyWithTheSchema(t *testing.T) {
	t.Parallel()
	lexicon := text.Builtin()
	h := fnv.New64a()
	for _, p := range searchtest.Corpus() {
		if err := json.NewEncoder(h).Encode(terms.Of(lexicon, p.Document)); err != nil {
			t.Fatal(err)
		}
	}
	now := fmt.Sprintf("%d %016x\n", search.Schema, h.Sum64())
	const file = "testdata/schema.txt"
	if *update {
		if err := os.WriteFile(file, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != now {
		t.Errorf("what is kept for the sample corpus has changed (%q, was %q): raise search.Schema, then run this test with -update", now, kept)
	}
}

func TestOfPutsWhatAProductIsBeforeWhatItIsMadeOf(t *testing.T) {
	t.Parallel()
	lexicon := text.Builtin()
	for _, c := range []struct {
		ar, fr, en string
		kind, not  string // words of kind, and words that must not be among them
	}{
		{"عسل الزعتر", "Miel de thym", "Thyme honey", "عسل miel honei 3sel", "زعتر thym za3tar"},
		{"", "Savon à l'huile d'olive", "", "savon saboun soap", "huil zit oliv"},
		{"زيت زيتون بكر", "", "", "زيت huil oil zit", "زيتون oliv zitoun"},
		{"", "", "Fig jam", "jam confitur مربي", "fig تين"},
		{"", "", "Wool djellaba", "djellaba جلابه jelaba", "wool صوف"},
		{"هندية", "Figue de Barbarie", "Prickly pear", "هنديه hndia", "تين"},
		{"", "Pot de miel de thym", "", "miel honei", "thym"},
		{"عسل الزعتر", "", "", "عسل", "thym tim"}, // what is in it, by its other names
		{"منتوج ما", "Objet inconnu", "Something", "منتوج objet", ""},
	} {
		e := terms.Of(lexicon, search.Document{ID: "p", NameAR: c.ar, NameFR: c.fr, NameEN: c.en})
		kind := " " + e.Kind + " "
		for _, w := range strings.Fields(c.kind) {
			if !strings.Contains(kind, " "+w+" ") {
				t.Errorf("%s %s %s: kind lacks «%s»: %s", c.ar, c.fr, c.en, w, e.Kind)
			}
		}
		for _, w := range strings.Fields(c.not) {
			if strings.Contains(kind, " "+w+" ") {
				t.Errorf("%s %s %s: «%s» is not what it is: %s", c.ar, c.fr, c.en, w, e.Kind)
			}
			if all := " " + strings.Join([]string{e.NameAR, e.NameFR, e.NameEN, e.Aliases}, " ") + " "; !strings.Contains(all, " "+w+" ") {
				t.Errorf("%s %s %s: «%s» is kept nowhere", c.ar, c.fr, c.en, w)
			}
		}
	}
}

// attempts writes a plan down: «word», word* for a beginning, ~word for a mistyped one, /consonants/,
// «or» between words of which some will do, and before it what the products have to be.
func attempts(plan []terms.Attempt) []string {
	var list []string
	for _, a := range plan {
		var words []string
		for _, t := range a.Terms {
			w := t.Word
			switch {
			case t.Skeleton != "":
				w = "/" + t.Skeleton + "/"
			case t.Typos > 0:
				w = fmt.Sprintf("~%s", w)
			}
			if t.Prefix {
				w += "*"
			}
			words = append(words, w)
		}
		separator := " "
		if a.Any {
			separator = " or "
		}
		written := strings.Join(words, separator)
		if len(a.Kinds) > 0 {
			written = strings.Join(a.Kinds, "|") + ": " + written
		}
		list = append(list, written)
	}
	return list
}

func TestPlan(t *testing.T) {
	t.Parallel()
	lexicon := text.Builtin()
	for typed, expected := range map[string][]string{
		"":                nil,
		"miel":            {"miel", "miel*", "~miel*"},
		"عسل":             {"عسل", "عسل*"},
		"mie":             {"mie*"},
		"mans":            {"mans*", "man*"},
		"mie ":            {"mie", "mie*"},
		"le miel de thym": {"miel thym", "miel thym*", "~miel ~thym*", "~miel or ~thym*"},
		"chakchouka":      {"chakchouka*", "~chakchouka*", "/ckck/"},
		"3sel chakchouka 1kg": {
			"honey: 3sel chakchouka*", "honey: ~3sel ~chakchouka*", "honey: 3sel /ckck/", "honey: ~3sel or ~chakchouka*",
			"3sel chakchouka*", "~3sel ~chakchouka*", "3sel /ckck/", "~3sel or ~chakchouka*",
		},
		"licorne 15": {"licorn 15*", "~licorn 15*", "/lkrn/ 15", "~licorn"},
		"chakchouka 3sel ": {
			"honey: chakchouka 3sel", "honey: chakchouka 3sel*", "honey: ~chakchouka ~3sel*", "honey: /ckck/ 3sel", "honey: ~3sel* or ~chakchouka",
			"chakchouka 3sel", "chakchouka 3sel*", "~chakchouka ~3sel*", "/ckck/ 3sel", "~3sel* or ~chakchouka",
		},
	} {
		if diff := cmp.Diff(expected, attempts(terms.Plan(lexicon, search.Query{Text: typed, Lang: "fr"}))); diff != "" {
			t.Errorf("«%s» (-expected +planned):\n%s", typed, diff)
		}
	}
	sorted := attempts(terms.Plan(lexicon, search.Query{Text: "miel", Lang: "fr", Sort: search.CheapestFirst}))
	if diff := cmp.Diff([]string{"honey: miel", "honey: miel*", "honey: ~miel*", "miel", "miel*", "~miel*"}, sorted); diff != "" {
		t.Errorf("«miel» by price (-expected +planned):\n%s", diff)
	}
	long := terms.Plan(lexicon, search.Query{Text: strings.Repeat("olive ", 40), Lang: "fr"})
	if n := len(long[0].Terms); n != search.MaxWords {
		t.Errorf("%d words are looked for, expected %d", n, search.MaxWords)
	}
}
