package association

import (
	"crypto/rand"
	"net/http"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

func (h *Handler) newCooperative(r *web.Request) error {
	return h.showAdmission(r, http.StatusOK, ui.Form{})
}

func (h *Handler) showAdmission(r *web.Request, status int, form ui.Form) error {
	v, err := h.identityView(r, form, "")
	if err != nil {
		return err
	}
	p, err := h.page(r, r.Locale.T("association.new.title"))
	if err != nil {
		return err
	}
	return r.Render(status, admissionPage(p, v))
}

func (h *Handler) createCooperative(r *web.Request) error {
	c, err := h.Cooperatives.Create(r.Context(), readIdentity(r, ""), r.UserID())
	if form, ok := r.Rejected(err); ok {
		return h.showAdmission(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	r.Flash("association.new.done", "Name", c.Name)
	return r.Redirect(cooperativesPath + "/" + c.Slug)
}

// addMember gives somebody of a cooperative an account. With an e-mail address and no password, a
// link to choose one is mailed; a password that was agreed on by word of mouth serves those without.
func (h *Handler) addMember(r *web.Request) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	member := account.NewUser{
		Name: r.Form("name"), Email: r.Form("email"), Phone: r.Form("phone"), Password: r.RawForm("password"),
		Role: account.Member, CooperativeID: &c.ID, Locale: r.Locale.Code(),
	}
	mailed := member.Password == "" && member.Email != ""
	if mailed {
		member.Password = rand.Text() // nobody's, until the link is followed
	}
	done := "association.member.done"
	_, err = h.Accounts.Create(r.Context(), member)
	if err == nil && mailed {
		done = "association.member.mailed"
		link := func(token string) string { return r.AbsoluteURL("/reset/" + token) }
		err = h.Accounts.RequestReset(r.Context(), member.Email, link, r.Locale)
	}
	if form, ok := r.Rejected(err); ok {
		return h.showCooperative(r, formMember, refusal{Status: http.StatusUnprocessableEntity, Form: form})
	}
	if err != nil {
		return err
	}
	r.Flash(done, "Name", member.Name)
	return r.Redirect(cooperativesPath + "/" + c.Slug)
}
