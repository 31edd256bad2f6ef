package text

import "testing"

func TestDigitsAreReadInEveryScript(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"٢": "2", "۲۰": "20", "１２": "12", " 3\u00a0": "3", "1\u2003000": "1 000", "-1": "-1", "1.5": "1.5", "deux": "deux"} {
		if got := Digits(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}

func TestAReferenceIsTheSameHoweverItsPartsAreJoined(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"NE-010": "ne-010", "ne 010": "ne-010", "NE\u2011010": "ne-010", "Né –\u00a0٠١٠ ": "ne-010", "NE\u2212010": "ne-010", "ＮＥ－010": "ne-010",
		"NE-10": "ne-10", "NE010": "ne-010", "A1B2": "a-1-b-2", "é٥ب٠١": "e-5-ب-01", "NE/010": "ne/-010", "1-10": "1-10", "11-0": "11-0", " - ": "", "": "",
	} {
		if got := Reference(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

func TestANameSaysSomething(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]struct{ letter, word bool }{
		"عـسل": {true, true}, "é": {true, true}, "蜜": {true, true}, "12": {false, true}, "٣": {false, true}, "n° 5": {true, true},
		"ـــ": {}, "..": {}, "- – —": {}, "َّ": {}, "«»": {}, "😀": {}, " ": {}, "": {},
	} {
		if letter, word := HasLetter(typed), HasWord(typed); letter != want.letter || word != want.word {
			t.Errorf("%q has a letter: %t, a word: %t", typed, letter, word)
		}
	}
}

func TestANumberIsReadHoweverItsDigitsAreGrouped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"011 780 0000012345678901 29": "011780000001234567890129", "\u202a001.234-567\u00a0\u2009 8\u202c": "0012345678",
		"٠٠١ ٢٣٤": "001234", "００１": "001", "12a": "12a", "": "",
	} {
		if got := Ungrouped(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}
