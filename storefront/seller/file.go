package seller

import (
	"errors"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/storefront/web"
)

// FormRoom is what a form takes beside the file in it, in bytes.
const FormRoom = 64 << 10

// FileName is a download's, without its ending: what it is, whose, and the day it was made.
func FileName(r *web.Request, now time.Time, name string) string {
	return name + "-" + r.Cooperative.Slug + "-" + now.In(clock.Zone).Format(time.DateOnly)
}

// Photograph is what came from the camera, or else the file that was chosen.
func Photograph(r *web.Request) (*multipart.FileHeader, error) {
	file, err := r.FormFile("camera")
	if errors.Is(err, web.ErrNoFile) {
		return r.FormFile("picture")
	}
	return file, err
}

// RefusedFile tells what is wrong with a file itself, or that there is no room for it now, so that its
// form can be shown again, with the answer's status; nil for any other error.
func RefusedFile(r *web.Request, err error) (f *fault.Error, status int) {
	if f = fault.As(err); f == nil {
		return nil, 0
	}
	switch f.Kind {
	case fault.Invalid:
		return f, http.StatusUnprocessableEntity
	case fault.TooLarge:
		return f, http.StatusRequestEntityTooLarge
	case fault.TooMany:
		r.SetHeader("Retry-After", "3600")
		return f, http.StatusTooManyRequests
	case fault.Unavailable:
		r.SetHeader("Retry-After", "5")
		return f, http.StatusServiceUnavailable
	}
	return nil, 0
}
