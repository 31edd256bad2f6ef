package home

import (
	"net/http"

	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/web"
)

const cooperativePath = "/seller/cooperative"

// cooperative shows a member what is kept of her cooperative; the association alone corrects it.
func (h *Handler) cooperative(r *web.Request) error {
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.cooperative.title"))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, cooperativePage(p, *r.Cooperative))
}
