package i18n_test

import (
	"regexp"
	"slices"
	"testing"
)

// What is wrong in each language that is listed, or in every one: how it is said, and why.
var misprints = []struct {
	languages []string
	wrong     *regexp.Regexp
	why       string
}{
	{[]string{"fr"}, regexp.MustCompile(`[^\s] [:;!?»]|« `), "a line can break between a word and its punctuation: U+00A0 or U+202F holds them together"},
	{[]string{"fr", "en"}, regexp.MustCompile(`\pL'\pL`), "the apostrophe is ’"},
	{nil, regexp.MustCompile(`[٠-٩۰-۹]`), "digits are Western in all languages"},
	// After Arabic letters a hyphen changes the order of the numbers beside it: law 31-08 is read 08-31.
	{[]string{"ar"}, regexp.MustCompile(`(^|[^\x{2066}\d-])\d+-\d`), "numbers with a hyphen stand between U+2066 and U+2069"},
}

func TestTextsAreSetAsEachLanguageSetsThem(t *testing.T) {
	t.Parallel()
	languages := readLanguages(t)
	for _, m := range misprints {
		for code, said := range languages {
			if m.languages != nil && !slices.Contains(m.languages, code) {
				continue
			}
			for key, texts := range said {
				for _, text := range texts {
					if found := m.wrong.FindString(text); found != "" {
						t.Errorf("%s: %q has %q: %s", code, key, found, m.why)
					}
				}
			}
		}
	}
}
