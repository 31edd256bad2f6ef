package goods

import (
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/upload"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages of what a cooperative sells. All its services are needed.
type Handler struct {
	Catalog      *catalog.Service
	Pictures     *picture.Service
	Certificates *certificate.Service
	Uploads      *upload.Service // gives the catalogue out as a file
	Orders       *order.Service
	Now          func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	photograph := web.Post(account.KeepGoods, seller.CataloguePath+"/:id/picture", h.addPicture)
	photograph.MaxBody = picture.MaxBytes + seller.FormRoom
	propose := web.Post(account.KeepGoods, seller.CataloguePath+"/:id/label", h.proposeLabel)
	propose.MaxBody = picture.MaxPaper + seller.FormRoom
	return []web.Route{
		web.Get(account.KeepGoods, seller.CataloguePath, h.catalogue),
		web.File(account.KeepGoods, seller.CataloguePath+"/export.:format", h.exportCatalogue),
		web.Get(account.KeepGoods, seller.CataloguePath+"/new", h.newProduct),
		web.Post(account.KeepGoods, seller.CataloguePath+"/new", h.createProduct),
		web.Post(account.KeepGoods, seller.CataloguePath+"/several", h.setSeveral),
		web.Get(account.KeepGoods, seller.CataloguePath+"/:id", h.product),
		web.Post(account.KeepGoods, seller.CataloguePath+"/:id", h.updateProduct),
		web.Post(account.KeepGoods, seller.CataloguePath+"/:id/quick", h.setPriceStock),
		web.Post(account.KeepGoods, seller.CataloguePath+"/:id/state", h.setState),
		web.Post(account.KeepGoods, seller.CataloguePath+"/:id/sizes", h.setSizes),
		web.Get(account.KeepGoods, seller.CataloguePath+"/:id/picture", h.picture),
		photograph,
		web.Get(account.KeepGoods, seller.CataloguePath+"/:id/label", h.label),
		propose,
		web.Post(account.KeepGoods, seller.CataloguePath+"/:id/label/withdraw", h.withdrawLabel),
	}
}
