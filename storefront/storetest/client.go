package storetest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/web"
)

// Client is somebody's browser, without the script.
type Client struct {
	m    *Market
	http *http.Client
}

// Page is an answer.
type Page struct {
	Status int
	Header http.Header
	Body   []byte
	Path   string // where the reader is now, redirects followed, with the query
	Doc    *goquery.Document

	m *Market
}

// Visitor is somebody who has not signed in.
func (m *Market) Visitor() *Client {
	jar, err := cookiejar.New(nil)
	must(m.t, err)
	transport := &http.Transport{}
	m.t.Cleanup(transport.CloseIdleConnections)
	return &Client{m: m, http: &http.Client{Jar: jar, Transport: transport}}
}

// Cookieless is a visitor whose browser keeps no cookies.
func (m *Market) Cookieless() *Client {
	c := m.Visitor()
	c.http.Jar = nil
	return c
}

// SignIn is the browser of somebody who has signed in.
func (m *Market) SignIn(user account.User) *Client {
	m.t.Helper()
	in, err := m.Accounts.SignIn(context.Background(), account.Attempt{
		Login: *user.Email, Password: Password, From: security.From("192.0.2.1", "storetest"),
	})
	must(m.t, err)
	c := m.Visitor()
	base, err := url.Parse(m.URL)
	must(m.t, err)
	c.http.Jar.SetCookies(base, []*http.Cookie{{Name: web.SessionCookie, Value: in.Token}})
	return c
}

// Get opens a page.
func (c *Client) Get(path string) *Page {
	c.m.t.Helper()
	return c.send(http.MethodGet, path, "", nil, nil)
}

// Post sends a form, as the page itself would.
func (c *Client) Post(path string, form url.Values) *Page {
	c.m.t.Helper()
	return c.send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), nil)
}

// Submit sends the form of a page that the selector finds: with what it shows, and what is typed into it.
func (c *Client) Submit(page *Page, selector string, typed url.Values) *Page {
	c.m.t.Helper()
	action, form := page.Form(selector)
	maps.Copy(form, typed)
	return c.Post(action, form)
}

// Upload sends a form with one file.
func (c *Client) Upload(path, field, filename string, content []byte, form url.Values) *Page {
	c.m.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, value := range values {
			must(c.m.t, w.WriteField(name, value))
		}
	}
	file, err := w.CreateFormFile(field, filename)
	must(c.m.t, err)
	_, err = file.Write(content)
	must(c.m.t, err)
	must(c.m.t, w.Close())
	return c.send(http.MethodPost, path, w.FormDataContentType(), &body, nil)
}

// Do sends any request; header may be nil.
func (c *Client) Do(method, path string, body []byte, header http.Header) *Page {
	c.m.t.Helper()
	return c.send(method, path, "", bytes.NewReader(body), header)
}

// Stay makes the browser show a redirect instead of following it.
func (c *Client) Stay() *Client {
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

func (c *Client) send(method, path, contentType string, body io.Reader, header http.Header) *Page {
	c.m.t.Helper()
	request, err := http.NewRequest(method, c.m.URL+path, body)
	must(c.m.t, err)
	for name, values := range header {
		request.Header[name] = values
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if method != http.MethodGet && request.Header.Get("Sec-Fetch-Site") == "" {
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	response, err := c.http.Do(request)
	must(c.m.t, err)
	defer func() { _ = response.Body.Close() }() // it was read to its end
	p := &Page{Status: response.StatusCode, Header: response.Header, Path: response.Request.URL.RequestURI(), m: c.m}
	p.Body, err = io.ReadAll(response.Body)
	must(c.m.t, err)
	if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
		p.Doc, err = goquery.NewDocumentFromReader(bytes.NewReader(p.Body))
		must(c.m.t, err)
		if p.Doc.Find("[role=alert] [role=alert]").Length() > 0 {
			c.m.t.Errorf("%s says an alert within an alert, which is read out twice", p.Path)
		}
	}
	return p
}

// Want fails the test if the answer has another status.
func (p *Page) Want(status int) *Page {
	p.m.t.Helper()
	if p.Status != status {
		p.m.t.Fatalf("%s answered %d, not %d: %s", p.Path, p.Status, status, p.excerpt())
	}
	return p
}

// Find selects in the page; the test fails if nothing is there.
func (p *Page) Find(selector string) *goquery.Selection {
	p.m.t.Helper()
	if p.Doc == nil {
		p.m.t.Fatalf("%s is no page: %s", p.Path, p.excerpt())
	}
	found := p.Doc.Find(selector)
	if found.Length() == 0 {
		p.m.t.Fatalf("%s has no %s: %s", p.Path, selector, p.excerpt())
	}
	return found
}

// Form is where the first form that the selector finds is sent, and what it shows: its fields, also those that
// stand elsewhere in the page, but for its buttons.
func (p *Page) Form(selector string) (action string, values url.Values) {
	p.m.t.Helper()
	form := p.Find(selector).First()
	const fields = "input[name], select[name], textarea[name]"
	inputs := form.Find(fields)
	if id := form.AttrOr("id", ""); id != "" {
		inputs = inputs.AddSelection(p.Doc.Find(fields).FilterFunction(func(_ int, s *goquery.Selection) bool {
			return s.AttrOr("form", "") == id
		}))
	}
	values = url.Values{}
	for _, field := range inputs.EachIter() {
		value := field.AttrOr("value", "")
		switch {
		case field.Is("select"):
			chosen := field.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = field.Find("option").First()
			}
			value = chosen.AttrOr("value", "")
		case field.Is("textarea"):
			value = strings.ReplaceAll(field.Text(), "\n", "\r\n")
		case field.Is("[type=radio]:not([checked]), [type=checkbox]:not([checked]), [type=file], [type=submit]"):
			continue
		}
		values.Add(field.AttrOr("name", ""), value)
	}
	return form.AttrOr("action", ""), values
}

// Text is the text of what the selector finds, with single spaces.
func (p *Page) Text(selector string) string {
	p.m.t.Helper()
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

// Has reports whether the page has something that the selector finds.
func (p *Page) Has(selector string) bool { return p.Doc != nil && p.Doc.Find(selector).Length() > 0 }

func (p *Page) excerpt() string {
	text := string(p.Body)
	if p.Doc != nil {
		text = strings.Join(strings.Fields(p.Doc.Find("main").Text()), " ")
	}
	if len(text) > 600 {
		text = text[:600] + "…"
	}
	return text
}

var unsaid = regexp.MustCompile(
	`\b(account|association|catalog|cooperative|door|order|right|role|security|seller|settlement|shop|ui|upload|web)(\.[a-z_]+)+\b|\{\{|<no value>`)

// Unsaid finds in what a page says a translation key that no language says, or a placeholder that nobody filled in;
// "" if there is none.
func Unsaid(text string) string { return unsaid.FindString(text) }
