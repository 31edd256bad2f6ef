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

// NearFee is what a delivery to the reader costs; while it is not known where that is, the least that it may cost.
func NearFee(p ui.Page, amount money.Amount) string {
	if p.Place == nil && amount > 0 {
		return p.T("shop.checkout.from_fee", "Fee", p.L.Money(amount))
	}
	return Fee(p, amount)
}

// Between says in a few words on which days an order comes: «between 24 and 26 November».
func Between(p ui.Page, w delivery.Window) string {
	if w.From.Equal(w.To) {
		return p.L.Date(w.From)
	}
	from := p.L.ShortDate(w.From)
	if w.From.Month() == w.To.Month() {
		from = p.L.DayOfMonth(w.From)
	}
	return p.T("shop.between", "From", from, "To", p.L.ShortDate(w.To))
}

// PlaceOptions are the places, under a line for each zone that says what delivery costs there.
func PlaceOptions(p ui.Page, zones []Zone) []ui.Option {
	options := []ui.Option{{Label: p.T("shop.checkout.choose")}}
	for _, z := range zones {
		group := ui.Zone(p.L, z.Zone) + p.T("shop.colon")
		if z.TooFar {
			group += p.T("shop.checkout.too_far")
		} else {
			group += Fee(p, z.Quote.Fee)
		}
		for _, place := range z.Places {
			options = append(options, ui.Option{Value: place.Slug, Label: p.L.Text(place.Name), Group: group})
		}
	}
	return options
}

// Most is how many of a product one buyer can put into the basket.
func Most(p catalog.Product) int { return min(p.Available, order.MaxQuantity) }
