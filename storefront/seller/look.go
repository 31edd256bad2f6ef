package seller

import (
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/ui"
)

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

// Per says what a price is for, the currency before it: «درهم لكل كلغ», «DH / 500 g».
func Per(p ui.Page, amount int, code string) string {
	return p.L.Currency() + " " + PerUnit(p, amount, code)
}

// PerUnit says what a price is for: «لكل كلغ», «/ 500 g».
func PerUnit(p ui.Page, amount int, code string) string {
	if amount == 1 {
		return p.L.PerUnit(amount, code)
	}
	return "/ " + p.L.Unit(amount, code)
}

// FieldWords says the value of a catalog.Change as the reader would.
func FieldWords(l *i18n.Locale, categories []catalog.Category, field, value string) string {
	if value == "" {
		return ""
	}
	switch field {
	case "price":
		if amount, ok := parsed(value); ok {
			return l.Money(amount)
		}
	case "stock":
		if n, err := strconv.Atoi(value); err == nil {
			return l.Number(n)
		}
	case "unit":
		if amount, code, ok := catalog.ParseUnit(value); ok {
			return l.Unit(amount, code)
		}
	case "category":
		for _, c := range categories {
			if c.Slug == value {
				return l.Text(c.Name)
			}
		}
	case "season":
		if from, to, ok := months(value); ok {
			return season(l, &from, &to)
		}
	case "state":
		return l.T("seller.state." + value)
	}
	if runes := []rune(value); len(runes) > 90 {
		return strings.TrimSpace(string(runes[:90])) + "…"
	}
	return value
}

// NextTransfer says what the next transfer brings, on which day and to which account; nothing, if none is to be seen.
func NextTransfer(l *i18n.Locale, n settlement.Next) string {
	amount, account := l.Money(n.Amount), ui.Isolate(n.Account)
	switch {
	case n.Amount == 0:
		return ""
	case n.Account == "":
		return l.T("seller.next.no_account", "Amount", amount)
	case n.Day.IsZero():
		return l.T("seller.next.no_day", "Amount", amount, "Account", account)
	}
	return l.T("seller.next.day", "Day", l.Date(n.Day), "Amount", amount, "Account", account)
}

// CategoryOptions are the shelves, for a list to choose from.
func CategoryOptions(p ui.Page, categories []catalog.Category) []ui.Option {
	options := []ui.Option{{Label: p.T("seller.product.choose")}}
	for _, c := range categories {
		options = append(options, ui.Option{Value: c.Slug, Label: p.L.Text(c.Name)})
	}
	return options
}
