package home

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/shown"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

const pagePath = "/seller/page"

// pageView is what a cooperative says to buyers, to be changed by itself.
type pageView struct {
	Cooperative cooperative.Cooperative
	Form        ui.Form // of its words
	Picture     ui.Form // of its photograph
	Photo       string  // what became of the last one
}

func (h *Handler) page(r *web.Request) error {
	return h.showPage(r, http.StatusOK, pageView{Cooperative: *r.Cooperative, Form: ui.Form{Values: pageText(*r.Cooperative)}})
}

func (h *Handler) showPage(r *web.Request, status int, v pageView) error {
	var err error
	if v.Photo, err = h.Pictures.LatestOfCooperative(r.Context(), r.CooperativeID()); err != nil {
		return err
	}
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.page.title"))
	if err != nil {
		return err
	}
	return r.Render(status, pagePage(p, v))
}

func (h *Handler) present(r *web.Request) error {
	said := func(field string) i18n.Text {
		return i18n.Text{AR: r.Form(field + "_ar"), FR: r.Form(field + "_fr"), EN: r.Form(field + "_en")}
	}
	changed, err := h.Cooperatives.Present(r.Context(), r.CooperativeID(), cooperative.Presentation{
		Description: said("description"), Story: said("story"), Hours: said("hours"),
		Phone: r.Form("phone"),
	}, shown.Read(r.Form("shown")), r.Actor())
	var meanwhile *cooperative.Changed
	if errors.As(err, &meanwhile) {
		return h.showChanged(r, meanwhile)
	}
	if form, ok := r.Rejected(err); ok {
		return h.showPage(r, http.StatusUnprocessableEntity, pageView{Cooperative: *r.Cooperative, Form: form})
	}
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		r.Record(security.CooperativeChanged, r.CooperativeID(), strings.Join(changed, " "))
	}
	r.Flash("seller.page.saved")
	return r.Redirect(pagePath)
}

// showChanged shows the form again after somebody else changed the same text first: as it is now, with what was changed in
// it and, at each text that both changed, what is kept there now. Sent again, it replaces that.
func (h *Handler) showChanged(r *web.Request, changed *cooperative.Changed) error {
	form := ui.Form{Values: pageText(changed.Typed), Errors: map[string]string{"": r.Locale.T("seller.page.changed")}}
	now := pageText(changed.Kept)
	form.Values["shown"] = now["shown"]
	for _, field := range changed.Fields {
		form.Errors[field] = keptNow(r.Locale, now[field])
	}
	return h.showPage(r, http.StatusConflict, pageView{Cooperative: changed.Kept, Form: form})
}

// pageText is what the cooperative says as the form shows it, by field.
func pageText(c cooperative.Cooperative) map[string]string {
	values := c.Identity()
	values["shown"] = shown.Of(values).Encode()
	values["phone"] = ui.PhoneText(c.Phone)
	return values
}

func (h *Handler) addPicture(r *web.Request) error {
	err := h.sendPicture(r)
	if f, status := seller.RefusedFile(r, err); f != nil {
		return h.showPage(r, status, pageView{
			Cooperative: *r.Cooperative, Form: ui.Form{Values: pageText(*r.Cooperative)},
			Picture: ui.Form{Errors: map[string]string{"picture": r.Locale.Message(f.Message)}},
		})
	}
	if err != nil {
		return err
	}
	r.Flash("seller.picture.received")
	return r.Redirect(pagePath)
}

func (h *Handler) sendPicture(r *web.Request) error {
	header, err := seller.Photograph(r)
	if err != nil {
		return err
	}
	file, err := header.Open()
	if err != nil {
		return fmt.Errorf("open picture: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	_, err = h.Pictures.AddOfCooperative(r.Context(), r.CooperativeID(), file, r.Actor())
	return err
}
