package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"hash/fnv"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

//go:embed drawings
var drawn embed.FS

// tints are the colours that a ground comes in; a product keeps its own for ever.
var tints = [...]string{"jir", "qamh", "tin", "zaytun", "sama", "karma"}

// fallback is the object that stands for a category when a product names none.
var fallback = map[string]string{
	"honey": "honey-flowers", "oil": "oil", "cereal": "couscous", "fruit": "clementine", "dried": "almond",
	"preserve": "jam-fig", "herbs": "thyme", "pastry": "ghriba", "dairy": "jben", "truffle": "terfass",
	"cosmetic": "soap-olive", "craft": "basket", "bundle": "gift",
}

// grounds says which tile pattern belongs behind which object.
var grounds = sync.OnceValue(func() map[string]string {
	table, _ := drawn.ReadFile("drawings/grounds.tsv")
	m := map[string]string{}
	for row := range strings.Lines(string(table)) {
		if object, ground, ok := strings.Cut(strings.TrimSpace(row), "\t"); ok {
			m[object] = ground
		}
	}
	return m
})

// Drawing is the address of the drawing of a product: its Object over a ground whose tint depends on
// the key, such as the product's id. It always gives the same address for the same product.
func Drawing(object, category, key string) string {
	object = Object(object, category, key)
	return "/drawings/" + object + "-" + grounds()[object] + "-" + tint(key) + ".svg"
}

// Object is what a product is drawn as: the object it names or, if there is no such object, the one of
// its category. An object that comes in several forms (honey-thyme, honey-thyme2 and so on) stands for
// all of them, and the key chooses, so that a shelf of honey does not show one jar again and again.
func Object(object, category, key string) string {
	if grounds()[object] == "" {
		object = fallback[category]
	}
	if object == "" {
		object = "gift"
	}
	forms := 1
	for grounds()[object+strconv.Itoa(forms+1)] != "" {
		forms++
	}
	if n := 1 + int(hash(key)/uint32(len(tints)))%forms; n > 1 {
		return object + strconv.Itoa(n)
	}
	return object
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

// drawings keeps each composed drawing that was asked for.
type drawings struct{ kept sync.Map } // name string → *drawing

// serve answers GET /drawings/<object>-<ground>-<tint>.svg.
func (ds *drawings) serve(c *fiber.Ctx) error {
	name := strings.Clone(strings.TrimPrefix(c.Path(), "/drawings/"))
	entry, ok := ds.kept.Load(name)
	if !ok {
		plain, known := compose(name)
		if !known {
			return fiber.ErrNotFound
		}
		sum := sha256.Sum256(plain)
		entry, _ = ds.kept.LoadOrStore(name, &drawing{tag: `"` + hex.EncodeToString(sum[:8]) + `"`, packed: pack(plain, quick)})
	}
	d := entry.(*drawing)
	c.Set(fiber.HeaderCacheControl, "public, max-age=604800")
	c.Set(fiber.HeaderETag, d.tag)
	if c.Get(fiber.HeaderIfNoneMatch) == d.tag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return d.packed.send(c, func() []byte { plain, _ := compose(name); return plain })
}

// identifier matches the definition of an id and the references to it.
var identifier = regexp.MustCompile(`(id="|url\(#|href="#)`)

// compose puts an object over a ground. The two were drawn apart, so the ids of the ground are
// renamed: an id has to be unique in a document.
func compose(name string) ([]byte, bool) {
	object, ground, ok := split(name)
	if !ok {
		return nil, false
	}
	over, err := drawn.ReadFile("drawings/objects/" + object + ".svg")
	if err != nil {
		return nil, false
	}
	under, err := drawn.ReadFile("drawings/grounds/" + ground + ".svg")
	if err != nil {
		return nil, false
	}
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="480" height="480" viewBox="0 0 480 480">` +
		renamed(under, "ground") + inner(over) + `</svg>`), true
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

// renamed is what stands inside a drawing, its ids with a prefix.
func renamed(svg []byte, prefix string) string {
	return identifier.ReplaceAllString(inner(svg), "${1}"+prefix+"-")
}

// inner is what stands inside the outermost element.
func inner(svg []byte) string {
	s := string(svg)
	s = s[strings.Index(s, ">")+1:]
	return s[:strings.LastIndex(s, "</svg>")]
}
