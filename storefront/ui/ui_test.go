package ui

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestPagerNamesFirstLastAndNeighbours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page, pages int
		want        []int
	}{
		{1, 1, []int{1}},
		{1, 3, []int{1, 2, 3}},
		{1, 9, []int{1, 2, 0, 9}},
		{5, 9, []int{1, 0, 4, 5, 6, 0, 9}},
		{9, 9, []int{1, 0, 8, 9}},
	} {
		if got := around(c.page, c.pages); !slices.Equal(got, c.want) {
			t.Errorf("page %d of %d: %v, not %v", c.page, c.pages, got, c.want)
		}
	}
}

func TestChartsHaveRoundLinesAboveTheHighestColumn(t *testing.T) {
	t.Parallel()
	for _, most := range []float64{0, 1, 3, 7, 12, 99, 1234, 325290} {
		c := layOut([]Column{{Value: most}, {Value: 0}})
		if n := len(c.grid); n < 2 || n > 7 {
			t.Errorf("%v: %d lines", most, n)
		}
		top := c.grid[len(c.grid)-1]
		if most > 0 && (c.boxes[0].y < top.y-.5 || c.boxes[0].height <= 0) {
			t.Errorf("%v: the column ends at %.1f, the highest line is at %.1f", most, c.boxes[0].y, top.y)
		}
		if digits := strings.Trim(strconv.FormatFloat(top.value, 'f', -1, 64), "0"); len(digits) > 2 {
			t.Errorf("%v: the highest line says %s", most, digits)
		}
	}
}

func TestABoxToTickIsNotCompleted(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]bool{"": true, "password": true, "checkbox": false} {
		if _, has := (Field{Name: "cash", Type: kind, Autocomplete: "off"}).attributes(Form{})["autocomplete"]; has != want {
			t.Errorf("%q: %v", kind, has)
		}
	}
}

func TestAPhotographReplacesTheDrawing(t *testing.T) {
	t.Parallel()
	product, picture := uuid.New(), uuid.New()
	drawn := PictureFor(nil, "oil", "oil", product)
	if !drawn.Drawing || !strings.HasPrefix(drawn.Src, "/drawings/oil") {
		t.Errorf("a drawing: %+v", drawn)
	}
	shot := PictureFor(&picture, "oil", "oil", product)
	if shot.Drawing || shot.Src != "/pictures/"+picture.String()+"/640.jpg" || !strings.Contains(shot.Srcset, "1280w") {
		t.Errorf("a photograph: %+v", shot)
	}
}

func TestAddressesCarryTheLanguage(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/": "/fr", "": "/fr", "/products": "/fr/products", "/?placed=1": "/fr?placed=1", "/products?q=miel": "/fr/products?q=miel",
	} {
		if got := in("fr", path); got != want {
			t.Errorf("%q: %q, not %q", path, got, want)
		}
	}
}

func TestALetterGoesToItsAddressOnly(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"nahla@souk.test":               "mailto:nahla@souk.test",
		"miel+vente@souk.test":          "mailto:miel+vente@souk.test",
		"a?bcc=everybody@evil.test":     "mailto:a%3Fbcc=everybody@evil.test",
		"a%3Fbcc=everybody@evil.test":   "mailto:a%253Fbcc=everybody@evil.test",
		"a#b@souk.test":                 "mailto:a%23b@souk.test",
		"a\r\nBcc: everybody@evil.test": "mailto:a%0D%0ABcc:%20everybody@evil.test",
	} {
		if got := string(MailTo(address)); got != want {
			t.Errorf("%q is written to %s, not %s", address, got, want)
		}
	}
}
