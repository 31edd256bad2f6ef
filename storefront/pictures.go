package storefront

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/storefront/web"
)

// picture serves one width of a product's photograph. A new photograph has a new id, so browsers may
// keep each for ever.
func (s *Server) picture(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	width, err := strconv.Atoi(strings.TrimSuffix(r.Param("file"), ".jpg"))
	if err != nil {
		return web.ErrNotFound.Wrap(err)
	}
	file, err := s.pictures.Open(r.Context(), id, width)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	body, err := io.ReadAll(file)
	if err != nil {
		return fmt.Errorf("picture %s: %w", id, err)
	}
	r.SetHeader("Cache-Control", "public, max-age=31536000, immutable")
	return r.Bytes(http.StatusOK, "image/jpeg", body)
}

func (s *Server) pictureRoutes() []web.Route {
	return []web.Route{{Method: http.MethodGet, Path: "/pictures/:id/:file", Policy: web.Public, NoLang: true, NoDatabase: true, Handler: s.picture}}
}
