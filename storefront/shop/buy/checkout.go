package buy

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// checkoutView is what the checkout shows.
type checkoutView struct {
	Basket    order.Basket
	Form      ui.Form
	Zones     []shop.Zone
	Home      *delivery.Quote // to the chosen place; nil until one is chosen, or when it is too far
	Pickup    delivery.Quote
	Offers    []order.Offer      // means of payment; there is always one
	None      *noMeans           // none of them can be had
	MeansFee  money.Amount       // of the one that is chosen
	PaidFirst bool               // by that one, so that it holds the goods for another time
	Key       string             // tells a second click from a second order
	HoldHours int                // how long an order waits to be confirmed
	TooFar    []order.BasketLine // what is not brought to the chosen place
	Place     delivery.Place     // that place
	Without   *delivery.Quote    // to that place, without what is not brought there
	Held      []string           // for each product of which others hold too much, how many can be ordered
	Done      []string           // what the form's button has just done
}

// noMeans is what whoever cannot pay for what the form says can do about it.
type noMeans struct {
	Sum    money.Amount // for which there is no means
	Most   money.Amount // for which there would be, brought to the same place; zero: for nothing
	Pickup bool         // there is one for whoever comes for it
}

// Instead is what the form's button does then: the goods are picked up, or the basket is changed.
func (n noMeans) Instead() string {
	if n.Pickup {
		return delivery.Pickup
	}
	return "basket"
}

// chosen is the delivery that the form says, priced; false while it has no price.
func (v checkoutView) chosen() (delivery.Quote, bool) {
	if v.Form.Values["delivery"] == delivery.Pickup {
		return v.Pickup, true
	}
	if v.Home == nil {
		return delivery.Quote{}, false
	}
	return *v.Home, true
}

// checkout shows the form. The query may choose the place, the delivery and the payment, which is how the script
// asks for what follows from them.
func (h *Handler) checkout(r *web.Request) error {
	place := r.Query("place")
	if !r.QueryValues().Has("place") { // nobody has chosen another here, or none
		place = r.PlaceSlug()
	}
	form := ui.Form{
		Values: map[string]string{
			"place":    place,
			"delivery": cmp.Or(r.Query("delivery"), delivery.Home),
			"payment":  r.Query("payment"),
		},
		Errors: map[string]string{},
	}
	return h.showCheckout(r, http.StatusOK, form, nil)
}

// showCheckout shows the form for what lies in the basket now, with the lines that were refused and what was just done. It has a key of its own each time: the
// key of a form that was sent before may be that of an order that was placed.
func (h *Handler) showCheckout(r *web.Request, status int, form ui.Form, held []catalog.Short, done ...string) error {
	ctx := r.Context()
	basket, err := h.Orders.Basket(ctx, r.Cookie(web.BasketCookie))
	if err != nil {
		return err
	}
	if basket.Pieces == 0 {
		return h.nothingToOrder(r)
	}
	v := checkoutView{Basket: basket, Form: form, Key: order.NewToken(), Held: heldWords(r.Locale, basket, held), Done: done}
	quote := func(method, place string) (delivery.Quote, error) {
		return h.Delivery.Quote(ctx, delivery.QuoteInput{
			Method: method, Place: place, Items: basket.Items, HasPerishable: basket.Perishable, Prepare: basket.Prepare, On: h.Now(),
		})
	}
	if v.HoldHours, err = h.Orders.HoldHours(ctx); err != nil {
		return err
	}
	if v.Zones, err = shop.Zones(ctx, h.Delivery, r.Locale, basket, h.Now()); err != nil {
		return err
	}
	if v.Pickup, err = quote(delivery.Pickup, v.Zones[0].Places[0].Slug); err != nil {
		return err
	}
	if place, ok, err := h.Delivery.Place(ctx, form.Values["place"]); err != nil {
		return err
	} else if ok {
		v.Place, v.TooFar = place, tooFar(basket, &place)
	}
	if len(v.TooFar) > 0 {
		without, err := h.Delivery.Near(ctx, delivery.QuoteInput{Place: v.Place.Slug, Items: basket.Items - worth(v.TooFar), Prepare: basket.Prepare, On: h.Now()})
		if err != nil {
			return err
		}
		v.Without = &without
	}
	if place := form.Values["place"]; place != "" {
		home, err := quote(delivery.Home, place)
		switch f := fault.As(err); {
		case err == nil:
			v.Home = &home
		case f == nil || f.Kind != fault.Invalid:
			return err
		case form.Values["delivery"] == delivery.Home:
			// It is said beside the field before anybody has to send the form to learn it.
			v.Form.Errors = maps.Clone(form.Errors)
			for name, message := range f.Fields {
				v.Form.Errors[name] = r.Locale.Message(message)
			}
		}
	}
	if err := h.offer(r, &v); err != nil {
		return err
	}
	p := r.Page(r.Locale.T("shop.checkout.title"))
	p.Plain = true
	p.BasketCount = basket.Pieces
	p.Path, p.Typing = "/checkout", checkoutForm
	return r.Render(status, checkoutPage(p, v))
}

