package buy

import (
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
)

// removeFresh is the button's word that takes lines out of the basket.
func removeFresh(p ui.Page, lines []order.BasketLine) string {
	if len(lines) == 1 {
		return p.T("shop.fresh.remove", "Name", ui.Called(p.L, lines[0].Product))
	}
	return p.N("shop.fresh.remove_all", len(lines))
}

// others tells whether something else can be ordered than these lines.
func others(b order.Basket, lines []order.BasketLine) bool {
	pieces := b.Pieces
	for _, line := range lines {
		pieces -= line.Quantity
	}
	return pieces > 0
}
