package account

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/text"
)

// ErrPhone says that a text is no telephone number that can be called in Morocco.
var ErrPhone = fault.New(fault.Invalid, "account.phone_invalid")

// maxPhone is longer than any spelling of a telephone number.
const maxPhone = 40

// ParsePhone reads a Moroccan telephone number as people write it ("06 12 34 56 78",
// "+212612345678", "00212-5.36.12.34.56", "٠٦١٢٣٤٥٦٧٨") and gives it in E.164. Every number of 05, 06 and 07 is one: operators
// are given new ranges before any list of them knows. Numbers of other countries, short codes and others that no
// operator uses are refused with ErrPhone.
func ParsePhone(s string) (string, error) {
	if len(s) > maxPhone {
		return "", ErrPhone
	}
	s = strings.TrimSpace(strings.Map(visible, norm.NFKC.String(s)))
	if strings.ContainsFunc(s, unicode.IsLetter) {
		return "", ErrPhone // the library would read letters as the keys they stand on
	}
	if number := subscriber.FindStringSubmatch(strings.Map(dialled, text.Digits(s))); number != nil {
		return "+212" + number[1], nil
	}
	number, err := phonenumbers.Parse(s, "MA")
	if err != nil {
		return "", ErrPhone.Wrap(err)
	}
	if number.GetExtension() != "" || !phonenumbers.IsValidNumberForRegion(number, "MA") {
		return "", ErrPhone
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// subscriber is a number of 05, 06 or 07, with the digits that tell it from every other.
var subscriber = regexp.MustCompile(`^(?:(?:\+|00)?2120?|0?)([5-7]\d{8})$`)

// dialled drops what groups the digits of a number.
func dialled(r rune) rune {
	if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune(".()/", r) {
		return -1
	}
	return r
}

// visible drops the direction marks that come along when a number is copied out of Arabic text.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}
