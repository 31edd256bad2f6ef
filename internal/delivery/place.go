package delivery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/text"
)

// Place is a commune or a city that orders can go to.
type Place struct {
	Slug     string
	Name     i18n.Text
	Zone     string // slug of its delivery zone
	Fresh    bool   // what perishes is brought there too
	Postcode string // empty where it has none of its own
	Spot     *Spot  // where it is drawn on the map; nil: nowhere
}

// Spot is a place on the map of the province, which is 640 by 480 with north above, over the Ground of its zone: a
// drawing, on which towns that lie close are a little apart so that their names can be read.
type Spot struct {
	X, Y  int
	Above bool // the name stands above it and not below
}

// country is where orders go to.
type country struct {
	zones  []Zone            // the nearest first
	places []Place           // by zone, in the zones' order, and by name within each
	meant  map[string]string // slugs by what is written for them (written); "" for what could be two
}

// countryAge is how long zones and places are taken for what they were.
const countryAge = time.Minute

// Places lists every place, nearest zone first and by name within it, as they were a minute ago at most.
func (s *Service) Places(ctx context.Context) ([]Place, error) {
	c, err := s.country(ctx)
	return c.places, err
}

// country gives zones and places. Beside an error stand those that were known before.
func (s *Service) country(ctx context.Context) (country, error) {
	return s.recent.Get(s.now(), func() (c country, err error) {
		if c.zones, err = s.readNames(ctx); err != nil {
			return country{}, err
		}
		if c.places, err = s.readPlaces(ctx); err != nil {
			return country{}, err
		}
		c.meant = meant(c.places)
		return c, nil
	})
}

// Place gives the place with that slug; ok is false if there is none.
func (s *Service) Place(ctx context.Context, slug string) (place Place, ok bool, err error) {
	places, err := s.Places(ctx)
	if i := slices.IndexFunc(places, func(p Place) bool { return p.Slug == slug }); i >= 0 {
		return places[i], true, err
	}
	return Place{}, false, err
}

// PlaceMeant gives the slug of the place that is named by its slug or by its name in any of its languages, however that is
// spelt: with or without accents, vowel marks, hamzas, hyphens and the article. ok is false for what names none, or
// could be two.
func (s *Service) PlaceMeant(ctx context.Context, name string) (slug string, ok bool, err error) {
	c, err := s.country(ctx)
	if err != nil {
		return "", false, err
	}
	if slices.ContainsFunc(c.places, func(p Place) bool { return p.Slug == name }) {
		return name, true, nil
	}
	slug = c.meant[written(name)]
	return slug, slug != "", nil
}

// PlacesMeant are the slugs of the places that are named (PlaceMeant), each once. What names none stays as it is.
func (s *Service) PlacesMeant(ctx context.Context, names []string) ([]string, error) {
	var slugs []string
	for _, name := range names {
		slug, ok, err := s.PlaceMeant(ctx, name)
		if err != nil {
			return nil, err
		}
		if !ok {
			slug = name
		}
		if !slices.Contains(slugs, slug) {
			slugs = append(slugs, slug)
		}
	}
	return slugs, nil
}

func meant(places []Place) map[string]string {
	slugs := make(map[string]string, 3*len(places))
	for _, p := range places {
		for _, name := range append([]string{p.Slug, p.Name.AR, p.Name.FR}, inEnglish[p.Slug]...) {
			key := written(name)
			if other, known := slugs[key]; known && other != p.Slug || key == "" {
				slugs[key] = ""
				continue
			}
			slugs[key] = p.Slug
		}
	}
	return slugs
}

// inEnglish are the names of towns in English, by their slugs, where these are others than in French.
var inEnglish = map[string][]string{
	"fes": {"Fez"}, "marrakech": {"Marrakesh"}, "tanger": {"Tangier", "Tangiers"}, "tetouan": {"Tetuan"},
}

// written is a name as it is compared with what is written for it.
func written(name string) string {
	return moroccan.Replace(strings.Join(text.Words(text.Line(name)), ""))
}

// moroccan writes the g of Moroccan names as those do who have no key for it.
var moroccan = strings.NewReplacer("ڭ", "ك", "ݣ", "ك")

func (s *Service) readPlaces(ctx context.Context) ([]Place, error) {
	var rows []struct {
		Place
		X     *int `db:"map_x"`
		Y     *int `db:"map_y"`
		Above bool `db:"map_above"`
	}
	err := s.db.SelectContext(ctx, &rows, `
		select p.slug, p.name_ar as "name.ar", p.name_fr as "name.fr", p.zone, z.perishables_allowed as fresh, p.postcode, p.map_x, p.map_y, p.map_above
		from places p join delivery_zones z on z.slug = p.zone
		order by z.position, z.slug, p.name_fr, p.slug`)
	if err != nil {
		return nil, fmt.Errorf("delivery: places: %w", err)
	}
	places := make([]Place, len(rows))
	for i, row := range rows {
		places[i] = row.Place
		if row.X != nil {
			places[i].Spot = &Spot{*row.X, *row.Y, row.Above}
		}
	}
	return places, nil
}

// Ordered is places as a reader of the language l looks for them: zone after zone as they come, and
// within each in that language's order of their names.
func Ordered(places []Place, l *i18n.Locale) []Place {
	zones := map[string]int{}
	for _, p := range places {
		if _, known := zones[p.Zone]; !known {
			zones[p.Zone] = len(zones)
		}
	}
	order := l.Order()
	return slices.SortedStableFunc(slices.Values(places), func(a, b Place) int {
		return cmp.Or(cmp.Compare(zones[a.Zone], zones[b.Zone]), order(l.Text(a.Name), l.Text(b.Name)))
	})
}
