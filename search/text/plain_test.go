package text_test

import (
	"slices"
	"testing"

	"github.com/souk-taawon/souk/search/text"
)

// Words of plain Arabic letters are read by a shorter way, which comes to the same as the long one: a mark in
// them, which says nothing, takes that.
func TestPlainArabicIsReadAsAnyOther(t *testing.T) {
	t.Parallel()
	var letters []rune
	for r := 'ء'; r <= 'ي'; r++ {
		letters = append(letters, r)
	}
	words := []string{"العسل", "والعسل", "وللعسل", "للوز", "ألبان", "الألبان", "عـــسـل", "ـــ", "مؤونة", "بئر", "شيء", "آكليل", "والي"}
	for _, a := range letters {
		for _, b := range letters {
			words = append(words, string([]rune{'ع', a, b}), string([]rune{a, 'س', b, 'ل'}), string([]rune{'ا', 'ل', a, b, 'ر'}))
		}
	}
	for _, w := range words {
		runes := []rune(w)
		marked := string(runes[0]) + "\u0652" + string(runes[1:]) // sukun
		if plain, long := text.Words(w), text.Words(marked); !slices.Equal(plain, long) {
			t.Errorf("«%s» is read as %q, marked as %q", w, plain, long)
		}
	}
}
