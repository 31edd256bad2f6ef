package i18n

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
)

// Marks that keep a figure together and in order: a plain space would let a right-to-left line
// turn «325 290» into «290 325».
const noBreakSpace = "\u00a0"

// Locale is one language: its sentences and its ways of writing money, numbers, dates and units.
type Locale struct {
	code      string
	localizer *i18n.Localizer
	direction string
	name      string
	short     string
	rank      string
	names     []string // the catalogue's languages, the one that its reader most likely reads first
	months    []string
	weekdays  []string
	decimal   string
	group     string
	currency  string
	elided    *regexp.Regexp // a word that ends in a vowel, before a name that begins with one; nil: none does

	province, town string                            // while nobody has said others
	home           *atomic.Pointer[Home]             // the bundle's
	atHome         map[string]bool                   // which sentences say one of them
	now            *atomic.Pointer[func() time.Time] // the bundle's
}

func newLocale(code string, localizer *i18n.Localizer) (*Locale, error) {
	l := &Locale{code: code, localizer: localizer, atHome: make(map[string]bool)}
	l.direction = l.T("lang.direction")
	l.name = l.T("lang.name")
	l.short = l.T("lang.short")
	l.rank = l.T("lang.rank")
	l.names = strings.Fields(l.T("lang.names"))
	l.months = strings.Fields(l.T("date.months"))
	l.weekdays = strings.Fields(l.T("date.weekdays"))
	l.decimal = l.T("number.decimal")
	l.group = l.T("number.group")
	l.currency = l.T("money.currency")
	if words := l.T("lang.elision"); words != "-" {
		l.elided = elidedWords(strings.Fields(words))
	}
	l.province, l.town = l.T("home.province"), l.T("home.town")
	if l.direction != "rtl" && l.direction != "ltr" {
		return nil, errors.New("lang.direction is neither rtl nor ltr")
	}
	if !slices.Equal(slices.Sorted(slices.Values(l.names)), []string{"ar", "en", "fr"}) {
		return nil, errors.New("lang.names must put ar, fr and en in order")
	}
	if len(l.months) != 12 || len(l.weekdays) != 7 {
		return nil, errors.New("date.months must hold 12 words and date.weekdays 7")
	}
	return l, nil
}

// Code is the language's code, as in a page's address.
func (l *Locale) Code() string { return l.code }

// Dir is the direction of writing, for the dir attribute.
func (l *Locale) Dir() string { return l.direction }

// Name is the language's own name.
func (l *Locale) Name() string { return l.name }

// Short is its name in a letter or two, where there is no room for more.
func (l *Locale) Short() string { return l.short }

// Reads is the language of the catalogue, ar, fr or en, that its reader most likely reads best.
func (l *Locale) Reads() string { return l.names[0] }

// T says the sentence with that key; args are its placeholders' name, value pairs, but for Province and Town,
// which say where the market is at home. A key without a
// sentence says itself, so that a page never fails on it (a test keeps that from happening).
func (l *Locale) T(key string, args ...any) string {
	return l.say(&i18n.LocalizeConfig{MessageID: key, TemplateData: l.data(key, args)})
}

// N says the sentence in the plural form of n; {{.N}} in it is the formatted number.
func (l *Locale) N(key string, n int, args ...any) string {
	data := l.data(key, args)
	if data == nil {
		data = make(map[string]any, 1)
	}
	data["N"] = l.Number(n)
	return l.say(&i18n.LocalizeConfig{MessageID: key, PluralCount: n, TemplateData: data})
}

// Message says a domain's message. An argument named Count chooses the plural form; amounts of
// money, units, days, times, months and messages among the arguments are written as this language writes them.
func (l *Locale) Message(m fault.Message) string {
	var args []any
	count, plural := 0, false
	for name, value := range m.Args {
		switch v := value.(type) {
		case money.Amount:
			value = l.Money(v)
		case time.Time:
			value = l.Date(v)
		case time.Month:
			value = l.MonthName(int(v))
		case Day:
			value = l.ShortDate(v.On)
		case fault.Message:
			value = l.Message(v)
		case Text:
			value = l.Text(v)
		case Unit:
			value = l.Unit(v.Amount, v.Code)
		case int:
			if name == "Count" {
				count, plural = v, true
			}
			value = l.Number(v)
		}
		args = append(args, name, value)
	}
	if plural {
		return l.N(m.Key, count, args...)
	}
	return l.T(m.Key, args...)
}

func (l *Locale) say(c *i18n.LocalizeConfig) string {
	text, err := l.localizer.Localize(c)
	if err != nil && text == "" {
		return c.MessageID
	}
	return l.elide(text)
}

