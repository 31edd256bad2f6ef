package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/souk-taawon/souk/search/text"
)

func TestRead(t *testing.T) {
	t.Parallel()
	lexicon := text.Builtin()
	for _, c := range []struct{ typed, lang, words, understood string }{
		{"3sel", "fr", "3sel", "miel"},
		{"l3sel", "ar", "3sel", "عسل"},
		{"bghit 3sel dyal za3tar", "ar", "3sel za3tar", "عسل الزعتر"},
		{"zit l3oud", "fr", "zit 3oud", "huile d’olive"},
		{"zit l3oud", "en", "zit 3oud", "olive oil"},
		{"zit l3oud", "ar", "zit 3oud", "زيت زيتون"},
		{"lzit", "fr", "zit", "huile"},
		{"zzitoun", "fr", "zitoun", "olive"},
		{"l7amed msseyer", "en", "7amed msseyer", "preserved lemon"},
		{"guerga3 500g", "fr", "guerga3", "noix"},
		{"3sel bio", "fr", "3sel bio", "miel bio"},
		// The word for it in the language of the page is just that; on an Arabic page it is Darija.
		{"smen", "fr", "smen", ""},
		{"smen", "en", "smen", ""},
		{"smen", "ar", "smen", "سمن"},
		{"miel de thym", "fr", "miel thym", ""},
		{"عسل الزعتر", "ar", "عسل زعتر", ""},
		{"honey", "ar", "honei", ""},
		// What is written together with a word.
		{"بزيت", "ar", "زيت", ""},
		{"وعسل", "ar", "عسل", ""},
		{"للوز", "ar", "لوز", ""},
		{"لوز", "ar", "لوز", ""},
		{"lkouskous", "fr", "kouskou", ""},
		{"ghriba bl3sel", "ar", "ghriba 3sel", "غريبة عسل"},
		{"lhuile dolive", "fr", "huil oliv", ""},
		{"صابون دالعسل", "ar", "صابون عسل", ""},
		{"louz", "en", "louz", "almond"},
		// Quantities and what is said to a shop.
		{"miel 500 g", "fr", "miel", ""},
		{"زيت 5 لتر", "ar", "زيت", ""},
		{"couscous 5 céréales", "fr", "couscou 5 cereal", ""},
		{"prix miel pas cher", "fr", "miel", ""},
		{"500 g", "fr", "500 g", ""},
		{"de la", "fr", "de la", ""},
		{"", "fr", "", ""},
		{"🍯", "fr", "", ""},
	} {
		r := lexicon.Read(c.typed, c.lang)
		var words []string
		for _, w := range r.Words {
			words = append(words, w.Text)
		}
		if got := strings.Join(words, " "); got != c.words {
			t.Errorf("«%s» asks for «%s», expected «%s»", c.typed, got, c.words)
		}
		if r.Understood != c.understood {
			t.Errorf("«%s» (%s) is understood as «%s», expected «%s»", c.typed, c.lang, r.Understood, c.understood)
		}
	}
}

func TestReadKnowsWhetherTheLastWordIsComplete(t *testing.T) {
	t.Parallel()
	lexicon := text.Builtin()
	for typed, complete := range map[string]bool{"mie": false, "mie ": true, "mie,": true, "عس": false, "عس ": true, "": false} {
		if got := lexicon.Read(typed, "fr").Complete; got != complete {
			t.Errorf("«%s»: %v", typed, got)
		}
	}
	for typed, known := range map[string]bool{"miel": true, "mie": false, "عسل": true, "عس": false, "3sel": true, "cous": false, "couscous": true} {
		if got := lexicon.Read(typed, "fr").Words[0].Known; got != known {
			t.Errorf("«%s» is known: %v", typed, got)
		}
	}
}

func TestReadKnowsWhatIsNamedEvenIfItIsMistyped(t *testing.T) {
	t.Parallel()
	lexicon := text.Builtin()
	for typed, expected := range map[string]struct {
		kinds string
		bare  bool
	}{
		"miel":                {"honey", true},
		"huile d'olive":       {"olive-oil", true},
		"raw honey":           {"honey", false},
		"meil de lavande":     {"lavender honey", false},
		"miel bio":            {"honey", false}, // no product is just «bio»
		"makrout au miel":     {"makrout honey", false},
		"مخدات مطرزة":         {"cushion", false},
		"citorn confit":       {"lemon", false},
		"bio":                 {"", true},
		"licorne arc-en-ciel": {"", false},
		"":                    {"", true},
	} {
		r := lexicon.Read(typed, "fr")
		if got := strings.Join(r.Kinds, " "); got != expected.kinds || r.Bare != expected.bare {
			t.Errorf("«%s» names «%s», bare %v, expected «%s», %v", typed, got, r.Bare, expected.kinds, expected.bare)
		}
	}
}

