package members

import (
	"maps"
	"net/http"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

func (h *Handler) newCooperative(r *web.Request) error {
	return h.showAdmission(r, http.StatusOK, withKey(ui.Form{}))
}

func (h *Handler) showAdmission(r *web.Request, status int, form ui.Form) error {
	v, err := h.identityView(r, form)
	if err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.new.title"))
	if err != nil {
		return err
	}
	return r.Render(status, admissionPage(p, v))
}

// keyField is the field by which a form that makes something new is known when it is sent twice.
const keyField = "form"

// withKey is the form with a key of its own, if it has none yet.
func withKey(form ui.Form) ui.Form {
	if _, err := uuid.Parse(form.Values[keyField]); err == nil {
		return form
	}
	values := map[string]string{}
	maps.Copy(values, form.Values)
	values[keyField] = uuid.NewString()
	form.Values = values
	return form
}

func (h *Handler) createCooperative(r *web.Request) error {
	key, _ := uuid.Parse(r.Form(keyField))
	c, err := h.Cooperatives.CreateOnce(r.Context(), key, readIdentity(r), r.Actor())
	if form, ok := r.Rejected(err); ok {
		return h.showAdmission(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	r.Record(security.CooperativeAdded, c.ID, "")
	r.Flash("association.new.done", "Name", c.Name)
	return r.Redirect(association.CooperativesPath + "/" + c.Slug)
}

// addMember gives somebody of a cooperative an account.
func (h *Handler) addMember(r *web.Request) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	return h.invite(r, account.NewUser{CooperativeID: &c.ID}, func(form ui.Form) error {
		return h.showCooperative(r, formMember, ui.Refusal{Status: http.StatusUnprocessableEntity, Form: form})
	}, association.CooperativesPath+"/"+c.Slug)
}
