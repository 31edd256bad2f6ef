package settings

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// Errors of Save.
var (
	// ErrInvalid has a message for each field that cannot be used.
	ErrInvalid = fault.New(fault.Invalid, "settings.invalid")
	// ErrChanged says that somebody else saved other settings meanwhile; its Fields are those in which
	// theirs differ.
	ErrChanged = fault.New(fault.Conflict, "settings.changed")
)

// Contact is who the association is and how to reach it. What is empty was not entered.
type Contact struct {
	Name     i18n.Text
	Phone    string // E.164
	WhatsApp string // E.164; empty for the telephone, see Chat
	Email    string
	Address  i18n.Text // lines; there is no English one
	Hours    i18n.Text
}

// Chat is the number that WhatsApp is written to: the one entered, or else the telephone if it is a
// mobile one. A landline has no WhatsApp.
func (c Contact) Chat() string {
	if c.WhatsApp == "" && (strings.HasPrefix(c.Phone, "+2126") || strings.HasPrefix(c.Phone, "+2127")) {
		return c.Phone
	}
	return c.WhatsApp
}

// Empty reports whether there is no way to reach the association by it.
func (c Contact) Empty() bool { return c.Phone == "" && c.Chat() == "" && c.Email == "" }

// Settings are what holds for the whole market.
type Settings struct {
	Contact
	Version int64 // grows with each change

	Commission          int          // in basis points, of each order placed from now on
	FreeFrom            money.Amount // delivery costs nothing from this sum of items
	ReservationHours    int          // until a part that its cooperative did not answer expires
	PublishUnauthorised bool         // food may be published without an authorisation
	BuyerMonths         int          // until what is known of an order's buyer is erased, from the order's end
	Holds
	Zones []Zone // nearest first
}

// Holds bounds what orders may keep from others while nobody has confirmed them.
type Holds struct {
	HoldHours     int // how long they wait to be confirmed
	OrderProducts int // the most products of one order, confirmed or not
	OrderPieces   int // the most pieces of one order, confirmed or not
	PhoneOrders   int // the most that wait under one telephone number, and their pieces
	PhonePieces   int
	AddressOrders int // the most that wait from one network address, and their pieces
	AddressPieces int
	ProductShare  int // the most that all of them hold of one product, in percent
	MarketShare   int // the most that all of them hold of all goods, in percent
	SpareShare    int // the most of all goods that is given beyond these two shares, one piece at a time, in percent
	AlarmShare    int // from what share of all goods on the association is told, in percent
}

// fields are the bounds by their names in the form, in its order, with the most that each may be.
func (h *Holds) fields() []holdsField {
	return []holdsField{
		{"hold_hours", &h.HoldHours, maxHours},
		{"order_products", &h.OrderProducts, 100}, {"order_pieces", &h.OrderPieces, maxPieces},
		{"phone_orders", &h.PhoneOrders, maxWaiting}, {"phone_pieces", &h.PhonePieces, maxPieces},
		{"address_orders", &h.AddressOrders, maxWaiting}, {"address_pieces", &h.AddressPieces, maxPieces},
		{"product_share", &h.ProductShare, 100}, {"market_share", &h.MarketShare, 100},
		{"spare_share", &h.SpareShare, 100}, {"alarm_share", &h.AlarmShare, 100},
	}
}

type holdsField struct {
	name  string
	value *int
	most  int
}

// HoldsFields are the names of the bounds in the form, in its order.
func HoldsFields() []string {
	var names []string
	for _, f := range new(Holds).fields() {
		names = append(names, f.name)
	}
	return names
}

// Set takes one of the bounds by its name in the form.
func (h *Holds) Set(name string, value int) {
	for _, f := range h.fields() {
		if f.name == name {
			*f.value = value
		}
	}
}

// Zone is what delivery to one of the zones costs and how many days it takes.
type Zone struct {
	Slug    string
	Fee     money.Amount
	DaysMin int
	DaysMax int
}

// Read gives the settings that hold now, without the zones.
func Read(ctx context.Context, q sqlx.QueryerContext) (Settings, error) {
	var s Settings
	err := sqlx.GetContext(ctx, q, &s, `
		select version, name_ar as "name.ar", name_fr as "name.fr", name_en as "name.en", phone, whatsapp, email,
		       address_ar as "address.ar", address_fr as "address.fr",
		       hours_ar as "hours.ar", hours_fr as "hours.fr", hours_en as "hours.en",
		       commission_basis_points as commission, free_delivery_from_centimes as freefrom,
		       reservation_hours as reservationhours, publish_without_authorisation as publishunauthorised, buyer_months as buyermonths,
		       hold_hours as holdhours, order_products as orderproducts, order_pieces as orderpieces,
		       phone_orders as phoneorders, phone_pieces as phonepieces,
		       address_orders as addressorders, address_pieces as addresspieces,
		       product_share as productshare, market_share as marketshare, spare_share as spareshare, alarm_share as alarmshare
		from settings`)
	if err != nil {
		return Settings{}, fmt.Errorf("settings: %w", err)
	}
	return s, nil
}

