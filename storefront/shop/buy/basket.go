package buy

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/text"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// basketKeep is how long a browser remembers its basket.
const basketKeep = 30 * 24 * time.Hour

// basketView is what the basket page shows.
type basketView struct {
	Basket  order.Basket
	Near    delivery.Quote     // what delivery to the reader costs, or in the province
	Fresh   fault.Message      // the zones that what perishes is brought to
	TooFar  []order.BasketLine // what is not brought to the reader
	Removed *removed
	Most    money.Amount    // for which there would be a means of payment, if there is none for what lies in it
	Instead []ui.Card       // for an empty basket
	Ordered *order.Followed // likewise: what was just ordered here

	NoCookies bool // the browser was given a basket and has not kept it
}

// removed is a line that was just taken out, and may come back.
type removed struct {
	Product  catalog.Product
	Quantity int
}

func (h *Handler) basket(r *web.Request) error {
	ctx := r.Context()
	back, status := r.Query("kept"), http.StatusOK
	if back != "" && r.Cookie(web.BasketCookie) != "" {
		return h.answerKept(r, back)
	}
	basket, err := h.Orders.Basket(ctx, r.Cookie(web.BasketCookie))
	if err != nil {
		return err
	}
	v := basketView{Basket: basket, NoCookies: back != ""}
	if v.NoCookies {
		status = http.StatusForbidden
		if r.WantsJSON() {
			return r.JSON(status, answer{Message: r.Locale.T("web.no_cookies")})
		}
	}
	v.Near, err = h.Delivery.Near(ctx, delivery.QuoteInput{Place: r.PlaceSlug(), Items: basket.Items, Prepare: basket.Prepare, On: h.Now()})
	if err != nil {
		return err
	}
	if v.Fresh, err = h.Delivery.Fresh(ctx); err != nil {
		return err
	}
	if v.Removed, err = h.removed(r); err != nil {
		return err
	}
	if len(basket.Groups) == 0 {
		shelf, err := h.Catalog.Shelf(ctx, h.Now(), 4)
		if err != nil {
			return err
		}
		v.Instead = shop.Cards(r, h.Orders, shelf, 0)
		if v.Ordered, err = h.lastPlaced(r); err != nil {
			return err
		}
	}
	p := r.Page(r.Locale.T("shop.basket.title"))
	v.TooFar = tooFar(basket, p.Place)
	p.BasketCount = basket.Pieces // what can be ordered, as the page says
	if p.Means, v.Most, err = h.payable(ctx, basket.Items); err != nil {
		return err
	}
	return r.Render(status, basketPage(p, v))
}

// payable are the means by which goods of that sum can be paid, as far as is known before it is where they go; if there
// is none, most is the sum for which there would be.
func (h *Handler) payable(ctx context.Context, items money.Amount) (means []ui.Means, most money.Amount, err error) {
	offers, err := h.Orders.Offers(ctx, items, fault.Message{})
	for _, offer := range offers {
		if most = max(most, offer.Most); offer.Possible() {
			means = append(means, ui.Means{Name: offer.Provider, Fee: offer.Fee})
		}
	}
	return means, most, err
}

// sellers counts the cooperatives of which something in the basket can be ordered.
func sellers(b order.Basket) int {
	n := 0
	for _, group := range b.Groups {
		if slices.ContainsFunc(group.Lines, func(l order.BasketLine) bool { return l.Quantity > 0 }) {
			n++
		}
	}
	return n
}

// removed reads from the address what setLine took out a moment ago.
func (h *Handler) removed(r *web.Request) (*removed, error) {
	id, err := uuid.Parse(r.Query("removed"))
	quantity, ok := readQuantity(r.Query("n"))
	if err != nil || !ok {
		return nil, nil
	}
	products, err := h.Catalog.ByIDs(r.Context(), []uuid.UUID{id})
	if err != nil || len(products) == 0 {
		return nil, err
	}
	return &removed{Product: products[0], Quantity: quantity}, nil
}

// readQuantity reads how many; nothing typed means one.
func readQuantity(typed string) (int, bool) {
	if typed == "" {
		return 1, true
	}
	n, ok := text.Whole(typed)
	return n, ok && n >= 1 && n <= order.MaxQuantity
}

var errQuantity = fault.New(fault.Invalid, "shop.quantity_wrong", "Max", order.MaxQuantity)

