package actor

import (
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/postgres"
)

// Kind is which sort of actor somebody is.
type Kind string

// The kinds of actors, as the database keeps them.
const (
	Buyer       Kind = "buyer"       // whoever orders, or holds the order's own link
	Member      Kind = "member"      // somebody of a cooperative, for that cooperative
	Association Kind = "association" // somebody of the association
	System      Kind = "system"      // the market itself: its clock, or what a provider of payments tells it
)

// Key is the translation key of what one of the kind is called in a history.
func (k Kind) Key() string { return "actor." + string(k) }

// Actor is who does something. Its zero value is nobody, to whom nothing is allowed.
type Actor struct {
	Kind        Kind
	User        uuid.UUID // of a member or of the association
	Cooperative uuid.UUID // of a member
}

// OfBuyer is a buyer, of whom no more is known here.
func OfBuyer() Actor { return Actor{Kind: Buyer} }

// OfCooperative is a cooperative's member.
func OfCooperative(cooperative, user uuid.UUID) Actor {
	return Actor{Kind: Member, User: user, Cooperative: cooperative}
}

// OfAssociation is one of the association's people.
func OfAssociation(user uuid.UUID) Actor { return Actor{Kind: Association, User: user} }

// OfSystem is the market itself.
func OfSystem() Actor { return Actor{Kind: System} }

// UserID is the user as the database keeps it.
func (a Actor) UserID() uuid.NullUUID {
	return postgres.NullID(a.User)
}
