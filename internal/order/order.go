package order

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// Order is what one buyer ordered at one moment, from any number of cooperatives.
type Order struct {
	ID           uuid.UUID
	Number       string // «S-2611-04820917»: names the order among people, opens nothing
	Source       string // Shop or API
	Locale       string // the buyer's language
	Buyer        Buyer
	PlaceName    i18n.Text `db:"place_name"`
	Delivery     string    // delivery.Pickup or delivery.Home
	Payment      string    // name of the payment provider
	Items        money.Amount
	DeliveryFee  money.Amount         `db:"delivery_fee"`
	FeeBack      money.Amount         `db:"fee_back"`       // of DeliveryFee, what was given back after it was earned
	MeansFee     money.Amount         `db:"means_fee"`      // of the means by which it is paid: another if she chooses another
	MeansFeeBack money.Amount         `db:"means_fee_back"` // as FeeBack
	Total        money.Amount         // items, delivery and MeansFee, as ordered
	Due          money.Amount         // Total less what was cancelled and taken off since
	Paid         bool                 // the buyer has paid it, first or on receipt, and her bank has given her nothing back of goods that she has
	Dispute      payment.DisputeState // how the dispute of what paid it stands that is open, or lost and not borne yet; empty: there is none
	Deposit      money.Amount         // of Due, what she has paid while the rest is waited for
	Back         money.Amount         // what she has paid beyond Due: it goes back to her, or has
	Given        money.Amount         // of that, what she has again
	BackFailed   money.Amount         `db:"back_failed"` // of that, what could not be given back and waits to be asked for again
	Refunds      []Refund             `db:"-"`           // what Back is given in, oldest first
	Return       *Return              `db:"-"`           // the last that its buyer asked for; nil: none
	State        State
	DeliverFrom  time.Time       `db:"deliver_from"` // days, at midnight UTC, as they are promised now
	DeliverTo    time.Time       `db:"deliver_to"`
	Was          delivery.Window // what was promised before it was late; zero: it is not later than that
	Sample       bool
	Link         int        // which one of its links opens it, from 0; see Token
	TokenHash    []byte     `db:"token_hash"` // of that link's token
	Letter       bool       // the link to confirm it was mailed to the buyer, and nobody has confirmed it by word
	LastPieces   bool       `db:"last_pieces"` // some of it was given beyond a share and is held briefly, see hold.go
	Acting       bool       `db:"-"`           // whoever reads it may act for its buyer; see ByToken
	PlacedAt     time.Time  `db:"placed_at"`
	ErasedAt     *time.Time `db:"erased_at"`  // since then nothing is known of its Buyer but the place; nil: it is known
	ExpiresAt    time.Time  `db:"expires_at"` // parts that are not accepted by then are cancelled; longer, once confirmed
	ClosesAt     *time.Time `db:"closes_at"`  // once it is delivered: until then goods may be sent back; nil also of an order from before that was so
	ClosedAt     *time.Time `db:"closed_at"`  // since then all that was paid for it is earned
	Parts        []Part
	Events       []Event // oldest first
}

// Buyer is who ordered, and where to.
type Buyer struct {
	Name     string
	Phone    string // E.164 once placed
	Email    string `json:",omitempty"` // may be empty; a link to confirm the order goes there
	Place    string // slug of the commune or city
	Address  string // quarter or douar, street; needed for delivery to the door
	Landmark string
	Note     string
}

// Part is what one cooperative has to prepare.
type Part struct {
	ID          uuid.UUID
	Cooperative catalog.CooperativeRef
	State       PartState
	Placed      money.Amount // what its lines came to as they were placed
	Items       money.Amount // as they are now: less what was taken off its lines
	Commission  money.Amount // the association's, out of Items; below zero if it has let the buyer off more
	Borne       money.Amount // what the association has let the buyer off by itself
	EarnsAt     *time.Time   `db:"earns_at"` // what was paid for it is held until then; nil: it is not delivered, or it is earned
	Told        bool         // its cooperative has had mail about it
	Prepare     int          `db:"prepare_days"` // days that it takes to be prepared, as it was placed
	HandOverBy  time.Time    `db:"hand_over_by"` // the day by which the association is to have it; zero of one that was over before that was kept
	Lines       []OrderLine
}

// OrderLine is a product as it was ordered; how much of it, and what its picture needs, is as it is now.
type OrderLine struct {
	ID              uuid.UUID
	ProductID       uuid.UUID `db:"product_id"`
	Name            i18n.Text
	UnitAmount      int    `db:"unit_amount"`
	UnitCode        string `db:"unit_code"`
	Price           money.Amount
	Placed          int          // pieces, in units of sale
	PlacedTotal     money.Amount `db:"placed_total"`
	Quantity        int          // of them, less what was taken off; may be zero
	Total           money.Amount // likewise
	Slug            string
	Drawing         string
	CategoryDrawing string     `db:"category_drawing"`
	PictureID       *uuid.UUID `db:"picture_id"`
	Perishable      bool       // and so not to be sent back
}

