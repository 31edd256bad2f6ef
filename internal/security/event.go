package security

import (
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
)

// Kind is what happened.
type Kind string

// The kinds.
const (
	SignedIn     Kind = "signed_in"
	SignInFailed Kind = "sign_in_failed"  // a login that nobody has, or a wrong password
	SignInSlowed Kind = "sign_in_delayed" // not looked at, since it came too soon after failures
	SignedOut    Kind = "signed_out"
	SessionEnded Kind = "session_ended" // by its own person elsewhere, or by the association

	ResetAsked      Kind = "reset_asked"
	LinkHandedOver  Kind = "link_handed_over"
	PasswordChosen  Kind = "password_chosen" // by a link
	PasswordChanged Kind = "password_changed"
	PasswordRefused Kind = "password_refused" // of somebody signed in, whose change asks for it

	AccountAdded    Kind = "account_added"
	AccountEnded    Kind = "account_ended"
	AccountReopened Kind = "account_reopened"
	RoleGranted     Kind = "role_granted" // Detail is the role before and the one granted

	Refused      Kind = "forbidden"
	LimitReached Kind = "limit_reached"
	NotKept      Kind = "not_kept" // Count events of the kind Detail that came too fast to be kept one by one

	Exported            Kind = "exported"
	TrackingLinkRenewed Kind = "tracking_link_renewed"
	OrdersFreed         Kind = "orders_freed" // given up by the association since nobody had confirmed them
	BuyerErased         Kind = "buyer_erased" // Detail is why, by security.erased.…, and the numbers of the orders
	CooperativeAdded    Kind = "cooperative_added"
	CooperativeApproved Kind = "cooperative_approved"
	CooperativeStopped  Kind = "cooperative_suspended"
	CooperativeChanged  Kind = "cooperative_corrected"
	SettingsChanged     Kind = "settings_changed"
	PaidOut             Kind = "paid_out"
	PayoutUndone        Kind = "payout_undone"
)

// Kinds are all that there are, in the order in which people are offered them.
var Kinds = []Kind{
	SignedIn, SignInFailed, SignInSlowed, SignedOut, SessionEnded,
	ResetAsked, LinkHandedOver, PasswordChosen, PasswordChanged, PasswordRefused,
	AccountAdded, AccountEnded, AccountReopened, RoleGranted,
	Refused, LimitReached, NotKept,
	Exported, TrackingLinkRenewed, OrdersFreed, BuyerErased, CooperativeAdded, CooperativeApproved, CooperativeStopped, CooperativeChanged,
	SettingsChanged, PaidOut, PayoutUndone,
}

// OfAccounts are the kinds that a person is told about her own account.
var OfAccounts = []Kind{
	SignedIn, SignInFailed, SignInSlowed, SessionEnded, ResetAsked, LinkHandedOver, PasswordChosen, PasswordChanged, PasswordRefused, AccountReopened,
	RoleGranted,
}

// Source is where a request came from.
type Source struct {
	Address string // of the network, as far as it can be trusted; the market's own tools have none
	Agent   string // what the browser calls itself
}

// Bounds of an event's texts, in characters.
const (
	maxAgent  = 200
	maxDetail = 300
)

// From is the Source of a request. What the browser calls itself is anybody's to write, so it is cut
// short and stripped of what is not to be seen.
func From(address, agent string) Source { return Source{Address: address, Agent: cut(agent, maxAgent)} }

// Event is one thing that happened.
type Event struct {
	Kind        Kind
	Actor       actor.Actor // who did it; zero for somebody who had not signed in
	User        uuid.UUID   // whose account it is about; zero for nobody's
	Cooperative uuid.UUID   // which cooperative it is about; zero for none
	Source
	Detail string // a path, a file's name, a reason; never a secret
	Count  int    // of NotKept; zero is one
	At     time.Time
}

func cut(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}
