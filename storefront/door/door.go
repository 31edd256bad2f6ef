package door

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Login is somebody that visitors of a demonstration may sign in as.
type Login struct {
	Who      i18n.Text
	Login    string
	Password string
}

// Handler has the pages of the entrance.
type Handler struct {
	Accounts *account.Service
	Logins   []Login // shown on the sign-in page of a demonstration
}

// Routes lists the pages of the entrance.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: "/signin", Policy: web.Public, Private: true, Handler: h.askSignIn},
		{Method: http.MethodPost, Path: "/signin", Policy: web.Public, Private: true, Limit: web.SignInLimit, Handler: h.signIn},
		{Method: http.MethodPost, Path: "/signout", Policy: web.Public, Private: true, Handler: h.signOut},
		{Method: http.MethodGet, Path: "/forgot", Policy: web.Public, Private: true, Handler: h.askLogin},
		{Method: http.MethodPost, Path: "/forgot", Policy: web.Public, Private: true, Limit: web.SignInLimit, Handler: h.mailLink},
		{Method: http.MethodGet, Path: "/reset/:token", Policy: web.Public, Private: true, Handler: h.askPassword},
		{Method: http.MethodPost, Path: "/reset/:token", Policy: web.Public, Private: true, Limit: web.SignInLimit, Handler: h.setPassword},
	}
}

// cookieKeep is how long a browser keeps the session's cookie; the session itself mostly ends sooner.
const cookieKeep = 30 * 24 * time.Hour

var errIncomplete = fault.New(fault.Invalid, "door.incomplete")

func (h *Handler) askSignIn(r *web.Request) error {
	if r.User != nil {
		return r.Redirect(home(*r.User))
	}
	return h.showSignIn(r, http.StatusOK, ui.Form{})
}

func (h *Handler) showSignIn(r *web.Request, status int, form ui.Form) error {
	logins := h.Logins
	if !r.Site.Demo {
		logins = nil
	}
	return r.Render(status, signInPage(r.Page(r.Locale.T("door.signin.title")), form, next(r), logins))
}

func (h *Handler) signIn(r *web.Request) error {
	login, password := r.Form("login"), r.RawForm("password")
	err := required(r, "login", "password")
	var token string
	var user account.User
	if err == nil {
		token, user, err = h.Accounts.SignIn(r.Context(), login, password, r.IP())
	}
	if err != nil {
		return h.refuseSignIn(r, login, err)
	}
	if old := r.Cookie(web.SessionCookie); old != "" {
		if err := h.Accounts.SignOut(r.Context(), old); err != nil {
			return err
		}
	}
	r.SetCookie(web.SessionCookie, token, cookieKeep)
	if target := next(r); target != "" {
		return r.Redirect(target)
	}
	return r.Redirect(home(user))
}

// refuseSignIn shows the form again with what is wrong: with the login or the password, or that there
// were too many failures, or too many people at once, and when to come back.
func (h *Handler) refuseSignIn(r *web.Request, login string, err error) error {
	if form, ok := r.Rejected(err); ok {
		return h.showSignIn(r, http.StatusUnprocessableEntity, form)
	}
	f := fault.As(err)
	if f == nil {
		return err
	}
	status, seconds := http.StatusServiceUnavailable, 5
	switch f.Kind {
	case fault.TooMany:
		minutes, _ := f.Args["Count"].(int)
		status, seconds = http.StatusTooManyRequests, 60*max(minutes, 1)
	case fault.Unavailable:
	default:
		return err
	}
	r.SetHeader("Retry-After", strconv.Itoa(seconds))
	return h.showSignIn(r, status, ui.Form{
		Values: map[string]string{"login": login},
		Errors: map[string]string{"": r.Locale.Message(f.Message)},
	})
}

func (h *Handler) signOut(r *web.Request) error {
	if token := r.Cookie(web.SessionCookie); token != "" {
		if err := h.Accounts.SignOut(r.Context(), token); err != nil {
			return err
		}
	}
	r.DropCookie(web.SessionCookie)
	r.Flash("door.signed_out")
	return r.Redirect("/")
}

func (h *Handler) askLogin(r *web.Request) error {
	return r.Render(http.StatusOK, forgotPage(r.Page(r.Locale.T("door.forgot.title")), ui.Form{}, r.Query("sent") != ""))
}

// askTime is how long asking for a link takes at least: more than finding the person and writing to
// her does, so that the time tells nobody who has an account.
const askTime = 150 * time.Millisecond

func (h *Handler) mailLink(r *web.Request) error {
	done := time.After(askTime)
	defer func() { <-done }()
	err := required(r, "login")
	if err == nil {
		link := func(token string) string { return r.AbsoluteURL("/reset/" + token) }
		err = h.Accounts.RequestReset(r.Context(), r.Form("login"), link, r.Locale)
	}
	if form, ok := r.Rejected(err); ok {
		return r.Render(http.StatusUnprocessableEntity, forgotPage(r.Page(r.Locale.T("door.forgot.title")), form, false))
	}
	if err != nil {
		return err
	}
	return r.Redirect("/forgot?sent=1")
}

func (h *Handler) askPassword(r *web.Request) error { return h.showReset(r, http.StatusOK, ui.Form{}) }

func (h *Handler) showReset(r *web.Request, status int, form ui.Form) error {
	return r.Render(status, resetPage(r.Page(r.Locale.T("door.reset.title")), form, "/reset/"+url.PathEscape(r.Param("token"))))
}

func (h *Handler) setPassword(r *web.Request) error {
	err := required(r, "password")
	if err == nil {
		err = h.Accounts.ResetPassword(r.Context(), r.Param("token"), r.RawForm("password"))
	}
	if form, ok := r.Rejected(err); ok {
		return h.showReset(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	r.DropCookie(web.SessionCookie) // a new password ends every session
	r.Flash("door.password_changed")
	return r.Redirect("/signin")
}

// required answers with a message for each field that was left empty, or nil.
func required(r *web.Request, fields ...string) error {
	var missing *fault.Error
	for _, field := range fields {
		if r.Form(field) != "" {
			continue
		}
		if missing == nil {
			missing = fault.New(errIncomplete.Kind, errIncomplete.Key)
		}
		missing.Field(field, "door.required."+field)
	}
	if missing == nil {
		return nil
	}
	return missing
}

// next is where to go after signing in: the page that asked for it, if it is one of ours.
func next(r *web.Request) string {
	if target := r.Form("next"); target != "" {
		return web.LocalPath(target)
	}
	return web.LocalPath(r.Query("next"))
}

// home is where a person's work is.
func home(u account.User) string {
	if u.Role == account.Association {
		return "/association"
	}
	return "/seller"
}
