package shop

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
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
}

// coopCard is a cooperative on the page of all, with one of its products for a picture.
type coopCard struct {
	cooperative.Cooperative
	Picture ui.Picture
}

// cooperatives shows who sells here, by commune. The query may choose a commune, or the women's.
func (h *Handler) cooperatives(r *web.Request) error {
	ctx := r.Context()
	all, err := h.Cooperatives.Public(ctx)
	if err != nil {
		return err
	}
	names, err := h.names(ctx, r.Locale)
	if err != nil {
		return err
	}
	// The day's shelf has one product of each cooperative before a second of any.
	goods, err := h.Catalog.Shelf(ctx, h.Now(), len(all))
	if err != nil {
		return err
	}
	pictures := map[string]ui.Picture{}
	for _, g := range goods {
		pictures[g.Cooperative.Slug] = ui.PictureOf(g)
	}
	v := cooperativesView{Count: len(all), WomenOnly: yes(r.Query("women_led")), Commune: names["commune/"+r.Query("commune")]}
	inCommune := map[string]int{}
	for _, c := range all {
		v.Members += c.Members()
		v.WomenTotal += c.Women
		inCommune[c.Commune]++
		if c.WomenOnly {
			v.Women++
		}
		if v.WomenOnly && !c.WomenOnly || v.Commune != "" && c.Commune != r.Query("commune") {
			continue
		}
		picture, ok := pictures[c.Slug]
		if !ok { // nothing of it is in stock and in season
			picture = ui.PictureFor(nil, "gift", "", c.ID)
		}
		v.Cards = append(v.Cards, coopCard{c, picture})
	}
	slices.SortStableFunc(v.Cards, func(a, b coopCard) int {
		return cmp.Compare(r.Locale.Text(a.CommuneName), r.Locale.Text(b.CommuneName))
	})
	v.Map = draw(names, inCommune, r.Locale)
	p := r.Page(r.Locale.T("shop.coops.title"))
	p.Description = r.Locale.N("shop.coops.lead", v.Count)
	p.Category = "cooperatives"
	return r.Render(http.StatusOK, cooperativesPage(p, v))
}

// cooperativeView is what the page of one cooperative shows.
type cooperativeView struct {
	Cooperative cooperative.Cooperative
	Goods       []catalog.Product
	Cards       []ui.Card
	Available   int
	Labels      []catalog.Label // that some of its goods carry
	Link        string
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
	if v.Goods, err = h.goodsOf(r.Context(), c.ID); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, g := range v.Goods {
		if g.Stock > 0 {
			v.Available++
		}
		for _, label := range g.Labels {
			if !seen[label.Slug] {
				seen[label.Slug] = true
				v.Labels = append(v.Labels, label)
			}
		}
	}
	v.Cards = h.cards(r, v.Goods, 0)
	p := r.Page(r.Locale.Text(c.Name))
	p.Description = r.Locale.Text(c.Description)
	p.Category = "cooperatives"
	return r.Render(http.StatusOK, cooperativePage(p, v))
}
