package storefront

import (
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/storefront/web"
)

var errCrossOrigin = fault.New(fault.Forbidden, "web.cross_origin")

// contentPolicy lets a page load what the market itself serves, and nothing else: no inline script
// or style, no frame around it, no form that sends elsewhere.
var contentPolicy = strings.Join([]string{
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data:",
	"font-src 'self'",
	"connect-src 'self'",
	"manifest-src 'self'",
	"form-action 'self'",
	"frame-ancestors 'none'",
	"base-uri 'none'",
}, "; ")

// secureHeaders come with every answer.
func (s *Server) secureHeaders(c *fiber.Ctx) error {
	s.setSecureHeaders(c)
	return c.Next()
}

func (s *Server) setSecureHeaders(c *fiber.Ctx) {
	policy := contentPolicy
	if s.site.Secure() {
		policy += "; upgrade-insecure-requests"
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=63072000; includeSubDomains")
	}
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY") // for browsers that do not know frame-ancestors
	c.Set(fiber.HeaderReferrerPolicy, "strict-origin-when-cross-origin")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	resources := "same-origin"
	if strings.HasPrefix(c.Path(), "/pictures/") || strings.HasPrefix(c.Path(), "/drawings/") {
		resources = "cross-origin" // partner shops show what the API names
	}
	c.Set("Cross-Origin-Resource-Policy", resources)
}

// sameOrigin refuses an action that another site's page sent with the reader's cookies. It asks
// net/http's own judge (Sec-Fetch-Site, or Origin against Host), so no token has to be kept for
// every anonymous visit.
func (s *Server) sameOrigin(c *fiber.Ctx) error {
	request := http.Request{Method: c.Method(), Host: string(c.Context().Host()), Header: http.Header{}}
	for _, name := range []string{"Origin", "Sec-Fetch-Site"} {
		if value := c.Get(name); value != "" {
			request.Header.Set(name, value)
		}
	}
	if err := s.origins.Check(&request); err != nil {
		return errCrossOrigin.Wrap(err)
	}
	return nil
}

// checkBody refuses a body that would cost far more than its bytes to read. One that came compressed is
// never unpacked: a few hundred kilobytes make a gigabyte.
func (s *Server) checkBody(c *fiber.Ctx) error {
	if encoding := c.Get(fiber.HeaderContentEncoding); encoding != "" && encoding != "identity" {
		return fiber.ErrUnsupportedMediaType
	}
	if err := web.CheckForm(c.Request()); err != nil {
		return err
	}
	return c.Next()
}
