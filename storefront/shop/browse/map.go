package browse

import (
	"maps"
	"slices"

	"github.com/souk-taawon/souk/internal/i18n"
)

// atlas is the map of the province: a drawing, on which towns that lie close are drawn a little apart
// so that their names can be read.
type atlas struct{ Towns []town }

// town is a commune on the map.
type town struct {
	Slug, Name   string
	X, Y, Radius int
	LabelY       int
	Label        string // its name and how many cooperatives it has
	Cooperatives int
}

// spots is where each commune is drawn, on 640 by 480 with north above; names stand below the spot or,
// where that would hide another, above it. A commune without a spot is in the lists only.
var spots = map[string]struct {
	x, y  int
	above bool
}{
	"berkane": {332, 244, false}, "ahfir": {578, 186, false}, "saidia": {436, 58, false}, "madagh": {304, 124, false},
	"rislane": {150, 408, false}, "tafoughalt": {226, 352, false}, "aklim": {186, 258, false},
	"sidi-slimane-echcharaa": {262, 216, true}, "zegzel": {304, 314, false}, "fezouane": {472, 258, false},
	"ain-reggada": {388, 176, true}, "laatamna": {482, 122, false}, "boughriba": {160, 146, false},
	"chouihia": {64, 282, false}, "sidi-bouhria": {330, 436, false}, "aghbal": {560, 280, false}, "jraoua": {404, 216, false},
}

// draw puts the communes on the map, those with cooperatives as large as they have many.
func draw(names map[string]string, cooperatives map[string]int, l *i18n.Locale) atlas {
	var a atlas
	for _, slug := range slices.Sorted(maps.Keys(spots)) {
		spot := spots[slug]
		name := names["commune/"+slug]
		if name == "" {
			continue
		}
		t := town{Slug: slug, Name: name, X: spot.x, Y: spot.y, Radius: 3, Cooperatives: cooperatives[slug]}
		if n := t.Cooperatives; n > 0 {
			t.Radius = 6 + 2*min(n, 5)
			t.Label = name + l.T("shop.comma") + l.N("shop.coops.count", n)
		}
		t.LabelY = t.Y + t.Radius + 16
		if spot.above {
			t.LabelY = t.Y - t.Radius - 7
		}
		a.Towns = append(a.Towns, t)
	}
	return a
}
