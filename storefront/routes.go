package storefront

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/storefront/association/members"
	settling "github.com/souk-taawon/souk/storefront/association/money"
	jointorders "github.com/souk-taawon/souk/storefront/association/orders"
	"github.com/souk-taawon/souk/storefront/association/payments"
	"github.com/souk-taawon/souk/storefront/association/returns"
	"github.com/souk-taawon/souk/storefront/association/sales"
	"github.com/souk-taawon/souk/storefront/association/settings"
	"github.com/souk-taawon/souk/storefront/association/transfers"
	"github.com/souk-taawon/souk/storefront/demo"
	"github.com/souk-taawon/souk/storefront/door"
	"github.com/souk-taawon/souk/storefront/feed"
	"github.com/souk-taawon/souk/storefront/hook"
	"github.com/souk-taawon/souk/storefront/seller/goods"
	"github.com/souk-taawon/souk/storefront/seller/home"
	"github.com/souk-taawon/souk/storefront/seller/money"
	"github.com/souk-taawon/souk/storefront/seller/orders"
	"github.com/souk-taawon/souk/storefront/seller/upload"
	"github.com/souk-taawon/souk/storefront/shop/browse"
	"github.com/souk-taawon/souk/storefront/shop/buy"
	"github.com/souk-taawon/souk/storefront/web"
)

// collect asks every area for its routes.
func (s *Server) collect(services Services) []web.Route {
	return slices.Concat(
		s.localeRoutes(),
		s.pictureRoutes(),
		s.crawlerRoutes(),
		s.health.routes(),
		(&browse.Handler{
			Catalog: services.Catalog, Cooperatives: services.Cooperatives, Delivery: services.Delivery,
			Orders: services.Orders, Search: services.Search, Now: s.config.Now,
		}).Routes(),
		(&buy.Handler{
			Catalog: services.Catalog, Delivery: services.Delivery, Orders: services.Orders, Transfers: services.Transfers, Now: s.config.Now,
		}).Routes(),
		(&home.Handler{
			Accounts: services.Accounts, Catalog: services.Catalog, Certificates: services.Certificates,
			Cooperatives: services.Cooperatives, Orders: services.Orders, Pictures: services.Pictures, Settlements: services.Settlements, Now: s.config.Now,
		}).Routes(),
		(&goods.Handler{
			Catalog: services.Catalog, Pictures: services.Pictures, Certificates: services.Certificates,
			Uploads: services.Uploads, Orders: services.Orders, Now: s.config.Now,
		}).Routes(),
		(&upload.Handler{Uploads: services.Uploads, Catalog: services.Catalog, Orders: services.Orders, Now: s.config.Now}).Routes(),
		(&orders.Handler{Orders: services.Orders, Now: s.config.Now}).Routes(),
		(&money.Handler{Orders: services.Orders, Settlements: services.Settlements, Now: s.config.Now}).Routes(),
		(&sales.Handler{
			Cooperatives: services.Cooperatives, Orders: services.Orders, Reports: services.Reports,
			Settlements: services.Settlements, Now: s.config.Now,
		}).Routes(),
		(&members.Handler{
			Accounts: services.Accounts, Catalog: services.Catalog, Certificates: services.Certificates,
			Cooperatives: services.Cooperatives, Delivery: services.Delivery,
			Payments: services.Payments, Reports: services.Reports, Security: services.Security, Now: s.config.Now,
		}).Routes(),
		(&returns.Handler{Cooperatives: services.Cooperatives, Orders: services.Orders, Transfers: services.Transfers, Now: s.config.Now}).Routes(),
		(&jointorders.Handler{Cooperatives: services.Cooperatives, Orders: services.Orders, Security: services.Security, Now: s.config.Now}).Routes(),
		(&settling.Handler{Cooperatives: services.Cooperatives, Orders: services.Orders, Settlements: services.Settlements, Now: s.config.Now}).Routes(),
		(&payments.Handler{Cooperatives: services.Cooperatives, Orders: services.Orders, Payments: services.Payments}).Routes(),
		(&transfers.Handler{Cooperatives: services.Cooperatives, Transfers: services.Transfers, Now: s.config.Now}).Routes(),
		(&settings.Handler{
			Catalog: services.Catalog, Cooperatives: services.Cooperatives, Delivery: services.Delivery, Settings: services.Settings,
		}).Routes(),
		(&door.Handler{Accounts: services.Accounts, Security: services.Security, Logins: s.config.DemoLogins}).Routes(),
		(&feed.Handler{
			Catalog: services.Catalog, Cooperatives: services.Cooperatives, Delivery: services.Delivery,
			Orders: services.Orders, Search: services.Search,
		}).Routes(),
		(&hook.Handler{Payments: services.Payments, Count: s.metrics.told}).Routes(),
		(&demo.Handler{Mailbox: services.Mailbox, Card: services.Card}).Routes(),
	)
}

