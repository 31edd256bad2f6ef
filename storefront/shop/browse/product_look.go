package browse

import (
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/static"
	"github.com/souk-taawon/souk/storefront/ui"
)

// chosen marks the size that the page is of.
func chosen(is bool) templ.Attributes {
	if !is {
		return nil
	}
	return templ.Attributes{"aria-current": "true"}
}

// stockText is how much of a product there is: weights and volumes that are sold one by one are told
// as such («42 kg»), everything else by number.
func stockText(p ui.Page, product catalog.Product) string {
	if product.UnitAmount == 1 && product.UnitCode != "piece" {
		return p.L.Unit(product.Stock, product.UnitCode)
	}
	return p.L.Number(product.Stock)
}

// firstThree is three of a cooperative's goods, the one at hand first and no kind of drawing twice if
// that can be.
func firstThree(goods []catalog.Product, product catalog.Product) []catalog.Product {
	list := []catalog.Product{product}
	seen := map[string]bool{static.Kind(product.Drawing): true}
	for _, again := range []bool{false, true} {
		for _, g := range goods {
			taken := slices.ContainsFunc(list, func(p catalog.Product) bool { return p.ID == g.ID })
			if !taken && len(list) < 3 && (again || !seen[static.Kind(g.Drawing)]) {
				seen[static.Kind(g.Drawing)] = true
				list = append(list, g)
			}
		}
	}
	return list
}

// validUntil says the last day of a label's certificate, behind its number.
func validUntil(l *i18n.Locale, label catalog.Label) string {
	day, err := time.Parse(time.DateOnly, label.ExpiresOn)
	if err != nil {
		return ""
	}
	return l.T("shop.comma") + l.T("shop.product.certificate_until", "Day", l.LongDate(day))
}
