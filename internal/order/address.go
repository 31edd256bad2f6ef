package order

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settings"
)

// A buyer may change where her order goes, and who receives it there, as long as no cooperative has begun with it. Her
// telephone number stays: the order is found by it, and what waits unconfirmed is counted by it.

// EventAddress is what the history of an order says instead of a state when its buyer changed where it goes.
const EventAddress = "address"

// maxAddresses bounds how often that of one order is changed: each change is told to others.
const maxAddresses = 10

// AddressInput is where an order is to go. Of Buyer neither the telephone number nor the e-mail address is read.
type AddressInput struct {
	Buyer  Buyer
	Seen   int64  // as many entries the order's history had, as the page showed it
	Agreed string // AddressAsks.Agreed of what the page asked; empty: it asked nothing
}

// AddressAsks says that an order would cost another fee where its buyer wants to have it, or come on other days: she has
// to agree to that.
type AddressAsks struct {
	PlaceName   i18n.Text
	Fee, WasFee money.Amount // of the delivery
	Due, WasDue money.Amount
	Days, Was   delivery.Window

	place string
}

func (a *AddressAsks) Error() string {
	return fmt.Sprintf("order: to %s for %s, from %s to %s: asked first", a.place, a.Fee, a.Days.From, a.Days.To)
}

// Agreed is what a form says whose reader agrees to just that.
func (a *AddressAsks) Agreed() string {
	return fmt.Sprintf("%s %d %d %s %s", a.place, a.Fee, a.Due, a.Days.From.Format(time.DateOnly), a.Days.To.Format(time.DateOnly))
}

