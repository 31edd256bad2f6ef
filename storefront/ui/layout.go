package ui

import (
	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/static"
)

// menuItem is one entry of an area's menu; the one that counts carries Page.Waiting.
type menuItem struct {
	area, name, path, icon string
	counts                 bool
}

var sellerMenu = []menuItem{
	{"seller", "home", "/seller", "home", false},
	{"seller", "orders", "/seller/orders", "box", true},
	{"seller", "catalogue", "/seller/products", "basket", false},
	{"seller", "upload", "/seller/upload", "upload", false},
	{"seller", "money", "/seller/money", "cash", false},
}

var associationMenu = []menuItem{
	{"association", "dashboard", "/association", "chart", false},
	{"association", "cooperatives", "/association/cooperatives", "users", true},
	{"association", "orders", "/association/orders", "box", false},
	{"association", "settlement", "/association/settlement", "scale", false},
}

// current marks the shelf that a page belongs to, currentPage the page itself.
func current(yes bool) templ.Attributes     { return aria(yes, "true") }
func currentPage(yes bool) templ.Attributes { return aria(yes, "page") }

func aria(yes bool, value string) templ.Attributes {
	if !yes {
		return nil
	}
	return templ.Attributes{"aria-current": value}
}

// badge is the number on a badge; none is not worth showing.
func badge(p Page, n int) string {
	if n <= 0 {
		return ""
	}
	return p.L.Number(min(n, 999))
}

func (p Page) heading() string {
	if p.Title == "" {
		return p.T("ui.market")
	}
	return p.Title + " · " + p.T("ui.market")
}

func (p Page) description() string {
	if p.Description == "" {
		return p.T("ui.description")
	}
	return p.Description
}

func (p Page) shareImage() string {
	if p.Image == "" {
		return static.URL("brand/share.png")
	}
	return p.Image
}

// fonts are those that the top of every page in this language is written with: asking for them
// early spares readers the change of letters.
func fonts(l *i18n.Locale) []string {
	if l.Code() == "ar" {
		return []string{"fonts/readex-ar-400.woff2", "fonts/reem-ar-700.woff2"}
	}
	return []string{"fonts/readex-la-400.woff2", "fonts/young-la-400.woff2"}
}

// short is a language in two letters, or one: what fits a phone's header.
func short(l *i18n.Locale) string {
	if l.Code() == "ar" {
		return "ع"
	}
	return string([]rune(l.Name())[:2])
}

func sprite(name string) string { return static.URL("brand/icons.svg") + "#" + name }
