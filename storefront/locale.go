package storefront

import (
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/web"
)

// pathLocale is the language that a path names by its first step: "/ar/products" is Arabic.
func (s *Server) pathLocale(path string) (*i18n.Locale, bool) {
	code, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !s.site.Languages.Has(code) {
		return nil, false
	}
	return s.site.Languages.Locale(code), true
}

// languages are all of them, the default first.
func (s *Server) languages() []*i18n.Locale {
	var all []*i18n.Locale
	for _, code := range s.site.Languages.Codes() {
		all = append(all, s.site.Languages.Locale(code))
	}
	return all
}

// guessLocale finds the reader's language where the path does not name one: what the query asks
// for, then what the reader chose before, then what the browser asks for, then Arabic.
func (s *Server) guessLocale(c *fiber.Ctx) *i18n.Locale {
	if code := c.Query("lang"); s.site.Languages.Has(code) {
		return s.site.Languages.Locale(code)
	}
	r := web.New(c, s.site, web.Route{NoLang: true}, nil, "", "")
	if code := r.Cookie(web.LanguageCookie); !isAPI(c) && s.site.Languages.Has(code) {
		return s.site.Languages.Locale(code)
	}
	return s.site.Languages.Match(c.Get(fiber.HeaderAcceptLanguage))
}

// welcome sends a reader of the bare address to the front page in their language.
func (s *Server) welcome(r *web.Request) error {
	r.SetHeader(fiber.HeaderVary, "Accept-Language, Cookie")
	r.SetHeader(fiber.HeaderCacheControl, "private, no-cache")
	return r.RedirectURL(r.URL("/"))
}

func (s *Server) localeRoutes() []web.Route {
	return []web.Route{{Method: http.MethodGet, Path: "/", Policy: web.Public, NoLang: true, Handler: s.welcome}}
}
