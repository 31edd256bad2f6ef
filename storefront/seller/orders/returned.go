package orders

import (
	"net/url"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

const (
	returnedPath    = "/seller/returns"
	returnedPerPage = 20 // returns, of some lines each
)

// returnedView is what came back of the cooperative's goods and waits for its word.
type returnedView struct {
	order.ReturnedLines
	Refused ui.Refusal
	from    *keyset.Place
}

// returnedAddress is the page of what came back, or below it, that begins at a place.
func returnedAddress(below string, from *keyset.Place) string {
	query := url.Values{}
	web.SetPlace(query, from)
	return web.Address(returnedPath+below, query)
}

func (h *Handler) returned(r *web.Request) error { return h.showReturned(r, ui.Refusal{}) }

func (h *Handler) showReturned(r *web.Request, no ui.Refusal) error {
	v := returnedView{Refused: no, from: web.ReadRow(r)}
	var err error
	if v.ReturnedLines, err = h.Orders.ReturnedTo(r.Context(), r.CooperativeID(), v.from, returnedPerPage); err != nil {
		return err
	}
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.returns.title"))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), returnedPage(p, v))
}

// restock says whether sound goods that came back go into stock again.
func (h *Handler) restock(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	line, err := r.UUID("line")
	if err != nil {
		return err
	}
	into := r.Form("into") == "yes"
	if !into && r.Form("into") != "no" {
		err = fault.New(fault.Invalid, "seller.returns.choose")
	} else {
		err = h.Orders.Restock(r.Context(), id, line, into, order.By{Actor: r.Actor()})
	}
	if no, ok := r.Refused(err); ok {
		return h.showReturned(r, no)
	}
	if err != nil {
		return err
	}
	if into {
		r.Flash("seller.returns.into")
	} else {
		r.Flash("seller.returns.not_into")
	}
	return r.Redirect(returnedAddress("", web.ReadRow(r)))
}
