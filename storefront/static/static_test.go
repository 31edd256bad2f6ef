package static_test

import (
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/souk-taawon/souk/storefront/static"
)

func get(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	app := fiber.New()
	static.Mount(app)
	request := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := app.Test(request, -1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFilesAreKeptForEverUnderTheirHash(t *testing.T) {
	t.Parallel()
	response := get(t, static.URL("souk.css"))
	if got := response.Header.Get("Cache-Control"); response.StatusCode != http.StatusOK || !strings.Contains(got, "immutable") {
		t.Errorf("status %d, Cache-Control %q", response.StatusCode, got)
	}
	old := get(t, "/static/0123456789/souk.css")
	if got := old.Header.Get("Cache-Control"); old.StatusCode != http.StatusOK || strings.Contains(got, "immutable") {
		t.Errorf("an old address: status %d, Cache-Control %q", old.StatusCode, got)
	}
	for _, path := range []string{"/static/0123456789/none.css", "/static/", "/static/souk.css", "/static/x/../static.go"} {
		if response := get(t, path); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", path, response.StatusCode)
		}
	}
}

func TestFilesAreCompressedForThoseWhoUnderstandIt(t *testing.T) {
	t.Parallel()
	response := get(t, static.URL("souk.js"), "Accept-Encoding", "gzip")
	if response.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("Content-Encoding %q", response.Header.Get("Content-Encoding"))
	}
	unzipped, err := gzip.NewReader(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if plain := get(t, static.URL("souk.js")); body(t, unzipped) != body(t, plain.Body) {
		t.Error("compressed and plain differ")
	}
	if font := get(t, static.URL("fonts/readex-ar-400.woff2"), "Accept-Encoding", "br, gzip"); font.Header.Get("Content-Encoding") != "" {
		t.Error("a font is compressed already")
	}
}

// Pages stay light on a telephone far from the mast: these are the budgets, in compressed bytes.
func TestFilesKeepTheirBudgets(t *testing.T) {
	t.Parallel()
	weight := func(name string) int {
		return len(body(t, get(t, static.URL(name), "Accept-Encoding", "gzip").Body))
	}
	if n := weight("souk.css"); n > 20<<10 {
		t.Errorf("the stylesheet weighs %d", n)
	}
	if n := weight("souk.js"); n > 8<<10 {
		t.Errorf("the script weighs %d", n)
	}
	fonts := 0
	for _, name := range []string{
		"readex-ar-400", "readex-ar-600", "readex-la-400", "readex-la-600", "readex-ac-400", "reem-ar-700", "reem-dig-700",
	} {
		fonts += weight("fonts/" + name + ".woff2")
	}
	if fonts > 45<<10 {
		t.Errorf("the fonts of an Arabic page weigh %d", fonts)
	}
}

// Everything that the stylesheet names is served, and it names nothing from elsewhere.
func TestStylesheetFindsItsFiles(t *testing.T) {
	t.Parallel()
	css := body(t, get(t, static.URL("souk.css")).Body)
	found := regexp.MustCompile(`url\(([^)"]+)\)`).FindAllStringSubmatch(css, -1)
	if len(found) < 10 {
		t.Fatalf("only %d files are named", len(found))
	}
	for _, match := range found {
		if response := get(t, match[1]); response.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", match[1], response.StatusCode)
		}
	}
}

// An A4 sheet is as narrow as a phone: what the width of a screen changes must not make cards of a printed table.
func TestPaperIsNoTelephone(t *testing.T) {
	t.Parallel()
	css := body(t, get(t, static.URL("souk.css")).Body)
	if found := regexp.MustCompile(`@media \(max-width[^{]*`).FindAllString(css, -1); len(found) > 0 {
		t.Errorf("also for paper: %q", found)
	}
	if !strings.Contains(css, "size: A4") && !strings.Contains(css, "size:A4") {
		t.Error("no sheet is said")
	}
}

