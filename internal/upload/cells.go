package upload

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/text"
)

// cellError is what is wrong with a cell, with values that may have been meant.
type cellError struct {
	message     fault.Message
	suggestions []string
}

func wrongCell(key string, args ...any) *cellError {
	return &cellError{message: fault.Say(key, args...)}
}

var (
	currencySigns = regexp.MustCompile(` *` + money.Sign + ` *`)
	threeDigits   = regexp.MustCompile(`^(\d{1,3})[.,](\d{3})$`)
	loosePair     = regexp.MustCompile(`^(\d{1,7})[ '’](\d{1,2})$`) // «12 50»
	leadingNumber = regexp.MustCompile(`^[\d., ]*\d`)               // of «25 DH/kg»
	longFraction  = regexp.MustCompile(`^\d{1,9}\.\d{4,}$|^\d(\.\d+)?[eE][+-]?\d{1,2}$`)
)

// parsePrice reads a cell of dirhams. «1.250» could be a thousand dirhams or one, and «12 50» or «12 DH 50» twelve and a
// half or 1250: they are refused with both readings, and so is «3O» with the number that was probably meant.
func parsePrice(cell string) (money.Amount, *cellError) {
	typed := strings.TrimSpace(currencySigns.ReplaceAllString(text.Digits(cell), " "))
	if parts := loosePair.FindStringSubmatch(typed); parts != nil {
		large, largeErr := money.Parse(parts[1] + parts[2])
		small, smallErr := money.Parse(parts[1] + "." + parts[2])
		if largeErr == nil && smallErr == nil && small > 0 {
			return 0, twoPrices(cell, large, small)
		}
	}
	if large, small, two := money.Readings(typed); two {
		return 0, twoPrices(cell, large, small)
	}
	if parts := threeDigits.FindStringSubmatch(typed); parts != nil { // 0.500 can only be half a dirham
		mills, _ := strconv.Atoi(parts[1] + parts[2])
		typed = money.Amount((mills + 5) / 10).String()
	}
	if longFraction.MatchString(typed) { // a spreadsheet's own number, such as 12.500000000000002
		value, err := strconv.ParseFloat(typed, 64)
		cents := math.Round(value * 100)
		switch {
		case err != nil || cents < 1 || cents > float64(money.MaxAmount):
		case math.Abs(value*100-cents) < 1e-6:
			typed = money.Amount(cents).String()
		default: // of a third, such as 12.3333333
			wrong := wrongCell("upload.price_fraction", "Value", text.Cut(cell, 40))
			wrong.suggestions = []string{plain(money.Amount(cents))}
			return 0, wrong
		}
	}
	price, err := money.Parse(typed)
	if err != nil {
		wrong := wrongCell("upload.price_unreadable", "Value", text.Cut(cell, 40))
		for _, guess := range [...]string{letterDigits.Replace(typed), leadingNumber.FindString(typed)} {
			if meant, err := money.Parse(guess); err == nil && meant > 0 {
				wrong.suggestions = []string{plain(meant)}
				break
			}
		}
		return 0, wrong
	}
	if price == 0 {
		return 0, wrongCell("upload.price_zero")
	}
	return price, nil
}

// twoPrices asks which of two prices was meant.
func twoPrices(cell string, large, small money.Amount) *cellError {
	return &cellError{
		message:     fault.Say("upload.price_ambiguous", "Value", text.Cut(cell, 40), "Large", shown(large), "Small", shown(small)),
		suggestions: []string{plain(large), plain(small)},
	}
}

var (
	// letterDigits are the letters that are typed for digits.
	letterDigits = strings.NewReplacer("O", "0", "o", "0", "l", "1", "I", "1", "S", "5")
)

// shown writes an amount in each language's way, for a message that is kept.
func shown(a money.Amount) i18n.Text {
	text := plain(a)
	comma := strings.Replace(text, ".", ",", 1)
	return i18n.Text{AR: comma, FR: comma, EN: text}
}

// plain writes an amount as someone would type it: «12.50», «1250».
func plain(a money.Amount) string { return strings.TrimSuffix(a.String(), ".00") }

