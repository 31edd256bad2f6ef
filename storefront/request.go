package storefront

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// What a request carries with it through the middleware.
type (
	idKey      struct{} // its id, a string
	patternKey struct{} // the pattern of its route, a string
	requestKey struct{} // its *web.Request
)

func requestID(c *fiber.Ctx) string {
	id, _ := c.Locals(idKey{}).(string)
	return id
}

// isAPI reports whether a program asked, which is told everything in JSON.
func isAPI(c *fiber.Ctx) bool { return strings.HasPrefix(c.Path(), "/api/") }
