package members

import (
	"errors"
	"net/http"
	"strings"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/shown"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// correctionView is the page on which a cooperative's identity is corrected.
type correctionView struct {
	identityView
	Cooperative cooperative.Cooperative // as it is kept
}

func (h *Handler) correction(r *web.Request) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	form := ui.Form{Values: identityText(c)}
	return h.showCorrection(r, http.StatusOK, c, form)
}

func (h *Handler) showCorrection(r *web.Request, status int, c cooperative.Cooperative, form ui.Form) error {
	v := correctionView{Cooperative: c}
	var err error
	if v.identityView, err = h.identityView(r, form); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.correct.title"))
	if err != nil {
		return err
	}
	return r.Render(status, correctionPage(p, v))
}

func (h *Handler) correct(r *web.Request) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	corrected := readIdentity(r)
	if corrected.ID = c.ID; !h.Payments.PaysOut() { // the form does not ask for it
		corrected.StripeAccount = c.StripeAccount
	}
	changed, err := h.Cooperatives.Correct(r.Context(), corrected, shown.Read(r.Form("shown")), r.Actor())
	var meanwhile *cooperative.Changed
	if errors.As(err, &meanwhile) {
		return h.showChanged(r, meanwhile)
	}
	if form, ok := r.Rejected(err); ok {
		return h.showCorrection(r, http.StatusUnprocessableEntity, c, form)
	}
	if err != nil {
		return err
	}
	done := "association.correct.done"
	if len(changed) == 0 {
		done = "association.correct.nothing"
	} else {
		r.Record(security.CooperativeChanged, c.ID, strings.Join(changed, " "))
	}
	if c, err = h.Cooperatives.ByID(r.Context(), c.ID); err != nil {
		return err
	}
	r.Flash(done, "Name", c.Name)
	return r.Redirect(association.CooperativesPath + "/" + c.Slug)
}

// showChanged shows the form again after somebody else changed the same field first: as it is now, with what was changed in
// it, who it was, and at each field that both changed what is kept there now. Sent again, it replaces that.
func (h *Handler) showChanged(r *web.Request, changed *cooperative.Changed) error {
	c := changed.Kept
	form := ui.Form{Values: identityText(changed.Typed), Errors: map[string]string{"": r.Locale.Message(cooperative.ErrChanged.Message)}}
	now := identityText(c)
	form.Values["shown"] = now["shown"]
	now["sector"], now["commune"] = r.Locale.Text(c.SectorName), r.Locale.Text(c.CommuneName)
	for _, field := range changed.Fields {
		form.Errors[field] = keptNow(r.Locale, now[field])
	}
	var saved cooperative.Event
	for _, kind := range []cooperative.Kind{cooperative.Corrected, cooperative.RIBChanged} {
		last, err := h.Cooperatives.Last(r.Context(), c.ID, kind)
		if err != nil {
			return err
		}
		if last.Mark() > saved.Mark() {
			saved = last
		}
	}
	if saved.Mark() > 0 {
		form.Errors[""] = savedFirst(r.Locale, saved)
	}
	return h.showCorrection(r, http.StatusConflict, c, form)
}