// addLine puts a product into the basket. Asked by the script it answers JSON, otherwise it leads
// back to where the reader was, with a toast.
func (h *Handler) addLine(r *web.Request) error {
	id, err := uuid.Parse(r.Form("product"))
	if err != nil {
		return order.ErrGone
	}
	basket := h.basketOf(r)
	n, ok := readQuantity(r.Form("quantity"))
	var change order.Change
	if ok {
		change, err = h.Orders.AddLine(r.Context(), basket, id, n)
	} else {
		err = errQuantity
	}
	if r.WantsJSON() {
		return h.answerAdded(r, basket.Token, change, err)
	}
	if err != nil {
		if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
			f := fault.As(err)
			r.Flash("shop.basket.not_added", "Why", r.Locale.Message(f.Message))
			return h.back(r)
		}
		return err
	}
	key := "shop.basket.added"
	if change.Clipped() {
		key = "shop.basket.clipped"
	}
	r.Flash(key, "Name", ui.Called(r.Locale, change.Product), "Count", change.Quantity)
	return h.back(r)
}

// answer is what the script is told of the basket.
type answer struct {
	Count    int    `json:"count"`
	Quantity int    `json:"quantity"`
	Message  string `json:"message"`
	Kept     string `json:"kept,omitempty"` // where to ask whether the browser has kept its new basket
}

// keptAt is where whoever was just given a basket comes by on the way to a page: there it shows whether the browser
// has kept it. It is the page itself for whom nothing makes doubt it.
func keptAt(r *web.Request, page string) string {
	if r.KeepsCookies() {
		return page
	}
	return r.URL("/basket?" + url.Values{"kept": {page}}.Encode())
}

// answerKept answers whose browser has kept its basket: with the page that she comes from.
func (h *Handler) answerKept(r *web.Request, back string) error {
	if r.WantsJSON() {
		return r.JSON(http.StatusOK, answer{})
	}
	if page := web.LocalPath(back); page != "" {
		return r.RedirectURL(page)
	}
	return r.Redirect("/basket")
}

// answerAdded tells the script what is in the basket now.
func (h *Handler) answerAdded(r *web.Request, token string, change order.Change, err error) error {
	if err != nil {
		f := fault.As(err)
		if f == nil {
			return err
		}
		status := http.StatusUnprocessableEntity
		switch f.Kind {
		case fault.Conflict:
			status = http.StatusConflict
		case fault.NotFound:
			status = http.StatusNotFound
		}
		return r.JSON(status, answer{Message: r.Locale.Message(f.Message)})
	}
	count, err := h.Orders.Count(r.Context(), token)
	if err != nil {
		return err
	}
	key := "shop.basket.added"
	if change.Clipped() {
		key = "shop.basket.clipped"
	}
	message := r.Locale.Message(fault.Say(key, "Name", ui.Called(r.Locale, change.Product), "Count", change.Quantity))
	said := answer{Count: count, Quantity: change.Quantity, Message: message}
	if !r.KeepsCookies() {
		said.Kept = keptAt(r, r.URL("/basket"))
	}
	return r.JSON(http.StatusOK, said)
}

// setLine sets how many of a product the basket holds: what a button says («set»), or what was typed.
func (h *Handler) setLine(r *web.Request) error {
	id, err := r.UUID("product")
	if err != nil {
		return err
	}
	typed := r.Form("set")
	if typed == "" {
		typed = r.Form("quantity")
	}
	n, ok := text.Whole(typed)
	if !ok || n > order.MaxQuantity {
		r.Flash("shop.quantity_wrong", "Max", order.MaxQuantity)
		return r.Redirect("/basket")
	}
	change, err := h.Orders.SetLine(r.Context(), h.basketOf(r), id, n)
	switch {
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.NotFound): // the page shows what is left
		return r.Redirect("/basket")
	case err != nil:
		return err
	case n == 0 && change.Before > 0:
		return r.Redirect("/basket?" + url.Values{"removed": {id.String()}, "n": {strconv.Itoa(change.Before)}}.Encode())
	case change.Clipped():
		r.Flash("shop.basket.clipped", "Name", ui.Called(r.Locale, change.Product), "Count", change.Quantity)
	}
	return r.Redirect("/basket")
}

// basketOf is the reader's basket; a browser that has none is given the secret of one.
func (h *Handler) basketOf(r *web.Request) order.Of {
	basket := order.Of{Token: r.Cookie(web.BasketCookie), Place: r.PlaceSlug()}
	if basket.Token == "" {
		basket.Token = order.NewToken()
	}
	r.SetCookie(web.BasketCookie, basket.Token, basketKeep)
	if !r.Spared() {
		basket.From = r.IP()
	}
	return basket
}

// back leads to the page that the form stood on.
func (h *Handler) back(r *web.Request) error {
	from, ok := strings.CutPrefix(r.Header("Referer"), r.Site.BaseURL)
	path := web.LocalPath(from)
	if !ok || path == "" {
		path = r.URL("/basket")
	}
	return r.RedirectURL(keptAt(r, path))
}
