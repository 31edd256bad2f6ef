package storefront

import (
	"context"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/web"
)

// Services are what the pages stand on. All are needed.
type Services struct {
	*market.Market
	Search search.Engine
	Checks []Check // what /readyz asks
}

// Server is the market over HTTP, as New makes it.
type Server struct {
	config       prepared
	site         *web.Site
	app          *fiber.App
	origins      *http.CrossOriginProtection
	metrics      metrics
	bodies       *bodies
	answers      *answers
	health       *checklist
	accounts     *account.Service
	session      func(ctx context.Context, token string) (account.User, error) // as accounts has it
	cooperatives *cooperative.Service
	catalog      *catalog.Service
	pictures     *picture.Service
	room         func(ctx context.Context, within time.Duration) error
	routes       []web.Route
	exceptions   []exception
}

// exception is where more is allowed than in general: an upload's time, and maybe its size.
type exception struct {
	method   string
	pattern  string
	body     int                                           // the largest, in bytes
	signedIn bool                                          // not for just anybody
	bearer   func(ctx context.Context, token string) error // who may send it, signed in or not; nil: anybody
}
