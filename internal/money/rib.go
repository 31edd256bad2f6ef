package money

import "regexp"

var ribs = regexp.MustCompile(`^[0-9]{24}$`)

// ValidRIB reports whether s is a Moroccan bank account: 3 digits of the bank, 3 of the town, 16 of the
// account and a key of 2, which is 97 less the remainder of the 22 before it, times 100, by 97; so the
// whole number is divisible by 97. It is the BBAN of Morocco in the SWIFT IBAN Registry, whose example
// is 011519000001205000534921.
func ValidRIB(s string) bool { return ribs.MatchString(s) && Checks(s) }

// Checks reports whether a number is divisible by 97: what two check digits at its end are chosen for.
func Checks(digits string) bool {
	rest := 0
	for _, digit := range digits {
		rest = (rest*10 + int(digit-'0')) % 97
	}
	return rest == 0
}
