package browse

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/web"
)

// infoPages are the pages of text, each with how many chapters it has. Their words are with the other
// translations: shop.page.<name>.title, .lead, and for each chapter .1 and .1_text and so on.
var infoPages = map[string]int{"about": 3, "terms": 8, "privacy": 6, "delivery": 4, "returns": 4, "ranking": 5}

// infoNames are the names of the pages of text.
func infoNames() []string { return slices.Sorted(maps.Keys(infoPages)) }

// InfoPaths lists the paths of the pages of text.
func InfoPaths() []string {
	var paths []string
	for _, name := range infoNames() {
		paths = append(paths, "/pages/"+name)
	}
	return paths
}

// infoView is a page of text.
type infoView struct {
	Name     string
	Chapters []chapter
	Zones    []shop.Zone // for the page about delivery
	Months   int         // until a buyer is known no more, for the page about data
}

type chapter struct{ ID, Title, Text string }

func (h *Handler) info(r *web.Request) error {
	v := infoView{Name: r.Param("name")}
	chapters, known := infoPages[v.Name]
	if !known {
		return web.ErrNotFound
	}
	fresh, err := h.Delivery.Fresh(r.Context())
	if err != nil {
		return err
	}
	categories, err := h.Catalog.Categories(r.Context())
	if err != nil {
		return err
	}
	prefix := "shop.page." + v.Name + "."
	p := r.Page(r.Locale.T(prefix + "title"))
	told := []any{"Terms", p.MeansTerms(), "Zones", r.Locale.Message(fresh), "Categories", perishable(r.Locale, categories)}
	p.Description = r.Locale.T(prefix + "lead")
	for i := 1; i <= chapters; i++ {
		id := strconv.Itoa(i)
		v.Chapters = append(v.Chapters, chapter{ID: "c" + id, Title: r.Locale.T(prefix + id), Text: r.Locale.T(prefix+id+"_text", told...)})
	}
	switch v.Name {
	case "delivery":
		v.Zones, err = shop.Zones(r.Context(), h.Delivery, r.Locale, order.Basket{}, h.Now())
	case "privacy":
		v.Months, err = h.Orders.BuyerMonths(r.Context())
	}
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, infoPage(p, v))
}
