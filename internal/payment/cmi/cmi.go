package cmi

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// Name is what the provider is called.
const Name = "cmi"

// Config is what the gateway and the merchant have agreed on. All of it is needed.
type Config struct {
	ClientID   string // the merchant's
	StoreKey   string // chosen by the merchant in the gateway's pages; keys all hashes
	GatewayURL string // of the page where cards are asked for
	BaseURL    string // the market's own; its callback stands below
}

// Provider is the gateway, as payment.Reserver.
type Provider struct{ config Config }

// New makes it. Nothing is asked of anybody.
func New(c Config) *Provider {
	return &Provider{c}
}

// Name is Name.
func (p *Provider) Name() string { return Name }

// Means is payment.Card.
func (p *Provider) Means() string { return payment.Card }

// Within is half an hour.
func (p *Provider) Within() time.Duration { return 30 * time.Minute }

// dirham is its number in ISO 4217.
const dirham = "504"

// How long the gateway lets its page stand open.
const (
	shortest = 30 * time.Second
	longest  = 45 * time.Minute
)

// Start makes the form that the buyer's browser posts to the gateway, which knows nothing of it before. Made again within
// the minute it is the same.
func (p *Provider) Start(_ context.Context, a payment.Attempt) (payment.Started, error) {
	oid := orderID(a.Key)
	mac := hmac.New(sha256.New, []byte(p.config.StoreKey))
	mac.Write([]byte(oid))
	fields := []field{
		{"clientid", p.config.ClientID},
		{"storetype", "3D_PAY_HOSTING"},
		{"TranType", "PreAuth"},
		{"amount", a.Amount.String()},
		{"currency", dirham},
		{"oid", oid},
		{"okUrl", a.Description.Back},
		{"failUrl", a.Description.Back},
		{"shopurl", a.Description.Back},
		{"callbackUrl", p.config.BaseURL + "/webhooks/" + Name},
		{"callbackResponse", "true"},
		{"AutoRedirect", "true"},
		{"refreshtime", "5"},
		{"lang", language(a.Description.Locale)},
		{"email", strings.TrimSpace(a.Description.Email)},
		{"BillToName", ""}, // who pays is nothing to the gateway, which asks for the card
		{"rnd", hex.EncodeToString(mac.Sum(nil)[:10])},
		{"hashAlgorithm", "ver3"},
		{"encoding", "UTF-8"},
	}
	if a.ExpiresAt != nil { // the page is closed before the goods are given up
		left := min(max(time.Until(*a.ExpiresAt).Truncate(time.Minute), shortest), longest)
		fields = append(fields, field{"sessiontimeout", strconv.Itoa(int(left.Seconds()))})
	}
	form := payment.Form{"HASH": hash(fields, p.config.StoreKey)}
	for _, f := range fields {
		form[f.name] = f.value
	}
	return payment.Started{Reference: oid, URL: p.config.GatewayURL, Form: form}, nil
}

// orderID is the gateway's name of an attempt: its key, in letters and digits only.
func orderID(key string) string { return strings.NewReplacer("-", "", ":", "n").Replace(key) }

// language is one that the gateway speaks.
func language(locale string) string {
	switch locale {
	case "ar", "en":
		return locale
	}
	return "fr"
}

// callback is what is kept of what the gateway tells: nothing that would open the order, and nothing of the buyer.
type callback struct {
	Order    string `json:"oid"`
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Code     string `json:"ProcReturnCode,omitempty"`
	Response string `json:"Response,omitempty"`
	MDStatus string `json:"mdStatus,omitempty"` // of the cardholder's bank
	Message  string `json:"ErrMsg,omitempty"`
	TransID  string `json:"TransId,omitempty"` // by these two the bank finds it
	HostRef  string `json:"HostRefNum,omitempty"`
}

func (c callback) approved() bool { return c.Code == "00" && c.Response == "Approved" }

// refused reports whether the buyer's card was tried in vain. She may try another on the same page: then it is approved
// after all.
func (c callback) refused() bool {
	return !c.approved() && (c.Code != "" || c.Response != "" || c.MDStatus != "" || c.Message != "")
}

// amount is what was reserved; zero if that cannot be read.
func (c callback) amount() money.Amount {
	amount, err := money.Parse(c.Amount)
	if err != nil {
		return 0
	}
	return amount
}

func (c callback) currency() string {
	if c.Currency == dirham {
		return money.Currency
	}
	return c.Currency
}

// Verify holds a callback's hash against its values, and has it stand for one callback: a buyer's browser has the answer
// about her own order once the gateway has told it, and could give its values other names, and what she typed at the
// gateway the name of another order. One for another merchant who has the same store key is foreign.
func (p *Provider) Verify(_ func(name string) string, body []byte) (payment.Event, error) {
	fields, err := parse(body)
	if err != nil {
		return payment.Event{}, err
	}
	said := map[string]string{}
	for _, f := range fields {
		said[f.name] = f.value
	}
	if subtle.ConstantTimeCompare([]byte(said["HASH"]), []byte(hash(fields, p.config.StoreKey))) != 1 {
		return payment.Event{}, payment.ErrForged
	}
	if said["oid"] == "" { // it is about nothing
		return payment.Event{}, payment.ErrForged
	}
	c := callback{
		Order: said["oid"], Amount: said["amount"], Currency: said["currency"], Code: said["ProcReturnCode"], Response: said["Response"],
		MDStatus: said["mdStatus"], Message: said["ErrMsg"], TransID: said["TransId"], HostRef: said["HostRefNum"],
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return payment.Event{}, fmt.Errorf("cmi: callback: %w", err)
	}
	e := payment.Event{
		ID: name(c.Order, c.TransID, c.Code, c.Amount, c.Currency, said["clientid"]), Kind: "callback", Payload: payload, Foreign: said["clientid"] != p.config.ClientID,
		Seal: []byte(said["HASH"]),
	}
	switch {
	case c.approved():
		e.Kind = "approved"
		e.Reserved = &payment.Reservation{Attempt: c.Order, Amount: c.amount(), Currency: c.currency()}
	case c.refused():
		e.Kind = "refused"
	}
	return e, nil
}

// longestName is as long as an event's may be.
const longestName = 200

// name is an event's, of what tells one callback from another.
func name(parts ...string) string {
	whole := strings.Join(parts, ":")
	if len(whole) > longestName {
		sum := sha256.Sum256([]byte(whole))
		return hex.EncodeToString(sum[:])
	}
	return whole
}

// Answer is the gateway's word for a verdict.
func (p *Provider) Answer(v payment.Verdict) string {
	switch v {
	case payment.Taken:
		return "ACTION=POSTAUTH"
	case payment.Refused:
		return "FAILURE"
	}
	return "APPROVED"
}

// Read tells what the verified callback says: there is nothing to ask the gateway with. An approval is read only if it was
// answered that the money is to be taken.
func (p *Provider) Read(_ context.Context, payload []byte) (payment.Outcome, error) {
	var c callback
	if err := json.Unmarshal(payload, &c); err != nil {
		return payment.Outcome{}, fmt.Errorf("cmi: what was kept of a callback: %w", err)
	}
	o := payment.Outcome{Attempt: c.Order}
	switch {
	case c.approved():
		o.State, o.Amount, o.Currency = payment.Succeeded, c.amount(), c.currency()
	case c.refused():
		o.State = payment.Failed
	}
	return o, nil
}
