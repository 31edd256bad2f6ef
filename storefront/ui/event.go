package ui

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/security"
)

// EventName says what happened.
func EventName(p Page, e security.Entry) string {
	name := p.T("security.kind." + string(e.Kind))
	if e.Count > 1 {
		name += " × " + p.L.Number(e.Count)
	}
	return name
}

// EventDetail is what is told besides, in the reader's words: the record keeps names of the program's.
func EventDetail(l *i18n.Locale, e security.Entry) string {
	words := strings.Fields(e.Detail)
	switch e.Kind {
	case security.NotKept:
		if e.Detail != "" { // it is empty in a record from before
			return l.T("security.kind." + e.Detail)
		}
	case security.SettingsChanged:
		return named(l, words, SettingName)
	case security.CooperativeChanged:
		return named(l, words, func(l *i18n.Locale, field string) string { return l.T("association.identity." + field) })
	case security.Refused, security.LimitReached:
		if len(words) == 2 {
			return pageName(l, words[1])
		}
	case security.TrackingLinkRenewed:
		if len(words) == 2 { // in a record from before stands the id alone
			return l.T("association.order.title", "Number", words[0])
		}
	case security.RoleGranted:
		if len(words) == 2 {
			return l.T("security.granted", "Before", RoleName(l, account.Role(words[0])), "After", RoleName(l, account.Role(words[1])))
		}
	case security.OrdersFreed:
		if n, err := strconv.Atoi(e.Detail); err == nil {
			return l.N("security.freed", n)
		}
	case security.BuyerErased:
		if len(words) > 0 {
			return l.T("security.erased."+words[0]) + " · \u2066" + strings.Join(words[1:], " ") + "\u2069" // numbers read left to right
		}
	}
	return e.Detail
}

// EventOrder is the order that an event is about, or uuid.Nil.
func EventOrder(e security.Entry) uuid.UUID {
	words := strings.Fields(e.Detail)
	if e.Kind != security.TrackingLinkRenewed || len(words) == 0 {
		return uuid.Nil
	}
	id, err := uuid.Parse(words[len(words)-1])
	if err != nil {
		return uuid.Nil
	}
	return id
}

func named(l *i18n.Locale, fields []string, name func(*i18n.Locale, string) string) string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = name(l, field)
	}
	return strings.Join(names, " · ")
}

// SettingName is what a field of the settings is called.
func SettingName(l *i18n.Locale, field string) string {
	for _, of := range []string{"fee", "min", "max"} {
		if zone, found := strings.CutPrefix(field, of+"_"); found {
			return l.T("shop.zone."+zone) + ", " + l.T("association.settings."+of)
		}
	}
	return l.T("association.settings." + field)
}

// pageNames are how pages are called, by what the patterns of their routes begin with, the longer first.
var pageNames = [][2]string{
	{"/association/orders/held", "association.held.title"}, {"/association/orders", "association.orders.title"},
	{"/association/cooperatives", "association.cooperatives.title"}, {"/association/settlement", "association.settlement.title"},
	{"/association/people", "association.people.title"}, {"/association/security", "association.security.title"},
	{"/association/settings", "association.settings.title"}, {"/association", "association.dashboard.title"},
	{"/seller/products", "seller.catalogue.title"}, {"/seller/upload", "seller.upload.title"}, {"/seller/orders", "seller.orders.title"},
	{"/seller/money", "seller.money.title"}, {"/seller/people", "seller.people.title"}, {"/seller/cooperative", "seller.cooperative.title"}, {"/seller", "ui.seller.home"},
	{"/account", "door.account.title"}, {"/signin", "door.signin.title"}, {"/forgot", "door.forgot.title"}, {"/reset", "door.reset.title"},
	{"/basket", "shop.basket.title"}, {"/checkout", "shop.checkout.title"}, {"/confirm", "shop.confirm.title"}, {"/orders", "shop.track.title"},
}

// pageName is what the page of a route's pattern is called; the pattern itself for one without a name.
func pageName(l *i18n.Locale, pattern string) string {
	for _, page := range pageNames {
		if strings.HasPrefix(strings.TrimPrefix(pattern, "/:lang"), page[0]) {
			return l.T(page[1])
		}
	}
	return pattern
}
