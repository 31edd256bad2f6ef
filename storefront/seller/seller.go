package seller

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// CataloguePath is where the catalogue is.
const CataloguePath = "/seller/products"

// Page is what the layout wants to know, the number of orders that wait in the menu included, and
// the cooperative's orders that are on their way counted by state.
func Page(r *web.Request, orders *order.Service, title string) (ui.Page, map[order.PartState]int, error) {
	counts, err := orders.CountParts(r.Context(), r.CooperativeID())
	if err != nil {
		return ui.Page{}, nil, fmt.Errorf("orders that wait: %w", err)
	}
	p := r.Page(title)
	for _, state := range order.TodoParts() {
		p.Waiting += counts[state]
	}
	return p, counts, nil
}

// Home is a member's first page, DoneID names what it says was just accepted there.
const (
	Home   = "/seller"
	DoneID = "done"
)

// HomeAfter is the address of a member's first page when she has just accepted the parts with these ids there.
func HomeAfter(ids []string) string {
	return web.Address(Home, url.Values{"done": {strings.Join(ids, ".")}}) + "#" + DoneID
}
