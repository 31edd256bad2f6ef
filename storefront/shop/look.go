package shop

import (
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
)

// Fee is what a delivery costs, in words when it costs nothing.
func Fee(p ui.Page, amount money.Amount) string {
	if amount == 0 {
		return p.T("shop.free")
	}
	return p.L.Money(amount)
}

// Between says in a few words on which days an order comes: «between 24 and 26 November».
func Between(p ui.Page, w delivery.Window) string {
	if w.From.Equal(w.To) {
		return p.L.Date(w.From)
	}
	from := p.L.ShortDate(w.From)
	if w.From.Month() == w.To.Month() {
		from = p.L.Number(w.From.Day())
	}
	return p.T("shop.between", "From", from, "To", p.L.ShortDate(w.To))
}

// Most is how many of a product one buyer can put into the basket.
func Most(p catalog.Product) int { return min(p.Stock, order.MaxQuantity) }