// readAll is Read with the zones.
func readAll(ctx context.Context, q sqlx.QueryerContext) (Settings, error) {
	s, err := Read(ctx, q)
	if err != nil {
		return Settings{}, err
	}
	err = sqlx.SelectContext(ctx, q, &s.Zones, `
		select slug, fee_centimes as fee, days_min as daysmin, days_max as daysmax from delivery_zones order by position`)
	if err != nil {
		return Settings{}, fmt.Errorf("settings: zones: %w", err)
	}
	return s, nil
}

// contactAge is how long a contact that was read is shown without asking again.
const contactAge = 5 * time.Second

// Service reads and changes the settings.
type Service struct {
	db      *sqlx.DB
	now     func() time.Time
	kept    atomic.Pointer[keptContact]
	reading atomic.Bool
}

type keptContact struct {
	Contact
	at time.Time
}

// New makes the service.
func New(db *sqlx.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

// Get gives the settings that hold now.
func (s *Service) Get(ctx context.Context) (Settings, error) { return readAll(ctx, s.db) }

// Contact gives the association's contact for a page, as it was some seconds ago at most: every page
// shows it, and asking for each would double the queries of the simplest ones. While one request asks
// again the others are given what is known, also when the database does not answer: beside the error
// stands the last contact that was read.
func (s *Service) Contact(ctx context.Context) (Contact, error) {
	kept := s.kept.Load()
	if kept != nil {
		if s.now().Sub(kept.at) < contactAge || !s.reading.CompareAndSwap(false, true) {
			return kept.Contact, nil
		}
		defer s.reading.Store(false)
	}
	now := s.now()
	read, err := Read(ctx, s.db)
	if err != nil {
		if kept != nil {
			return kept.Contact, err
		}
		return Contact{}, err
	}
	s.kept.Store(&keptContact{read.Contact, now})
	return read.Contact, nil
}

// Signature makes what stands under the market's mail: who writes, and how to answer.
func (s *Service) Signature(texts *i18n.Bundle) func(ctx context.Context, locale string) (string, error) {
	return func(ctx context.Context, locale string) (string, error) {
		c, err := s.Contact(ctx)
		if err != nil {
			return "", err
		}
		lines := []string{texts.Locale(locale).Text(c.Name)}
		if c.Phone != "" {
			lines = append(lines, "\u2066"+c.Phone+"\u2069") // else the «+» goes astray among Arabic
		}
		if chat := c.Chat(); chat != "" {
			lines = append(lines, ChatLink(chat, ""))
		}
		lines = append(lines, c.Email)
		return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n"), nil
	}
}

// ChatLink opens a conversation on WhatsApp with that number, or with whom the reader chooses if there is
// none, with text already written.
func ChatLink(e164, text string) string {
	link := "https://wa.me/" + strings.TrimPrefix(e164, "+")
	if text != "" {
		link += "?text=" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20") // a «+» would be shown as it is
	}
	return link
}

// Fields are the settings as text, by their names in a form. Sums are in dirhams and the commission in
// percent, both with a point and two decimals.
func (s Settings) Fields() map[string]string {
	fields := map[string]string{
		"name_ar": s.Name.AR, "name_fr": s.Name.FR, "name_en": s.Name.EN,
		"phone": s.Phone, "whatsapp": s.WhatsApp, "email": s.Email,
		"address_ar": s.Address.AR, "address_fr": s.Address.FR,
		"hours_ar": s.Hours.AR, "hours_fr": s.Hours.FR, "hours_en": s.Hours.EN,
		"commission": money.Amount(s.Commission).String(), "free_from": s.FreeFrom.String(),
		"reservation_hours": strconv.Itoa(s.ReservationHours), "buyer_months": strconv.Itoa(s.BuyerMonths), "unauthorised": "no",
	}
	if s.PublishUnauthorised {
		fields["unauthorised"] = "yes"
	}
	for _, f := range s.fields() {
		fields[f.name] = strconv.Itoa(*f.value)
	}
	for _, z := range s.Zones {
		fields["fee_"+z.Slug] = z.Fee.String()
		fields["min_"+z.Slug] = strconv.Itoa(z.DaysMin)
		fields["max_"+z.Slug] = strconv.Itoa(z.DaysMax)
	}
	return fields
}

// names are the fields in the order of the form.
func (s Settings) names() []string {
	names := []string{
		"name_ar", "name_fr", "name_en", "phone", "whatsapp", "email", "address_ar", "address_fr",
		"hours_ar", "hours_fr", "hours_en", "commission", "free_from",
	}
	for _, z := range s.Zones {
		names = append(names, "fee_"+z.Slug, "min_"+z.Slug, "max_"+z.Slug)
	}
	names = append(append(names, "reservation_hours"), HoldsFields()...)
	return append(names, "buyer_months", "unauthorised")
}