// offer fills in the means of payment for what the form says so far. If the chosen one cannot be had, and nobody has
// been told so yet, the first that can be is chosen.
func (h *Handler) offer(r *web.Request, v *checkoutView) (err error) {
	quote, _ := v.chosen()
	noCash := fault.Message{}
	if place := v.Form.Values["place"]; place != "" && v.Form.Values["delivery"] == delivery.Home {
		terms, err := h.Delivery.Terms(r.Context(), delivery.Home, place)
		if err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
		noCash = terms.NoCash
	}
	if v.Offers, err = h.Orders.Offers(r.Context(), v.Basket.Items+quote.Fee, noCash); err != nil {
		return err
	}
	first := slices.IndexFunc(v.Offers, order.Offer.Possible)
	if first < 0 {
		return h.offerNothing(r, v, v.Basket.Items+quote.Fee)
	}
	chosen := slices.ContainsFunc(v.Offers, func(o order.Offer) bool { return o.Possible() && o.Provider == v.Form.Values["payment"] })
	if !chosen && v.Form.Errors["payment"] == "" {
		v.Form.Values["payment"] = v.Offers[first].Provider
	}
	for _, offer := range v.Offers {
		if offer.Provider == v.Form.Values["payment"] {
			v.MeansFee = offer.Fee
		}
	}
	v.PaidFirst = h.Orders.PaidFirst(v.Form.Values["payment"])
	return nil
}

// offerNothing says what can be done about it that none of the means can be had for that sum.
func (h *Handler) offerNothing(r *web.Request, v *checkoutView, sum money.Amount) error {
	v.None = &noMeans{Sum: sum}
	for _, offer := range v.Offers {
		if offer.TooMuch() {
			v.None.Most = max(v.None.Most, offer.Most)
		}
	}
	if v.Form.Values["delivery"] == delivery.Pickup {
		return nil
	}
	atSeat, err := h.Orders.Offers(r.Context(), v.Basket.Items, fault.Message{})
	v.None.Pickup = slices.ContainsFunc(atSeat, order.Offer.Possible)
	return err
}

// instead does what the form's button said to whom no means was left; whoever chose another delivery or place meanwhile
// sees what there is for that.
func (h *Handler) instead(r *web.Request, form ui.Form) error {
	if r.Form("none_for") == feeFor(form) {
		if r.Form("instead") != delivery.Pickup {
			return r.Redirect("/basket")
		}
		form.Values["delivery"] = delivery.Pickup
		return h.showCheckout(r, http.StatusOK, form, nil, r.Locale.T("shop.fresh.pick_up"))
	}
	return h.showCheckout(r, http.StatusOK, form, nil)
}

