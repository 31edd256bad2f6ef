package static

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// tints are the colours that a ground comes in; a product keeps its own for ever.
var tints = [...]string{"jir", "qamh", "tin", "zaytun", "sama", "karma"}

// Drawing is the address of the drawing of a product: its Object over a ground whose tint depends on
// the key, such as the product's id. It always gives the same address for the same product.
func Drawing(object, instead, key string) string {
	object = Object(object, instead, key)
	return "/drawings/" + object + "-" + current().grounds[object] + "-" + tint(key) + ".svg"
}

// Shared is the address of the picture of a product that other programs show, which know no drawings: a JPEG of its Object
// of 800 × 420 pixels.
func Shared(object, instead, key string) string {
	return "/drawings/share/" + Object(object, instead, key) + ".jpg"
}

// serveShared answers GET /drawings/share/<object>.jpg.
func serveShared(c *fiber.Ctx) error {
	a := current()
	picture, err := fs.ReadFile(a.drawn, strings.TrimPrefix(c.Path(), "/"))
	if err != nil {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, a.drawingsKept())
	c.Set(fiber.HeaderContentType, "image/jpeg")
	return c.Send(picture)
}

// Object is what a product is drawn as: the object it names or, if there is no such object, the one to
// be shown instead, such as its category's. An object that comes in several forms (honey-thyme, honey-thyme2 and so on) stands for
// all of them, and the key chooses, so that a shelf of honey does not show one jar again and again.
func Object(object, instead, key string) string {
	if current().grounds[object] == "" {
		object = instead
	}
	if current().grounds[object] == "" {
		object = "gift"
	}
	forms := 1
	for current().grounds[object+strconv.Itoa(forms+1)] != "" {
		forms++
	}
	if n := 1 + int(hash(key)/uint32(len(tints)))%forms; n > 1 {
		return object + strconv.Itoa(n)
	}
	return object
}

// Wide is the address of the picture that an object has for a wide place, brand/<object>-wide.svg; "" if it has none.
func Wide(object string) string {
	name := "brand/" + object + "-wide.svg"
	if current().files[name] == nil {
		return ""
	}
	return URL(name)
}

// tint is the colour of a ground for a key, always the same for the same key.
func tint(key string) string { return tints[hash(key)%uint32(len(tints))] }

func hash(key string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return h.Sum32()
}

// drawing is a composed drawing, kept compressed only: the whole set is some thousands.
type drawing struct {
	tag    string
	packed packed
}

// serveDrawing answers GET /drawings/<object>-<ground>-<tint>.svg.
func serveDrawing(c *fiber.Ctx) error {
	a := current()
	name := strings.Clone(strings.TrimPrefix(c.Path(), "/drawings/"))
	entry, ok := a.composed.Load(name)
	if !ok {
		plain, known := a.compose(name)
		if !known {
			return fiber.ErrNotFound
		}
		sum := sha256.Sum256(plain)
		entry, _ = a.composed.LoadOrStore(name, &drawing{tag: `"` + hex.EncodeToString(sum[:8]) + `"`, packed: pack(plain, quick)})
	}
	d := entry.(*drawing)
	c.Set(fiber.HeaderCacheControl, a.drawingsKept())
	c.Set(fiber.HeaderETag, d.tag)
	if c.Get(fiber.HeaderIfNoneMatch) == d.tag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return d.packed.send(c, func() []byte { plain, _ := a.compose(name); return plain })
}

// drawingsKept tells browsers how long a drawing may be kept: its address has no hash.
func (a *assets) drawingsKept() string {
	if a.edited {
		return "no-cache"
	}
	return "public, max-age=604800"
}

// identifier matches the definition of an id and the references to it.
var identifier = regexp.MustCompile(`(id="|url\(#|href="#)`)

// compose puts an object over a ground. The two were drawn apart, so the ids of the ground are
// renamed: an id has to be unique in a document.
func (a *assets) compose(name string) ([]byte, bool) {
	object, ground, ok := split(name)
	if !ok {
		return nil, false
	}
	over, known := a.inside("objects/" + object)
	under, grounded := a.inside("grounds/" + ground)
	if !known || !grounded {
		return nil, false
	}
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="480" height="480" viewBox="0 0 480 480">` +
		renamed(under, "ground") + over + `</svg>`), true
}

// split takes «honey-thyme-hex-jir.svg» apart: the last two words are the ground and its tint.
func split(name string) (object, ground string, ok bool) {
	words := strings.Split(strings.TrimSuffix(name, ".svg"), "-")
	if !strings.HasSuffix(name, ".svg") || len(words) < 3 || strings.ContainsAny(name, "/\\") {
		return "", "", false
	}
	n := len(words) - 2
	return strings.Join(words[:n], "-"), strings.Join(words[n:], "-"), true
}

// renamed gives the ids of what stands inside a drawing a prefix.
func renamed(inside, prefix string) string {
	return identifier.ReplaceAllString(inside, "${1}"+prefix+"-")
}

// inside is what stands inside the outermost element of a drawing, if there is such a drawing and it has one.
func (a *assets) inside(name string) (inside string, ok bool) {
	svg, err := fs.ReadFile(a.drawn, "drawings/"+name+".svg")
	if err != nil {
		return "", false
	}
	_, inside, _ = strings.Cut(string(svg), ">")
	end := strings.LastIndex(inside, "</svg>")
	if end < 0 {
		return "", false
	}
	return inside[:end], true
}
