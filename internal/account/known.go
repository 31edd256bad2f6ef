package account

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the known passwords
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/souk-taawon/souk/internal/text"
)

// The passwords that are used most, as known.LICENSE.txt says where they come from.
//
//go:embed known.txt.gz
var knownFile []byte

// Words of this market and its country that a list from elsewhere lacks.
var localWords = []string{
	"administrateur", "administrator", "agadir", "association", "casablanca", "cooperative", "marrakech", "maroc",
	"meknes", "mohamed", "mohammed", "morocco", "oujda", "rabat", "souk", "souktaawon", "taawon", "taawoniya", "tanger", "tetouan",
	"الجمعية", "السلام عليكم", "المغرب", "الحمد لله", "بسم الله", "تعاونية", "سوق", "كلمة السر",
}

// knownPasswords are sorted. They are unpacked at the first question: most commands never ask, and a
// market seldom does.
var knownPasswords = sync.OnceValue(func() []string {
	unpacked, err := gzip.NewReader(bytes.NewReader(knownFile))
	if err != nil {
		panic(err) // it is embedded
	}
	list, err := io.ReadAll(unpacked)
	if err != nil {
		panic(err)
	}
	words := append(strings.Split(string(list), "\n"), localWords...)
	slices.Sort(words)
	return words
})

// simpleEnds are what people add to a word to satisfy a rule.
const simpleEnds = "0123456789!?.,;:*+-_#@$%& "

// known reports whether a folded password is among those that are used most, or is one of them with
// digits and signs around it, or several times over.
func known(password string) bool {
	once := password[:strings.Index((password + password)[1:], password)+1]
	for _, word := range []string{password, once, strings.Trim(once, simpleEnds)} {
		if _, found := slices.BinarySearch(knownPasswords(), word); found {
			return true
		}
	}
	return false
}

// folded is a text as passwords are compared with words: without regard to case and to the width of
// letters.
func folded(s string) string { return cases.Fold().String(norm.NFKC.String(s)) }

// plain is a text's folded letters alone.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return r
	}, text.Fold(s))
}
