package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/souk-taawon/souk/internal/i18n"
)

// locale is one of the market's languages, so that a test can look for what its readers see.
func locale(t *testing.T, code string) *i18n.Locale {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return texts.Locale(code)
}

// visitor is somebody whose browser runs no script: it keeps cookies, follows links and sends forms.
type visitor struct {
	t    *testing.T
	base string
	http *http.Client

	url    *url.URL // of the page that is open
	status int
	header http.Header
	doc    *goquery.Document
}

func newVisitor(t *testing.T, mk *demoMarket) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	start, err := url.Parse(mk.url + "/")
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, base: mk.url, url: start, http: &http.Client{Jar: jar, Transport: transport, Timeout: patience}}
}

// open goes to an address of the market, which must answer 200.
func (v *visitor) open(address string) {
	v.t.Helper()
	v.load(v.get(address))
	v.expect(http.StatusOK)
}

// get is the request for an address that a page names.
func (v *visitor) get(address string) *http.Request {
	v.t.Helper()
	target, err := v.url.Parse(address)
	if err != nil {
		v.t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodGet, target.String(), nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return request
}

// load sends a request and shows what comes back.
func (v *visitor) load(request *http.Request) {
	v.t.Helper()
	if err := v.send(request); err != nil {
		v.t.Fatal(err)
	}
}

func (v *visitor) send(request *http.Request) error {
	request.Header.Set("Referer", v.url.String())
	response, err := v.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	v.url, v.status, v.header, v.doc = response.Request.URL, response.StatusCode, response.Header, doc
	return nil
}

func (v *visitor) expect(status int) {
	v.t.Helper()
	if v.status != status {
		v.t.Fatalf("%s answers %d, not %d: %s", v.url, v.status, status, v.excerpt())
	}
}

// find selects something that must be on the page.
func (v *visitor) find(selector string) *goquery.Selection {
	v.t.Helper()
	found := v.doc.Find(selector)
	if found.Length() == 0 {
		v.t.Fatalf("%s has no %s: %s", v.url, selector, v.excerpt())
	}
	return found
}

// has reports whether something is on the page.
func (v *visitor) has(selector string) bool { return v.doc.Find(selector).Length() > 0 }

// text is what is written there, with single spaces.
func (v *visitor) text(selector string) string { return plainText(v.doc.Find(selector).Text()) }

// excerpt is the beginning of the page, for whoever reads of a failure.
func (v *visitor) excerpt() string {
	if words := []rune(v.text("main")); len(words) > 300 {
		return string(words[:300]) + "…"
	}
	return v.text("main")
}

// plainText makes every run of spaces, also of those that no line breaks at, a single one.
func plainText(s string) string { return strings.Join(strings.Fields(s), " ") }

// says fails the test unless the words are written there.
func (v *visitor) says(selector, words string) {
	v.t.Helper()
	if !strings.Contains(v.text(selector), plainText(words)) {
		v.t.Fatalf("%s: %s says %q, not %q", v.url, selector, v.text(selector), words)
	}
}

// follow goes where the first link that the selector finds leads.
func (v *visitor) follow(selector string) {
	v.t.Helper()
	address, ok := v.find(selector).First().Attr("href")
	if !ok {
		v.t.Fatalf("%s: %s is no link", v.url, selector)
	}
	v.open(address)
}

// submit sends a form as a browser would, with some of its fields filled in; naming a button presses it.
func (v *visitor) submit(form string, fill url.Values) {
	v.t.Helper()
	v.load(v.sending(form, fill))
}

// sending is the request of a form. The test fails if somebody before the page could not fill it in so.
func (v *visitor) sending(selector string, fill url.Values) *http.Request {
	v.t.Helper()
	form := v.find(selector).First()
	if !form.Is("form") {
		v.t.Fatalf("%s: %s is no form", v.url, selector)
	}
	data := v.filled(form, fill)
	action, err := v.url.Parse(form.AttrOr("action", v.url.String()))
	if err != nil {
		v.t.Fatal(err)
	}
	if !strings.EqualFold(form.AttrOr("method", "get"), "post") {
		action.RawQuery = data.Encode()
		return v.get(action.String())
	}
	request, err := http.NewRequest(http.MethodPost, action.String(), strings.NewReader(data.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", v.base)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return request
}

// filled is what a form sends.
func (v *visitor) filled(form *goquery.Selection, fill url.Values) url.Values {
	v.t.Helper()
	controls := form.Find("input, select, textarea, button")
	if id, ok := form.Attr("id"); ok {
		controls = controls.AddSelection(v.doc.Find(fmt.Sprintf("[form=%q]", id)))
	}
	data, possible := url.Values{}, map[string][]string{}
	controls.Each(func(_ int, control *goquery.Selection) {
		name := control.AttrOr("name", "")
		if _, disabled := control.Attr("disabled"); disabled || name == "" {
			return
		}
		value := control.AttrOr("value", "")
		_, checked := control.Attr("checked")
		switch kind := control.AttrOr("type", ""); {
		case control.Is("button"):
			possible[name] = append(possible[name], value)
			return
		case control.Is("select"):
			options := control.Find("option")
			options.Each(func(_ int, o *goquery.Selection) { possible[name] = append(possible[name], o.AttrOr("value", "")) })
			if chosen := options.Filter("[selected]"); chosen.Length() > 0 {
				options = chosen
			}
			value = options.First().AttrOr("value", "")
		case control.Is("textarea"):
			value = control.Text()
		case kind == "radio" || kind == "checkbox":
			possible[name] = append(possible[name], value)
			if !checked {
				return
			}
		}
		if possible[name] == nil {
			possible[name] = []string{} // anything can be typed
		}
		data.Add(name, value)
	})
	for name, values := range fill {
		choices, there := possible[name]
		if !there {
			v.t.Fatalf("%s: the form has no field %q that can be filled in", v.url, name)
		}
		for _, value := range values {
			if len(choices) > 0 && !slices.Contains(choices, value) {
				v.t.Fatalf("%s: %s cannot be %q, only one of %q", v.url, name, value, choices)
			}
		}
		data[name] = values
	}
	return data
}
