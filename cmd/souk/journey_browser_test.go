package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/souk-taawon/souk/internal/i18n"
)

// patience is how long a page, a start or an end may take before a test gives up: far beyond what it should, for a
// small machine with a slow disk that does other things at the same time.
const patience = 4 * time.Minute

// screen is what somebody has before them.
type screen struct {
	width, height int64
	touch         bool
}

func telephone() screen { return screen{390, 844, true} }
func desktop() screen   { return screen{1280, 900, false} }

// reader is somebody with a browser of their own: they press what they see and type into fields.
type reader struct {
	t      *testing.T
	mk     *demoMarket
	ctx    context.Context
	l      *i18n.Locale
	screen screen
	axe    string // the accessibility rules' source; "" where they are not at hand

	mu         sync.Mutex
	complaints []string // of the browser's console since the last look
}

// newReader is a visitor of the common market. Where there is no browser the test is skipped, or fails
// with SOUK_REQUIRE_BROWSER set.
func newReader(t *testing.T, lang string, s screen) *reader {
	t.Helper()
	findBrowser(t)
	return newReaderOf(t, visit(t), lang, s)
}

// newReaderOf is a visitor of another market.
func newReaderOf(t *testing.T, mk *demoMarket, lang string, s screen) *reader {
	t.Helper()
	program := findBrowser(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Env("LC_ALL=C.UTF-8")) // otherwise it cannot open a file with an Arabic name
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)

	r := &reader{t: t, mk: mk, ctx: ctx, l: locale(t, lang), screen: s, axe: accessibilityRules(t)}
	if err := chromedp.Listen(ctx, r.hear); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	viewport := []chromedp.EmulateViewportOption{}
	if s.touch {
		viewport = append(viewport, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	calm := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}
	err := chromedp.Do(ctx,
		chromedp.EmulateViewport(s.width, s.height, viewport...),
		chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, calm)
			return err
		}))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program, err := exec.LookPath(name); err == nil {
			return program
		}
	}
	if os.Getenv("SOUK_REQUIRE_BROWSER") != "" {
		t.Fatal("SOUK_REQUIRE_BROWSER is set, and there is no chromium, chromium-browser or google-chrome on the PATH")
	}
	t.Skip("no journey: there is no chromium, chromium-browser or google-chrome on the PATH")
	return ""
}

// ask runs a function of JavaScript in the page.
func ask[T any](r *reader, function string, args ...any) (T, error) {
	encoded := make([]string, len(args))
	for i, arg := range args {
		text, err := json.Marshal(arg)
		if err != nil {
			return *new(T), err
		}
		encoded[i] = string(text)
	}
	call := "(" + function + ")(" + strings.Join(encoded, ", ") + ")"
	ctx, cancel := context.WithTimeout(r.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](call, chromedp.EvalAwaitPromise))
}

// do has the browser do something, which it never answers if the page goes away at that moment.
func (r *reader) do(action chromedp.Action[chromedp.Void]) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, action); err != nil {
		r.t.Fatalf("%s: %v", r.path(), err)
	}
}

// want asks until the answer is true. A page that goes away while it is asked is asked again.
func (r *reader) want(what, function string, args ...any) {
	r.t.Helper()
	var err error
	r.until(what, func() string {
		var yes bool
		if yes, err = ask[bool](r, function, args...); yes {
			return ""
		}
		return fmt.Sprintf("not yet (%v)", err)
	})
}

