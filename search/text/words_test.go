package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/souk-taawon/souk/search/text"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for name, cases := range map[string][]struct{ written, words string }{
		"case and accents": {
			{"MIEL", "miel"}, {"Chèvre", "chevr"}, {"Saïdia", "saidia"}, {"Aïn Reggada", "ain reggada"}, {"ÉPICÉ", "epic"},
			{"façon", "facon"}, {"Maâsser", "maasser"}, {"Straße", "strass"}, {"İZMİR", "izmir"}, {"ŁÓDŹ", "lodz"}, {"Ångström", "angstrom"},
			{"e\u0301pice", "epic"},
		},
		"ligatures and other shapes": {
			{"œufs", "oeuf"}, {"Œuf", "oeuf"}, {"bœuf", "boeuf"}, {"curriculum vitæ", "curriculum vita"}, {"ﬁgue", "figu"}, {"ＭＩＥＬ", "miel"},
		},
		"elisions and apostrophes": {
			{"l'huile d'olive", "huil oliv"}, {"l’huile d’olive", "huil oliv"}, {"L‘huile D`olive", "huil oliv"},
			{"jusqu'à", "a"}, {"qu'on", "on"}, {"m'semen", "msemen"}, {"M’hamsa", "mhamsa"}, {"za'tar", "zatar"}, {"goat's", "goat"},
			{"l'", ""}, {"d'", ""}, {"'miel'", "miel"}, {"l'7amed", "7amed"}, {"aujourd'hui", "aujourdhui"}, {"ʿasal", "asal"},
		},
		"endings of Latin words": {
			{"olives vertes", "oliv vert"}, {"olive verte", "oliv vert"}, {"figues", "figu"}, {"figs", "fig"}, {"noix", "noi"},
			{"gâteaux", "gateau"}, {"gâteau", "gateau"}, {"brodée", "brod"}, {"brodées", "brod"}, {"brodé", "brod"}, {"thyme", "thym"}, {"thym", "thym"},
			{"berries", "berri"}, {"berry", "berri"}, {"honey", "honei"}, {"couscous", "couscou"}, {"mousse", "mouss"},
			{"sec", "sec"}, {"sèche", "sech"}, {"riz", "riz"}, {"os", "os"}, {"the", "the"},
		},
		"tashkil and tatweel": {
			{"عَسَلٌ", "عسل"}, {"عـــسـل", "عسل"}, {"رُبّ", "رب"}, {"زَيْتُون", "زيتون"}, {"هٰذا", "هذا"}, {"ـــ", ""},
		},
		"one letter for every way to write it": {
			{"أكليل", "اكليل"}, {"إكليل", "اكليل"}, {"آكليل", "اكليل"}, {"ٱكليل", "اكليل"}, {"خزامى", "خزامي"}, {"قفة", "قفه"},
			{"رأس", "راس"}, {"بئر", "بير"}, {"لؤلؤ", "لولو"}, {"ماء", "ما"}, {"شيء", "شي"},
			{"کسکس", "كسكس"}, {"گرگاع", "كركاع"}, {"ڭرڭاع", "كركاع"}, {"ݣرݣاع", "كركاع"}, {"زیتون", "زيتون"}, {"ڤانيلا", "فانيلا"}, {"پيتزا", "بيتزا"}, {"چاي", "جاي"},
			{"ﻋﺴﻞ", "عسل"}, {"ﻻ", "لا"}, {"ﷲ", "له"},
		},
		"the Arabic article and what is joined to it": {
			{"العسل", "عسل"}, {"والعسل", "عسل"}, {"بالعسل", "عسل"}, {"كالعسل", "عسل"}, {"فالعسل", "عسل"}, {"للعسل", "عسل"}, {"وللعسل", "عسل"},
			{"ٱلعسل", "عسل"}, {"الدم", "دم"}, {"إلى", "الي"}, {"ألبان", "البان"}, {"الألبان", "البان"}, {"ألف", "الف"}, {"والي", "والي"}, {"بالي", "بالي"},
			{"ال", "ال"}, {"لوز", "لوز"}, {"ولد", "ولد"},
		},
		"words that only begin like an article": {
			{"كاليبتوس", "كاليبتوس"}, {"الكاليبتوس", "كاليبتوس"}, {"كالكاليبتوس", "كاليبتوس"}, {"فالنسيا", "فالنسيا"}, {"البرتقال الفالنسيا", "برتقال فالنسيا"},
			{"والماس", "والماس"}, {"البان", "البان"}, {"الالبان", "البان"}, {"وألبان", "والبان"}, {"ألبسة", "البسه"}, {"البسة", "البسه"}, {"والدين", "والدين"},
			{"للوز", "لوز"}, {"لليمون", "ليمون"}, {"لِلَّيْمون", "ليمون"}, {"وبالعسل", "عسل"}, {"والعسل", "عسل"},
		},
		"oil is not olives": {{"زيت", "زيت"}, {"زيتون", "زيتون"}, {"الزيت والزيتون", "زيت زيتون"}},
		"digits": {
			{"٥٠٠ غ", "500 غ"}, {"۵۰۰", "500"}, {"5لتر", "5 لتر"}, {"1,5 L", "1 5 l"}, {"５kg", "5kg"}, {"100%", "100"},
		},
		"Darija in Latin letters": {
			{"3sel", "3sel"}, {"l3sel", "3sel"}, {"L3SEL", "3sel"}, {"el3sel", "3sel"}, {"al7amed", "7amed"}, {"l9offa", "9offa"}, {"l5obz", "5obz"}, {"l8assoul", "8assoul"},
			{"zit l3oud", "zit 3oud"}, {"guerga3", "guerga3"}, {"ma9rout", "ma9rout"}, {"l2", "l2"}, {"l33", "l33"}, {"lzit", "lzit"},
		},
		"what separates": {
			{"Ras-el-hanout", "ras el hanout"}, {"miel,thym;huile/olive", "miel thym huil oliv"}, {"عسل،زيت؛كسكس", "عسل زيت كسكس"},
			{"«عسل»", "عسل"}, {"miel🍯thym", "miel thym"}, {"a_b", "a b"}, {"\u200fعسل\u200e", "عسل"}, {"عس\u200cل", "عسل"}, {"mi\u00adel", "miel"},
			{"\xff\xfe", ""}, {"mi\xffel", "mi el"}, {"", ""}, {" \t\n", ""},
		},
		"other scripts are left as they are": {{"ⵜⴰⵎⵎⴻⵏⵜ", "ⵜⴰⵎⵎⴻⵏⵜ"}, {"Мёд", "мед"}, {"עברית", "עברית"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range cases {
				if got := strings.Join(text.Words(c.written), " "); got != c.words {
					t.Errorf("«%s»: «%s», expected «%s»", c.written, got, c.words)
				}
			}
		})
	}
}