// What stands in until a font has come is as high as the font is, or the lines move when it comes. The heights are those
// that the fonts themselves say, in hundredths of their size.
func TestWhatStandsInForAFontIsAsHigh(t *testing.T) {
	t.Parallel()
	const text, serif, kufi = "100 25", "104.6 36.6", "110 40"
	css := body(t, get(t, static.URL("souk.css")).Body)
	stands := regexp.MustCompile(`font-family: (As\w+);.*size-adjust: ([\d.]+)%; ascent-override: ([\d.]+)%; descent-override: ([\d.]+)%; line-gap-override: 0%`)
	faces := stands.FindAllStringSubmatch(css, -1)
	heights := map[string]string{"AsRoboto": text, "AsArial": text, "AsNaskh": text, "AsSerif": serif, "AsTimes": serif, "AsKufi": kufi}
	found := map[string]bool{}
	for _, face := range faces {
		found[face[1]] = true
		var of [3]float64 // how much larger it is drawn, and how far it reaches above and below its line
		for i := range of {
			of[i], _ = strconv.ParseFloat(face[2+i], 64)
		}
		var above, below float64
		if _, err := fmt.Sscan(heights[face[1]], &above, &below); err != nil {
			t.Fatalf("%s stands in for nothing", face[1])
		}
		if math.Abs(of[0]*of[1]/100-above) > .2 || math.Abs(of[0]*of[2]/100-below) > .2 {
			t.Errorf("%s reaches %.1f above its line and %.1f below: %s are right", face[1], of[0]*of[1]/100, of[0]*of[2]/100, heights[face[1]])
		}
	}
	for name := range heights {
		if !found[name] || !regexp.MustCompile(`--(text|display): [^;]*\b`+name+`\b`).MatchString(css) {
			t.Errorf("%s stands in for nothing", name)
		}
	}
}

// The stylesheet serves both directions of writing, so it must not know left from right. What is
// physical on purpose is listed here.
func TestStylesheetKnowsNoLeftAndRight(t *testing.T) {
	t.Parallel()
	css := body(t, get(t, static.URL("souk.css")).Body)
	css = regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(css, "")
	allowed := []string{"text-align: right", "no-repeat right 12px", "background-position: left 12px"}
	for _, a := range allowed {
		css = strings.ReplaceAll(css, a, "")
	}
	if found := regexp.MustCompile(`(?m)^.*\b(left|right)\b.*$`).FindAllString(css, -1); len(found) > 0 {
		t.Errorf("physical sides:\n%s", strings.Join(found, "\n"))
	}
}

func TestEveryDrawingIsOneWellFormedPicture(t *testing.T) {
	t.Parallel()
	for _, instead := range []string{"honey-flowers", "basket", "unheard-of", ""} {
		for _, key := range []string{"1", "2", "3"} {
			address := static.Drawing("", instead, key)
			response := get(t, address)
			if response.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d", address, response.StatusCode)
				continue
			}
			checkPicture(t, address, body(t, response.Body))
		}
	}
	scene := static.Scene([]string{"honey-thyme", "no-such-thing", "honey-thyme", "pollen", "propolis", "gift"}, "coop")
	if !strings.Contains(scene, "/honey-thyme.pollen.propolis-hex-") {
		t.Errorf("scene %s", scene)
	}
	checkPicture(t, scene, body(t, get(t, scene).Body))
	for _, c := range []struct{ objects, want string }{
		{"zerbia zerbia-ecru hanbel cushion-red", "zerbia.hanbel.cushion-red"},
		{"orange clementine clementine2 lemon", "orange.clementine.lemon"},
		{"oil oil2 oil5", "oil.oil2.oil5"}, // of one kind only
	} {
		if scene := static.Scene(strings.Fields(c.objects), "coop"); !strings.Contains(scene, "/"+c.want+"-") {
			t.Errorf("of %s the scene shows %s", c.objects, scene)
		}
	}
}

