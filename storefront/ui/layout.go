package ui

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/static"
)

// menuItem is one entry of an area's menu, for those who hold the right; the one that counts carries
// Page.Waiting. What leads to several pages has an entry of the same name for each of them.
type menuItem struct {
	right                   account.Right
	name, title, path, icon string // title is what it is called, as a key
	counts                  bool
	seldom                  string // what it is called in SettingsMenu and not among a phone's tabs, if it is seldom needed
}

var sellerMenu = []menuItem{
	{right: account.SeeParts, name: "home", title: "ui.seller.home", path: "/seller", icon: "home"},
	{right: account.SeeParts, name: "orders", title: "ui.seller.orders", path: "/seller/orders", icon: "box", counts: true},
	{right: account.KeepGoods, name: "catalogue", title: "ui.seller.catalogue", path: "/seller/products", icon: "basket"},
	{right: account.UploadGoods, name: "upload", title: "ui.seller.upload", path: "/seller/upload", icon: "upload"},
	{right: account.SeeOwnMoney, name: "money", title: "ui.seller.money", path: "/seller/money", icon: "cash"},
}

var associationMenu = []menuItem{
	{right: account.SeeSales, name: "dashboard", title: "ui.association.dashboard", path: "/association", icon: "chart"},
	{right: account.SeeCooperatives, name: "cooperatives", title: "ui.association.cooperatives", path: "/association/cooperatives", icon: "users", counts: true},
	{right: account.SeeOrders, name: "orders", title: "ui.association.orders", path: "/association/orders", icon: "box"},
	{right: account.SeeMoney, name: "settlement", title: "ui.association.settlement", path: "/association/settlement", icon: "scale"},
	{right: account.KeepSettings, name: "settings", title: "ui.association.settings", path: "/association/settings", seldom: "association.settings.title"},
	{right: account.KeepPeople, name: "settings", title: "ui.association.settings", path: "/association/people", seldom: "association.people.title"},
	{right: account.SeeSecurity, name: "settings", title: "ui.association.settings", path: "/association/security", seldom: "association.security.title"},
}

// menuFor is what of a menu may be reached by whoever holds what holds says; of entries of one name, the first.
func menuFor(holds func(account.Right) bool, menu []menuItem) []menuItem {
	menu = slices.DeleteFunc(slices.Clone(menu), func(item menuItem) bool { return !holds(item.right) })
	return slices.CompactFunc(menu, func(a, b menuItem) bool { return a.name == b.name })
}

// tabs are what a phone's tabs hold of a menu.
func tabs(menu []menuItem) []menuItem {
	return slices.DeleteFunc(slices.Clone(menu), func(item menuItem) bool { return item.seldom != "" })
}

// Home is where somebody's work begins: the first page of her role's menu, or her account if there is none.
func Home(u account.User) string { return first(menuFor(u.Role.Holds, menuOf(u.Role))) }

// menuOf is the menu of the area that is for people with the role.
func menuOf(role account.Role) []menuItem {
	if role.InCooperative() {
		return sellerMenu
	}
	return associationMenu
}

func first(menu []menuItem) string {
	if len(menu) == 0 {
		return "/account"
	}
	return menu[0].path
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
		return p.T("ui.description", "Means", p.MeansName())
	}
	return p.Description
}

func (p Page) shareImage() string {
	if p.Image == "" {
		return static.URL("brand/share.png")
	}
	return p.Image
}

// fonts are those that the top of every page in this language is written with, its amounts, and in French its accents:
// asking for them early spares readers the change of letters, and the lines their moving.
func fonts(l *i18n.Locale) []string {
	text := []string{"fonts/readex-la-400.woff2", "fonts/readex-la-600.woff2"}
	switch l.Code() {
	case "ar":
		return append(text, "fonts/readex-ar-400.woff2", "fonts/readex-ar-600.woff2", "fonts/reem-ar-700.woff2")
	case "fr":
		text = append(text, "fonts/readex-ac-400.woff2", "fonts/readex-ac-600.woff2")
	}
	return append(text, "fonts/young-la-400.woff2")
}

func sprite(name string) string { return static.URL("brand/icons.svg") + "#" + name }