func TestFamiliesTakesTheLongestName(t *testing.T) {
	t.Parallel()
	lexicon := text.Builtin()
	for written, expected := range map[string]string{
		"زيت زيتون بكر":             "olive-oil",
		"زيت":                       "oil",
		"زيتون أخضر":                "green-olive",
		"Figue de Barbarie":         "prickly-pear",
		"Figue sèche":               "dried-fig",
		"Confiture de figue maison": "fig-jam",
		"Miel de thym":              "thyme-honey",
		"Savon à l'huile d'olive":   "olive-soap",
		"Makrout au miel":           "makrout honey",
		"tin":                       "fig clay",
		"ras-el-hanout":             "ras-el-hanout",
		"raselhanout":               "ras-el-hanout",
		"licorne":                   "",
		"":                          "",
	} {
		var keys []string
		for _, named := range lexicon.Families(text.Content(written)) {
			for _, f := range named.Families {
				keys = append(keys, f.Key)
			}
		}
		if got := strings.Join(keys, " "); got != expected {
			t.Errorf("«%s» names %s, expected %s", written, got, expected)
		}
	}
}

func TestSkeletons(t *testing.T) {
	t.Parallel()
	for latin, arabic := range map[string]string{
		"kharoub": "خروب", "kharroub": "خروب", "5arroub": "الخروب", "za3tar": "زعتر", "zatar": "زعتر", "tafoghalt": "تافوغالت",
		"zriba": "زريبة", "djellaba": "جلابة", "guerga3": "گرگاع", "9er9a3": "قرقاع", "bou9al": "بوقال",
		"oujda": "وجدة", "wejda": "وجدة", "ahfir": "أحفير", "sa3idia": "السعيدية", "mousammim": "مصمم", "zbeeb": "زبيب", "8assoul": "غاسول",
	} {
		a := text.Skeletons(text.Words(arabic)[0])
		l := text.Skeletons(text.Words(latin)[0])
		if len(l) != 1 || !slices.Contains(a, l[0]) {
			t.Errorf("«%s» is %v, «%s» %v", latin, l, arabic, a)
		}
	}
	for _, word := range []string{"zit", "tin", "زيت", "تين", "a", "", "ⵜⴰⵎ", "123"} {
		if got := text.Skeletons(word); len(got) != 0 {
			t.Errorf("«%s» is too short for a skeleton: %v", word, got)
		}
	}
}

func TestOfATextWithoutEndTheBeginningIsRead(t *testing.T) {
	t.Parallel()
	lexicon := text.Builtin()
	for name, typed := range map[string]string{
		"words":                           strings.Repeat("عسال زيتون ", 1000),
		"one word":                        strings.Repeat("a", 1<<16),
		"letters that stand for eighteen": strings.Repeat("\uFDFA", 1000),
		"marks":                           "a" + strings.Repeat("\u0301", 1<<16),
		"elisions":                        strings.Repeat("l'", 1000),
	} {
		r := lexicon.Read(typed, "fr")
		if len(r.Words) > 20 {
			t.Errorf("%s: %d words are read", name, len(r.Words))
		}
		for _, w := range r.Words {
			if n := utf8.RuneCountInString(w.Text); n > 40 {
				t.Errorf("%s: a word of %d letters is read", name, n)
			}
		}
	}
}

func FuzzEveryTextIsRead(f *testing.F) {
	lexicon := text.Builtin()
	for _, typed := range []string{"", "3sel", "huile d’olive 500 g", "بزيت", "l'", "\uFDFA", "a\u0301\u200f", "5لتر", "'", "٥٠٠", "\xff", "كاليبتوس"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, lang := range []string{"ar", "fr", "en"} {
			for _, w := range lexicon.Read(typed, lang).Words {
				if w.Text == "" || utf8.RuneCountInString(w.Text) > 40 {
					t.Errorf("%q has the word %q", typed, w.Text)
				}
			}
		}
		last := 0
		for _, token := range text.Tokens(typed) {
			if token.Start < last || token.End <= token.Start || token.End > len(typed) {
				t.Errorf("%q: %+v", typed, token)
			}
			last = token.End
		}
	})
}

func TestALexiconWithAWordlessNameIsRefused(t *testing.T) {
	t.Parallel()
	const heading = "key\tparent\tar\tfr\ten\tdarija\tother\n"
	if _, err := text.Parse(heading + "honey\t\tعسل\tmiel\thoney\t3sel\t–"); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a name without a letter: %v", err)
	}
	if _, err := text.Parse(heading + "honey\t\tعسل\tmiel\thoney\t3sel\tmella"); err != nil {
		t.Error(err)
	}
}
