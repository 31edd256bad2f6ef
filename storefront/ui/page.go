package ui

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/settings"
)

// Page is what the layouts know of the reader and of the page. Sentences in it are in the reader's
// language.
type Page struct {
	L         *i18n.Locale
	Languages []*i18n.Locale // all there are, for the language switch
	Path      string         // after the language, with the query: "/products?q=عسل"
	BaseURL   string         // scheme and host, without a slash at the end

	Title       string
	Description string // for search engines and shared links; the layout has one of its own
	Canonical   string // path that search engines shall know the page by; "" for Path without its query
	Shared      string // path that the page is shared by; "" for that one
	Image       string // address of a picture for shared links, from the root; "" for the market's
	Data        any    // schema.org data about the page, marshalled as JSON-LD; nil for none
	Private     bool   // not for search engines

	User               *account.User
	CooperativeName    string // of the member who signed in
	CooperativePlace   string // its commune
	CooperativeMembers string // how many they are, as a sentence
	Waiting            int    // orders that wait for the cooperative, or cooperatives for the association

	At      time.Time          // when the page was made
	Contact settings.Contact   // of the association
	Shelves []catalog.Category // all there are, in their order

	Place       *delivery.Place // where the reader's orders go; nil while she has not said so
	Means       []Means         // of payment that are taken; see MeansName
	BasketCount int
	Query       string        // in the search field
	Category    string        // the shelf that the header marks as current
	Again       time.Duration // after which the page asks by itself whether what it waits for has come; 0: never
	Typing      string        // id of the form that the page is: another language shows it with what was typed so far, sent as «show»
	Plain       bool          // no search and no shelves in the header: nothing leads away from a checkout

	Demo   bool // a demonstration: says how to sign in
	Sample bool // the goods are sample data, and each page says so
	Toast  *Toast
}

// Toast is a short sentence about what was just done.
type Toast struct {
	Text string
	Bad  bool
}

// T and N say a sentence; see i18n.Locale.
func (p Page) T(key string, args ...any) string        { return p.L.T(key, args...) }
func (p Page) N(key string, n int, args ...any) string { return p.L.N(key, n, args...) }

// Holds reports whether the reader may do that; what she may not, the page does not offer.
func (p Page) Holds(right account.Right) bool { return p.User != nil && p.User.Holds(right) }

// URL is a page's address in the reader's language: "/products" gives "/ar/products".
func (p Page) URL(path string) string { return in(p.L.Code(), path) }

// In is this page in another language.
func (p Page) In(code string) string { return in(code, p.Path) }

// PlacePath is where the reader says, or changes, where her orders go; from there she comes back.
func (p Page) PlacePath() string {
	back := p.Path // without the language, which may change there
	if len(back) > maxBack {
		back, _, _ = strings.Cut(back, "?")
	}
	return "/place?" + url.Values{"back": {back}}.Encode()
}

// maxBack is the longest address, in bytes, that another leads back to: each of its bytes may become three.
const maxBack = 1000

// Refuses tells whether a product is not brought to where the reader's orders go.
func (p Page) Refuses(product catalog.Product) bool {
	return product.Perishable && p.Place != nil && !p.Place.Fresh
}

// Absolute is an address from the root with scheme and host before it.
func (p Page) Absolute(address string) string { return p.BaseURL + address }

func in(code, path string) string {
	if path == "/" || path == "" {
		return "/" + code
	}
	if strings.HasPrefix(path, "/?") {
		path = path[1:]
	}
	return "/" + code + path
}

// canonical is the path that search engines shall know the page by.
func (p Page) canonical() string {
	if p.Canonical != "" {
		return p.Canonical
	}
	path, _, _ := strings.Cut(p.Path, "?")
	return path
}

// shared is the path that shared links lead to, for what the page says of itself.
func (p Page) shared() string {
	if p.Shared != "" {
		return p.Shared
	}
	return p.canonical()
}

// others are the languages that the page is not in.
func (p Page) others() []*i18n.Locale {
	return slices.DeleteFunc(slices.Clone(p.Languages), func(l *i18n.Locale) bool { return l.Code() == p.L.Code() })
}

// Home is where the reader's work begins; the market, for whoever has not signed in.
func (p Page) Home() string {
	if p.User == nil {
		return "/"
	}
	return first(menuFor(p.Holds, menuOf(p.User.Role)))
}

// Form is a form as it was sent: what was typed, and what is wrong with it by field. The error of
// the field "" is about the form as a whole.
type Form struct {
	Values map[string]string
	Errors map[string]string
}

// Isolate keeps what somebody typed, in whatever direction it is written, from disturbing the order of
// the sentence around it (U+2068 and U+2069, first strong isolate).
func Isolate(text string) string { return "\u2068" + text + "\u2069" }
