package money

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Amount is a sum in centimes of a Moroccan dirham; it may be negative in a difference.
type Amount int64

// Currency is the dirham's code in ISO 4217.
const Currency = "MAD"

// MaxAmount is the largest amount that Parse accepts: ten million dirhams, far above any price or
// order, and small enough that no product with a quantity overflows.
const MaxAmount Amount = 10_000_000_00

// ErrNotAnAmount says that a text is no sum of money, or one below zero or above MaxAmount.
var ErrNotAnAmount = errors.New("money: not an amount")

// String writes dirhams with a point and two decimals, for machines: "1234.50".
func (a Amount) String() string {
	// By its digits, because the least amount has no opposite.
	digits, below := strings.CutPrefix(strconv.FormatInt(int64(a), 10), "-")
	digits = strings.Repeat("0", max(3-len(digits), 0)) + digits
	text := digits[:len(digits)-2] + "." + digits[len(digits)-2:]
	if below {
		return "-" + text
	}
	return text
}

// Share is a share of an amount, in hundredths of a percent, rounded half up to the centime.
func (a Amount) Share(basisPoints int) Amount {
	return Amount((int64(a)*int64(basisPoints) + 5000) / 10000)
}

// Parse reads dirhams as people type them: "75", "12,50", "12.5", "1 234,50", "1.234,56",
// "1,234.56", "١٢٫٥٠". A lone separator with three digits behind it is ambiguous ("1.250") and is
// read as thousands only when another separator of the same kind or a currency's grouping supports
// it; otherwise it is refused, because a price wrong by a thousand is worse than a question.
func Parse(s string) (Amount, error) {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		case r == '٫':
			return ','
		case r == '٬', r == ' ', r == '\u00a0', r == '\u202f', r == '\u2009', r == '\'', r == '’':
			return -1
		case unicode.Is(unicode.Cf, r): // marks of direction, which come along when Arabic is copied
			return -1
		}
		return r
	}, width.Fold.String(strings.TrimSpace(s)))
	whole, fraction, err := separate(digits)
	if err != nil {
		return 0, err
	}
	var value int64
	for _, r := range whole + (fraction + "00")[:2] {
		if r < '0' || r > '9' {
			return 0, ErrNotAnAmount
		}
		if value > math.MaxInt64/100 {
			return 0, ErrNotAnAmount
		}
		value = value*10 + int64(r-'0')
	}
	if Amount(value) > MaxAmount {
		return 0, ErrNotAnAmount
	}
	return Amount(value), nil
}

// separate tells the decimals from the rest and drops separators of thousands.
func separate(s string) (whole, fraction string, err error) {
	last := strings.LastIndexAny(s, ".,")
	if last < 0 {
		if s == "" {
			return "", "", ErrNotAnAmount
		}
		return s, "", nil
	}
	mark := s[last : last+1]
	other := map[string]string{".": ",", ",": "."}[mark]
	before, after := s[:last], s[last+1:]
	switch {
	case strings.Contains(before, mark): // the same mark twice groups thousands: 1.234.567
		if strings.Contains(before, other) || !grouped(strings.Split(s, mark)) {
			return "", "", ErrNotAnAmount
		}
		return strings.ReplaceAll(s, mark, ""), "", nil
	case strings.Contains(before, other): // 1.234,56
		if len(after) > 2 || !grouped(strings.Split(before, other)) {
			return "", "", ErrNotAnAmount
		}
		return strings.ReplaceAll(before, other, ""), after, nil
	case len(after) > 2 || before == "" || after == "":
		return "", "", ErrNotAnAmount
	}
	return before, after, nil
}

func grouped(groups []string) bool {
	if len(groups[0]) == 0 || len(groups[0]) > 3 {
		return false
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return false
		}
	}
	return true
}
