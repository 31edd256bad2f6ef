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

// communeGroup is the cooperatives of one commune.
type communeGroup struct {
	Slug, Name   string
	Cooperatives []cooperative.Cooperative
}

// cooperativesView is what the page of all cooperatives shows.
type cooperativesView struct {
	Groups     []communeGroup
	Count      int
	Women      int // how many of them are women's
	Members    int
	WomenTotal int // members who are women
	WomenOnly  bool
	Map        atlas
}

func (h *Handler) cooperatives(r *web.Request) error {
	all, err := h.Cooperatives.Public(r.Context())
	if err != nil {
		return err
	}
	names, err := h.names(r.Context(), r.Locale)
	if err != nil {
		return err
	}
	v := cooperativesView{Count: len(all), WomenOnly: yes(r.Query("women_led"))}
	groups := map[string]*communeGroup{}
	for _, c := range all {
		v.Members += c.Members()
		v.WomenTotal += c.Women
		if c.WomenOnly {
			v.Women++
		} else if v.WomenOnly {
			continue
		}
		g := groups[c.Commune]
		if g == nil {
			g = &communeGroup{Slug: c.Commune, Name: r.Locale.Text(c.CommuneName)}
			groups[c.Commune] = g
		}
		g.Cooperatives = append(g.Cooperatives, c)
	}
	for _, g := range groups {
		v.Groups = append(v.Groups, *g)
	}
	slices.SortFunc(v.Groups, func(a, b communeGroup) int {
		return cmp.Or(cmp.Compare(len(b.Cooperatives), len(a.Cooperatives)), cmp.Compare(a.Name, b.Name))
	})
	v.Map = draw(names, v.Groups, r.Locale)
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
