package home

import (
	"net/http"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

const peoplePath = "/seller/people"

// people shows who can sign in for the cooperative, and with which role.
func (h *Handler) people(r *web.Request) error {
	people, err := h.Accounts.MembersOf(r.Context(), r.CooperativeID())
	if err != nil {
		return err
	}
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.people.title"))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, peoplePage(p, people))
}

func (h *Handler) person(r *web.Request) error { return h.showPerson(r, ui.Refusal{}) }

// showPerson shows one of them, with why she was not given another role.
func (h *Handler) showPerson(r *web.Request, no ui.Refusal) error {
	who, err := h.ownPerson(r)
	if err != nil {
		return err
	}
	p, _, err := seller.Page(r, h.Orders, who.Name)
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), personPage(p, who, no))
}

// ownPerson is the one of her own cooperative that the address names.
func (h *Handler) ownPerson(r *web.Request) (account.Person, error) {
	id, err := r.UUID("id")
	if err != nil {
		return account.Person{}, err
	}
	who, err := h.Accounts.Person(r.Context(), id)
	if err == nil && (who.CooperativeID == nil || *who.CooperativeID != r.CooperativeID()) {
		err = web.ErrNotFound
	}
	return who, err
}

// giveRole gives one of them another role.
func (h *Handler) giveRole(r *web.Request) error {
	who, err := h.ownPerson(r)
	if err != nil {
		return err
	}
	err = r.GiveRole(h.Accounts, who.ID)
	if no, ok := r.Refused(err); ok {
		return h.showPerson(r, no)
	}
	if err != nil {
		return err
	}
	return r.Redirect(peoplePath)
}
