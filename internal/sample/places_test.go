package sample

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

func TestPlacesAreKnown(t *testing.T) {
	t.Parallel()
	zones, inBerkane := map[string]int{}, map[string]bool{}
	seen := map[string]bool{}
	for _, c := range table(t, filepath.Join("data", "places.tsv"), 7) {
		slug, zone := c[0], c[3]
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(slug) || c[1] == "" || c[2] == "" || seen[slug] {
			t.Errorf("place %q", c)
		}
		seen[slug] = true
		if !slices.Contains([]string{"berkane", "oriental", "large-cities", "elsewhere"}, zone) {
			t.Errorf("%s: zone %q", slug, zone)
		}
		zones[zone]++
		inBerkane[slug] = zone == "berkane"
		latitude, err := strconv.ParseFloat(c[4], 64)
		if err != nil || latitude < 21 || latitude > 36 {
			t.Errorf("%s: latitude %s", slug, c[4])
		}
		longitude, err := strconv.ParseFloat(c[5], 64)
		if err != nil || longitude < -17.5 || longitude > -1 {
			t.Errorf("%s: longitude %s", slug, c[5])
		}
		if !regexp.MustCompile(`^(\d{5})?$`).MatchString(c[6]) {
			t.Errorf("%s: postcode %q", slug, c[6])
		}
	}
	if zones["berkane"] != 17 || zones["oriental"] < 10 || zones["large-cities"] != 12 || zones["elsewhere"] < 15 {
		t.Errorf("zones: %v", zones)
	}
	cooperatives, _ := load(t)
	for _, c := range cooperatives {
		if !inBerkane[c.Commune] {
			t.Errorf("%s is in %q", c.Slug, c.Commune)
		}
	}
}
