package buy

import (
	"strings"

	"github.com/souk-taawon/souk/internal/money"
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

// called names lines, one after the other, and worth is what they cost together.
func called(p ui.Page, lines []order.BasketLine) string {
	names := make([]string, len(lines))
	for i, line := range lines {
		names[i] = ui.Called(p.L, line.Product)
	}
	return strings.Join(names, p.T("shop.comma"))
}

func worth(lines []order.BasketLine) (sum money.Amount) {
	for _, line := range lines {
		sum += line.Total
	}
	return sum
}
