package web

import (
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
)

// GiveRole gives a person the role that the form of ui.RolePanel names, which has to be confirmed, and says so
// on the next page. Errors as of account.Service.Grant, with the field sure besides.
func (r *Request) GiveRole(accounts *account.Service, user uuid.UUID) error {
	if r.Form("sure") != "yes" {
		return fault.New(account.ErrUser.Kind, account.ErrUser.Key).Field("sure", "ui.role.sure_missing")
	}
	role := account.Role(r.Form("role"))
	if err := accounts.Grant(r.Context(), user, r.Actor(), new(r.Shown("seen")), role, r.Source()); err != nil {
		return err
	}
	r.Flash("ui.role.given", "Role", r.Locale.T("role."+string(role)))
	return nil
}
