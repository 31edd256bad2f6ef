package storefront

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/valyala/fasthttp"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/network"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

var errSignIn = fault.New(fault.Unauthenticated, "web.sign_in_first")

// recognise fills in who sent the request. A session that has ended is forgotten, and the request
// goes on as anybody's.
func (s *Server) recognise(r *web.Request) error {
	token := r.Cookie(web.SessionCookie)
	if token == "" {
		return nil
	}
	user, err := s.session(r.Context(), token)
	if fault.Is(err, fault.Unauthenticated) {
		r.DropCookie(web.SessionCookie)
		r.Forget()
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

// checkSession gives who signed in with the session that the head of a request names, and errSignIn if it
// names none.
func (s *Server) checkSession(header *fasthttp.RequestHeader) (person string, err error) {
	token := string(header.Cookie(s.site.CookieName(web.SessionCookie)))
	if token == "" {
		return "", errSignIn
	}
	ctx, cancel := context.WithTimeout(context.Background(), headerTimeout)
	defer cancel()
	user, err := s.accounts.Session(ctx, web.Clean(token))
	if fault.Is(err, fault.Unauthenticated) {
		return "", errSignIn
	}
	if err != nil {
		return "", err
	}
	return user.ID.String(), nil
}

// admit decides by the route's policy: nil to go on, errSignIn if signing in first may help. Which
// records a member may touch is decided where they are read, by her cooperative's id.
func (s *Server) admit(r *web.Request, route web.Route) error {
	switch {
	case route.Policy == web.Public, route.Policy == web.Demo && s.config.Demo:
		return nil
	case route.Policy == web.Demo:
		return web.ErrNotFound
	case r.User == nil:
		return errSignIn
	case route.Policy == web.SignedIn, route.Policy == web.Holder && r.Holds(route.Right):
		return nil
	}
	return fault.New(fault.Forbidden, "web.forbidden", "Roles", holders(r.Locale, route.Right))
}

// holders says who may do that, in words.
func holders(l *i18n.Locale, right account.Right) string {
	var names []string
	for _, role := range account.Holders(right) {
		names = append(names, ui.RoleName(l, role))
	}
	return strings.Join(names, l.T("shop.comma"))
}

// signingIn is what a request to sign in draws on: its networks' budgets; but a browser that somebody has
// signed in with has one of its own, so that nobody keeps the others of a village out. It is counted as
// a network of which there is no other.
func (s *Server) signingIn(c *fiber.Ctx, networks []network.Network) []network.Network {
	r := c.Locals(requestKey{}).(*web.Request)
	device := r.Cookie(web.DeviceCookie)
	known, err := s.accounts.KnowsBrowser(r.Context(), device)
	if err != nil { // then the networks count, as for everybody
		r.Log().Warn("is a browser known", "error", err)
	}
	if !known {
		return networks
	}
	hash := sha256.Sum256([]byte(device))
	own := netip.AddrFrom16([16]byte(hash[:16]))
	return []network.Network{{Prefix: netip.PrefixFrom(own, own.BitLen()), Share: 1}}
}

// recordRefusal keeps in the record that a reader was forbidden something, or came too often: where, by
// the route's pattern, since an address may hold a secret.
func (s *Server) recordRefusal(r *web.Request, pattern any, status int) {
	kind := map[int]security.Kind{
		http.StatusForbidden: security.Refused, http.StatusTooManyRequests: security.LimitReached,
	}[status]
	if kind == "" {
		return
	}
	r.Record(kind, uuid.Nil, fmt.Sprint(r.Method(), " ", pattern))
}

// toSignIn sends a reader to the sign-in page, which leads back to the page asked for, and tells who had a
// session why she is there.
func toSignIn(r *web.Request) error {
	if r.Cookie(web.SessionCookie) != "" {
		r.Flash("web.session_over")
	}
	target := "/signin"
	if r.Method() == http.MethodGet {
		target += "?" + url.Values{"next": {r.Path()}}.Encode()
	}
	return r.Redirect(target)
}
