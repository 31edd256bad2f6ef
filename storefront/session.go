package storefront

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/storefront/web"
)

var errForbidden = fault.New(fault.Forbidden, "web.forbidden")

// recognise fills in who sent the request. A session that has ended is forgotten, and the request
// goes on as anybody's.
func (s *Server) recognise(r *web.Request) error {
	token := r.Cookie(web.SessionCookie)
	if token == "" {
		return nil
	}
	user, err := s.accounts.Session(r.Context(), token)
	if fault.Is(err, fault.Unauthenticated) {
		r.DropCookie(web.SessionCookie)
		return nil
	}
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if user.CooperativeID != nil {
		coop, err := s.cooperatives.ByID(r.Context(), *user.CooperativeID)
		if err != nil {
			return fmt.Errorf("session's cooperative: %w", err)
		}
		r.Cooperative = &coop
	}
	r.User = &user
	return nil
}

// admit decides by the route's policy: nil to go on, errSignIn if signing in first may help. Which
// records a member may touch is decided where they are read, by her cooperative's id.
func (s *Server) admit(r *web.Request, policy web.Policy) error {
	switch policy {
	case web.Public:
		return nil
	case web.Demo:
		if s.config.Demo {
			return nil
		}
		return web.ErrNotFound
	}
	if r.User == nil {
		return errSignIn
	}
	switch {
	case policy == web.SignedIn,
		policy == web.Member && r.User.Role == account.Member && r.Cooperative != nil,
		policy == web.Association && r.User.Role == account.Association:
		return nil
	}
	return errForbidden
}

var errSignIn = fault.New(fault.Unauthenticated, "web.sign_in_first")

// toSignIn sends a reader to the sign-in page, which leads back to the page asked for.
func toSignIn(r *web.Request) error {
	target := "/signin"
	if r.Method() == http.MethodGet {
		target += "?" + url.Values{"next": {r.Path()}}.Encode()
	}
	return r.Redirect(target)
}
