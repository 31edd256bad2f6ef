package browse

import (
	"cmp"
	"slices"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
)

// atlas is the map of the province.
type atlas struct {
	Grounds []delivery.Ground
	Towns   []town
}

// town is a commune on the map.
type town struct {
	Slug, Name   string
	X, Y, Radius int
	LabelY       int
	Label        string // its name and how many cooperatives it has
	Cooperatives int
}

// draw puts the communes on the map, those with cooperatives as large as they have many. A commune that has no
// spot is in the lists only.
func draw(zones []delivery.Zone, places []delivery.Place, cooperatives map[string]int, l *i18n.Locale) atlas {
	var a atlas
	for _, z := range zones {
		if z.Ground != (delivery.Ground{}) {
			a.Grounds = append(a.Grounds, z.Ground)
		}
	}
	for _, place := range places {
		if place.Spot == nil {
			continue
		}
		name := l.Text(place.Name)
		t := town{Slug: place.Slug, Name: name, X: place.Spot.X, Y: place.Spot.Y, Radius: 3, Cooperatives: cooperatives[place.Slug]}
		if n := t.Cooperatives; n > 0 {
			t.Radius = 6 + 2*min(n, 5)
			t.Label = name + l.T("shop.comma") + l.N("shop.coops.count", n)
		}
		t.LabelY = t.Y + t.Radius + 16
		if place.Spot.Above {
			t.LabelY = t.Y - t.Radius - 7
		}
		a.Towns = append(a.Towns, t)
	}
	slices.SortFunc(a.Towns, func(x, y town) int { return cmp.Compare(x.Slug, y.Slug) })
	return a
}
