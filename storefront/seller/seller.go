package seller

import (
	"fmt"

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
