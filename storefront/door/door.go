package door

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Login is somebody that visitors of a demonstration may sign in as.
type Login struct {
	Who      i18n.Text
	Role     account.Role
	Login    string
	Password string
}

// Handler has the pages of the entrance.
type Handler struct {
	Accounts *account.Service
	Security *security.Log
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

		{Method: http.MethodGet, Path: accountPath, Policy: web.SignedIn, Handler: h.account},
		{Method: http.MethodPost, Path: accountPath + "/password", Policy: web.SignedIn, Limit: web.SignInLimit, Handler: h.changePassword},
		{Method: http.MethodPost, Path: accountPath + "/sessions/end", Policy: web.SignedIn, Limit: web.SignInLimit, Handler: h.endOthers},
		{Method: http.MethodPost, Path: accountPath + "/sessions/:id/end", Policy: web.SignedIn, Limit: web.SignInLimit, Handler: h.endSession},
	}
}

// How long a browser keeps the session's cookie, and the one by which it is known again; the session
// itself mostly ends sooner.
const (
	cookieKeep = 30 * 24 * time.Hour
	deviceKeep = 365 * 24 * time.Hour
)

var errIncomplete = fault.New(fault.Invalid, "door.incomplete")

func (h *Handler) askSignIn(r *web.Request) error {
	if r.User != nil {
		return r.Redirect(cmp.Or(next(r), ui.Home(*r.User)))
	}
	if r.Query("kept") != "" { // the browser was just given a session
		return h.showSignIn(r, http.StatusForbidden, ui.Form{Errors: map[string]string{"": r.Locale.T("web.no_cookies")}})
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
	var entry account.Entry
	if err == nil {
		entry, err = h.Accounts.SignIn(r.Context(), account.Attempt{
			Login: login, Password: password, From: r.Source(), Device: r.Cookie(web.DeviceCookie),
		})
	}
	if err != nil {
		return h.refuseSignIn(r, login, err)
	}
	if old := r.Cookie(web.SessionCookie); old != "" {
		if err := h.Accounts.SignOut(r.Context(), old, r.Source()); err != nil {
			return err
		}
	}
	enter(r, entry)
	target := cmp.Or(next(r), ui.Home(entry.User))
	if !r.KeepsCookies() {
		target = "/signin?" + url.Values{"kept": {"1"}, "next": {target}}.Encode()
	}
	return r.Redirect(target)
}

// enter gives the browser its session and makes it known.
func enter(r *web.Request, entry account.Entry) {
	r.SetCookie(web.SessionCookie, entry.Token, cookieKeep)
	r.SetCookie(web.DeviceCookie, entry.Device, deviceKeep)
}

// refuseSignIn shows the form again with what is wrong.
func (h *Handler) refuseSignIn(r *web.Request, login string, err error) error {
	form, status := refused(r, err)
	if status == 0 {
		return err
	}
	form.Values = map[string]string{"login": login}
	return h.showSignIn(r, status, form)
}

// refused is the form that is shown again, and the answer's status, for what is wrong with the fields; or
// for too many failures or too many people at once, and then the answer says when to come back. Any other
// error is not for a form, and the status is 0.
func refused(r *web.Request, err error) (ui.Form, int) {
	if form, ok := r.Rejected(err); ok {
		return form, http.StatusUnprocessableEntity
	}
	f := fault.As(err)
	if f == nil {
		return ui.Form{}, 0
	}
	status, wait := http.StatusServiceUnavailable, 5*time.Second
	switch f.Kind {
	case fault.TooMany:
		status, wait = http.StatusTooManyRequests, account.Wait(err)
	case fault.Unavailable:
	default:
		return ui.Form{}, 0
	}
	r.SetHeader("Retry-After", strconv.Itoa(int(wait.Seconds())))
	return ui.Form{Errors: map[string]string{"": r.Locale.Message(f.Message)}}, status
}

func (h *Handler) signOut(r *web.Request) error {
	if token := r.Cookie(web.SessionCookie); token != "" {
		if err := h.Accounts.SignOut(r.Context(), token, r.Source()); err != nil {
			return err
		}
	}
	r.DropCookie(web.SessionCookie)
	r.Forget()
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
		err = h.Accounts.RequestReset(r.Context(), r.Form("login"), r.Source(), link, r.Locale)
	}
	if form, ok := r.Rejected(err); ok {
		return r.Render(http.StatusUnprocessableEntity, forgotPage(r.Page(r.Locale.T("door.forgot.title")), form, false))
	}
	if err != nil {
		return err
	}
	return r.Redirect("/forgot?sent=1")
}

func (h *Handler) askPassword(r *web.Request) error {
	err := h.Accounts.LinkGood(r.Context(), r.Param("token"))
	if errors.Is(err, account.ErrLinkOver) {
		return r.Render(http.StatusGone, linkOverPage(r.Page(r.Locale.T("door.reset.title"))))
	}
	if err != nil {
		return err
	}
	return h.showReset(r, http.StatusOK, ui.Form{})
}

func (h *Handler) showReset(r *web.Request, status int, form ui.Form) error {
	return r.Render(status, resetPage(r.Page(r.Locale.T("door.reset.title")), form, "/reset/"+url.PathEscape(r.Param("token"))))
}

func (h *Handler) setPassword(r *web.Request) error {
	err := required(r, "password")
	var device string
	if err == nil {
		device, err = h.Accounts.ChoosePassword(r.Context(), r.Param("token"), r.RawForm("password"), r.Source(), r.Locale)
	}
	if errors.Is(err, account.ErrLinkOver) {
		return r.Render(http.StatusGone, linkOverPage(r.Page(r.Locale.T("door.reset.title"))))
	}
	if form, status := refused(r, err); status != 0 {
		return h.showReset(r, status, form)
	}
	if err != nil {
		return err
	}
	r.DropCookie(web.SessionCookie) // a new password ends every session
	r.SetCookie(web.DeviceCookie, device, deviceKeep)
	r.Forget()
	r.Flash("door.password_changed")
	return r.Redirect("/signin")
}

// required answers with a message for each field that was left empty, or nil.
func required(r *web.Request, fields ...string) error {
	var missing *fault.Error
	for _, field := range fields {
		if r.RawForm(field) != "" {
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

// next is where to go after signing in: the page that asked for it, without its language, if it is one of ours
// and not the way in itself.
func next(r *web.Request) string {
	target := web.LocalPath(cmp.Or(r.Form("next"), r.Query("next")))
	for _, code := range r.Site.Languages.Codes() {
		if inside, found := strings.CutPrefix(target, "/"+code); found && (inside == "" || strings.ContainsAny(inside[:1], "/?#")) {
			target = "/" + strings.TrimPrefix(inside, "/")
		}
	}
	if page, _, _ := strings.Cut(target, "?"); page == "/signin" {
		return ""
	}
	return web.LocalPath(target)
}
