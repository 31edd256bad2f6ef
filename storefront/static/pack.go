package static

import (
	"bytes"
	"compress/gzip"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
)

// packed is a body in the two compressions that browsers ask for.
type packed struct{ brotli, gzip []byte }

// A file is compressed once in the life of the program, as hard as can be; a drawing is made while a
// reader waits for it, and a twentieth of the time gives nine tenths of the gain.
const (
	hard  = brotli.BestCompression
	quick = brotli.DefaultCompression
)

func pack(body []byte, level int) packed {
	var b, g bytes.Buffer
	// Writing to a buffer cannot fail.
	bw := brotli.NewWriterLevel(&b, level)
	_, _ = bw.Write(body)
	_ = bw.Close()
	gw, _ := gzip.NewWriterLevel(&g, gzip.BestCompression)
	_, _ = gw.Write(body)
	_ = gw.Close()
	return packed{brotli: b.Bytes(), gzip: g.Bytes()}
}

// send answers with the best form that the browser accepts; plain is for those that accept none.
func (p packed) send(c *fiber.Ctx, plain func() []byte) error {
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Get(fiber.HeaderAcceptEncoding) == "" { // Fiber takes silence for «anything»
		return c.Send(plain())
	}
	switch c.AcceptsEncodings("br", "gzip") {
	case "br":
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(p.brotli)
	case "gzip":
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(p.gzip)
	}
	return c.Send(plain())
}
