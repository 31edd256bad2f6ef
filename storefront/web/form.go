package web

import (
	"bytes"

	"github.com/valyala/fasthttp"

	"github.com/souk-taawon/souk/internal/fault"
)

// Bounds of a form, far above what any page sends.
const (
	maxFields   = 1000
	maxPartHead = 4 << 10 // bytes of what stands before a part's content: its field, its file's name
)

var errFields = fault.New(fault.TooLarge, "web.too_many_fields")

// CheckForm refuses the body of a form that would cost far more than its bytes to take apart. It only
// counts, and takes for a form what the server's library does.
func CheckForm(request *fasthttp.Request) error {
	if boundary := request.Header.MultipartFormBoundary(); len(boundary) > 0 {
		return checkParts(request.Body(), append([]byte("--"), boundary...))
	}
	if bytes.HasPrefix(request.Header.ContentType(), []byte("application/x-www-form-urlencoded")) &&
		bytes.Count(request.Body(), []byte("&")) >= maxFields {
		return errFields
	}
	return nil
}

func checkParts(body, delimiter []byte) error {
	for parts := 0; ; parts++ {
		_, rest, found := bytes.Cut(body, delimiter)
		if !found {
			return nil
		}
		if parts > maxFields { // the last delimiter ends the form
			return errFields
		}
		head := rest[:min(len(rest), maxPartHead)]
		if len(rest) > len(head) && !bytes.Contains(head, []byte("\n\r\n")) && !bytes.Contains(head, []byte("\n\n")) {
			return errFields
		}
		body = rest
	}
}
