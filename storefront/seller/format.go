package seller

import (
	"strconv"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// fileName is a download's, without its ending: what it is, whose, and the day it was made.
func fileName(r *web.Request, name string) string {
	return name + "-" + r.Cooperative.Slug + "-" + time.Now().In(clock.Zone).Format(time.DateOnly)
}

// typed writes an amount as the reader would type it into a field: «1250», «12,50».
func typed(l *i18n.Locale, a money.Amount) string {
	if a%100 == 0 {
		return strconv.FormatInt(int64(a/100), 10)
	}
	return l.Decimal(float64(a)/100, 2)
}

// monthOf names a month that a product's season begins or ends with.
func monthOf(l *i18n.Locale, month *int) string {
	if month == nil {
		return ""
	}
	return l.MonthName(*month)
}

// season writes «أكتوبر – يناير», or one month alone.
func season(l *i18n.Locale, from, to *int) string {
	if from == nil || to == nil || *from == *to {
		return monthOf(l, from)
	}
	return monthOf(l, from) + " – " + monthOf(l, to)
}

// givenNames are beginnings of names that are no name without the word behind them.
var givenNames = map[string]bool{
	"عبد": true, "أبو": true, "أم": true, "للا": true, "لالة": true, "مولاي": true, "سيدي": true,
	"abd": true, "abdel": true, "abou": true, "oum": true, "lalla": true, "moulay": true, "sidi": true,
}

// firstName is what a cooperative calls a buyer by: «عبد الرحيم» of «عبد الرحيم بن علي».
func firstName(name string) string {
	words := strings.Fields(name)
	for i, word := range words {
		if !givenNames[strings.ToLower(word)] {
			return strings.Join(words[:i+1], " ")
		}
	}
	return name
}

// buyerOf is what a part of an order says of its buyer.
func buyerOf(p ui.Page, part order.CooperativePart) string {
	if part.BuyerName == "" {
		return p.T("seller.order.erased")
	}
	return firstName(part.BuyerName)
}

// packs says what a number of pieces counts: «كلغ» for whole kilos, «× 500 غ» for packs, «قطع».
func packs(p ui.Page, line order.OrderLine) string {
	switch {
	case line.UnitCode == "piece" && line.UnitAmount == 1:
		return p.N("seller.pieces", line.Quantity)
	case line.UnitAmount == 1:
		return strings.TrimSpace(p.T("unit."+line.UnitCode, "Amount", ""))
	}
	return "×\u00a0" + p.L.Unit(line.UnitAmount, line.UnitCode)
}

// parsed reads an amount that the catalogue wrote.
func parsed(text string) (money.Amount, bool) {
	amount, err := money.Parse(text)
	return amount, err == nil
}

// months reads a season as the catalogue writes it: «10-1».
func months(text string) (from, to int, ok bool) {
	first, second, _ := strings.Cut(text, "-")
	from, err := strconv.Atoi(first)
	if err != nil {
		return 0, 0, false
	}
	to, err = strconv.Atoi(second)
	return from, to, err == nil
}

// per says what a price is for, the currency before it: «درهم لكل كلغ», «DH / 500 g».
func per(p ui.Page, amount int, code string) string {
	return p.L.Currency() + " " + perUnit(p, amount, code)
}

// perUnit says what a price is for: «لكل كلغ», «/ 500 g».
func perUnit(p ui.Page, amount int, code string) string {
	if amount == 1 {
		return p.L.PerUnit(amount, code)
	}
	return "/ " + p.L.Unit(amount, code)
}
