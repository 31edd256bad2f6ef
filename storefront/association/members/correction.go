package members

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/security"
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
	form.Values["version"] = strconv.FormatInt(c.Version, 10)
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
	corrected.Version = r.Shown("version")
	changed, err := h.Cooperatives.Correct(r.Context(), corrected, r.Actor())
	if errors.Is(err, cooperative.ErrChanged) {
		return h.showChanged(r, fault.As(err))
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

// showChanged shows the form again after somebody else saved it first: with what was typed, who it was,
// and at each field that differs what is kept there now. Sent again, it replaces that.
func (h *Handler) showChanged(r *web.Request, changed *fault.Error) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	form, _ := r.Rejected(&fault.Error{Kind: fault.Invalid, Message: changed.Message})
	form.Values["version"] = strconv.FormatInt(c.Version, 10)
	now := identityText(c)
	now["sector"], now["commune"] = r.Locale.Text(c.SectorName), r.Locale.Text(c.CommuneName)
	for field := range changed.Fields {
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
