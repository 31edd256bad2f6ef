package text

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Number reads a number, not below zero, as people write it, and gives its digits before and behind the decimal mark:
// «75», «12,50», «1 234,5», «1.234,56», «1'250», «١٬٢٥٠٫٥». What groups its digits is one and the same sign all
// through, and stands before each three of them and nowhere else; otherwise something else was meant («12 50» is as
// likely twelve and a half as 1250). Nor is it a number if it could be two: a lone point or comma before three digits
// («1.250») groups them or marks thousandths.
func Number(typed string) (whole, fraction string, ok bool) {
	s := Digits(strings.Map(plainSign, width.Fold.String(typed)))
	whole = s
	if i := strings.LastIndexAny(s, ".,٫"); i >= 0 {
		_, size := utf8.DecodeRuneInString(s[i:])
		mark := s[i : i+size]
		if strings.Count(s, mark) == 1 {
			whole, fraction = s[:i], s[i+len(mark):]
			ambiguous := mark != "٫" && len(fraction) == 3 && len(whole) <= 3 && whole != "0" // grouped numbers have five signs and more
			if !isDigits(fraction) || ambiguous {
				return "", "", false
			}
		}
	}
	if whole, ok = ungrouped(whole); !ok {
		return "", "", false
	}
	return whole, fraction, true
}

// Whole is Number for what has no fraction but zeros, as the database keeps it, in 32 bits.
func Whole(typed string) (n int, ok bool) {
	whole, fraction, ok := Number(typed)
	if !ok || strings.Trim(fraction, "0") != "" {
		return 0, false
	}
	value, err := strconv.ParseInt(whole, 10, 32)
	return int(value), err == nil
}

// plainSign writes apostrophes of any kind as the plain one and drops what nobody sees, such as marks of direction, which
// come along when Arabic is copied.
func plainSign(r rune) rune {
	switch {
	case r == '’', r == '‘', r == 'ʼ':
		return '\''
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// ungrouped is a whole number's digits without what groups them.
func ungrouped(s string) (digits string, ok bool) {
	for _, sign := range [...]string{" ", "'", "٬", ".", ","} {
		groups := strings.Split(s, sign)
		if len(groups) == 1 {
			continue
		}
		if len(groups[0]) > 3 || strings.HasPrefix(groups[0], "0") {
			return "", false
		}
		for _, group := range groups[1:] {
			if len(group) != 3 {
				return "", false
			}
		}
		s = strings.Join(groups, "")
		break // a second sign is no digit
	}
	return s, isDigits(s)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
