package text_test

import (
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/text"
)

func TestANumberIsReadWhereItsSignsCanStand(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"75": "75", "0": "0", "007": "007", " 8 ": "8", "12,50": "12.50", "12.5": "12.5", "0,05": "0.05", "0.500": "0.500", "12.0000": "12.0000",
		"1 250": "1250", "1'250": "1250", "1’250": "1250", "1\u00a0250": "1250", "1\u202f250": "1250", "1\u2009250": "1250", "1٬250": "1250",
		"1 234,50": "1234.50", "1.234,56": "1234.56", "1,234.56": "1234.56", "1'234.5": "1234.5", "1 234 567": "1234567", "1.234.567": "1234567",
		"1,234,567": "1234567", "12 345": "12345", "1 234\u00a0567": "1234567", "1 234,567": "1234.567",
		"٣": "3", "٧٢": "72", "۲۰": "20", "１２": "12", "١٢٫٥٠": "12.50", "١٬٢٥٠٫٥": "1250.5", "١ ٢٥٠": "1250", "١٫٢٥٠": "1.250",
		"\u200f12,50\u200f": "12.50", "\u2066١٢\u2069": "12", "\u200e 8": "8",
	} {
		whole, fraction, ok := text.Number(typed)
		if got := strings.TrimSuffix(whole+"."+fraction, "."); !ok || got != want {
			t.Errorf("%q: %s %v, want %s", typed, got, ok, want)
		}
	}
	for _, typed := range []string{
		"", " ", "abc", "-5", "+5", "12DH", "1e3", "0x1", "½", "²", "1\t250",
		"12 50", "12'50", "12’50", "5 5", "10 20", "3 4 5", "1 2345", "1234 567", "12 34 567", "1 250'000", "1.250 000", "1 250.000,5",
		"0 500", "1  250", "1 250 ,50", "12 ,50", "12, 50", "12 .5", "1 250 50", "12٬50", "١٢ ٥٠", "٥ ٥",
		"1.250", "1,250", "12.500", "١.٢٥٠", // which could be two
		"12,", "12.", ",5", ".5", ",", "1,2,3", "1.2,3.4", "1,23.45", "1٫2٫3", "1.234.56", "1'", "'5",
	} {
		if whole, fraction, ok := text.Number(typed); ok {
			t.Errorf("%q is read as %s.%s", typed, whole, fraction)
		}
	}
}

func TestAWholeNumberHasNoFractionButZeros(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]int{"٣": 3, "٧٢": 72, "1 000": 1000, "12,00": 12, "0": 0, "2147483647": 2147483647, "2 147 483 647": 2147483647} {
		if n, ok := text.Whole(typed); !ok || n != want {
			t.Errorf("%q: %d %v, want %d", typed, n, ok, want)
		}
	}
	for _, typed := range []string{"", "12,5", "5 5", "1.000", "-1", "2147483648", "99999999999999999999"} {
		if n, ok := text.Whole(typed); ok {
			t.Errorf("%q is read as %d", typed, n)
		}
	}
}

// Whatever is read is read the same when its digits are grouped.
func FuzzNumbersAreReadTheSameInGroups(f *testing.F) {
	for _, typed := range []string{"12 50", "1'250", "1.250", "١٬٢٥٠٫٥", "1 234,567", "0.5", "1.2.3", "12,"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		whole, fraction, ok := text.Number(typed)
		if !ok || strings.HasPrefix(whole, "0") {
			return
		}
		grouped := whole
		for i := len(whole) - 3; i > 0; i -= 3 {
			grouped = grouped[:i] + "\u202f" + grouped[i:]
		}
		if fraction != "" {
			grouped += "٫" + fraction
		}
		if again, behind, ok := text.Number(grouped); !ok || again != whole || behind != fraction {
			t.Errorf("%q is %s and %s; %q is %s and %s", typed, whole, fraction, grouped, again, behind)
		}
	})
}
