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

	"github.com/gofiber/fiber/v2"
)

//go:embed souk.css souk.js fonts brand drawings/objects/gift.svg
var embedded embed.FS

// kept tells browsers that what lies behind an address with a hash never changes.
const kept = "public, max-age=31536000, immutable"

// file is one embedded file as it is served.
type file struct {
	hash string
	kind string
	body []byte
	// packed is the body for browsers that understand a compression, made when it is first asked for.
	packed func() packed
}

// files is every embedded file by name. It is computed once: the files are part of the program.
var files = sync.OnceValue(load)

// reference matches an address in the stylesheet: url(fonts/…) or url(brand/…).
var reference = regexp.MustCompile(`url\(((?:fonts|brand)/[^)]+)\)`)

func load() map[string]*file {
	all := map[string]*file{}
	add := func(name string, body []byte) {
		sum := sha256.Sum256(body)
		all[name] = &file{
			hash:   hex.EncodeToString(sum[:5]),
			kind:   contentType(name),
			body:   body,
			packed: sync.OnceValue(func() packed { return pack(body, hard) }),
		}
	}
	err := fs.WalkDir(embedded, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		add(name, body)
		return nil
	})
	if err != nil { // an embedded file system has no other way to fail than a broken build
		panic(fmt.Sprintf("static: %v", err))
	}
	// The stylesheet names fonts and tiles by their file names; served, it names them by hash.
	css := reference.ReplaceAllFunc(all["souk.css"].body, func(match []byte) []byte {
		name := string(reference.FindSubmatch(match)[1])
		return []byte("url(" + address(all, name) + ")")
	})
	add("souk.css", css)
	return all
}

// Mount serves the files under /static and the drawings under /drawings.
func Mount(r fiber.Router) {
	r.Get("/static/*", serve)
	r.Get("/drawings/:name", new(drawings).serve)
	r.Get("/drawings/scene/:name", serveScene)
}

func address(all map[string]*file, name string) string {
	f := all[name]
	if f == nil {
		panic("static: no file " + name)
	}
	return "/static/" + f.hash + "/" + name
}

// URL is the address of an embedded file such as «souk.css» or «brand/icons.svg», with the hash of
// its content in it. It panics on a name that is not embedded: names are constants of the program.
func URL(name string) string { return address(files(), name) }

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
	f := files()[name]
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
