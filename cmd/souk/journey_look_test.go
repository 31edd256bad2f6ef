package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/souk-taawon/souk/internal/sample"
)

// A president on any screen and a treasurer with a printer.
func TestPapersAndTablesFit(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ar", "fr"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			r := newReader(t, lang, desktop())
			r.signIn("association@exemple.invalid", sample.Password)
			for _, path := range []string{"/association", "/association/sales", "/association/sales/idle", "/association/settlement", "/association/settlement/bortoqalat-el-assil", "/association/orders"} {
				r.open("/" + lang + path)
				r.fits(path)
				if path != "/association/sales" && path != "/association/sales/idle" && path != "/association/orders" {
					r.paper(path, 2)
				}
			}
			r.open("/" + lang + "/association")
			r.want("a screen and a half", `() => document.documentElement.scrollHeight <= 1.5 * 800`)
			r.open("/" + lang + "/association/orders?state=delivered")
			r.press("main tbody th a", "")
			r.want("an order", `() => document.readyState === 'complete' && !!document.querySelector('[data-moves]')`)
			r.paper("an order", 2)

			her := newReader(t, lang, desktop())
			her.signIn("bortoqalat-el-assil@exemple.invalid", sample.Password)
			for _, path := range []string{"/seller/money", "/seller/products", "/seller"} {
				her.open("/" + lang + path)
				her.fits(path)
			}
			her.open("/" + lang + "/seller/money")
			her.paper("a statement", 2)
			her.open("/" + lang + "/seller/orders?show=past")
			her.press("main .ord a[href*='/seller/orders/']", "")
			her.want("a slip", `() => document.readyState === 'complete' && !!document.querySelector('[data-print]')`)
			her.paper("a slip", 1)
		})
	}
}

// look examines the page as a careful visitor would: its language and direction, that nothing sticks
// out of the screen, that the console is silent, and the rules of accessibility.
func (r *reader) look(name string) {
	r.t.Helper()
	r.want("look at "+name, `() => document.readyState === 'complete' && document.fonts.status === 'loaded' && !document.querySelector('[aria-busy]')`)
	findings, err := ask[[]string](r, `(lang, dir, width) => {
		const found = [], root = document.documentElement
		if (root.lang !== lang || root.dir !== dir) found.push('the page is ' + root.lang + ' ' + root.dir)
		if (root.scrollWidth > width) {
			const scrolls = e => e !== document.body && (getComputedStyle(e).overflowX !== 'visible' || scrolls(e.parentElement))
			const wide = [...document.body.querySelectorAll('*')].filter(e => {
				const box = e.getBoundingClientRect()
				return box.width && (box.right > width + 1 || box.left < -1) && !scrolls(e.parentElement)
			})
			found.push(root.scrollWidth + ' pixels wide: ' + wide.slice(0, 4).map(e => e.outerHTML.slice(0, 160)).join(' / '))
		}
		for (const key of root.innerText.match(/\b[a-z]+\.[a-z_]+\.[a-z_]+\b/g) ?? []) {
			if (/^(ui|shop|door|seller|association|order|catalog|web|account|delivery)\./.test(key)) found.push('a key instead of a sentence: ' + key)
		}
		return found
	}`, r.l.Code(), r.l.Dir(), r.screen.width)
	if err != nil {
		r.t.Fatalf("look at %s: %v", name, err)
	}
	if r.axe != "" {
		findings = append(findings, r.accessibility(name)...)
	}
	r.mu.Lock()
	for _, complaint := range r.complaints {
		findings = append(findings, "console: "+complaint)
	}
	r.complaints = nil
	r.mu.Unlock()
	if len(findings) > 0 {
		r.t.Errorf("%s (%s):\n  %s%s", name, r.path(), strings.Join(findings, "\n  "), r.picture())
	}
}

// paper prints the page on A4 and counts its sheets.
func (r *reader) paper(name string, most int) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.ctx, patience)
	defer cancel()
	printed, err := chromedp.Run(ctx, chromedp.Action[[]byte](func(ctx context.Context, tab *chromedp.Target) ([]byte, error) {
		result, err := cdp.Call(ctx, tab, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
		return result.Data, err
	}))
	if err != nil {
		r.t.Fatalf("print %s: %v", name, err)
	}
	if sheets := len(printedSheet.FindAll(printed, -1)); sheets == 0 || sheets > most {
		file := filepath.Join(r.t.ArtifactDir(), "paper.pdf")
		if err := os.WriteFile(file, printed, 0o600); err != nil {
			r.t.Error(err)
		}
		r.t.Errorf("%s (%s) is %d sheets of paper, and not %d at most (%s)", name, r.path(), sheets, most, file)
	}
}

