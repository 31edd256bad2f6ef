package ui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settings"
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
func EventDetail(l *i18n.Locale, zones []delivery.Zone, e security.Entry) string {
	words := strings.Fields(e.Detail)
	switch e.Kind {
	case security.NotKept:
		if e.Detail != "" { // it is empty in a record from before
			return l.T("security.kind." + e.Detail)
		}
	case security.SettingsChanged:
		return named(words, func(field string) string { return SettingName(l, zones, field) })
	case security.CooperativeChanged:
		return named(words, func(field string) string { return l.T("association.identity." + field) })
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

func named(fields []string, name func(string) string) string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = name(field)
	}
	return strings.Join(names, " · ")
}

// SettingName is what a field of the settings is called. One of none of them is of a zone, maybe of one that is no more.
func SettingName(l *i18n.Locale, zones []delivery.Zone, field string) string {
	if !slices.ContainsFunc(settings.Fields(), func(f settings.Field) bool { return f.Name == field }) {
		for _, of := range []string{"fee", "min", "max", "cash"} {
			if zone, found := strings.CutPrefix(field, of+"_"); found {
				return ZoneName(l, zones, zone) + l.T("shop.comma") + l.T("association.settings."+of)
			}
		}
	}
	return l.T("association.settings." + field)
}

// ZoneName is what stands above the zone with that slug; of one that is not among zones, the slug.
func ZoneName(l *i18n.Locale, zones []delivery.Zone, slug string) string {
	if i := slices.IndexFunc(zones, func(z delivery.Zone) bool { return z.Slug == slug }); i >= 0 {
		return Zone(l, zones[i])
	}
	return slug
}

// Zone is what stands above a zone of delivery.
func Zone(l *i18n.Locale, z delivery.Zone) string {
	if z.Name == (i18n.Text{}) {
		return l.T("ui.zone_home")
	}
	return l.Text(z.Name)
}

// pageNames are how pages are called, by what the patterns of their routes begin with, the longer first.
var pageNames = [][2]string{
	{"/association/orders/held", "association.held.title"}, {"/association/orders", "association.orders.title"},
	{"/association/cooperatives", "association.cooperatives.title"}, {"/association/settlement", "association.settlement.title"},
	{"/association/people", "association.people.title"}, {"/association/security", "association.security.title"},
	{"/association/settings", "association.settings.title"}, {"/association", "association.dashboard.title"},
	{"/seller/products", "seller.catalogue.title"}, {"/seller/upload", "seller.upload.title"}, {"/seller/orders", "seller.orders.title"},
	{"/seller/money", "seller.money.title"}, {"/seller/people", "seller.people.title"}, {"/seller/cooperative", "seller.cooperative.title"}, {"/seller/page", "seller.page.title"}, {"/seller", "ui.seller.home"},
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
