package buy

import (
	"slices"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/ui"
)

// deliveryOptions are the ways to get the order, each with its price as far as it is known, and its days: of what is paid
// first they are counted from the payment, as its page says, too.
func deliveryOptions(p ui.Page, v checkoutView) []ui.Option {
	days := func(days string) string {
		if v.PaidFirst {
			return p.T("shop.track.if_paid", "Days", days)
		}
		return days
	}
	home := ui.Option{
		Value: delivery.Home, Label: p.T("shop.checkout.home"), Hint: p.T("shop.checkout.home_hint"),
		Side: fromFee(p, v),
	}
	switch {
	case v.Home != nil:
		home.Side = shop.Fee(p, v.Home.Fee)
		home.Hint = days(shop.Between(p, v.Home.Window))
	case v.Without != nil:
		home.Side = shop.Fee(p, v.Without.Fee)
		home.Hint = p.T("ui.not_to", "Place", p.L.Text(v.Place.Name)) + p.T("shop.colon") + called(p, v.TooFar)
	}
	return []ui.Option{home, {
		Value: delivery.Pickup, Label: p.T("shop.checkout.pickup"),
		Hint: days(p.T("shop.checkout.pickup_hint", "Day", p.L.Date(v.Pickup.From))), Side: p.T("shop.free"),
	}}
}

// paymentOptions are the means of payment that are offered; of one that cannot be had it says why.
func paymentOptions(p ui.Page, v checkoutView) []ui.Option {
	options := make([]ui.Option, len(v.Offers))
	for i, o := range v.Offers {
		options[i] = ui.Option{
			Value: o.Provider, Label: p.T("means." + o.Provider + ".choice"), Hint: p.T("means." + o.Provider + ".more"), Side: costs(p, o),
		}
		if o.Why.Key != "" {
			options[i].Hint, options[i].Disabled = p.L.Message(o.Why), true
		}
	}
	return options
}

// costs is what a means costs; nothing, if that is nothing.
func costs(p ui.Page, o order.Offer) string {
	if o.Fee == 0 {
		return ""
	}
	return p.T("shop.means_costs", "Fee", p.L.Money(o.Fee))
}

// fromFee is the lowest price of delivery.
func fromFee(p ui.Page, v checkoutView) string {
	lowest := v.Zones[0].Quote.Fee
	if lowest == 0 {
		return p.T("shop.free")
	}
	return p.T("shop.checkout.from_fee", "Fee", p.L.Money(lowest))
}

// heads is a few of what is in the basket, to be shown small.
func heads(b order.Basket) []order.BasketLine {
	var list []order.BasketLine
	for _, group := range b.Groups {
		for _, line := range group.Lines {
			if line.Quantity > 0 && len(list) < 3 {
				list = append(list, line)
			}
		}
	}
	return list
}

func deliveryLabel(p ui.Page, v checkoutView) string {
	if v.Form.Values["delivery"] == delivery.Pickup {
		return p.T("shop.checkout.pickup")
	}
	for _, z := range v.Zones {
		for _, place := range z.Places {
			if place.Slug == v.Form.Values["place"] {
				return p.T("shop.checkout.delivery_to", "Place", p.L.Text(place.Name))
			}
		}
	}
	return p.T("shop.checkout.delivery")
}

func deliveryPrice(p ui.Page, v checkoutView) string {
	if quote, ok := v.chosen(); ok {
		return shop.Fee(p, quote.Fee)
	}
	if v.Form.Values["place"] != "" {
		return "—"
	}
	return fromFee(p, v)
}

// totalLabel is the words beside the total, as long as it is what will be paid.
func totalLabel(p ui.Page, v checkoutView, words string) string {
	if _, ok := v.chosen(); !ok && !v.freeAnywhere() {
		return p.T("shop.total_goods")
	}
	return words
}

// goesOn is the button's word for what follows.
func goesOn(p ui.Page, v checkoutView) string {
	switch {
	case v.None != nil && v.None.Pickup:
		return p.T("shop.checkout.pick_up")
	case v.None != nil:
		return p.T("shop.checkout.change_basket")
	case v.PaidFirst:
		return p.T("shop.checkout.to_payment")
	}
	return p.T("shop.checkout.confirm")
}

// barLabel is how what will be paid is paid, if there is no choice.
func barLabel(p ui.Page, v checkoutView) string {
	if len(v.Offers) > 1 || v.None != nil {
		return p.T("shop.total")
	}
	return p.T("means." + v.Offers[0].Provider + ".choice")
}

// freeAnywhere tells whether delivery costs nothing wherever the order can go, so that the total is
// known before the place is.
func (v checkoutView) freeAnywhere() bool {
	return v.Form.Values["place"] == "" && !slices.ContainsFunc(v.Zones, func(z shop.Zone) bool { return !z.TooFar && z.Quote.Fee > 0 })
}

// problems are the sentences about single fields, in the order in which the form asks for them, each
// with the id of its field.
func problems(v checkoutView) [][2]string {
	form := v.Form
	var list [][2]string
	for _, field := range [][2]string{
		{"name", "f-name"}, {"phone", "f-phone"}, {"email", "f-email"}, {"place", "f-place"}, {"address", "f-address"}, {"landmark", "f-landmark"},
		{"delivery", "f-delivery-" + delivery.Home}, {"payment", v.paymentField()}, {"note", "f-note"},
	} {
		if message := form.Errors[field[0]]; message != "" {
			list = append(list, [2]string{field[1], message})
		}
	}
	return list
}

// paymentField is the id of where a means is chosen, or of what says that there is none.
func (v checkoutView) paymentField() string {
	if v.None != nil {
		return "no-means"
	}
	return "f-payment-" + v.Offers[0].Provider
}

// total is the whole sum; while the price of delivery is not known, without that.
func total(p ui.Page, v checkoutView) string {
	quote, _ := v.chosen()
	return p.L.Money(v.Basket.Items + quote.Fee + v.MeansFee)
}

// heldWords says for each product in the basket of which others hold too much how many can be ordered.
func heldWords(l *i18n.Locale, b order.Basket, held []catalog.Short) []string {
	var words []string
	for _, group := range b.Groups {
		for _, line := range group.Lines {
			for _, short := range held {
				if short.ProductID == line.Product.ID {
					words = append(words, l.N("shop.checkout.held", short.Available, "Name", ui.Called(l, line.Product)))
				}
			}
		}
	}
	return words
}
