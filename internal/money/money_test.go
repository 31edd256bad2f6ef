package money_test

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/money"
)

func TestParseReadsAmountsAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]money.Amount{
		"75": 7500, "12,50": 1250, "12.5": 1250, "1 234,50": 123450, "1.234,56": 123456,
		"1,234.56": 123456, "1.234.567": 123456700, "١٢٫٥٠": 1250, "۷۵": 7500, " 8 ": 800, "0,05": 5,
		"1\u202f250": 125000, "1 250": 125000, "1'250,50": 125050, "١ ٢٥٠": 125000, "１２": 1200, "\u200f12,50\u200f": 1250, "\u2066١٢\u2069": 1200,
		"12DH": 1200, "20 DH": 2000, "20\u00a0dhs": 2000, "20 درهم": 2000, "\u200f٢٠ درهمًا\u200f": 2000, "12,50 Dirhams": 1250, "MAD 1 234,50": 123450, "20 د.م.": 2000,
	} {
		got, err := money.Parse(typed)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "abc", "-5", "1.250", "12,", ",5", "1,2,3", "99999999999999999999", "10000001", "1e3", "DH", "12 DH 50", "DH DH 5", "12 €",
		"12 50", "12'50", "5 5", "10 20", "3 4 5", "1 2345", "0 500", "1.2345", "1 234,567"} {
		if got, err := money.Parse(typed); !errors.Is(err, money.ErrNotAnAmount) {
			t.Errorf("Parse(%q) = %v, %v; want ErrNotAnAmount", typed, got, err)
		}
	}
}

func TestWhatCouldBeTwoAmountsIsReadAsBoth(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][2]money.Amount{
		"1,250": {1250_00, 1_25}, "12.505": {12505_00, 12_51}, "MAD 1,250": {1250_00, 1_25}, "١٫٢٥٠": {}, "٢,٥٠٠ درهم": {2500_00, 2_50},
		"0,500": {}, "1,25": {}, "1,2500": {}, "1,250,000": {}, "1250": {}, "": {},
	} {
		large, small, ok := money.Readings(typed)
		if large != want[0] || small != want[1] || ok != (want[0] != 0) {
			t.Errorf("Readings(%q) = %v, %v, %t; want %v", typed, large, small, ok, want)
		}
		if _, err := money.Parse(typed); ok && err == nil {
			t.Errorf("Parse(%q) takes one of them", typed)
		}
	}
}

func TestShareRoundsHalfUp(t *testing.T) {
	t.Parallel()
	if got := money.Amount(1010).Share(500); got != 51 {
		t.Errorf("5%% of 10.10 is %v, want 0.51", got)
	}
	if got := money.Amount(123450).String(); got != "1234.50" {
		t.Errorf("String() = %q", got)
	}
}

func FuzzEveryAmountIsWritten(f *testing.F) {
	for _, n := range []int64{math.MinInt64, math.MaxInt64, -101, -100, -99, -5, 0, 5, 99, 100, 123450} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n int64) {
		text := money.Amount(n).String()
		back, err := strconv.ParseInt(strings.Replace(text, ".", "", 1), 10, 64)
		if err != nil || back != n || strings.Index(text, ".") != len(text)-3 {
			t.Errorf("%d is written %q", n, text)
		}
	})
}