// until repeats an attempt until it has no excuse left.
func (r *reader) until(what string, attempt func() (excuse string)) {
	r.t.Helper()
	begun := time.Now()
	for {
		excuse := attempt()
		if excuse == "" {
			return
		}
		if time.Since(begun) > patience {
			r.t.Fatalf("%s: %s: %s%s", r.path(), what, excuse, r.picture())
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// picture keeps what the reader sees; with -artifacts it can be looked at.
func (r *reader) picture() string {
	ctx, cancel := context.WithTimeout(r.ctx, patience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return fmt.Sprintf(" (no picture: %v)", err)
	}
	file := filepath.Join(r.t.ArtifactDir(), fmt.Sprintf("%d.png", time.Now().UnixMilli()))
	if err := os.WriteFile(file, image, 0o600); err != nil {
		return fmt.Sprintf(" (no picture: %v)", err)
	}
	return " (" + file + ")"
}

// path is where the reader is, with the query.
func (r *reader) path() string {
	path, err := ask[string](r, `() => location.pathname + location.search`)
	if err != nil {
		return fmt.Sprintf("(nowhere: %v)", err)
	}
	return path
}

// open types an address.
func (r *reader) open(path string) {
	r.t.Helper()
	r.do(chromedp.Navigate(r.mk.url + path))
	r.arrive(path)
}

// arrive waits until the page of a path is there, its script ready. A path that ends in … is the
// beginning of one; a query is compared when the path has one.
func (r *reader) arrive(path string) {
	r.t.Helper()
	start, open := strings.CutSuffix(path, "…")
	r.want("arrive at "+path, `(path, open, full) => {
		const here = decodeURIComponent(full ? location.pathname + location.search : location.pathname)
		return document.readyState === 'complete' && (open ? here.startsWith(path) : here === path)
	}`, start, open, strings.Contains(path, "?"))
}

// target finds the place to press: where the first element that is seen, that a CSS selector finds
// and that bears the words, can be hit, when nothing moves any more.
const target = `async (selector, words) => {
	const plain = text => text.replace(/\s+/g, ' ').trim()
	const named = e => [e.getAttribute('aria-label'), e.innerText, e.value].map(text => plain(text || ''))
	if (document.readyState !== 'complete') return { excuse: 'the page is still coming' }
	const seen = [...document.querySelectorAll(selector)].filter(e => e.checkVisibility({ visibilityProperty: true }))
	const all = seen.filter(e => !words || named(e).some(text => text.includes(plain(words))))
	const e = all.find(e => named(e).includes(plain(words))) ?? all[0]
	if (!e) return { excuse: seen.length + ' things there, none with these words' }
	if (e.disabled || e.getAttribute('aria-busy')) return { excuse: 'it cannot be pressed yet' }
	e.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' })
	const frame = () => new Promise(requestAnimationFrame)
	const box = () => { const b = e.getClientRects()[0]; return b ? [b.x + b.width / 2, b.y + b.height / 2] : [-1, -1] }
	await frame()
	const [x, y] = box()
	await frame()
	const [x2, y2] = box()
	if (x !== x2 || y !== y2) return { excuse: 'it moves' }
	const hit = document.elementFromPoint(x, y)
	if (!hit) return { excuse: 'it lies outside the screen' }
	if (!e.contains(hit) && !hit.contains(e)) return { excuse: 'it is covered by ' + hit.outerHTML.slice(0, 200) }
	if (!e.contains(hit) && getComputedStyle(e).pointerEvents !== 'none') {
		return { excuse: 'it is covered by what holds it, ' + hit.outerHTML.slice(0, 200) }
	}
	window.pressed = false
	const bears = other => other && (!words || named(other).some(text => text.includes(plain(words))))
	addEventListener('click', ({ target }) => { window.pressed ||= e.contains(target) || target.contains(e) || bears(target.closest(selector)) }, true)
	return { x, y }
}`

// lost is how long a press may take to reach what it was meant for before somebody presses again.
const lost = 5 * time.Second

// press presses what a selector finds and what bears the words, or whatever is found without words. A
// press that never reached it, on a machine so busy that the page changed under the finger, is made again.
func (r *reader) press(selector, words string) {
	r.t.Helper()
	r.until(fmt.Sprintf("press %s %q", selector, words), func() string {
		place, err := ask[struct {
			X, Y   float64
			Excuse string
		}](r, target, selector, words)
		if err != nil || place.Excuse != "" {
			return fmt.Sprint(place.Excuse, err)
		}
		touch := chromedp.MouseClickXY(place.X, place.Y)
		if r.screen.touch {
			touch = chromedp.TapXY(place.X, place.Y)
		}
		r.do(touch)
		for begun := time.Now(); time.Since(begun) < lost; time.Sleep(30 * time.Millisecond) {
			// A page that goes away was pressed, and the next one knows nothing of it.
			if waits, err := ask[bool](r, `() => window.pressed === false`); err == nil && !waits {
				return ""
			}
		}
		return "the press was lost"
	})
}

// write presses a field and types into it, in place of what is there, letter by letter.
func (r *reader) write(selector, text string) {
	r.t.Helper()
	r.press(selector, "")
	r.want("type into "+selector, `selector => {
		const field = document.activeElement
		if (!field.matches(selector)) return false
		field.select()
		return true
	}`, selector)
	for _, letter := range text {
		r.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, input.InsertText, input.InsertTextParams{Text: string(letter)})
			return err
		}))
	}
	r.want(fmt.Sprintf("read %q in %s", text, selector), `(selector, text) => document.querySelector(selector).value === text`, selector, text)
}

// key presses a key of the keyboard.
func (r *reader) key(key string) {
	r.t.Helper()
	r.do(chromedp.KeyEvent(key))
}