// ChangeAddress has the order of a tracking link brought elsewhere, or to somebody else there. The same again changes
// nothing. What delivery cost stays what it cost, unless it costs another fee where the order goes now. Errors:
//   - ErrNotFound: the link does not act for the order's buyer
//   - *fault.Error of kind Invalid with Fields, as Place has them: also of a place that what perishes is not brought to, or
//     that another fee is asked for which this order cannot be paid with
//   - ErrAddressLate: a cooperative has begun with it, or it is over
//   - ErrAddressSame: the page was saved as it was shown
//   - ErrAddressChanged: its address has changed since the page was shown
//   - ErrWrongState: something else of it has
//   - ErrAddressOften: it was changed too often
//   - *AddressAsks: it costs another fee or comes on other days
func (s *Service) ChangeAddress(ctx context.Context, token string, in AddressInput) error {
	whole, err := s.ByToken(ctx, token)
	if err == nil && !whole.Acting {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	in.Buyer.checkAddress(whole.Delivery, wrong)
	to, err := s.delivery.Terms(ctx, whole.Delivery, in.Buyer.Place)
	if !join(wrong, err) {
		return err
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	from, err := s.delivery.Terms(ctx, whole.Delivery, whole.Buyer.Place)
	if err != nil {
		return err
	}
	return s.moveWhere(ctx, By{Actor: actor.OfBuyer()}, func(tx *sqlx.Tx, o *locked) error {
		if !s.made(token, trackingToken, o.ID, o.Link) {
			return ErrNotFound
		}
		return s.changeAddress(ctx, tx, o, in, whole.Buyer.Place, from, to)
	}, `token_hash = $1`, hashToken(token))
}

// changeAddress is ChangeAddress of an order that is locked, from a place with these terms (its slug: here) to another or the same.
func (s *Service) changeAddress(ctx context.Context, tx *sqlx.Tx, o *locked, in AddressInput, here string, from, to delivery.Terms) error {
	was, err := readOrder(ctx, tx, `o.id = $1`, o.ID)
	if err != nil {
		return err
	}
	wanted := in.Buyer
	wanted.Phone, wanted.Email = was.Buyer.Phone, was.Buyer.Email
	if wanted == was.Buyer {
		if in.Seen == o.events { // saved as it was shown; from an older page it is the same form once more
			return ErrAddressSame
		}
		return nil
	}
	if _, err := o.may(MoveAddress); err != nil || o.Delivery != delivery.Home {
		return ErrAddressLate
	}
	if in.Seen != o.events || here != was.Buyer.Place { // whatever a form says that it has seen
		since := was.Events[min(max(in.Seen, 0), int64(len(was.Events))):]
		if here != was.Buyer.Place || slices.ContainsFunc(since, func(e Event) bool { return e.State == EventAddress }) {
			return ErrAddressChanged
		}
		return ErrWrongState
	}
	var times int
	if err := tx.GetContext(ctx, &times, `select count(*) from order_addresses where order_id = $1`, o.ID); err != nil {
		return fmt.Errorf("order: how often its address was changed: %w", err)
	}
	if times >= maxAddresses {
		return ErrAddressOften
	}
	asks := AddressAsks{
		PlaceName: to.PlaceName, place: wanted.Place, Fee: o.DeliveryFee, WasFee: o.DeliveryFee, Due: o.Due, WasDue: o.Due, Days: o.Promised, Was: o.Promised,
	}
	moved := false // to where it comes on other days
	if wanted.Place != was.Buyer.Place {
		moved = !to.SameDays(from)
		if err := s.priceAddress(ctx, tx, o, was, &asks, from, to); err != nil {
			return err
		}
	}
	more := asks.Fee - asks.WasFee
	if (more != 0 || moved) && in.Agreed != asks.Agreed() {
		return &asks
	}
	event := postgres.NewID()
	if err := insertEvents(ctx, tx, o.ID, []Event{{ID: event, State: EventAddress, Actor: o.by.Actor.Kind, At: o.by.At}}); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		insert into order_addresses (event_id, order_id, name, place, address, landmark, note, delivery_centimes)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		event, o.ID, was.Buyer.Name, was.Buyer.Place, was.Buyer.Address, was.Buyer.Landmark, was.Buyer.Note, o.DeliveryFee)
	if err != nil {
		return fmt.Errorf("order: where it was to go: %w", err)
	}
	o.Place, o.DeliveryFee, o.Due = wanted.Place, asks.Fee, asks.Due
	_, err = tx.ExecContext(ctx, `
		update orders set buyer_name = $2, place = $3, address = $4, landmark = $5, note = $6,
		    delivery_centimes = $7, total_centimes = total_centimes + $8, due_centimes = $9
		where id = $1`,
		o.ID, wanted.Name, wanted.Place, wanted.Address, wanted.Landmark, wanted.Note, o.DeliveryFee, more, o.Due)
	if err != nil {
		return fmt.Errorf("order: where it goes: %w", err)
	}
	if moved {
		if err := o.promises(ctx, tx, asks.Days, promiseAddress); err != nil {
			return err
		}
	}
	if more != 0 {
		if err := s.feeOfAddress(ctx, tx, o, event, more); err != nil {
			return err
		}
	}
	if err := s.announceAddress(ctx, tx, o, was, asks); err != nil {
		return err
	}
	return s.tellBuyer(ctx, tx, o, NewsAddress)
}

// priceAddress says what an order costs at another place, and on which days it comes there; an error if it cannot go there.
func (s *Service) priceAddress(ctx context.Context, tx *sqlx.Tx, o *locked, was Order, asks *AddressAsks, from, to delivery.Terms) error {
	refused := func(m fault.Message) error {
		wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
		wrong.Fields = map[string]fault.Message{"place": m}
		return wrong
	}
	var fresh []i18n.Text
	prepare := 0
	for _, p := range was.Parts {
		if !p.State.Active() {
			continue
		}
		prepare = max(prepare, p.Prepare)
		for _, l := range p.Lines {
			if l.Perishable && l.Quantity > 0 {
				fresh = append(fresh, l.Name)
			}
		}
	}
	there, err := to.Quote(was.Items, len(fresh) > 0, prepare, o.by.At)
	if fault.Is(err, fault.Invalid) {
		return refused(fault.Say("order.address_fresh", "Place", to.PlaceName, "Goods", namesOf(fresh)))
	}
	if err != nil {
		return err
	}
	here, err := from.Quote(was.Items, false, prepare, o.by.At)
	if err != nil {
		return err
	}
	// What was agreed stays so, whatever the association has decided since, as long as it is the same for both places.
	if there.Fee != here.Fee {
		asks.Fee = there.Fee
		asks.Due += asks.Fee - asks.WasFee
	}
	decided, err := settings.Read(ctx, tx)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	cash, most := s.MeansOf(o.Payment) == payment.CashOnDelivery, s.decided(decided, o.Payment).most
	switch {
	case cash && to.NoCash.Key != "" && from.NoCash.Key == "":
		return refused(fault.Say("order.address_cash", "Place", to.PlaceName, "Where", to.NoCash))
	case asks.Fee != asks.WasFee && (!cash || o.State == StateAwaiting || was.Paid || was.Deposit > 0 || o.FeeBack > 0):
		return refused(fault.Say("order.address_fee", "Place", to.PlaceName, "Fee", asks.Fee, "Was", asks.WasFee))
	case asks.Fee > asks.WasFee && most > 0 && asks.Due-o.MeansFee > most:
		return refused(fault.Say("order.address_most", "Place", to.PlaceName, "Most", most))
	}
	if to.SameDays(from) {
		return nil
	}
	if o.State == StateAwaiting { // as at the checkout; its days are told anew when it is paid
		asks.Days = there.Window
		return nil
	}
	round, err := delivery.RoundTx(ctx, tx, o.Delivery, asks.place, o.Rest)
	if err != nil {
		return err
	}
	stages, err := s.stages(ctx, tx, o, round)
	asks.Days = round.Window(stages, clock.Day(o.by.At), delivery.Window{}) // of that place she was told nothing yet
	return err
}

// feeOfAddress records that the buyer of an order which nobody has paid yet owes another fee for its delivery.
func (s *Service) feeOfAddress(ctx context.Context, tx *sqlx.Tx, o *locked, event uuid.UUID, more money.Amount) error {
	posting := []ledger.Posting{{Debit: ledger.Buyers, Credit: ledger.PendingDelivery, Amount: max(more, -more)}}
	if more < 0 {
		posting = ledger.Reversed(posting)
	}
	err := ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "order:" + o.ID.String() + ":address:" + event.String(), Kind: journalAddress, OrderID: &o.ID, At: o.by.At, Postings: posting,
	})
	if err != nil {
		return err
	}
	return s.payments.ChangeTx(ctx, tx, o.ID, o.Due)
}