// data is what the placeholders of a sentence stand for; nil: it has none.
func (l *Locale) data(key string, args []any) map[string]any {
	if len(args) == 0 && !l.atHome[key] {
		return nil
	}
	m := make(map[string]any, len(args)/2+2)
	for i := 0; i+1 < len(args); i += 2 {
		m[fmt.Sprint(args[i])] = l.elidable(args[i+1])
	}
	if l.atHome[key] {
		province, town := l.Home()
		m["Province"], m["Town"] = l.elidable(province), l.elidable(town)
	}
	return m
}

// Home says where the market is at home: its province and the town of the association's seat.
func (l *Locale) Home() (province, town string) {
	home := l.home.Load()
	if home == nil {
		return l.province, l.town
	}
	return cmp.Or(l.Text(home.Province), l.province), cmp.Or(l.Text(home.Town), l.town)
}

// Text is a name or a description in the catalogue's languages; some may be missing.
type Text struct{ AR, FR, EN string }

// Text gives t in the first of the catalogue's languages that its reader most likely reads, in which it is written.
func (l *Locale) Text(t Text) string {
	for _, code := range l.names {
		if text := t.in(code); text != "" {
			return text
		}
	}
	return ""
}

func (t Text) in(code string) string {
	switch code {
	case "ar":
		return t.AR
	case "fr":
		return t.FR
	}
	return t.EN
}

// Number writes a whole number with its groups of thousands.
func (l *Locale) Number(n int) string { return l.number(strconv.Itoa(n)) }

// number writes a whole number that is given in digits, with a hyphen before them if it is below zero.
// It works on digits because the least number has no opposite.
func (l *Locale) number(digits string) string {
	digits, below := strings.CutPrefix(digits, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + l.group + digits[i:]
	}
	if below {
		return "\u2212" + digits
	}
	return digits
}

// Percent writes a share (0.25 is 25%) rounded to a whole percent, or to a tenth below ten.
func (l *Locale) Percent(share float64) string {
	decimals := 0
	if share != 0 && share < 0.1 && share > -0.1 {
		decimals = 1
	}
	number := strconv.FormatFloat(share*100, 'f', decimals, 64)
	number = strings.TrimSuffix(number, ".0")
	return l.T("number.percent", "Number", strings.Replace(number, ".", l.decimal, 1))
}

// Decimal writes a number with that many decimals.
func (l *Locale) Decimal(x float64, decimals int) string {
	return strings.Replace(strconv.FormatFloat(x, 'f', decimals, 64), ".", l.decimal, 1)
}

// Money writes an amount with its currency: «1 250 درهم», «12,50 DH», «MAD 12.50».
func (l *Locale) Money(a money.Amount) string {
	text := l.T("money.pattern", "Amount", l.Amount(a), "Currency", l.currency)
	return strings.ReplaceAll(text, " ", noBreakSpace)
}

// Currency is the currency's short name.
func (l *Locale) Currency() string { return l.currency }

// InMoney is what a figure or a column of amounts is called whose currency does not stand beside them: «Sales (MAD)».
func (l *Locale) InMoney(name string) string { return name + " (" + l.currency + ")" }

// Amount writes an amount without its currency, with centimes only when there are some.
func (l *Locale) Amount(a money.Amount) string {
	if a%100 == 0 {
		return l.number(strconv.FormatInt(int64(a/100), 10))
	}
	return l.Centimes(a)
}

// Centimes writes an amount without its currency and always with two decimals, for columns.
func (l *Locale) Centimes(a money.Amount) string {
	whole, fraction, _ := strings.Cut(a.String(), ".")
	return l.number(whole) + l.decimal + fraction
}

// Unit is a unit of sale among the arguments of a message.
type Unit struct {
	Amount int
	Code   string
}

// Day is a day among the arguments of a message, also of one that is kept.
type Day struct{ On time.Time }

// Unit writes a quantity as sold: «500 غ», «1 kg», «12 pieces».
func (l *Locale) Unit(amount int, code string) string {
	if code == "piece" {
		return l.N("unit.piece", amount)
	}
	return strings.ReplaceAll(l.T("unit."+code, "Amount", l.Number(amount)), " ", noBreakSpace)
}

// PerUnit writes what a price is for: «le kg», «القطعة», «500 g».
func (l *Locale) PerUnit(amount int, code string) string {
	if amount == 1 && code != "g" && code != "ml" {
		return l.T("unit.per_" + code)
	}
	return l.Unit(amount, code)
}