// inOrder puts the routes in the order in which they are tried, whatever order the areas declare
// them in: of two that fit one path the more literal comes first, so that "/products/new" is never
// taken for the product «new».
func inOrder(routes []web.Route) ([]web.Route, error) {
	var problems []error
	seen := make(map[string]bool)
	for _, route := range routes {
		name := route.Method + " " + route.Path
		if seen[shape(route)] {
			problems = append(problems, fmt.Errorf("route %s is declared twice", name))
		}
		seen[shape(route)] = true
		if route.Policy < web.Public || route.Policy > web.Demo {
			problems = append(problems, fmt.Errorf("route %s has no policy", name))
		}
		if holds := len(account.Holders(route.Right)) > 0; holds != (route.Policy == web.Holder) || route.Right != "" && !holds {
			problems = append(problems, fmt.Errorf("route %s is for %s and asks for the right %q", name, route.Policy, route.Right))
		}
		if route.NoLang && route.Policy != web.Public && route.Policy != web.Demo {
			problems = append(problems, fmt.Errorf("route %s reads no session, so its policy cannot be %q", name, route.Policy))
		}
		if route.FromElsewhere && route.Policy != web.Public {
			problems = append(problems, fmt.Errorf("route %s may be asked for from elsewhere, so its policy cannot be %q", name, route.Policy))
		}
		if route.Handler == nil {
			problems = append(problems, fmt.Errorf("route %s has no handler", name))
		}
		if !strings.HasPrefix(route.Path, "/") {
			problems = append(problems, fmt.Errorf("route %s does not begin with a slash", name))
		}
	}
	ordered := slices.Clone(routes)
	slices.SortStableFunc(ordered, func(a, b web.Route) int {
		x, y := strings.Split(a.Path, "/"), strings.Split(b.Path, "/")
		for i := range min(len(x), len(y)) {
			if order := literal(y[i]) - literal(x[i]); order != 0 {
				return order
			}
		}
		return len(y) - len(x)
	})
	return ordered, errors.Join(problems...)
}

// shape is what two routes must not share: the method, and the path without its parameters' names.
func shape(route web.Route) string {
	steps := strings.Split(route.Path, "/")
	for i, step := range steps {
		if before, _, parameter := strings.Cut(step, ":"); parameter {
			steps[i] = before + ":"
		}
	}
	language := ""
	if !route.NoLang {
		language = "/:lang"
	}
	return route.Method + " " + language + strings.Join(steps, "/")
}

// literal is how much of one step of a pattern is no parameter; all of it counts most.
func literal(step string) int {
	before, _, parameter := strings.Cut(step, ":")
	if !parameter {
		return 1 << 10
	}
	return len(before)
}

// mount hands the routes to Fiber, one mount for each language.
func (s *Server) mount() {
	limiters := s.limiters()
	for _, route := range s.routes {
		if route.NoLang {
			s.add(route.Path, route, "", limiters[route.Limit])
			continue
		}
		path := strings.TrimSuffix(route.Path, "/")
		for _, code := range s.site.Languages.Codes() {
			s.add("/"+code+path, route, code, limiters[route.Limit])
		}
	}
}

func (s *Server) add(path string, route web.Route, language string, limiter fiber.Handler) {
	handlers := []fiber.Handler{s.enter(route, language)}
	if !route.NoDatabase {
		handlers = append(handlers, s.awaitRoom)
	}
	if limiter != nil {
		handlers = append(handlers, limiter)
	}
	handlers = append(handlers, s.handle(route))
	s.app.Add(route.Method, path, handlers...)
	if route.Method == http.MethodGet {
		s.app.Add(http.MethodHead, path, handlers...)
	}
	if route.Long || route.MaxBody > bodyLimit {
		s.exceptions = append(s.exceptions, exception{
			method: route.Method, pattern: path, body: max(route.MaxBody, bodyLimit), signedIn: route.Policy != web.Public && route.Policy != web.Demo,
			bearer: route.Bearer,
		})
	}
}

// enter makes the Request that everything after it works with, in that language or else in the one that suits the
// reader.
func (s *Server) enter(route web.Route, language string) fiber.Handler {
	pattern := route.Path
	if !route.NoLang {
		pattern = "/:lang" + pattern
	}
	return func(c *fiber.Ctx) error {
		l := s.site.Languages.Locale(language)
		if language == "" {
			l = s.guessLocale(c)
		}
		c.Locals(patternKey{}, pattern)
		c.Locals(requestKey{}, web.New(c, s.site, route, l, requestID(c), s.readerAddress(c).String()))
		return c.Next()
	}
}

// awaitRoom turns a request away soon where all connections to the database are taken, instead of letting it
// wait for one until its deadline together with all that come after it.
func (s *Server) awaitRoom(c *fiber.Ctx) error {
	err := s.room(c.UserContext(), s.config.ConnectionWait)
	if errors.Is(err, postgres.ErrNoRoom) {
		return gate.ErrBusy.Wrap(err)
	}
	if err != nil {
		return err
	}
	return c.Next()
}

// handle lets a request through to its handler if its policy allows.
func (s *Server) handle(route web.Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r := c.Locals(requestKey{}).(*web.Request)
		if !route.NoLang {
			if err := s.sameOrigin(c); err != nil && !route.FromElsewhere {
				return err
			}
			if err := s.recognise(r); err != nil {
				return err
			}
			// What only one reader may see stays with that reader; pages carry a basket's count and a
			// language switch, so none is for a shared cache.
			if route.Private || route.Policy != web.Public || r.User != nil {
				r.SetHeader(fiber.HeaderCacheControl, "no-store")
				r.SetHeader("X-Robots-Tag", "noindex")
			} else {
				r.SetHeader(fiber.HeaderCacheControl, "private, no-cache")
			}
		}
		if err := s.admit(r, route); err != nil {
			return err
		}
		if route.Method == http.MethodPost && r.User != nil && route.MaxBody == 0 {
			return s.answers.answer(c, r, route.Handler)
		}
		return route.Handler(r)
	}
}
