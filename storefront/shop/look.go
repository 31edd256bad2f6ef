package shop

import (
	"slices"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/storefront/static"
	"github.com/souk-taawon/souk/storefront/ui"
)

// fee is what a delivery costs, in words when it costs nothing.
func fee(p ui.Page, amount money.Amount) string {
	if amount == 0 {
		return p.T("shop.free")
	}
	return p.L.Money(amount)
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

// isolate keeps what somebody typed, in whatever direction it is written, from disturbing the order of
// the sentence around it (U+2068 and U+2069, first strong isolate).
func isolate(text string) string { return "\u2068" + text + "\u2069" }
