package account_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
)

func TestParsePhoneReadsMoroccanNumbersAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"0612345678":                "+212612345678",
		"06 12 34 56 78":            "+212612345678",
		"06.12.34.56.78":            "+212612345678",
		"06-12-34-56-78":            "+212612345678",
		"+212612345678":             "+212612345678",
		"+212 6 12 34 56 78":        "+212612345678",
		"+212 (0) 612 345 678":      "+212612345678",
		"00212612345678":            "+212612345678",
		"00212-6.12.34.56.78":       "+212612345678",
		"212612345678":              "+212612345678",
		" 0712345678 ":              "+212712345678",
		"0536 61 23 45":             "+212536612345",
		"٠٦١٢٣٤٥٦٧٨":                "+212612345678",
		"06\u00a012\u202f345678":    "+212612345678",
		"\u200e0612345678\u200e":    "+212612345678",
		"06/12/34/56/78":            "+212612345678",
		"(06) 12–34–56–78":          "+212612345678",
		"612345678":                 "+212612345678",
		"+212 0612345678":           "+212612345678",
		"0731123456":                "+212731123456",
		"0799123456":                "+212799123456",
		"+212 731-123456":           "+212731123456",
		"00212731123456":            "+212731123456",
		"٠٧٣١١٢٣٤٥٦":                "+212731123456",
		"0501234567":                "+212501234567",
		"0561123456":                "+212561123456",
		"\u202a+212612345678\u202c": "+212612345678",
	} {
		if got, err := account.ParsePhone(typed); err != nil || got != want {
			t.Errorf("ParsePhone(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestParsePhoneRefusesWhatCannotBeCalled(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"", "abc", "06", "061234567", "06123456789", "0112345678", "+33612345678", "+1 212 555 0100",
		"19", "0612345678 ext 4", "0612345678;drop", "0612345678/0712345678", "06CALLHAJAR",
		"06123456780612345678061234567806123456780612345678",
	} {
		if got, err := account.ParsePhone(typed); !errors.Is(err, account.ErrPhone) {
			t.Errorf("ParsePhone(%q) = %q, %v; want ErrPhone", typed, got, err)
		}
	}
}

// Whatever range of 05, 06 and 07 an operator is given.
func TestEveryRangeOfMoroccanNumbersIsTaken(t *testing.T) {
	t.Parallel()
	for first := 500; first < 800; first++ {
		for _, before := range []string{"0", "+212", "00212 "} {
			typed := before + strconv.Itoa(first) + "123456"
			if got, err := account.ParsePhone(typed); err != nil || got != "+212"+strconv.Itoa(first)+"123456" {
				t.Errorf("ParsePhone(%q) = %q, %v", typed, got, err)
			}
		}
	}
}
