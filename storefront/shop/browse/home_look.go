package browse

import (
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/storefront/static"
)

// drawingsOf names the objects that products are drawn as.
func drawingsOf(products []catalog.Product) []string {
	names := make([]string, len(products))
	for i, p := range products {
		names[i] = static.Object(p.Drawing, p.CategoryDrawing, p.ID.String())
	}
	return names
}

// seasonPicture is the wide picture of a product: clementines have one of their own.
func seasonPicture(p catalog.Product) string {
	if p.Drawing == "clementine" {
		return static.URL("brand/clementine-wide.svg")
	}
	return static.Scene(drawingsOf([]catalog.Product{p}), p.ID.String())
}

// seasonal is the product that the season is announced with: one whose origin is certified, if there
// is one.
func seasonal(products []catalog.Product) catalog.Product {
	for _, p := range products {
		if len(p.Labels) > 0 {
			return p
		}
	}
	return products[0]
}

// alsoInSeason is a few more things that are in season, each name once.
func alsoInSeason(first catalog.Product, products []catalog.Product) []catalog.Product {
	seen := map[string]bool{first.Name.AR: true}
	var others []catalog.Product
	for _, p := range products {
		if !seen[p.Name.AR] && len(others) < 4 {
			seen[p.Name.AR] = true
			others = append(others, p)
		}
	}
	return others
}
