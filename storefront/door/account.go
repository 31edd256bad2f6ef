package door

import (
	"net/http"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// accountPath is where everybody who signed in finds her own account.
const accountPath = "/account"

// lately is how many events of her account a person is shown.
const lately = 12

// accountView is a person's own account.
type accountView struct {
	Form     ui.Form // of the password
	Sessions []account.Session
	Events   []security.Entry
}

// others is how many sessions there are besides this one.
func (v accountView) others() int {
	n := 0
	for _, s := range v.Sessions {
		if !s.Current {
			n++
		}
	}
	return n
}

// login is one that a person signs in with, for the browser's own store of passwords.
func login(u account.User) string {
	if u.Email != nil {
		return *u.Email
	}
	return *u.Phone
}

func (h *Handler) account(r *web.Request) error {
	return h.showAccount(r, http.StatusOK, ui.Form{})
}

func (h *Handler) showAccount(r *web.Request, status int, form ui.Form) error {
	v := accountView{Form: form}
	var err error
	if v.Sessions, err = h.Accounts.Sessions(r.Context(), r.User.ID, r.Cookie(web.SessionCookie)); err != nil {
		return err
	}
	v.Events, _, err = h.Security.List(r.Context(), security.Filter{Account: r.User.ID, Kinds: security.OfAccounts, Limit: lately})
	if err != nil {
		return err
	}
	return r.Render(status, accountPage(r.Page(r.Locale.T("door.account.title")), v))
}

func (h *Handler) changePassword(r *web.Request) error {
	err := required(r, "current_password", "password")
	var entry account.Entry
	var ended int
	if err == nil {
		entry, ended, err = h.Accounts.ChangePassword(r.Context(), *r.User, account.Change{
			Current: r.RawForm("current_password"), Password: r.RawForm("password"), From: r.Source(), Device: r.Cookie(web.DeviceCookie),
		}, r.Locale)
	}
	if form, status := refused(r, err); status != 0 {
		return h.showAccount(r, status, form)
	}
	if err != nil {
		return err
	}
	enter(r, entry)
	r.Forget()
	r.Flash("door.account.changed", "Count", ended)
	return r.Redirect(accountPath)
}

func (h *Handler) endSession(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	return h.endConfirmed(r, accountPath+"/sessions/"+id.String()+"/end", func() (int, error) {
		return 1, h.Accounts.EndSession(r.Context(), *r.User, id, r.Actor(), r.Source())
	})
}

func (h *Handler) endOthers(r *web.Request) error {
	return h.endConfirmed(r, accountPath+"/sessions/end", func() (int, error) {
		return h.Accounts.EndSessions(r.Context(), *r.User, r.Cookie(web.SessionCookie), r.Actor(), r.Source())
	})
}

// endConfirmed ends sessions once it is certain who asks for it; until then it answers with a form for
// the password, which leads to path again.
func (h *Handler) endConfirmed(r *web.Request, path string, end func() (ended int, err error)) error {
	err := h.Accounts.Confirm(r.Context(), *r.User, r.Cookie(web.SessionCookie), r.RawForm("current_password"), r.Source())
	if form, status := refused(r, err); status != 0 {
		return r.Render(status, confirmPage(r.Page(r.Locale.T("door.confirm.title")), form, path))
	}
	if err != nil {
		return err
	}
	ended, err := end()
	if err != nil {
		return err
	}
	r.Flash("door.account.ended", "Count", ended)
	return r.Redirect(accountPath)
}
