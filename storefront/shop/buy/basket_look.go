package buy

import (
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/ui"
)

// basketDelivery says what the price of delivery is for.
func basketDelivery(p ui.Page) string {
	if p.Place == nil {
		return p.T("shop.checkout.delivery")
	}
	return p.T("shop.checkout.delivery_to", "Place", p.L.Text(p.Place.Name))
}

// basketFee is that price; what is not brought to the reader has none.
func basketFee(p ui.Page, v basketView) string {
	if len(v.TooFar) > 0 {
		return "—"
	}
	return shop.NearFee(p, v.Near.Fee)
}

// basketFeeWas is that price as it was when the basket was filled, if it is another now; else zero.
func basketFeeWas(p ui.Page, v basketView) money.Amount {
	if len(v.TooFar) > 0 {
		return 0
	}
	place := ""
	if p.Place != nil {
		place = p.Place.Slug
	}
	return v.Basket.FeeWas(place, v.Near.Fee)
}

// basketLabel is the words beside the total, basketTotal the sum as far as it is known.
func basketLabel(p ui.Page, v basketView) string {
	if len(v.TooFar) > 0 {
		return p.T("shop.total_goods")
	}
	return p.T("shop.total")
}

func basketTotal(p ui.Page, v basketView) string {
	if len(v.TooFar) > 0 {
		return p.L.Money(v.Basket.Items)
	}
	total := p.L.Money(v.Basket.Items + v.Near.Fee)
	if p.Place == nil && v.Near.Fee > 0 {
		return p.T("shop.checkout.from_fee", "Fee", total)
	}
	return total
}

// lineWas is what one of a line cost when it was put in and, if that has changed, for how much of it.
func lineWas(p ui.Page, line order.BasketLine) string {
	if line.WasUnit.Code == "" {
		return p.L.Money(line.Was)
	}
	return p.L.Money(line.Was) + " · " + p.L.PerUnit(line.WasUnit.Amount, line.WasUnit.Code)
}

// lineNow is what it costs now, likewise.
func lineNow(p ui.Page, line order.BasketLine) string {
	if line.WasUnit.Code == "" {
		return p.L.Money(line.Product.Price)
	}
	return p.L.Money(line.Product.Price) + " · " + p.L.PerUnit(line.Product.UnitAmount, line.Product.UnitCode)
}
