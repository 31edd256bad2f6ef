package storefront

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/shop/browse"
	"github.com/souk-taawon/souk/storefront/static"
	"github.com/souk-taawon/souk/storefront/web"
)

// crawlerRoutes tell search engines and browsers what they ask every site for.
func (s *Server) crawlerRoutes() []web.Route {
	get := func(path string, handler func(*web.Request) error) web.Route {
		return web.Route{Method: http.MethodGet, Path: path, Policy: web.Public, NoLang: true, Handler: handler}
	}
	manifest := get("/manifest.webmanifest", s.manifest)
	manifest.NoLang = false
	return []web.Route{
		get("/robots.txt", s.robots), get("/sitemap.xml", s.sitemap), get("/sitemaps/:part.xml", s.sitemapPart),
		get("/favicon.ico", func(r *web.Request) error { return r.RedirectURL(static.URL("brand/favicon.svg")) }),
		get("/apple-touch-icon.png", func(r *web.Request) error { return r.RedirectURL(static.URL("brand/icon-180.png")) }),
		manifest,
	}
}

const askedDaily = "public, max-age=3600"

// robots keeps search engines out of everything private, and altogether out of a market of samples.
func (s *Server) robots(r *web.Request) error {
	lines := []string{"User-agent: *"}
	if s.config.Sample {
		lines = append(lines, "Disallow: /")
	} else {
		lines = append(lines, "Disallow: /api/")
		for _, area := range s.privateAreas() {
			for _, code := range s.site.Languages.Codes() {
				lines = append(lines, "Disallow: /"+code+area)
			}
		}
		lines = append(lines, "", "Sitemap: "+s.site.BaseURL+"/sitemap.xml")
	}
	r.SetHeader("Cache-Control", askedDaily)
	return r.Bytes(http.StatusOK, "text/plain; charset=utf-8", []byte(strings.Join(lines, "\n")+"\n"))
}

// privateAreas are the first steps of the paths of all that is not for search engines.
func (s *Server) privateAreas() []string {
	var areas []string
	for _, route := range s.routes {
		if !route.NoLang && (route.Private || route.Policy != web.Public) {
			area, _, _ := strings.Cut(strings.TrimPrefix(route.Path, "/"), "/")
			area, _, _ = strings.Cut(area, ".")
			areas = append(areas, "/"+area)
		}
	}
	slices.Sort(areas)
	return slices.Compact(areas)
}

// sitemapSize is how many cooperatives one part of the sitemap names, more or less; each stands there once for each
// language, and a part may hold 50,000 addresses. How many products do is the catalogue's to say.
const sitemapSize = 5000

// sellerParts is in how many parts the sitemap names the cooperatives.
func (s *Server) sellerParts(ctx context.Context) (int, error) {
	counts, err := s.cooperatives.CountPublic(ctx)
	if err != nil {
		return 0, err
	}
	sellers := 0
	for _, c := range counts {
		sellers += c.Cooperatives
	}
	return (sellers + sitemapSize - 1) / sitemapSize, nil
}

// sitemap names the parts of the sitemap.
func (s *Server) sitemap(r *web.Request) error {
	products, err := s.catalog.SitemapParts(r.Context())
	if err != nil {
		return err
	}
	sellers, err := s.sellerParts(r.Context())
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(xml.Header + `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	add := func(part string) {
		fmt.Fprintf(&b, "<sitemap><loc>%s</loc></sitemap>\n", escaped(s.site.BaseURL+"/sitemaps/"+part+".xml"))
	}
	add("pages")
	for part := range sellers {
		add("cooperatives-" + strconv.Itoa(part+1))
	}
	for part := range products {
		add("products-" + strconv.Itoa(part+1))
	}
	b.WriteString("</sitemapindex>\n")
	r.SetHeader("Cache-Control", askedDaily)
	return r.Bytes(http.StatusOK, "application/xml; charset=utf-8", []byte(b.String()))
}

// sitemapPart lists pages with their other languages.
func (s *Server) sitemapPart(r *web.Request) error {
	paths, err := s.sitemapPaths(r)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return web.ErrNotFound
	}
	var b strings.Builder
	b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">` + "\n")
	for _, path := range paths {
		var alternates strings.Builder
		for _, code := range s.site.Languages.Codes() {
			fmt.Fprintf(&alternates, `<xhtml:link rel="alternate" hreflang="%s" href="%s"/>`, code, escaped(s.site.BaseURL+"/"+code+path))
		}
		fmt.Fprintf(&alternates, `<xhtml:link rel="alternate" hreflang="x-default" href="%s"/>`, escaped(s.site.BaseURL+"/"+i18n.Default+path))
		for _, code := range s.site.Languages.Codes() {
			fmt.Fprintf(&b, "<url><loc>%s</loc>%s</url>\n", escaped(s.site.BaseURL+"/"+code+path), alternates.String())
		}
	}
	b.WriteString("</urlset>\n")
	r.SetHeader("Cache-Control", askedDaily)
	return r.Bytes(http.StatusOK, "application/xml; charset=utf-8", []byte(b.String()))
}

// sitemapPaths are the paths, without a language, of the pages in the part that is asked for.
func (s *Server) sitemapPaths(r *web.Request) (paths []string, err error) {
	if r.Param("part") == "pages" {
		return append([]string{"", "/products", "/cooperatives"}, browse.InfoPaths()...), nil
	}
	kind, number, _ := strings.Cut(r.Param("part"), "-")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > 1_000_000 {
		return nil, web.ErrNotFound
	}
	switch kind {
	case "products":
		slugs, err := s.catalog.Slugs(r.Context(), n)
		if err != nil {
			return nil, err
		}
		for _, slug := range slugs {
			paths = append(paths, "/products/"+url.PathEscape(slug))
		}
	case "cooperatives":
		parts, err := s.sellerParts(r.Context())
		if err != nil || n > parts {
			return nil, err
		}
		slugs, err := s.cooperatives.PublicSlugs(r.Context(), n, parts)
		if err != nil {
			return nil, err
		}
		for _, slug := range slugs {
			paths = append(paths, "/cooperatives/"+url.PathEscape(slug))
		}
	}
	return paths, nil
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder never fails
	return b.String()
}

// manifest lets a telephone put the market on its home screen.
func (s *Server) manifest(r *web.Request) error {
	icon := func(name, sizes, kind string) map[string]string {
		return map[string]string{"src": static.URL("brand/" + name), "sizes": sizes, "type": kind}
	}
	body := map[string]any{
		"name": r.Locale.T("ui.market"), "lang": r.Locale.Code(), "dir": r.Locale.Dir(),
		"id": "/", "start_url": r.URL("/"), "scope": "/", "display": "minimal-ui",
		"theme_color": "#2B3C9A", "background_color": "#2B3C9A",
		"icons": []map[string]string{
			icon("favicon.svg", "any", "image/svg+xml"), icon("icon-180.png", "180x180", "image/png"), icon("icon-512.png", "512x512", "image/png"),
		},
	}
	if err := r.JSON(http.StatusOK, body); err != nil {
		return err
	}
	r.SetHeader("Content-Type", "application/manifest+json; charset=utf-8")
	return nil
}
