package shop

import (
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/money"
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

// firstThree is three of a cooperative's goods, the one at hand first.
func firstThree(goods []catalog.Product, product catalog.Product) []catalog.Product {
	list := []catalog.Product{product}
	for _, g := range goods {
		if g.ID != product.ID && len(list) < 3 {
			list = append(list, g)
		}
	}
	return list
}
