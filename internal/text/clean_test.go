package text

import (
	"testing"
	"unicode"
)

func TestCleanKeepsNothingUnseen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\x00b\u202ec\u200f": "abc", " \u00a0Miel\u2009de\u202fthym ": "Miel de thym", "e\u0301te\u0301": "été", "\xff\xfe": "", "l1\r\nl2": "l1\nl2", "l1\u2028l2": "l1\nl2", "\u2029\u05bfa": "a",
		"\u200b\u2066\u00ad\u3164\uffa0\u2800\u180e\ufeff\u061c\u2060": "", "\u0301\u0302": "", " \u064e a": "a", "Mi\u00adel\u200d": "Miel",
		"a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301": "\u00e1\u0301\u0301\u0301", "عَسَلٌ": "عَسَلٌ", "مُّ": "مُّ",
	} {
		if got := Clean(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestPlainTextIsCleanAlready(t *testing.T) {
	t.Parallel()
	var plain []rune
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if isPlain(string(r)) {
			plain = append(plain, r)
		}
	}
	for _, a := range plain {
		for _, b := range plain {
			if text := "x" + string(a) + string(b) + "x"; cleaned(text) != text {
				t.Fatalf("%q: %q", text, cleaned(text))
			}
		}
	}
	for _, text := range []string{"\u0301", "e\u0301", "\u00a0", "\u00ad", "\r", "\x00", "\xff", "عَ", "\u202e"} {
		if isPlain(text) {
			t.Errorf("%q is not plain", text)
		}
	}
}
