package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

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
