package money

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/internal/text"
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

// Sign matches what people write for dirhams.
const Sign = `(?i:dirhams?|dhs?\b\.?|mad\b|درهم\x{064b}?ا?\x{064b}?|دراهم|د *\. *م *\.?)`

var signs = regexp.MustCompile(`^[ \p{Cf}]*` + Sign + `|` + Sign + `[ \p{Cf}]*$`)

// Parse reads dirhams as people type them: "75", "12,50", "12.5", "1 234,50", "1.234,56", "1,234.56", "١٢٫٥٠", "20 DH"; what
// separates their digits stands where it can (text.Number). What could be two amounts ("1.250", "12 50") is refused,
// because a price wrong by a thousand is worse than a question.
func Parse(s string) (Amount, error) {
	return ParseBare(signs.ReplaceAllString(text.Digits(s), ""))
}

var threeDigits = regexp.MustCompile(`^([1-9]\d{0,2})[.,](\d{3})$`)

// Readings are the two amounts, the second to the centime, that a text may mean which Parse refuses for having two: «1.250».
func Readings(s string) (large, small Amount, ok bool) {
	parts := threeDigits.FindStringSubmatch(text.Line(signs.ReplaceAllString(text.Digits(s), "")))
	if parts == nil {
		return 0, 0, false
	}
	mills, err := strconv.ParseInt(parts[1]+parts[2], 10, 64)
	return Amount(mills * 100), Amount((mills + 5) / 10), err == nil
}

// ParseBare is Parse for what is no sum and so has no sign of one, such as a percentage.
func ParseBare(s string) (Amount, error) {
	whole, fraction, ok := text.Number(s)
	if !ok || len(fraction) > 2 {
		return 0, ErrNotAnAmount
	}
	value, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	if err != nil || Amount(value) > MaxAmount {
		return 0, ErrNotAnAmount
	}
	return Amount(value), nil
}