func checkPicture(t *testing.T, name, svg string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	ids := map[string]bool{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, attribute := range start.Attr {
			if attribute.Name.Local == "id" {
				if ids[attribute.Value] {
					t.Errorf("%s: the id %q is there twice", name, attribute.Value)
				}
				ids[attribute.Value] = true
			}
		}
	}
	for _, reference := range regexp.MustCompile(`url\(#([^)]+)\)`).FindAllStringSubmatch(svg, -1) {
		if !ids[reference[1]] {
			t.Errorf("%s: nothing has the id %q", name, reference[1])
		}
	}
}

// What a shelf has most of comes in several forms, so that it does not show one picture again and again.
func TestAShelfShowsSeveralForms(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]int{
		"honey-flowers": 3, "oil": 3, "basket": 3, "almond": 3, "smen": 3, "clementine": 2, "orange": 2, "couscous": 2, "gift": 2,
	} {
		forms := map[string]bool{}
		for key := range 60 {
			form := static.Object(object, "", strconv.Itoa(key))
			forms[form] = true
			address := static.Drawing(object, "", strconv.Itoa(key))
			if response := get(t, address); response.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d", address, response.StatusCode)
			}
		}
		if len(forms) != want {
			t.Errorf("%s comes in %d forms, not %d", object, len(forms), want)
		}
	}
	if got := static.Object("tajine-green", "basket", "1"); got != "tajine-green" {
		t.Errorf("what is named is drawn as %s", got)
	}
	if got := static.Object("no-such-thing", "jben", "1"); got != "jben" {
		t.Errorf("instead of what is not drawn stands %s", got)
	}
	if got := static.Object("no-such-thing", "nor-this", "1"); !strings.HasPrefix(got, "gift") {
		t.Errorf("instead of what is not drawn stands %s", got)
	}
}

func TestAProductKeepsItsDrawing(t *testing.T) {
	t.Parallel()
	first := static.Drawing("honey-thyme", "honey-flowers", "0190a000")
	if again := static.Drawing("honey-thyme", "honey-flowers", "0190a000"); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	response := get(t, first)
	tag := response.Header.Get("ETag")
	if response := get(t, first, "If-None-Match", tag); tag == "" || response.StatusCode != http.StatusNotModified {
		t.Errorf("ETag %q: status %d", tag, response.StatusCode)
	}
}

func TestEveryDrawingCanBeShared(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("drawings/grounds.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.Lines(string(table)) {
		object, _, _ := strings.Cut(row, "\t")
		if object == "object" {
			continue
		}
		response := get(t, "/drawings/share/"+object+".jpg")
		of, format, err := image.DecodeConfig(strings.NewReader(body(t, response.Body)))
		if err != nil || format != "jpeg" || of.Width != 800 || of.Height != 420 || response.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s: %s of %d × %d, %v", object, format, of.Width, of.Height, err)
		}
	}
	if address := static.Shared("no-such-thing", "oil", "1"); !strings.HasPrefix(address, "/drawings/share/oil") {
		t.Errorf("instead of what is not drawn: %s", address)
	}
}

func TestUnknownDrawingsAreNotFound(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/drawings/none-hex-jir.svg", "/drawings/oil-none-jir.svg", "/drawings/oil-hex-none.svg", "/drawings/oil.svg",
		"/drawings/..%2fobjects%2foil-hex-jir.svg", "/drawings/oil-hex-jir.png",
		"/drawings/share/none.jpg", "/drawings/share/oil.svg", "/drawings/share/object.jpg", "/drawings/scene/oil.none-hex-jir.svg", "/drawings/scene/oil.oil5.couscous.mhamsa-hex-jir.svg",
	} {
		if response := get(t, path); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", path, response.StatusCode)
		}
	}
}

func TestAnObjectMayHaveAWidePicture(t *testing.T) {
	t.Parallel()
	address := static.Wide("clementine")
	if response := get(t, address); response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("%s: status %d, %s", address, response.StatusCode, response.Header.Get("Content-Type"))
	}
	if address := static.Wide("oil"); address != "" {
		t.Errorf("of oil there is a wide picture %s", address)
	}
}
