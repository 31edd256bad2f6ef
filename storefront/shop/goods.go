package shop

import (
	"context"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/storefront/static"
)

// goodsOf is what a cooperative offers: what is in stock before what is sold out.
func (h *Handler) goodsOf(ctx context.Context, cooperative uuid.UUID) ([]catalog.Product, error) {
	all, err := h.Catalog.OfCooperative(ctx, cooperative)
	if err != nil {
		return nil, err
	}
	var there, gone []catalog.Product
	for _, p := range all {
		switch {
		case !p.Offered():
		case p.Stock > 0:
			there = append(there, p)
		default:
			gone = append(gone, p)
		}
	}
	return append(there, gone...), nil
}

// drawingsOf names the objects that products are drawn with.
func drawingsOf(products []catalog.Product) []string {
	names := make([]string, len(products))
	for i, p := range products {
		names[i] = p.Drawing
	}
	return names
}

// seasonPicture is the wide picture of a product: clementines have one of their own.
func seasonPicture(p catalog.Product) string {
	if p.Drawing == "clementine" {
		return static.URL("brand/clementine-wide.svg")
	}
	return static.Scene([]string{p.Drawing}, p.ID.String())
}

// alsoInSeason is a few more things that are in season, each name once.
func alsoInSeason(products []catalog.Product) []catalog.Product {
	seen := map[string]bool{products[0].Name.AR: true}
	var others []catalog.Product
	for _, p := range products[1:] {
		if !seen[p.Name.AR] && len(others) < 4 {
			seen[p.Name.AR] = true
			others = append(others, p)
		}
	}
	return others
}
