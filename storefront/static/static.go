package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gofiber/fiber/v2"
)

//go:embed souk.css souk.js fonts brand drawings
var embedded embed.FS

// kept tells browsers that what lies behind an address with a hash never changes.
const kept = "public, max-age=31536000, immutable"

// file is one file as it is served.
type file struct {
	hash string
	kind string
	body []byte
	// packed is the body for browsers that understand a compression, made when it is first asked for.
	packed func() packed
}

// assets are everything that one folder holds.
type assets struct {
	files    map[string]*file  // that are served as they are, by name
	drawn    fs.FS             // the drawings, which are put together when they are asked for
	grounds  map[string]string // which tile pattern belongs behind which object
	composed sync.Map          // name string → *drawing
	edited   bool              // somebody is at work on them: a browser asks each time for what has no hash
}

// present are the assets that are served: those that are part of the program, computed once, unless somebody
// is at work on them.
var (
	own     = sync.OnceValue(loadOwn)
	present atomic.Pointer[assets]
)

func current() *assets {
	if edited := present.Load(); edited != nil {
		return edited
	}
	return own()
}

func loadOwn() *assets {
	a, err := load(embedded)
	if err != nil { // an embedded file system has no other way to fail than a broken build
		panic(fmt.Sprintf("static: %v", err))
	}
	return a
}

// Reload takes this folder's files in the place of those that are part of the program, for whoever draws and
// writes them. On an error everything stays as it was.
func Reload(folder fs.FS) error {
	a, err := load(folder)
	if err != nil {
		return fmt.Errorf("static: %w", err)
	}
	a.edited = true
	present.Store(a)
	return nil
}

// reference matches an address in the stylesheet: url(fonts/…) or url(brand/…).
var reference = regexp.MustCompile(`url\(((?:fonts|brand)/[^)]+)\)`)

// served are the files and folders that are served as they are. One of the drawings is what a page shows that
// has nothing else to show.
var served = []string{"souk.css", "souk.js", "fonts", "brand", "drawings/objects/gift.svg"}

func load(folder fs.FS) (*assets, error) {
	a := &assets{files: map[string]*file{}, drawn: folder, grounds: map[string]string{}}
	for _, root := range served {
		err := fs.WalkDir(folder, root, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			body, err := fs.ReadFile(folder, name)
			if err != nil {
				return err
			}
			a.add(name, body)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	// The stylesheet names fonts and tiles by their file names; served, it names them by hash.
	missing := ""
	css := reference.ReplaceAllFunc(a.files["souk.css"].body, func(match []byte) []byte {
		name := string(reference.FindSubmatch(match)[1])
		if a.files[name] == nil {
			missing = name
			return match
		}
		return []byte("url(" + a.address(name) + ")")
	})
	if missing != "" {
		return nil, fmt.Errorf("souk.css names %s, and there is no such file", missing)
	}
	a.add("souk.css", css)
	table, err := fs.ReadFile(folder, "drawings/grounds.tsv")
	if err != nil {
		return nil, err
	}
	for row := range strings.Lines(string(table)) {
		if object, ground, ok := strings.Cut(strings.TrimSpace(row), "\t"); ok {
			a.grounds[object] = ground
		}
	}
	return a, nil
}

func (a *assets) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	a.files[name] = &file{
		hash:   hex.EncodeToString(sum[:5]),
		kind:   contentType(name),
		body:   body,
		packed: sync.OnceValue(func() packed { return pack(body, hard) }),
	}
}

// Mount serves the files under /static and the drawings under /drawings.
func Mount(r fiber.Router) {
	r.Get("/static/*", serve)
	r.Get("/drawings/:name", serveDrawing)
	r.Get("/drawings/scene/:name", serveScene)
	r.Get("/drawings/share/:name", serveShared)
}

func (a *assets) address(name string) string {
	f := a.files[name]
	if f == nil {
		panic("static: no file " + name)
	}
	return "/static/" + f.hash + "/" + name
}

// URL is the address of a file such as «souk.css» or «brand/icons.svg», with the hash of
// its content in it. It panics on a name that is not there: names are constants of the program.
func URL(name string) string { return current().address(name) }

func contentType(name string) string {
	switch path.Ext(name) {
	case ".woff2":
		return "font/woff2"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// serve answers GET /static/<hash>/<name>. A hash of another version of the file is answered with
// the present one, but not kept for ever: during an update a page of the old version may ask for it.
func serve(c *fiber.Ctx) error {
	hash, name, found := strings.Cut(strings.TrimPrefix(c.Path(), "/static/"), "/")
	f := current().files[name]
	if !found || f == nil {
		return fiber.ErrNotFound
	}
	control := kept
	if hash != f.hash {
		control = "public, max-age=60"
	}
	c.Set(fiber.HeaderCacheControl, control)
	c.Set(fiber.HeaderContentType, f.kind)
	if !compressible(f.kind) {
		return c.Send(f.body)
	}
	return f.packed().send(c, func() []byte { return f.body })
}

func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "image/svg")
}
