package text_test

import (
	"testing"

	"github.com/souk-taawon/souk/internal/text"
)

func TestWhatIsTypedFindsBeginningsAndIsNoQuery(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"Nahla":         `'nahla':*`,
		" نحلات  زكزل ": `'نحلات':* & 'زكزل':*`,
		`o'Bri\en | !x`: `'o':* & 'bri':* & 'en':* & 'x':*`,
		`'& !:*\`:       ``,
		"":              ``,
	} {
		if got := text.Beginnings(typed); got != want {
			t.Errorf("%q: %s", typed, got)
		}
	}
}
