package static

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// place is where an object stands in a scene: its scale, and the x of its middle.
type place struct{ scale, middle float64 }

// places are the arrangements for one, two and three objects, those behind first. A smaller object
// stands further back: all are scaled about the line where the wall meets the ledge.
var places = [...][]place{
	{{.96, 300}},
	{{.72, 180}, {.86, 415}},
	{{.62, 136}, {.62, 494}, {.82, 312}},
}

// Scene is the address of a drawing of up to three objects side by side, wider than high (4:3), such
// as the goods of a cooperative. One of each kind comes before a second of any. Unknown and repeated
// objects are left out; the tint depends on key.
func Scene(objects []string, key string) string {
	var names []string
	seen := map[string]bool{}
	for _, again := range []bool{false, true} {
		for _, o := range objects {
			if current().grounds[o] != "" && (again || !seen[Kind(o)]) && !slices.Contains(names, o) && len(names) < len(places) {
				names = append(names, o)
				seen[Kind(o)] = true
			}
		}
	}
	if len(names) == 0 {
		names = []string{"gift"}
	}
	return "/drawings/scene/" + strings.Join(names, ".") + "-" + current().grounds[names[0]] + "-" + tint(key) + ".svg"
}

// Kind is what an object is, whatever its colour or form: a rug, a jar of honey.
func Kind(object string) string {
	kind, _, _ := strings.Cut(object, "-")
	return strings.TrimRight(kind, "0123456789")
}

// serveScene answers GET /drawings/scene/<object>.<object>.<object>-<ground>-<tint>.svg. There are too
// many scenes to keep; one is put together in well under a millisecond.
func serveScene(c *fiber.Ctx) error {
	a := current()
	scene, ok := a.composeScene(strings.TrimPrefix(c.Path(), "/drawings/scene/"))
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, a.drawingsKept())
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return c.Send(scene)
}

func (a *assets) composeScene(name string) ([]byte, bool) {
	objects, ground, ok := split(name)
	names := strings.Split(objects, ".")
	if !ok || len(names) > len(places) {
		return nil, false
	}
	under, grounded := a.inside("grounds/" + ground)
	if !grounded {
		return nil, false
	}
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480" viewBox="0 0 640 480">`)
	b.WriteString(strings.ReplaceAll(renamed(under, "ground"), `width="480"`, `width="640"`))
	for i, at := range places[len(names)-1] {
		over, known := a.inside("objects/" + names[i])
		if !known {
			return nil, false
		}
		fmt.Fprintf(&b, `<g transform="translate(%.1f %.1f) scale(%.2f)">`, at.middle-middle*at.scale, ledge*(1-at.scale), at.scale)
		b.WriteString(renamed(over, fmt.Sprintf("o%d", i)))
		b.WriteString(`</g>`)
	}
	b.WriteString(`</svg>`)
	return []byte(b.String()), true
}

// In every drawing the wall meets the ledge at the height ledge, and the object's middle is there.
const (
	ledge  = 368
	middle = 195
)
