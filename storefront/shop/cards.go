package shop

import (
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Cards makes the cards of products, with what of them lies in the reader's basket. The first eager
// ones are on the first screen.
func Cards(r *web.Request, orders *order.Service, products []catalog.Product, eager int) []ui.Card {
	inBasket := map[uuid.UUID]int{}
	if token := r.Cookie(web.BasketCookie); token != "" && len(products) > 0 {
		basket, err := orders.Basket(r.Context(), token)
		if err != nil { // a shelf is worth more than the counts on it
			r.Log().Warn("counts on cards", "error", err)
		}
		for _, group := range basket.Groups {
			for _, line := range group.Lines {
				inBasket[line.Product.ID] = line.Quantity
			}
		}
	}
	cards := make([]ui.Card, len(products))
	for i, p := range products {
		cards[i] = ui.Card{Product: p, InBasket: inBasket[p.ID], Eager: i < eager}
	}
	return cards
}
