package orders

import (
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// heldView is that page, for all of them or for some.
type heldView struct {
	Now       order.HeldNow
	Of        order.Holders
	Waiting   order.Waiting // of these
	Phones    []order.Holder
	Addresses []order.Holder
	OldPage   bool // what it showed was to be freed, and it did not say what that was
}

// some reports whether the page is about some of the holders only.
func (v heldView) some() bool { return v.Of.Phone != "" || v.Of.Address != "" }

// heldBy is the page for one holder.
func heldBy(phone, address string) string {
	return web.Address(association.HeldPath, web.Values(map[string]string{"phone": phone, "address": address}))
}

// shortAddress is enough of an address's mark to tell it from others on a page.
func shortAddress(mark string) string { return mark[:min(8, len(mark))] }

func (h *Handler) held(r *web.Request) error {
	return h.showHeld(r, http.StatusOK, heldView{Of: order.Holders{Phone: r.Query("phone"), Address: r.Query("address"), Mailed: true}})
}

func (h *Handler) showHeld(r *web.Request, status int, v heldView) error {
	ctx := r.Context()
	var err error
	if v.Now, err = h.Orders.Held(ctx); err != nil {
		return err
	}
	if v.Waiting, err = h.Orders.Waiting(ctx, v.Of); err != nil {
		return err
	}
	if v.Phones, v.Addresses, err = h.Orders.Holders(ctx); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.held.title"))
	if err != nil {
		return err
	}
	return r.Render(status, heldPage(p, v))
}

// free gives up the orders that the page showed and that nobody confirmed since.
func (h *Handler) free(r *web.Request) error {
	of := order.Holders{Phone: r.Form("phone"), Address: r.Form("address"), Mailed: r.Form("mailed") == "yes"}
	until, err := time.Parse(time.RFC3339Nano, r.Form("until"))
	if err != nil {
		of.Mailed = true
		return h.showHeld(r, http.StatusConflict, heldView{Of: of, OldPage: true})
	}
	freed, err := h.Orders.Free(r.Context(), of, until, order.By{Actor: r.Actor()})
	if freed > 0 { // also when something fails after that
		r.Record(security.OrdersFreed, uuid.Nil, strconv.Itoa(freed))
	}
	if err != nil {
		return err
	}
	waiting, err := h.Orders.Waiting(r.Context(), of)
	if err != nil {
		return err
	}
	left := waiting.Unconfirmed()
	if of.Mailed {
		left = waiting.Orders
	}
	if freed > 0 && left > 0 {
		r.Flash("association.held.freed_some", "Count", freed, "Left", left)
	} else {
		r.Flash("association.held.freed", "Count", freed)
	}
	return r.Redirect(association.HeldPath)
}
