package search_test

import (
	"strings"
	"testing"

	"github.com/souk-taawon/souk/search"
)

// marked shows the matches in brackets.
func marked(pieces []search.Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Match {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestHighlight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ display, query, lang, expected string }{
		{"Miel de thym", "miel", "fr", "[Miel] de thym"},
		{"Miel de thym", "MIEL DE THYM", "fr", "[Miel] de [thym]"},
		{"عسلُ الزعتر الحرّ", "زعتر", "ar", "عسلُ [الزعتر] الحرّ"},
		{"والعسل", "عسل", "ar", "[والعسل]"},
		{"Huile d’olive vierge", "huile olive", "fr", "[Huile] d’[olive] vierge"},
		{"Œufs beldi", "oeuf", "fr", "[Œufs] beldi"},
		{"Couscous d'orge", "cous", "fr", "[Couscous] d'orge"},
		{"Couscous d'orge", "cous ", "fr", "Couscous d'orge"},
		// What is called otherwise in the language of the page.
		{"Miel de thym", "3sel", "fr", "[Miel] de thym"},
		{"عسل الزعتر", "3sel za3tar", "ar", "[عسل] [الزعتر]"},
		{"Thyme honey", "miel", "en", "Thyme [honey]"},
		{"عسل الزعتر", "honey", "ar", "[عسل] الزعتر"},
		{"زيت زيتون بكر", "zit l3oud", "ar", "[زيت] [زيتون] بكر"},
		// Mistyped, and only if it is no word.
		{"Clémentine de Berkane", "clemantine", "fr", "[Clémentine] de Berkane"},
		{"Savon noir", "noix", "fr", "Savon noir"},
		{"زيتون أخضر", "زيت", "ar", "زيتون أخضر"},
		{"تافوغالت", "tafoghalt", "ar", "[تافوغالت]"},
		// Nothing to mark.
		{"Miel", "", "fr", "Miel"},
		{"Miel de thym", "de", "fr", "Miel [de] thym"},
		{"", "miel", "fr", ""},
		{"<b>Miel</b> & \"thym\"", "miel", "fr", "<b>[Miel]</b> & \"thym\""},
		{"\xff\xfeMiel\xff", "miel", "fr", "\xff\xfe[Miel]\xff"},
	} {
		if got := marked(search.Highlight(c.display, c.query, c.lang)); got != c.expected {
			t.Errorf("«%s» in «%s»: %s, expected %s", c.query, c.display, got, c.expected)
		}
	}
}

func FuzzHighlight(f *testing.F) {
	for _, s := range []string{"Miel de thym", "عسلُ الزعتر", "3sel l7orr", "l'huile d’olive", "\xff\u200f\u0640'", "İstanbul ﷲ"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, display, query string) {
		for _, lang := range []string{"ar", "fr", ""} {
			var b strings.Builder
			for _, p := range search.Highlight(display, query, lang) {
				if p.Text == "" {
					t.Error("an empty piece")
				}
				b.WriteString(p.Text)
			}
			if b.String() != display {
				t.Errorf("the pieces of %q make %q", display, b.String())
			}
		}
	})
}