// choose picks a value of a list, whose window belongs to the system and not to the page.
func (r *reader) choose(selector, value string) {
	r.t.Helper()
	r.want("choose "+value+" in "+selector, `(selector, value) => {
		const list = document.querySelector(selector)
		if (!list?.checkVisibility() || ![...list.options].some(o => o.value === value)) return false
		list.value = value
		list.dispatchEvent(new Event('input', { bubbles: true }))
		list.dispatchEvent(new Event('change', { bubbles: true }))
		return true
	}`, selector, value)
}

// attach chooses a file for a file field, whose window belongs to the system too.
func (r *reader) attach(selector, file string) {
	r.t.Helper()
	r.want("find "+selector, `selector => document.readyState === 'complete' && !!document.querySelector(selector)`, selector)
	ctx, cancel := context.WithTimeout(r.ctx, patience)
	defer cancel()
	field, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject](fmt.Sprintf("document.querySelector(%q)", selector)))
	if err == nil {
		_, err = chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, ObjectID: field.ObjectID})
	}
	if err != nil {
		r.t.Fatalf("attach %s: %v", file, err)
	}
}

// sees waits until what a selector finds is seen and bears the words.
func (r *reader) sees(selector, words string) {
	r.t.Helper()
	r.want(fmt.Sprintf("see %q in %s", words, selector), `(selector, words) => {
		const plain = text => text.replace(/\s+/g, ' ').trim()
		return [...document.querySelectorAll(selector)].some(e => e.checkVisibility() && plain(e.innerText).includes(plain(words)))
	}`, selector, words)
}

// counts waits until so many elements are seen.
func (r *reader) counts(selector string, n int) {
	r.t.Helper()
	r.want(fmt.Sprintf("see %d of %s", n, selector),
		`(selector, n) => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).length === n`, selector, n)
}

// words is all that is written in the first element that a selector finds, as a reader sees it.
func (r *reader) words(selector string) string {
	r.t.Helper()
	text := ""
	r.until("read "+selector, func() string {
		found, err := ask[string](r, `selector => document.querySelector(selector)?.innerText ?? ''`, selector)
		text = plainText(found)
		if err != nil || text == "" {
			return fmt.Sprintf("nothing is written there (%v)", err)
		}
		return ""
	})
	return text
}

// stays marks the page; the answer tells whether it is still the same one, not loaded again.
func (r *reader) stays() (still func() bool) {
	r.t.Helper()
	if _, err := ask[bool](r, `() => window.stayed = true`); err != nil {
		r.t.Fatal(err)
	}
	return func() bool {
		stayed, err := ask[bool](r, `() => window.stayed === true`)
		return err == nil && stayed
	}
}

// download presses a link to a file and gives the file.
func (r *reader) download(selector, words, ending string) string {
	r.t.Helper()
	dir := r.t.TempDir()
	_, err := chromedp.CallBrowser(r.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.press(selector, words)
	file := ""
	r.until("download "+words, func() string {
		found, err := filepath.Glob(filepath.Join(dir, "*"+ending))
		if err != nil || len(found) != 1 {
			return fmt.Sprintf("files %v (%v)", found, err)
		}
		// The browser first takes the name with an empty file, and puts the whole one in its place at the end.
		if info, err := os.Stat(found[0]); err != nil || info.Size() == 0 {
			return fmt.Sprintf("%s is not complete (%v)", found[0], err)
		}
		file = found[0]
		return ""
	})
	return file
}

// signIn goes through the door as one of the sample market's people.
func (r *reader) signIn(login, password string) {
	r.t.Helper()
	r.open("/" + r.l.Code() + "/signin")
	r.look("the door")
	for range 10 {
		r.write(`main form:has([autocomplete="current-password"]) [name=login]`, login)
		r.write(`main form:has([autocomplete="current-password"]) [name=password]`, password)
		r.want("mark the page", `() => (document.documentElement.dataset.asked = 'yes') === 'yes'`)
		r.press(`main form:has([autocomplete="current-password"]) button`, r.l.T("door.signin.button"))
		r.want("an answer", `() => document.readyState === 'complete' && !document.documentElement.dataset.asked`)
		status, err := ask[int](r, `() => performance.getEntriesByType('navigation')[0].responseStatus`)
		if err != nil {
			r.t.Fatal(err)
		}
		if !strings.HasSuffix(r.path(), "/signin") {
			return
		}
		// So many sign in at once that some are told to come back; or a busy browser lost a letter.
		r.t.Logf("%s is turned away at the door: %d", login, status)
		r.open("/" + r.l.Code() + "/signin")
	}
	r.t.Fatal("turned away at the door ten times")
}