// Called is what one of a line's goods is called: two sizes of a thing stand in one order.
func (l OrderLine) Called(locale *i18n.Locale) string {
	return catalog.Called(locale, l.Name, l.UnitAmount, l.UnitCode)
}

// Event is one thing that happened to an order or, with PartID, to one part of it.
type Event struct {
	ID       uuid.UUID
	PartID   *uuid.UUID `db:"part_id"`
	State    string     // a State, or EventReturn and a ReturnState; with PartID a PartState; or EventAdjusted, EventAddress
	Reason   Decline    // of a part that was declined
	Note     string     // what somebody wrote about it, or one of the Notes or Reasons
	Actor    actor.Kind // who did it
	UserID   *uuid.UUID `db:"user_id"`   // of a member or of the association
	UserName string     `db:"user_name"` // not told to the buyer
	At       time.Time
}

// The notes of what the market itself did.
const (
	NoteExpired     = "expired"     // a part was not accepted in time
	NoteUnconfirmed = "unconfirmed" // nobody confirmed the order in time
	NoteByMail      = "by_mail"     // its buyer confirmed it by the link in a mail
	NoteUnpaid      = "unpaid"      // the buyer did not pay in time
	NotePaid        = "paid"        // the buyer has paid first
	NoteLate        = "late"        // the payment came after the time for it, and the goods were there still
	NoteFreed       = "freed"       // the association gave up orders that nobody had confirmed
	NoteDisputed    = "disputed"    // the buyer has the money from her bank
	NoteUndone      = "undone"      // a member took back what she had done just before
)

// marketsNotes are all that a history says in the market's words and not in a person's.
var marketsNotes = []string{
	NoteExpired, NoteUnconfirmed, NoteByMail, NoteUnpaid, NotePaid, NoteLate, NoteFreed, NoteDisputed, NoteUndone,
	string(ReasonMissing), string(ReasonDamaged), string(ReasonWeight), string(ReasonGoodwill), string(ReasonReturned),
}

// NoteIn is the reason and the note for a reader of that language: the note as somebody wrote it, or in the market's words.
func (e Event) NoteIn(l *i18n.Locale) string {
	var said []string
	if e.Reason != "" {
		said = append(said, l.T(e.Reason.Key()))
	}
	switch {
	case slices.Contains(marketsNotes, e.Note):
		said = append(said, l.T("order.note."+e.Note))
	case e.Note != "":
		said = append(said, e.Note)
	}
	return strings.Join(said, " · ")
}

// Pieces counts what is still in the order, in units of sale.
func (o Order) Pieces() int {
	n := 0
	for _, p := range o.Parts {
		if p.State.Active() {
			for _, l := range p.Lines {
				n += l.Quantity
			}
		}
	}
	return n
}

// Perishable reports whether something perishes that is still in the order.
func (o Order) Perishable() bool {
	return slices.ContainsFunc(o.Parts, func(p Part) bool {
		return p.State.Active() && slices.ContainsFunc(p.Lines, func(l OrderLine) bool { return l.Perishable && l.Quantity > 0 })
	})
}

// Begun reports whether its cooperatives have ever known of the order: what is paid first they are told once it is paid.
func (o Order) Begun() bool {
	return slices.ContainsFunc(o.Events, func(e Event) bool {
		return e.PartID == nil && (e.State == string(StatePlaced) || e.State == string(StateConfirmed))
	})
}

// DeliveredAt is when it was with its buyer; zero: it is not.
func (o Order) DeliveredAt() (at time.Time) {
	for _, e := range o.Events {
		if e.PartID == nil && e.State == string(StateDelivered) {
			at = e.At
		}
	}
	return at
}

// Late reports whether the order comes later than its buyer was promised. That a part is late (Part.Late) may delay nothing.
func (o Order) Late() bool {
	there := o.State == StateDispatched && o.Delivery == delivery.Pickup // for its buyer to fetch
	return o.State.Open() && !there && !o.Was.To.IsZero()
}

// Lapsed reports whether the order is over because nobody confirmed it, or no cooperative answered, in
// time, so that its buyer may want to order again.
func (o Order) Lapsed() bool {
	note := o.lastNote()
	return o.State == StateCancelled && (note == NoteUnconfirmed || note == NoteUnpaid || note == NoteExpired || note == NoteFreed)
}

// Unpaid reports whether that is because its buyer did not pay it in time.
func (o Order) Unpaid() bool { return o.State == StateCancelled && o.lastNote() == NoteUnpaid }

// Freed reports whether that is because the association gave it up earlier.
func (o Order) Freed() bool { return o.State == StateCancelled && o.lastNote() == NoteFreed }

// lastNote is the note of the whole order's last event.
func (o Order) lastNote() (note string) {
	for _, e := range o.Events {
		if e.PartID == nil {
			note = e.Note
		}
	}
	return note
}