// place places the order. What cannot be ordered as it was shown is shown again as it is now, with
// everything that was typed.
func (h *Handler) place(r *web.Request) error {
	ctx := r.Context()
	form := typed(r)
	if r.Form("show") != "" { // in another language
		return h.showCheckout(r, http.StatusOK, form, nil)
	}
	if place, ok, err := h.Delivery.Place(ctx, form.Values["place"]); err == nil && ok {
		r.SetPlace(place.Slug)
	}
	if r.Form(freshChoice) != "" {
		return h.leaveFresh(r, form)
	}
	if r.Form("instead") != "" {
		return h.instead(r, form)
	}
	basket, err := h.Orders.Basket(ctx, r.Cookie(web.BasketCookie))
	if err != nil {
		return err
	}
	if basket.Pieces > 0 && form.Values["fee_for"] == feeFor(form) {
		// The price of delivery is part of what is agreed to: if it has changed since it was shown, it is
		// shown again.
		quote, err := h.Delivery.Quote(ctx, delivery.QuoteInput{
			Method: form.Values["delivery"], Place: form.Values["place"], Items: basket.Items,
			HasPerishable: basket.Perishable, Prepare: basket.Prepare, On: h.Now(),
		})
		if err == nil && form.Values["fee"] != centimes(quote.Fee) {
			form.Errors[""] = r.Locale.T("shop.checkout.fee_changed", "Fee", r.Locale.Money(quote.Fee),
				"Total", r.Locale.Money(basket.Items+quote.Fee))
			return h.showCheckout(r, http.StatusConflict, form, nil)
		}
	}
	placed, err := h.Orders.Place(ctx, order.PlaceInput{
		BasketToken: r.Cookie(web.BasketCookie),
		Buyer: order.Buyer{
			Name: form.Values["name"], Phone: form.Values["phone"], Email: form.Values["email"], Place: form.Values["place"],
			Address: form.Values["address"], Landmark: form.Values["landmark"], Note: form.Values["note"],
		},
		Delivery: form.Values["delivery"], Payment: form.Values["payment"],
		Locale: r.Locale.Code(), Source: order.Shop, From: r.IP(), Spared: r.Spared(), IdempotencyKey: cmp.Or(r.Form("key"), order.NewToken()), Shown: new(money.Amount(r.Shown("shown"))),
		ShownUnits: new(r.Form("units")), ShownContents: new(r.Form("contents")), ShownFee: new(money.Amount(r.Shown(feeOf(form.Values["payment"])))),
	})
	if err == nil {
		return h.thank(r, placed)
	}
	var short *catalog.OutOfStock
	var held *order.Held
	switch {
	case errors.Is(err, order.ErrBasketEmpty):
		return h.nothingToOrder(r)
	case errors.Is(err, order.ErrChanged), errors.Is(err, order.ErrIdempotencyConflict), errors.As(err, &short):
		form.Errors[""] = r.Locale.T("shop.checkout.changed")
		return h.showCheckout(r, http.StatusConflict, form, nil)
	case errors.Is(err, order.ErrBasketChanged), errors.Is(err, order.ErrMeansFee):
		form.Errors[""] = r.Locale.Message(fault.As(err).Message)
		return h.showCheckout(r, http.StatusConflict, form, nil)
	case errors.As(err, &held):
		form.Errors[""] = r.Locale.T(order.ErrHeld.Key)
		return h.showCheckout(r, http.StatusConflict, form, held.Lines)
	case errors.Is(err, order.ErrMarketHeld), errors.Is(err, order.ErrSpareHeld):
		form.Errors[""] = r.Locale.Message(fault.As(err).Message)
		return h.showCheckout(r, http.StatusConflict, form, nil)
	case errors.Is(err, order.ErrPhoneWaits), errors.Is(err, order.ErrAddressWaits):
		form.Errors[""] = r.Locale.Message(fault.As(err).Message)
		r.SetHeader("Retry-After", retryOrder)
		return h.showCheckout(r, http.StatusTooManyRequests, form, nil)
	case errors.Is(err, gate.ErrBusy) && ctx.Err() == nil:
		form.Errors[""] = r.Locale.T(gate.ErrBusy.Key)
		r.SetHeader("Retry-After", retryBusy)
		return h.showCheckout(r, http.StatusServiceUnavailable, form, nil)
	}
	if rejected, ok := r.Rejected(err); ok {
		// What is wrong with the basket has no field of its own.
		for _, field := range []string{"lines", "quantity"} {
			if message := rejected.Errors[field]; message != "" {
				rejected.Errors[""] = message
			}
		}
		return h.showCheckout(r, http.StatusUnprocessableEntity, rejected, nil)
	}
	return err
}

// thank leads to the order that the form placed. Sent again over a basket that was filled since, it says that what lies
// there is not ordered yet.
func (h *Handler) thank(r *web.Request, placed order.Placed) error {
	r.Remember(placed.Token)
	if placed.Replayed { // the basket as it is now: pressed twice in a row, it has just become empty
		left, err := h.Orders.Count(r.Context(), r.Cookie(web.BasketCookie))
		if err != nil {
			return err
		}
		if left > 0 {
			return r.Redirect(orderPath(placed.Token) + "?placed=before")
		}
	}
	if placed.Order.State == order.StateAwaiting {
		return r.Redirect(orderPath(placed.Token) + "/pay")
	}
	return r.Redirect(orderPath(placed.Token) + "?placed=1")
}

// nothingToOrder leads to the empty basket, which says what was just ordered if something was.
func (h *Handler) nothingToOrder(r *web.Request) error {
	last, err := h.lastPlaced(r)
	if err != nil {
		return err
	}
	if last == nil {
		r.Flash("shop.checkout.basket_empty")
	}
	return r.Redirect("/basket")
}

// retryOrder is when trying again may help whose orders wait to be confirmed, in seconds: somebody has to
// make a call first.
const retryOrder = "3600"

// retryBusy is when trying again may help while too many people order at once, in seconds.
const retryBusy = "5"

// typed is the form as it was sent.
func typed(r *web.Request) ui.Form {
	form := ui.Form{Values: map[string]string{}, Errors: map[string]string{}}
	for _, name := range []string{"name", "phone", "email", "place", "address", "landmark", "note", "delivery", "payment", "fee", "fee_for"} {
		form.Values[name] = r.Form(name)
	}
	return form
}

// checkoutForm is the form's id in the document.
const checkoutForm = "checkout"

// feeOf is the field that keeps what a means costs, as the page showed it.
func feeOf(provider string) string { return "fee_" + provider }

// feeFor says what the fee on the page is for, so that a fee is compared with one for the same thing.
func feeFor(form ui.Form) string { return form.Values["delivery"] + " " + form.Values["place"] }

// centimes is an amount as a hidden field keeps it.
func centimes(a money.Amount) string { return strconv.FormatInt(int64(a), 10) }