func TestTokensSayWhereTheWordsStand(t *testing.T) {
	t.Parallel()
	const written = "L’huile d'olive, عَسَلُ الزعتر 5لتر goats'"
	var shown []string
	for _, token := range text.Tokens(written) {
		shown = append(shown, written[token.Start:token.End])
	}
	expected := []string{"huile", "olive", "عَسَلُ", "الزعتر", "5", "لتر", "goats"}
	if !slices.Equal(shown, expected) {
		t.Errorf("%q, expected %q", shown, expected)
	}
}

func TestContentLeavesStopWordsOutUnlessThereIsNothingElse(t *testing.T) {
	t.Parallel()
	for written, expected := range map[string]string{
		"le miel de thym": "miel thym", "عسل من الجبل": "عسل جبل", "3sel dyal za3tar": "3sel za3tar",
		"de la": "de la", "من": "من", "": "",
	} {
		if got := strings.Join(text.Content(written), " "); got != expected {
			t.Errorf("«%s»: «%s», expected «%s»", written, got, expected)
		}
	}
}

func FuzzTokens(f *testing.F) {
	lexicon := text.Builtin()
	for _, s := range []string{
		"L'huile d’olive", "عَسَلُ السِّدْرِ", "والعسل للوز", "l3sel 500g", "٥٠٠ غ", "ﷲ ﻻ ﬁ", "İ ß œ", "\xff'\u0640\u0301", "ا\u0654ل", "m'", "''l'",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, token := range text.Tokens(s) {
			if token.Start < end || token.End <= token.Start || token.End > len(s) {
				t.Fatalf("%q: token %+v after %d", s, token, end)
			}
			if !utf8.RuneStart(s[token.Start]) || token.End < len(s) && utf8.ValidString(s) && !utf8.RuneStart(s[token.End]) {
				t.Fatalf("%q: token %+v cuts a letter", s, token)
			}
			end = token.End
			if token.Word == "" {
				t.Fatalf("%q: an empty word", s)
			}
			for _, r := range token.Word {
				if !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsMark(r) || r == 'ـ' || 'A' <= r && r <= 'Z' || '٠' <= r && r <= '٩' {
					t.Fatalf("%q: %q in %q", s, r, token.Word)
				}
			}
			text.Skeletons(token.Word)
		}
		if upper := strings.ToUpper(s); isASCII(s) && !slices.Equal(text.Words(upper), text.Words(s)) {
			t.Fatalf("%q: %q in capitals, %q otherwise", s, text.Words(upper), text.Words(s))
		}
		r := lexicon.Read(s, "ar")
		if len(r.Words) == 0 && len(text.Words(s)) > 0 {
			t.Fatalf("%q: nothing is searched", s)
		}
		lexicon.Families(text.Content(s))
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
