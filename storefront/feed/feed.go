package feed

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/web"
)

//go:embed openapi.yaml
var openAPI string

// OpenAPI is the API's description for a market that offers these means of payment.
func OpenAPI(means []order.Called) []byte {
	names, fees := make([]string, len(means)), "None costs its buyer anything."
	var costs []string
	for i, m := range means {
		if names[i] = m.Means; m.Fee > 0 {
			costs = append(costs, fmt.Sprintf("`%s` costs its buyer %d centimes more.", m.Means, m.Fee))
		}
	}
	if len(costs) > 0 {
		fees = strings.Join(costs, " ")
	}
	return []byte(strings.NewReplacer("$MEANS", strings.Join(names, ", "), "$FEES", fees).Replace(openAPI))
}

// Handler answers programs.
type Handler struct {
	Catalog      *catalog.Service
	Cooperatives *cooperative.Service
	Delivery     *delivery.Service
	Orders       *order.Service
	Search       search.Engine
}

// Routes lists the API.
func (h *Handler) Routes() []web.Route {
	route := func(method, path string, limit web.Limit, handler func(*web.Request) error) web.Route {
		return web.Route{Method: method, Path: path, Policy: web.Public, NoLang: true, Limit: limit, Handler: handler}
	}
	return []web.Route{
		route(http.MethodGet, "/api/openapi.yaml", web.Unlimited, h.description),
		route(http.MethodGet, "/api/v1/products", web.SearchLimit, h.products),
		route(http.MethodGet, "/api/v1/products/:slug", web.Unlimited, h.product),
		route(http.MethodGet, "/api/v1/cooperatives", web.Unlimited, h.cooperatives),
		route(http.MethodPost, "/api/v1/orders", web.OrderLimit, h.place),
		route(http.MethodGet, "/api/v1/orders/:token", web.Unlimited, h.track),
	}
}

func (h *Handler) description(r *web.Request) error {
	means, err := h.Orders.CalledMeans(r.Context())
	if err != nil {
		return err
	}
	return cacheable(r, "application/yaml; charset=utf-8", "public, max-age=3600", OpenAPI(means))
}

// answer sends v to be asked for again each time; who has the same already is told so.
func answer(r *web.Request, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return cacheable(r, "application/json; charset=utf-8", "no-cache", body)
}

// cacheable sends a body with a tag of its content. The tag is weak because the same answer may go
// out compressed or not, which a strong one would have to tell apart.
func cacheable(r *web.Request, contentType, control string, body []byte) error {
	sum := sha256.Sum256(body)
	tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
	r.SetHeader("ETag", tag)
	r.SetHeader("Cache-Control", control)
	r.SetHeader("Vary", "Accept-Language")
	for known := range strings.SplitSeq(r.Header("If-None-Match"), ",") {
		if known = strings.TrimSpace(known); known == "*" || strings.TrimPrefix(known, "W/") == strings.TrimPrefix(tag, "W/") {
			return r.Bytes(http.StatusNotModified, contentType, nil)
		}
	}
	return r.Bytes(http.StatusOK, contentType, body)
}
