package text_test

import (
	"testing"

	"github.com/souk-taawon/souk/internal/text"
)

func TestWhatIsTypedFindsBeginningsAndIsNoQuery(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"Nahla":               `'nahla':*`,
		" نحلات  زكزل ":       `'نحلات':* & 'زكزل':*`,
		`o'Bri\en | !x`:       `'o':* & 'bri':* & 'en':* & 'x':*`,
		"٨ مارس":              `'8':* & 'مارس':*`,
		"۸ MARS １٢":           `'8':* & 'mars':* & '12':*`,
		"a b c d e f g h i j": `'a':* & 'b':* & 'c':* & 'd':* & 'e':* & 'f':* & 'g':* & 'h':*`,
		`'& !:*\`:             ``,
		"":                    ``,
	} {
		if got := text.Beginnings(typed); got != want {
			t.Errorf("%q: %s", typed, got)
		}
	}
}

func TestATelephoneNumberIsSoughtHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"0661":           `'0661':* | '0661':*`,
		"٠٦ ٦١":          `'06':* & '61':* | '0661':*`,
		"۰۶۶۱":           `'0661':* | '0661':*`,
		"+212 661-23":    `'212':* & '661':* & '23':* | '066123':*`,
		"00212 (661) 23": `'00212':* & '661':* & '23':* | '066123':*`,
		"٠٠٢١٢٦٦١":       `'00212661':* | '0661':*`,
		"06 61 00 00 01": `'0661000001':*`,
		"2611-24117511":  `'2611':* & '24117511':* | '261124117511':*`,
		"Nahla 12":       `'nahla':* & '12':*`,
		"SK-١٢":          `'sk':* & '12':*`,
		"①":              `'1':* | '1':*`,
		"+":              ``,
		"":               ``,
	} {
		if got := text.BeginningsOrPhone(typed, ""); got != want {
			t.Errorf("%q: %s", typed, got)
		}
	}
}
