package text

import (
	"testing"
	"unicode"
)

func TestCleanKeepsNothingUnseen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\x00b\u202ec\u200f": "abc", " \u00a0Miel\u2009de\u202fthym ": "Miel de thym", "e\u0301te\u0301": "été", "\xff\xfe": "", "l1\r\nl2": "l1\nl2", "l1\u2028l2": "l1\nl2", "\u2029\u05bfa": "a", "\u0600 ١٢": "\u0600 ١٢", "a\tb": "a b",
		"\u200b\u2066\u00ad\u3164\uffa0\u2800\u180e\ufeff\u061c\u2060":                             "",
		"\u2065\ufff0\ufff8\U000e0000\U000e0002\U000e001f\U000e0080\U000e01f0\U000e0fff\U0001d159": "", "Mi\u2065el": "Miel", "\u0301\u0302": "", " \u064e a": "a", "Mi\u00adel\u200d": "Miel",
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

func TestWhatNobodySeesIsDropped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"فاطمة بنعيسى":                                       "فاطمة بنعيسى",
		"L’association, n° 12":                               "L’association, n° 12",
		"\u202eeman ym\u202c":                                "eman ym",
		"\u2066a\u2069\u2067b":                               "ab",
		"a\u200b\u200c\u200d\u200e\u200fb\ufeff\u00ad\u061c": "ab",
		"line\nbreak\ttab":                                   "line\nbreak\ttab",
		"\u0600 ١٢":                                          "\u0600 ١٢", // the Arabic number sign is seen
		"a\x00b\x1b[31mc\x7f\u0085d":                         "ab[31mcd",
		"\U000e0041tag":                                      "tag",
	} {
		if got := Visible(text); got != want {
			t.Errorf("%q became %q, not %q", text, got, want)
		}
	}
}

func TestLinesKeepTheirEndsAndNothingUnseen(t *testing.T) {
	t.Parallel()
	if got := Clean("\r\n first\r\nsecond\rthird\n\n\tfourth\x1b\u202e\x00 "); got != "first\nsecond\nthird\n\n fourth" {
		t.Errorf("%q", got)
	}
}

func TestALineIsOneLine(t *testing.T) {
	t.Parallel()
	if got := Line("  Fatima\r\nBcc:\x1b[31m \u202eEl\u00a0\tIdrissi\x00 "); got != "Fatima Bcc:[31m El Idrissi" {
		t.Errorf("%q", got)
	}
}
