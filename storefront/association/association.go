package association

import (
	"slices"
	"strings"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Where the pages are.
const (
	DashboardPath    = "/association"
	SalesPath        = "/association/sales"
	IdlePath         = SalesPath + "/idle"
	CooperativesPath = "/association/cooperatives"
	OrdersPath       = "/association/orders"
	SettlementPath   = "/association/settlement"
	RefundsPath      = "/association/refunds"
	PaymentsPath     = "/association/payments"
	DisputesPath     = "/association/disputes"
	TransfersPath    = "/association/transfers"
	ReturnsPath      = "/association/returns"
	SettingsPath     = "/association/settings"
	PeoplePath       = "/association/people"
	SecurityPath     = "/association/security"
)

// HeldPath is where the association sees what unconfirmed orders keep from others.
const HeldPath = OrdersPath + "/held"

// MessagesPath is where it finds what is to be told to buyers by WhatsApp.
const MessagesPath = OrdersPath + "/messages"

// GiveBackPath ends the path of the page on which something is given back of an order.
const GiveBackPath = "/giveback"

// DisputePath ends the path of the page of the disputes of an order's payment.
const DisputePath = "/dispute"

// CorrectionPath is where a cooperative's identity is corrected.
func CorrectionPath(slug string) string { return CooperativesPath + "/" + slug + "/edit" }

// FillIn is where a field of a cooperative's identity can be filled in.
func FillIn(slug, field string) string { return CorrectionPath(slug) + "#f-" + field }

// Page is what the layout wants to know; the menu counts the cooperatives that wait for a decision.
func Page(r *web.Request, cooperatives *cooperative.Service, title string) (ui.Page, error) {
	numbers, err := cooperatives.Numbers(r.Context())
	if err != nil {
		return ui.Page{}, err
	}
	p := r.Page(title)
	p.Waiting = numbers.ByState[cooperative.Pending]
	return p, nil
}

// FileName is a file's name of its parts, without those that are empty: what it is of, the day, what the filter lets
// through, so that two files have two names. It stands in the security record and tells nothing of a person.
func FileName(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "-")
}

// MaxSought is how much of a name is looked for, in characters.
const MaxSought = 100

// Sought is the name that a list is searched for.
func Sought(typed string) string {
	runes := []rune(strings.TrimSpace(typed))
	return string(runes[:min(len(runes), MaxSought)])
}
