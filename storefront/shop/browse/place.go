package browse

import (
	"net/http"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// placeView is what the page shows on which a reader says where her orders go.
type placeView struct {
	Zones []shop.Zone
	Form  ui.Form
	Known bool // she has said so
}

func (h *Handler) askPlace(r *web.Request) error {
	return h.showPlace(r, http.StatusOK, ui.Form{Values: map[string]string{"place": r.PlaceSlug(), "back": r.Query("back")}})
}

func (h *Handler) showPlace(r *web.Request, status int, form ui.Form) error {
	v := placeView{Form: form, Known: r.PlaceSlug() != ""}
	var err error
	if v.Zones, err = shop.Zones(r.Context(), h.Delivery, r.Locale, order.Basket{}, h.Now()); err != nil {
		return err
	}
	p := r.Page(r.Locale.T("shop.place.title"))
	p.Plain, p.Typing = true, placeForm
	if r.Method() == http.MethodPost {
		p.Path = "/place"
	}
	return r.Render(status, placePage(p, v))
}

// setPlace remembers the place, however its name is written, or forgets it, and leads back to where the reader was.
func (h *Handler) setPlace(r *web.Request) error {
	form := ui.Form{Values: map[string]string{"place": r.Form("place"), "back": r.Form("back")}, Errors: map[string]string{}}
	if r.Form("show") != "" { // in another language
		return h.showPlace(r, http.StatusOK, form)
	}
	slug := ""
	if r.Form("forget") == "" {
		var ok bool
		var err error
		if slug, ok, err = h.Delivery.PlaceMeant(r.Context(), r.Form("place")); err != nil {
			return err
		}
		if !ok {
			form.Errors["place"] = r.Locale.T("delivery.unknown_place")
			return h.showPlace(r, http.StatusUnprocessableEntity, form)
		}
		place, _, err := h.Delivery.Place(r.Context(), slug)
		if err != nil {
			return err
		}
		r.Flash("shop.place.kept", "Place", place.Name)
	} else {
		r.Flash("shop.place.forgotten")
	}
	r.SetPlace(slug)
	if back := web.LocalPath(r.Form("back")); back != "" {
		return r.Redirect(back)
	}
	return r.Redirect("/")
}

// placeForm is the form's id in the document.
const placeForm = "place"
