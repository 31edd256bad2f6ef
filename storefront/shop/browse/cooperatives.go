package browse

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// cooperativesView is what the page of all cooperatives shows.
type cooperativesView struct {
	Cards      []coopCard
	Count      int // of all
	Women      int // how many of them are women's
	Members    int
	WomenTotal int    // members who are women
	WomenOnly  bool   // only those are shown
	Commune    string // only those from there are shown; its name
	Map        atlas
	Page       int
	Pages      int
	chosen     cooperative.Public
}

// coopCard is a cooperative on the page of all, with one of its products for a picture.
type coopCard struct {
	cooperative.Cooperative
	Picture ui.Picture
}

// sellersShown is how many cooperatives a page of all shows.
const sellersShown = 24

// goodsShown is how many products a page of a cooperative shows: whole rows, as of results.
const goodsShown = 24

// cooperatives shows who sells here, by commune. The query may choose a commune, or the women's.
func (h *Handler) cooperatives(r *web.Request) error {
	ctx := r.Context()
	counts, err := h.Cooperatives.CountPublic(ctx)
	if err != nil {
		return err
	}
	names, err := h.names(ctx, r.Locale)
	if err != nil {
		return err
	}
	chosen := cooperative.Public{WomenOnly: yes(r.Query("women_led")), Language: r.Locale.Code(), Limit: sellersShown}
	if chosen.Commune, _, err = h.Delivery.PlaceMeant(ctx, r.Query("commune")); err != nil {
		return err
	}
	if names["commune/"+chosen.Commune] == "" { // nobody sells from there
		chosen.Commune = ""
	}
	v := cooperativesView{WomenOnly: chosen.WomenOnly, Commune: names["commune/"+chosen.Commune], chosen: chosen}
	inCommune, found := map[string]int{}, 0
	for _, c := range counts {
		v.Count += c.Cooperatives
		v.Women += c.WomenOnly
		v.Members += c.Members
		v.WomenTotal += c.Women
		inCommune[c.Commune] = c.Cooperatives
		if chosen.Commune == "" || chosen.Commune == c.Commune {
			found += map[bool]int{true: c.WomenOnly, false: c.Cooperatives}[chosen.WomenOnly]
		}
	}
	v.Pages = max(1, (found+sellersShown-1)/sellersShown)
	page, _ := strconv.Atoi(r.Query("page")) // what is no number is the first
	v.Page = min(max(page, 1), v.Pages)
	chosen.Offset = (v.Page - 1) * sellersShown
	sellers, err := h.Cooperatives.ListPublic(ctx, chosen)
	if err != nil {
		return err
	}
	if v.Cards, err = h.sellerCards(r, sellers); err != nil {
		return err
	}
	places, err := h.Delivery.Places(ctx)
	if err != nil {
		return err
	}
	zones, err := h.Delivery.Zones(ctx)
	if err != nil {
		return err
	}
	v.Map = draw(zones, places, inCommune, r.Locale)
	p := r.Page(r.Locale.T("shop.coops.title"))
	p.Description = r.Locale.N("shop.coops.lead", v.Count)
	p.Category = "cooperatives"
	return r.Render(http.StatusOK, cooperativesPage(p, v))
}

// sellerCards are cooperatives with a product of each.
func (h *Handler) sellerCards(r *web.Request, sellers []cooperative.Cooperative) ([]coopCard, error) {
	ids := make([]uuid.UUID, len(sellers))
	for i, c := range sellers {
		ids[i] = c.ID
	}
	faces, err := h.Catalog.Faces(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	pictures := make(map[uuid.UUID]ui.Picture, len(faces))
	for _, p := range faces {
		pictures[p.Cooperative.ID] = ui.PictureOf(p)
	}
	cards := make([]coopCard, len(sellers))
	for i, c := range sellers {
		picture, ok := pictures[c.ID]
		switch {
		case c.PictureID != nil:
			picture = ui.PictureFor(c.PictureID, "", "", c.ID)
		case !ok: // nothing of it is in stock
			picture = ui.PictureFor(nil, "gift", "", c.ID)
		}
		cards[i] = coopCard{c, picture}
	}
	return cards, nil
}

// address is the page with that number under the same choice.
func (v cooperativesView) address(page int) string {
	query := web.Values(map[string]string{"commune": v.chosen.Commune})
	if v.chosen.WomenOnly {
		query.Set("women_led", "true")
	}
	if page > 1 {
		query.Set("page", strconv.Itoa(page))
	}
	return web.Address("/cooperatives", query)
}

// cooperativeView is what the page of one cooperative shows.
type cooperativeView struct {
	Cooperative cooperative.Cooperative
	Goods       catalog.Offered
	Cards       []ui.Card
	Link        string
}

// address is the page of its goods from a place on.
func (v cooperativeView) address(from *keyset.Place) string {
	query := url.Values{}
	web.SetPlace(query, from)
	return web.Address("/cooperatives/"+v.Cooperative.Slug, query) + "#goods"
}

func (h *Handler) cooperative(r *web.Request) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	if c.State != cooperative.Approved {
		return cooperative.ErrNotFound
	}
	v := cooperativeView{Cooperative: c, Link: r.AbsoluteURL("/cooperatives/" + c.Slug)}
	if v.Goods, err = h.Catalog.OfferedBy(r.Context(), c.ID, web.ReadRow(r), goodsShown); err != nil {
		return err
	}
	v.Cards = shop.Cards(r, h.Orders, v.Goods.Products, 0)
	p := r.Page(r.Locale.Text(c.Name))
	p.Description = r.Locale.Text(c.Description)
	p.Category = "cooperatives"
	if c.PictureID != nil {
		p.Image = ui.PictureFor(c.PictureID, "", "", c.ID).Src
	}
	return r.Render(http.StatusOK, cooperativePage(p, v))
}
