package storefront

import (
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/limiter"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/storefront/web"
)

var errTooOften = fault.New(fault.TooMany, "web.too_often")

// limiters makes one counter for each limit; the routes that draw on it share it.
func (s *Server) limiters() map[web.Limit]fiber.Handler {
	made := make(map[web.Limit]fiber.Handler)
	for limit, rate := range map[web.Limit]Rate{
		web.SignInLimit: s.config.RateLimits.SignIn,
		web.OrderLimit:  s.config.RateLimits.Order,
	} {
		if rate.Count == 0 {
			continue
		}
		made[limit] = limiter.New(limiter.Config{
			Max:               rate.Count,
			Expiration:        rate.Per,
			LimiterMiddleware: limiter.SlidingWindow{},
			KeyGenerator:      func(c *fiber.Ctx) string { return s.readerAddress(c).String() },
			LimitReached:      func(*fiber.Ctx) error { return errTooOften },
			Next: func(c *fiber.Ctx) bool {
				return c.Method() != fiber.MethodPost || s.config.RateLimits.SpareLoopback && s.readerAddress(c).IsLoopback()
			},
		})
	}
	return made
}
