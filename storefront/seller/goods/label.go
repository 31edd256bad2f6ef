package goods

import (
	"errors"
	"io"
	"net/http"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// labelView is the page on which a label is proposed for a product.
type labelView struct {
	Product   catalog.Product
	Labels    []catalog.Label // that there are
	Proposals []certificate.Proposal
	Form      ui.Form
}

func labelPath(product uuid.UUID) string {
	return seller.CataloguePath + "/" + product.String() + "/label"
}

func (h *Handler) label(r *web.Request) error {
	product, err := h.ownProduct(r)
	if err != nil {
		return err
	}
	return h.showLabel(r, http.StatusOK, product, ui.Form{})
}

func (h *Handler) showLabel(r *web.Request, status int, product catalog.Product, form ui.Form) error {
	v := labelView{Product: product, Form: form}
	var err error
	if v.Labels, err = h.Catalog.Labels(r.Context()); err != nil {
		return err
	}
	if v.Proposals, err = h.Certificates.OfProduct(r.Context(), r.CooperativeID(), product.ID); err != nil {
		return err
	}
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.label.title"))
	if err != nil {
		return err
	}
	return r.Render(status, labelPage(p, v))
}

// proposeLabel sends the association a label with its certificate.
func (h *Handler) proposeLabel(r *web.Request) error {
	product, err := h.ownProduct(r)
	if err != nil {
		return err
	}
	var scan io.Reader
	switch header, none := r.FormFile("scan"); {
	case errors.Is(none, web.ErrNoFile): // is told with all else that is missing
	case none != nil:
		return none
	default:
		file, err := header.Open()
		if err != nil {
			return web.ErrForm.Wrap(err)
		}
		defer func() { _ = file.Close() }() // only read
		scan = file
	}
	err = h.Certificates.Propose(r.Context(), r.CooperativeID(), product.ID, r.Form("label"), r.Form("certificate"), r.Form("expires_on"), scan, r.Actor())
	if form, ok := r.Rejected(err); ok {
		return h.showLabel(r, http.StatusUnprocessableEntity, product, form)
	}
	if errors.Is(err, certificate.ErrWaits) || errors.Is(err, certificate.ErrMany) {
		f := fault.As(err)
		form, _ := r.Rejected(&fault.Error{Kind: fault.Invalid, Message: f.Message})
		status := http.StatusConflict
		if f.Kind == fault.TooMany {
			status = http.StatusTooManyRequests
		}
		return h.showLabel(r, status, product, form)
	}
	if err != nil {
		return err
	}
	r.Flash("seller.label.sent")
	return r.Redirect(labelPath(product.ID))
}

// withdrawLabel takes back a label that was proposed, or that the product carries.
func (h *Handler) withdrawLabel(r *web.Request) error {
	product, err := h.ownProduct(r)
	if err != nil {
		return err
	}
	of := certificate.State(r.Form("seen"))
	if of != certificate.Proposed && of != certificate.Confirmed {
		return web.ErrForm
	}
	switch err := h.Certificates.Withdraw(r.Context(), r.CooperativeID(), product.ID, r.Form("label"), of, r.Actor()); {
	case err == nil:
		r.Flash("seller.label.withdrawn")
	case errors.Is(err, certificate.ErrNotFound): // it was withdrawn before, or the association has answered meanwhile
		r.Flash("seller.label.changed")
	default:
		return err
	}
	return r.Redirect(labelPath(product.ID))
}
