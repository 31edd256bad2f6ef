package settings

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// Contact is who the association is and how to reach it. What is empty was not entered: what stands by itself on
// a page (name, address, hours) is then shown as it was entered in another language.
type Contact struct {
	Name     i18n.Text `name:"name" kind:"line" group:"who" langs:"ar fr en" stays:"yes"`
	Phone    string    `name:"phone" kind:"phone" group:"who" beside:"yes"` // E.164
	WhatsApp string    `name:"whatsapp" kind:"phone" group:"who" beside:"yes" hint:"yes"`
	Email    string    `name:"email" kind:"email" group:"who"`
	Address  i18n.Text `name:"address" kind:"lines" group:"who" langs:"ar fr"`
	Hours    i18n.Text `name:"hours" kind:"lines" group:"who" langs:"ar fr en"`
	Province i18n.Text `name:"province" kind:"line" group:"home" langs:"ar fr en" whole:"yes" hint:"yes"` // as it stands in sentences
	Town     i18n.Text `name:"town" kind:"line" group:"home" langs:"ar fr en" whole:"yes"`                // of its seat
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

// Settings are what holds for the whole market. It is the list of what the association decides, in the order of
// the form: of a field with a name the form, the history, the page of a conflict, the storage and the audit know
// all that they need by its tags, which Field explains. So another one is another line here, and its words in each
// language: association.settings.<name>, and <name>_hint where it has a hint.
type Settings struct {
	Contact

	Commission       int `name:"commission" kind:"percent" group:"money" most:"10000" default:"5.00" hint:"yes"`   // in basis points, of each order placed from now on
	ReservationHours int `name:"reservation_hours" kind:"number" group:"money" most:"720" default:"24" hint:"yes"` // until a part that its cooperative did not answer expires
	ReturnDays       int `name:"return_days" kind:"days" group:"money" most:"60" default:"7" hint:"yes"`           // from an order's delivery on goods may be sent back for so long, and what was paid for them is not owed before

	PayoutDay int `name:"payout_day" kind:"weekday" group:"money" most:"7" default:"0" hint:"yes"` // of each week, on which cooperatives have what is due transferred; see settlement.Service.Next

	Holds

	Means
	Transfer

	FreeFrom            money.Amount `name:"free_from" kind:"sum" group:"delivery" default:"500.00" hint:"yes"`            // delivery costs nothing from this sum of items
	RestDay             int          `name:"rest_day" kind:"weekday" group:"delivery" most:"7" default:"0" hint:"yes"`     // of each week, without which the days of orders placed from now on are reckoned
	BuyerMonths         int          `name:"buyer_months" kind:"number" group:"buyers" most:"120" default:"12" hint:"yes"` // until what is known of an order's buyer is erased, from the order's end; at most as long as the law has books kept
	PublishUnauthorised bool         `name:"unauthorised" kind:"choice" group:"unauthorised" default:"no"`                 // food may be published without an authorisation
}

// Holds bounds what orders may keep from others while nobody has confirmed them.
type Holds struct {
	HoldHours     int `name:"hold_hours" kind:"number" group:"holds" most:"720" default:"24" hint:"yes"`         // how long they wait to be confirmed
	OrderProducts int `name:"order_products" kind:"number" group:"holds" most:"100" default:"50" beside:"yes"`   // the most products of one order, confirmed or not
	OrderPieces   int `name:"order_pieces" kind:"number" group:"holds" most:"100000" default:"200" beside:"yes"` // the most pieces of one order, confirmed or not
	PhoneOrders   int `name:"phone_orders" kind:"number" group:"holds" most:"1000" default:"5" beside:"yes"`     // the most that wait under one telephone number, and their pieces
	PhonePieces   int `name:"phone_pieces" kind:"number" group:"holds" most:"100000" default:"200" beside:"yes"`
	AddressOrders int `name:"address_orders" kind:"number" group:"holds" most:"1000" default:"30" beside:"yes" hint:"yes"` // the most that wait from one network address, and their pieces
	AddressPieces int `name:"address_pieces" kind:"number" group:"holds" most:"100000" default:"1000" beside:"yes"`
	ProductShare  int `name:"product_share" kind:"share" group:"holds" most:"100" default:"80" hint:"yes"` // the most that all of them hold of one product, in percent
	MarketShare   int `name:"market_share" kind:"share" group:"holds" most:"100" default:"30" hint:"yes"`  // the most that all of them hold of all goods, in percent
	SpareShare    int `name:"spare_share" kind:"share" group:"holds" most:"100" default:"10" hint:"yes"`   // the most of all goods that is given beyond these two shares, one piece at a time, in percent
	AlarmShare    int `name:"alarm_share" kind:"share" group:"holds" most:"100" default:"15" hint:"yes"`   // from what share of all goods on the association is told, in percent
}

// Means is which means of payment are offered, up to what an order comes to (zero: whatever it does), for what fee of
// the buyer's and for how long.
// Where cash is taken delivery's zones say.
type Means struct {
	CashOffered     bool         `name:"cash_offered" kind:"choice" group:"payment" default:"yes"`
	CashMost        money.Amount `name:"cash_most" kind:"sum" group:"payment" default:"0.00" beside:"yes" hint:"yes"`
	CashFee         money.Amount `name:"cash_fee" kind:"sum" group:"payment" most:"100000" default:"0.00" beside:"yes" hint:"yes"`
	CardOffered     bool         `name:"card_offered" kind:"choice" group:"payment" default:"yes"`
	CardMost        money.Amount `name:"card_most" kind:"sum" group:"payment" default:"0.00" beside:"yes"`
	CardFee         money.Amount `name:"card_fee" kind:"sum" group:"payment" most:"100000" default:"0.00" beside:"yes"`
	CardMinutes     int          `name:"card_minutes" kind:"number" group:"payment" least:"10" most:"1440" default:"30" beside:"yes" hint:"yes"`
	TransferOffered bool         `name:"transfer_offered" kind:"choice" group:"payment" default:"yes"`
	TransferMost    money.Amount `name:"transfer_most" kind:"sum" group:"payment" default:"0.00"`
	TransferFee     money.Amount `name:"transfer_fee" kind:"sum" group:"payment" most:"100000" default:"0.00"`

	FeeByCooperatives bool `name:"fee_by_cooperatives" kind:"choice" group:"payment" default:"no"` // bear what a provider keeps of what is given back for their goods
}

// Transfer is the bank account that buyers pay into, and how long they may take for it.
type Transfer struct {
	AccountHolder string `name:"account_holder" kind:"line" group:"payment" beside:"yes"`
	BankName      string `name:"bank_name" kind:"line" group:"payment" beside:"yes"`
	BankRIB       string `name:"bank_rib" kind:"rib" group:"payment" hint:"yes"` // without one nobody is asked for a transfer
	TransferDays  int    `name:"transfer_days" kind:"number" group:"payment" most:"14" default:"3" hint:"yes"`
}

// Taken reports whether buyers can transfer money at all.
func (t Transfer) Taken() bool { return t.BankRIB != "" }

// Within is how long what is to be transferred is waited for.
func (t Transfer) Within() time.Duration { return time.Duration(t.TransferDays) * 24 * time.Hour }

// check adds what these fields contradict one another in, where nobody takes cards if noCard.
func check(fields []Field, values map[string]string, noCard bool, wrong *fault.Error) {
	begun := make(map[string]bool) // groups in which one that is whole was entered
	for _, f := range fields {
		if f.Whole && values[f.Name] != "" {
			begun[f.Group] = true
		}
	}
	for _, f := range fields {
		if f.Whole && values[f.Name] == "" && begun[f.Group] {
			wrong.Field(f.Name, "settings.whole_missing")
		}
	}
	if values["bank_rib"] != "" && values["account_holder"] == "" { // banks ask whose account it is
		wrong.Field("account_holder", "settings.holder_missing")
	}
	if values["cash_offered"] == "no" && (values["card_offered"] == "no" || noCard) && (values["transfer_offered"] == "no" || values["bank_rib"] == "") {
		wrong.Field("cash_offered", "settings.means_none")
	}
	alarm, _ := strconv.Atoi(values["alarm_share"])
	if most, err := strconv.Atoi(values["market_share"]); err == nil && alarm > most { // then nothing would be told before the share is used up
		wrong.Field("alarm_share", "settings.alarm_too_late", "Most", most)
	}
}

// Read gives the settings that hold now.
func Read(ctx context.Context, q sqlx.QueryerContext) (Settings, error) {
	var s Settings
	texts, err := read(ctx, q)
	if err == nil {
		err = s.fill(texts)
	}
	if err != nil {
		return Settings{}, fmt.Errorf("settings: %w", err)
	}
	return s, nil
}

// recentAge is how long settings that were read are shown without asking again.
const recentAge = 5 * time.Second

// Service reads and changes the settings. Its exported fields may be changed before it is used.
type Service struct {
	Fields  []Field       // what is decided and kept here, at first as Fields says
	Annexes []Annex       // decided on the same page, and kept by their owners
	Told    func(Contact) // is told of each contact that was read anew; may be nil
	NoCard  bool          // nobody takes cards, so that offering them offers nothing

	db     *sqlx.DB
	now    func() time.Time
	recent clock.Recent[Settings]
}

// New makes the service.
func New(db *sqlx.DB, now func() time.Time) *Service {
	return &Service{Fields: Fields(), db: db, now: now, recent: clock.Recent[Settings]{Age: recentAge}}
}

// Get gives the settings that hold now.
func (s *Service) Get(ctx context.Context) (Settings, error) { return Read(ctx, s.db) }

// Recent gives the settings for a page, as they were some seconds ago at most: every page shows some of them, and
// asking for each would double the queries of the simplest ones. While one request asks again the others are given what
// is known, also when the database does not answer: beside the error stand the last settings that were read.
func (s *Service) Recent(ctx context.Context) (Settings, error) {
	return s.recent.Get(s.now(), func() (Settings, error) {
		read, err := Read(ctx, s.db)
		if err == nil && s.Told != nil {
			s.Told(read.Contact)
		}
		return read, err
	})
}

// Contact gives the association's contact, as Recent does.
func (s *Service) Contact(ctx context.Context) (Contact, error) {
	decided, err := s.Recent(ctx)
	return decided.Contact, err
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
