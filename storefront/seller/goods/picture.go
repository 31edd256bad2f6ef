package goods

import (
	"fmt"
	"mime/multipart"
	"net/http"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

func (h *Handler) picture(r *web.Request) error {
	product, err := h.ownProduct(r)
	if err != nil {
		return err
	}
	return h.showPicture(r, http.StatusOK, product, ui.Form{})
}

func (h *Handler) showPicture(r *web.Request, status int, product catalog.Product, form ui.Form) error {
	photo, err := h.Pictures.Latest(r.Context(), r.CooperativeID(), product.ID)
	if err != nil {
		return err
	}
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.picture.title"))
	if err != nil {
		return err
	}
	if photo == picture.Waiting {
		r.SetHeader("Refresh", "2") // seconds: its smaller copies are there in one or two
	}
	return r.Render(status, picturePage(p, product, form, photo))
}

func (h *Handler) addPicture(r *web.Request) error {
	product, err := h.ownProduct(r)
	if err != nil {
		return err
	}
	file, err := seller.Photograph(r)
	if err == nil {
		err = h.sendPicture(r, product.ID, file)
	}
	if f, status := seller.RefusedFile(r, err); f != nil {
		return h.showPicture(r, status, product, ui.Form{Errors: map[string]string{"picture": r.Locale.Message(f.Message)}})
	}
	if err != nil {
		return err
	}
	r.Flash("seller.picture.received")
	return r.Redirect(seller.CataloguePath + "/" + product.ID.String() + "/picture")
}

func (h *Handler) sendPicture(r *web.Request, product uuid.UUID, header *multipart.FileHeader) error {
	file, err := header.Open()
	if err != nil {
		return fmt.Errorf("open picture: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	_, err = h.Pictures.Add(r.Context(), r.CooperativeID(), product, file, r.Actor())
	return err
}