// namesOf are names one after the other, to be said in a sentence.
func namesOf(names []i18n.Text) fault.Message {
	first := fault.Say("order.goods", "Name", names[0])
	if len(names) == 1 {
		return first
	}
	return fault.Say("order.goods_and", "Goods", first, "More", namesOf(names[1:]))
}

// AddressChange is where an order was to go before its buyer changed that, and after.
type AddressChange struct {
	Event    uuid.UUID // of its history
	Was, Now Where
}

// Where is where an order goes, and for how much.
type Where struct {
	Name, Address, Landmark, Note string
	PlaceName                     i18n.Text    `db:"place_name"`
	Fee                           money.Amount `db:"delivery_centimes"`
}

// AddressChanges are those of an order, oldest first.
func (s *Service) AddressChanges(ctx context.Context, o Order) ([]AddressChange, error) {
	asked := false
	for _, e := range o.Events {
		asked = asked || e.State == EventAddress
	}
	if !asked {
		return nil, nil
	}
	var rows []struct {
		Event uuid.UUID `db:"event_id"`
		Where
	}
	err := s.db.SelectContext(ctx, &rows, `
		select a.event_id, a.name, a.address, a.landmark, a.note, a.delivery_centimes, t.name_ar as "place_name.ar", t.name_fr as "place_name.fr"
		from order_addresses a join order_events e on e.id = a.event_id join towns t on t.slug = a.place
		where a.order_id = $1 order by e.at, e.id`, o.ID)
	if err != nil {
		return nil, fmt.Errorf("order: where it was to go: %w", err)
	}
	now := Where{o.Buyer.Name, o.Buyer.Address, o.Buyer.Landmark, o.Buyer.Note, o.PlaceName, o.DeliveryFee}
	changes := make([]AddressChange, len(rows))
	for i := len(rows) - 1; i >= 0; i-- {
		changes[i] = AddressChange{Event: rows[i].Event, Was: rows[i].Where, Now: now}
		now = rows[i].Where
	}
	return changes, nil
}