// parseStock reads a whole number of pieces.
func parseStock(cell string) (int, *cellError) {
	typed := text.Digits(cell)
	if parts := threeDigits.FindStringSubmatch(typed); parts != nil && !strings.HasPrefix(typed, "0") {
		thousands := parts[1] + parts[2]
		wrong := wrongCell("upload.stock_ambiguous", "Value", text.Cut(cell, 40), "Large", thousands)
		wrong.suggestions = []string{thousands}
		if parts[2] == "000" {
			wrong.suggestions = append(wrong.suggestions, parts[1])
		}
		return 0, wrong
	}
	whole, fraction, ok := text.Number(strings.TrimPrefix(typed, "-"))
	n, err := strconv.Atoi(whole)
	switch {
	case !ok || err != nil:
		wrong := wrongCell("upload.stock_unreadable", "Value", text.Cut(cell, 40))
		if meant, err := strconv.Atoi(strings.Trim(letterDigits.Replace(typed), " '’,.")); err == nil && meant >= 0 && meant <= catalog.MaxStock {
			wrong.suggestions = []string{strconv.Itoa(meant)}
		}
		return 0, wrong
	case strings.Trim(fraction, "0") != "":
		return 0, wrongCell("upload.stock_fraction", "Value", text.Cut(cell, 40))
	case n > catalog.MaxStock || typed[0] == '-':
		return 0, wrongCell("catalog.stock_out_of_range", "Max", catalog.MaxStock)
	}
	return n, nil
}

// monthWords are the folded names of months and their shortened forms, by number.
var monthWords = sync.OnceValue(func() map[string]int {
	names := [12]string{
		"1 01 janvier janv jan january يناير جانفي", "2 02 fevrier fevr fev february feb فبراير", "3 03 mars mar march مارس",
		"4 04 avril avr april apr ابريل", "5 05 mai may ماي مايو", "6 06 juin jun june يونيو", "7 07 juillet juil jul july يوليوز يوليو",
		"8 08 aout aou august aug غشت اغسطس", "9 09 septembre sept sep september شتنبر سبتمبر", "10 octobre oct october اكتوبر",
		"11 novembre nov november نونبر نوفمبر", "12 decembre dec december دجنبر ديسمبر",
	}
	months := map[string]int{}
	for i, list := range names {
		for _, name := range strings.Fields(list) {
			months[name] = i + 1
		}
	}
	return months
})

// parseMonths reads the months that a cell names, in its order.
func parseMonths(cell string) []int {
	var months []int
	known := monthWords()
	for _, word := range strings.FieldsFunc(text.Fold(cell), func(r rune) bool { return strings.ContainsRune(" -–—/.,;:→'()", r) }) {
		if m, ok := known[word]; ok {
			months = append(months, m)
		}
	}
	return months
}

// allYear says in each language that there is no season.
var allYear = regexp.MustCompile(`^(toute l'annee|toute annee|all year.*|permanent|طوال السنه|طيله السنه|على مدار السنه|كل السنه|-|—)$`)

// parseSeason reads «octobre – janvier», «10-1», «ماي», «toute l'année».
func parseSeason(cell string) (from, to *int, wrong *cellError) {
	if allYear.MatchString(text.Fold(cell)) {
		return nil, nil, nil
	}
	switch months := parseMonths(cell); len(months) {
	case 1:
		return &months[0], &months[0], nil
	case 2:
		return &months[0], &months[1], nil
	}
	return nil, nil, wrongCell("upload.season_unreadable", "Value", text.Cut(cell, 40))
}

func parseMonth(cell string) (*int, *cellError) {
	months := parseMonths(cell)
	if len(months) != 1 {
		return nil, wrongCell("upload.month_unreadable", "Value", text.Cut(cell, 40))
	}
	return &months[0], nil
}

// parseDay reads a day as it is written in Morocco, as machines write it, or as a spreadsheet counts
// it (days since 30 December 1899).
func parseDay(cell string) (*time.Time, *cellError) {
	if day, ok := text.Day(cell); ok {
		return &day, nil
	}
	typed := text.Digits(cell)
	for _, form := range [...]string{"2006-01-02T15:04:05Z", "2006-01-02 15:04:05"} {
		if day, err := time.Parse(form, typed); err == nil && day.Year() > 1999 && day.Year() < 2100 {
			day = day.Truncate(24 * time.Hour)
			return &day, nil
		}
	}
	if serial, err := strconv.ParseFloat(typed, 64); err == nil && serial > 36525 && serial < 73050 { // 2000 to 2099
		day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(serial))
		return &day, nil
	}
	return nil, wrongCell("upload.day_unreadable", "Value", text.Cut(cell, 40))
}

// numberAndUnit is a quantity as it stands in a product's name: «Miel de thym 500 g».
var numberAndUnit = regexp.MustCompile(`(\d+(?:[.,]\d+)?)\s*(\pL+2?)`)

// unitInName finds the unit of sale in a product's name.
func unitInName(name i18n.Text) (amount int, code string, ok bool) {
	for _, typed := range [...]string{name.FR, name.AR, name.EN} {
		for _, found := range numberAndUnit.FindAllString(text.Fold(typed), -1) {
			if amount, code, ok := catalog.ParseUnit(found); ok {
				return amount, code, true
			}
		}
	}
	return 0, "", false
}
