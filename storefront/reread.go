package storefront

import (
	"net/http"

	"github.com/gofiber/fiber/v2"
)

// reread takes up what was edited since the last request. What cannot be read is shown in the page's place to
// whoever edited it, and nothing else until it is mended.
func (s *Server) reread(c *fiber.Ctx) error {
	if err := s.config.Reread(); err != nil {
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.Status(http.StatusInternalServerError).SendString("What was edited last cannot be read. Mend it and load the page again:\n\n" + err.Error() + "\n")
	}
	return c.Next()
}