// printedSheet is a page of a PDF.
var printedSheet = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// fits looks at the tables and figures of the page on screens of several widths: no amount is cut or broken, no word
// of a table is broken, and no name is set a word or a letter a line.
func (r *reader) fits(name string) {
	r.t.Helper()
	defer func() { r.do(chromedp.EmulateViewport(r.screen.width, r.screen.height)) }()
	for _, width := range []int64{320, 390, 820, 1280} {
		r.do(chromedp.EmulateViewport(width, r.screen.height))
		found, err := ask[[]string](r, `async width => {
			// The screen has its width before the style sheet's rules for that width are in force.
			const frame = () => new Promise(requestAnimationFrame), reached = matchMedia('(width: ' + width + 'px)')
			while (!reached.matches) await frame()
			await frame()
			await frame()
			const found = [], shown = e => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length
			const lines = e => { const r = document.createRange(); r.selectNodeContents(e); return new Set([...r.getClientRects()].map(b => Math.round(b.bottom))).size }
			if (document.documentElement.scrollWidth > width) found.push('the page is ' + document.documentElement.scrollWidth + ' wide')
			for (const box of document.querySelectorAll('main :is(.tw, .scroll)')) {
				if (shown(box) && box.scrollWidth > box.clientWidth + 1) found.push('a table of ' + box.scrollWidth + ' in ' + box.clientWidth)
			}
			for (const figure of document.querySelectorAll('main :is(.tile .v.num, .eq .v, td.n)')) {
				const box = figure.getBoundingClientRect(), holds = figure.parentElement.getBoundingClientRect()
				if (!shown(figure) || !/^[\d\s.,−+%-]+$/.test(figure.innerText)) continue
				if (figure.scrollWidth > figure.clientWidth + 1 || box.right > holds.right + 1 || box.left < holds.left - 1) found.push('cut: ' + figure.innerText)
			}
			for (const cell of document.querySelectorAll('main tbody th[scope=row], header .who b')) {
				const first = cell.querySelector('a') ?? cell
				if (shown(first) && lines(first) > Math.max(3, .6 * first.innerText.split(/\s+/).length)) found.push('in ' + lines(first) + ' lines: ' + first.innerText)
			}
			const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), word = document.createRange()
			for (let text; text = texts.nextNode();) {
				const holds = text.parentElement
				for (const { 0: letters, index } of holds.closest('table') && shown(holds) && !holds.closest('.vh') ? text.data.matchAll(/\p{L}[\p{L}\p{M}]{2,}/gu) : []) {
					word.setStart(text, index)
					word.setEnd(text, index + letters.length)
					if (new Set([...word.getClientRects()].filter(b => b.width > 1).map(b => Math.round(b.bottom / 4))).size > 1) found.push('broken: ' + letters)
				}
			}
			const tabs = [...document.querySelectorAll('.tabs a')].filter(shown)
			const labels = tabs.map(a => { const r = document.createRange(); r.selectNode([...a.childNodes].find(n => n.nodeType === 3 && n.data.trim())); return r.getBoundingClientRect() }).sort((a, b) => a.left - b.left)
			for (let i = 1; i < labels.length; i++) if (labels[i].left < labels[i - 1].right + 3) found.push('two tabs touch')
			return found
		}`, width)
		if err != nil {
			r.t.Fatalf("%s at %d: %v", name, width, err)
		}
		if len(found) > 0 {
			r.t.Errorf("%s (%s) at %d pixels:\n  %s%s", name, r.path(), width, strings.Join(found, "\n  "), r.picture())
		}
	}
}

// accessibility runs axe-core's rules for WCAG 2.2 A and AA.
func (r *reader) accessibility(name string) []string {
	r.t.Helper()
	there, err := ask[bool](r, `() => 'axe' in window`)
	if err == nil && !there {
		r.do(chromedp.Evaluate[chromedp.Void](r.axe))
	} else if err != nil {
		r.t.Fatalf("axe on %s: %v", name, err)
	}
	violations, err := ask[[]string](r, `async () => {
		const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']
		const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
		const found = [], scrolled = [scrollX, scrollY]
		for (const { id, nodes } of violations) for (const node of nodes) {
			// What a bar at the edge of the screen half covers counts only where scrolling does not free it.
			const element = node.target.length === 1 && document.querySelector(node.target[0])
			if (id === 'target-size' && element) {
				element.scrollIntoView({ block: 'center', behavior: 'instant' })
				const again = await axe.run(element, { runOnly: { type: 'rule', values: [id] }, resultTypes: ['violations'] })
				if (!again.violations.length) continue
			}
			found.push(id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary.replace(/\s+/g, ' '))
		}
		scrollTo(...scrolled)
		return found
	}`)
	if err != nil {
		r.t.Fatalf("axe on %s: %v", name, err)
	}
	return violations
}

// accessibilityRules reads axe-core's script, which the environment names.
func accessibilityRules(t *testing.T) string {
	t.Helper()
	file := os.Getenv("AXE_CORE")
	if file == "" {
		t.Log("accessibility is not checked: AXE_CORE does not name an axe.min.js")
		return ""
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// hear notes what the console complains of: failures of the script, of the content policy, of what
// the page loads.
func (r *reader) hear(event any) {
	complaint := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		complaint = e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			complaint += " " + thrown.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "assert" {
			for _, arg := range e.Args {
				complaint += string(arg.Value) + " " + arg.Description
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			complaint = fmt.Sprintf("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	}
	if complaint != "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.complaints = append(r.complaints, complaint)
	}
}
