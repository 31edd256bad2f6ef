package browse

import (
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/static"
	"github.com/souk-taawon/souk/storefront/ui"
)

// deliveryFact is what delivery costs the reader, as far as it is known where she is.
func deliveryFact(p ui.Page, fee delivery.Quote) string {
	if p.Place != nil {
		return p.T("shop.home.fact_delivery_to", "Place", p.L.Text(p.Place.Name), "Fee", shop.Fee(p, fee.Fee), "From", p.L.Money(fee.FreeFrom))
	}
	return p.T("shop.home.fact_delivery_more", "Fee", p.L.Money(fee.Fee), "From", p.L.Money(fee.FreeFrom))
}

// drawingsOf names the objects that products are drawn as.
func drawingsOf(products []catalog.Product) []string {
	names := make([]string, len(products))
	for i, p := range products {
		names[i] = static.Object(p.Drawing, p.CategoryDrawing, p.ID.String())
	}
	return names
}

// seasonPicture is the wide picture of a product: that of the object it is drawn as, if that has one.
func seasonPicture(p catalog.Product) string {
	objects := drawingsOf([]catalog.Product{p})
	if wide := static.Wide(objects[0]); wide != "" {
		return wide
	}
	return static.Scene(objects, p.ID.String())
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
