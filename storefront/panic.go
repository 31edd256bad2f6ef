package storefront

import (
	"fmt"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// panicError is a handler's panic as an error.
type panicError struct {
	value any
	stack []byte
}

func (p panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// survive is deferred around everything that a connection's goroutine runs of ours: nothing else would
// catch a panic there, and one request would end the program.
func (s *Server) survive(ctx *fasthttp.RequestCtx) {
	if value := recover(); value != nil {
		s.metrics.panics.Inc()
		s.config.Log.Error("request failed", "error", panicError{value, debug.Stack()})
		ctx.Response.ResetBody()
		ctx.SetStatusCode(fasthttp.StatusInternalServerError)
		ctx.SetContentType("text/plain; charset=utf-8")
		ctx.SetBodyString("Internal Server Error\n")
		ctx.Response.Header.Del(fiber.HeaderContentEncoding)
		ctx.Response.Header.Set(fiber.HeaderCacheControl, "no-store")
		ctx.SetConnectionClose()
	}
}
