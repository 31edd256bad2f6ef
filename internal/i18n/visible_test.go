package i18n_test

import (
	"testing"

	"github.com/souk-taawon/souk/internal/i18n"
)

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
		if got := i18n.Visible(text); got != want {
			t.Errorf("%q became %q, not %q", text, got, want)
		}
	}
}

func TestLinesKeepTheirEndsAndNothingUnseen(t *testing.T) {
	t.Parallel()
	if got := i18n.Lines("\r\n first\r\nsecond\rthird\n\n\tfourth\x1b\u202e\x00 "); got != "first\nsecond\nthird\n\n fourth" {
		t.Errorf("%q", got)
	}
}

func TestALineIsOneLine(t *testing.T) {
	t.Parallel()
	if got := i18n.Line("  Fatima\r\nBcc:\x1b[31m \u202eEl\u00a0\tIdrissi\x00 "); got != "Fatima Bcc:[31m El Idrissi" {
		t.Errorf("%q", got)
	}
}
