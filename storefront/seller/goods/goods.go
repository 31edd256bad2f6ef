package goods

import (
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/upload"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages of what a cooperative sells. All its services are needed.
type Handler struct {
	Catalog  *catalog.Service
	Pictures *picture.Service
	Uploads  *upload.Service // gives the catalogue out as a file
	Orders   *order.Service
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	photograph := web.Post(web.Member, seller.CataloguePath+"/:id/picture", h.addPicture)
	photograph.MaxBody = picture.MaxBytes + seller.FormRoom
	return []web.Route{
		web.Get(web.Member, seller.CataloguePath, h.catalogue),
		web.Get(web.Member, seller.CataloguePath+"/export.:format", h.exportCatalogue),
		web.Get(web.Member, seller.CataloguePath+"/new", h.newProduct),
		web.Post(web.Member, seller.CataloguePath+"/new", h.createProduct),
		web.Post(web.Member, seller.CataloguePath+"/several", h.setSeveral),
		web.Get(web.Member, seller.CataloguePath+"/:id", h.product),
		web.Post(web.Member, seller.CataloguePath+"/:id", h.updateProduct),
		web.Post(web.Member, seller.CataloguePath+"/:id/quick", h.setPriceStock),
		web.Post(web.Member, seller.CataloguePath+"/:id/state", h.setState),
		web.Get(web.Member, seller.CataloguePath+"/:id/picture", h.picture),
		photograph,
	}
}
