package order

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// A buyer may send back what was delivered to her, but for what spoils, for as long as law 31-08 gives her and at least
// until her order closes. The association says how the goods come back, counts them when they are here, and with that her
// money goes back, for what is sound and what is damaged; their cooperative says whether what is sound goes back into its
// stock. What stands in an open return is not earned (see frozenPart); where the window of the settings is shorter than the
// law's it may be earned before the return is asked for, and is then owed by its cooperative.

// What law 31-08 gives.
const (
	ReturnDays   = 7                   // to send goods back, after that of their delivery
	RefundWithin = 15 * 24 * time.Hour // to give the money back, from when the buyer asked
)

// maxReturns is how often the buyer of one order may ask: each time people are told.
const maxReturns = 10

// ReturnState is how far a return has come.
type ReturnState string

// The states of a return.
const (
	ReturnAsked     ReturnState = "asked"     // by the buyer
	ReturnArranged  ReturnState = "arranged"  // the association has said how the goods come back
	ReturnReceived  ReturnState = "received"  // they are here, and the money goes back
	ReturnRefunded  ReturnState = "refunded"  // the buyer has her money
	ReturnRefused   ReturnState = "refused"   // the law gives her no right to it
	ReturnWithdrawn ReturnState = "withdrawn" // the buyer keeps the goods
)

// What states of a return mean together; SQL asks for it through listed.
var (
	openReturns    = []ReturnState{ReturnAsked, ReturnArranged}                    // the goods are still to come
	unpaidReturns  = []ReturnState{ReturnAsked, ReturnArranged, ReturnReceived}    // the buyer does not have her money yet
	countedReturns = []ReturnState{ReturnReceived, ReturnRefunded}                 // the goods were counted
	endedReturns   = []ReturnState{ReturnRefunded, ReturnRefused, ReturnWithdrawn} // nothing more happens
)

// Open reports whether the goods are still to come.
func (s ReturnState) Open() bool { return slices.Contains(openReturns, s) }

// Key is the translation key of the state's name.
func (s ReturnState) Key() string { return "order.return_state." + string(s) }

// The moves of a return.
const (
	MoveArrange Move = "arrange"
	MoveReceive Move = "receive"
	MoveReject  Move = "reject"
	MoveKeep    Move = "keep" // its buyer keeps the goods
	MoveGive    Move = "give" // all of the money was given
	MoveUndo    Move = "undo" // some of it came back
)

// returnRule says who may make a move of a return, from where, and what it becomes.
type returnRule struct {
	by   actor.Kind
	from []ReturnState
	to   ReturnState
}

// returnRules are the whole table; doc.go draws it.
var returnRules = map[Move]returnRule{
	MoveArrange: {actor.Association, openReturns, ReturnArranged},
	MoveReceive: {actor.Association, openReturns, ReturnReceived},
	MoveReject:  {actor.Association, openReturns, ReturnRefused},
	MoveKeep:    {actor.Buyer, openReturns, ReturnWithdrawn},
	MoveGive:    {actor.System, []ReturnState{ReturnReceived}, ReturnRefunded},
	MoveUndo:    {actor.System, []ReturnState{ReturnRefunded}, ReturnReceived},
}

// EventReturn begins what a history says instead of a state of what became of a return: «return_asked».
const EventReturn = "return_"

// What a return refuses.
var (
	ErrNoReturn    = fault.New(fault.NotFound, "order.no_return")
	ErrReturnOpen  = fault.New(fault.Conflict, "order.return_open")  // another one
	ErrReturnLate  = fault.New(fault.Conflict, "order.return_late")  // the time for it is over
	ErrReturnsMany = fault.New(fault.TooMany, "order.returns_many")  // of the order
	ErrNothingBack = fault.New(fault.Conflict, "order.nothing_back") // nothing that may be sent back is left
)

// Return is what a buyer sends back of an order.
type Return struct {
	ID          uuid.UUID
	OrderID     uuid.UUID `db:"order_id"`
	Number      string    // of the order
	State       ReturnState
	Reason      string        // in the buyer's words; may be empty
	Means       string        // by which she wants her money back; empty: as she paid
	Arrangement string        // how the goods come back
	Why         string        // it was refused
	AskedAt     time.Time     `db:"asked_at"`
	RefundBy    time.Time     `db:"refund_by"` // the law's last moment to give the money back
	ReceivedAt  *time.Time    `db:"received_at"`
	Back        *money.Amount // with that due back to the buyer: goods, delivery and fee
	EndedAt     *time.Time    `db:"ended_at"`
	Disputed    bool          // what paid the order, or nobody has borne yet what was lost of it: nothing is given back before
	Settled     bool          // it is open, and its buyer has all that she paid for the goods
	Lines       []ReturnLine
}

// ReturnLine is pieces of a line that are sent back.
type ReturnLine struct {
	ReturnID      uuid.UUID `db:"return_id"`
	Number        string    // of the order
	LineID        uuid.UUID `db:"line_id"`
	PartID        uuid.UUID `db:"part_id"`
	ProductID     uuid.UUID `db:"product_id"`
	CooperativeID uuid.UUID `db:"cooperative_id"`
	Name          i18n.Text
	UnitAmount    int    `db:"unit_amount"`
	UnitCode      string `db:"unit_code"`
	Quantity      int
	Sound         *int // of them, once they were received
	Damaged       *int
	Missing       *int
	Restocked     *bool // the sound ones are in stock again; nil: their cooperative has not said
}

// Called is as of an OrderLine.
func (l ReturnLine) Called(locale *i18n.Locale) string {
	return catalog.Called(locale, l.Name, l.UnitAmount, l.UnitCode)
}

// ReturnInput is what a buyer asks to send back.
type ReturnInput struct {
	Lines  map[uuid.UUID]int // pieces by line
	Reason string            // may be empty: the law asks for none
	Means  string            // by which she wants her money back; empty: as she paid
	Key    uuid.UUID         // tells it from others of the order
}

// Counted is what came back of a line, in units of sale.
type Counted struct{ Sound, Damaged, Missing int }

// ReturnUntil is until when the buyer of a delivered order may ask to send goods back, and whether there are any that
// she may.
func (o Order) ReturnUntil() (until time.Time, some bool) {
	if o.State != StateDelivered || !o.Paid {
		return time.Time{}, false
	}
	for _, e := range o.Events {
		if e.PartID == nil && e.State == string(StateDelivered) {
			until = clock.TermEnd(e.At, ReturnDays)
		}
	}
	if o.ClosesAt != nil && o.ClosesAt.After(until) {
		until = *o.ClosesAt
	}
	for _, p := range o.Parts {
		for _, l := range p.Lines {
			some = some || p.State == PartDelivered && l.Returnable()
		}
	}
	return until, some
}

// Returnable reports whether pieces of the line are left that may be sent back, and that are still worth something to
// their buyer: not if she has it all from her bank.
func (l OrderLine) Returnable() bool { return !l.Perishable && l.Quantity > 0 && l.Total > 0 }

// AskReturn asks to send goods back, for whoever holds the order's tracking link. The same under the same key again
// changes nothing. Errors:
//   - ErrNotFound: the link does not act for the order's buyer
//   - ErrInvalid: it is incomplete; Fields say where: lines, reason, means
//   - ErrWrongState: it is not delivered and paid
//   - ErrNothingBack: nothing that may be sent back is left of it
//   - ErrReturnLate: the time for it is over
//   - ErrReturnOpen: another return of the order is under way
//   - ErrReturnsMany: its buyer asked too often
//   - ErrIdempotencyConflict: the key was used for another return of the order
//   - ErrNotLeft: not so much of a line is left, or it spoils
func (s *Service) AskReturn(ctx context.Context, token string, in ReturnInput) error {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	in.Reason = text.Clean(in.Reason)
	pieces := 0
	for _, n := range in.Lines {
		if n < 0 || n > MaxQuantity {
			wrong.Field("lines", "order.quantity_invalid", "Max", MaxQuantity)
			break
		}
		pieces += n
	}
	if pieces == 0 && len(wrong.Fields) == 0 {
		wrong.Field("lines", "order.return_nothing")
	}
	wrong.TooLong("reason", "order.too_long", in.Reason, maxNote)
	if in.Means != "" && !slices.Contains(s.MeansByHand(), in.Means) {
		wrong.Field("means", payment.ErrUnknownProvider.Key)
	}
	if len(wrong.Fields) > 0 || in.Key == uuid.Nil {
		return wrong
	}
	return s.moveWhere(ctx, By{Actor: actor.OfBuyer(), Note: in.Reason}, func(tx *sqlx.Tx, o *locked) error {
		if !s.made(token, trackingToken, o.ID, o.Link) {
			return ErrNotFound
		}
		return s.askReturn(ctx, tx, o, in)
	}, `token_hash = $1`, hashToken(token))
}

func (s *Service) askReturn(ctx context.Context, tx *sqlx.Tx, o *locked, in ReturnInput) error {
	var asked struct {
		Before bool
		Times  int
	}
	err := tx.GetContext(ctx, &asked, `
		select coalesce(bool_or(key = $2), false) as before, count(*) as times from order_returns where order_id = $1`, o.ID, in.Key)
	if err != nil {
		return fmt.Errorf("order: returns of an order: %w", err)
	}
	if asked.Before {
		before, err := readReturn(ctx, tx, `r.order_id = $1 and r.key = $2`, o.ID, in.Key)
		if err == nil && !in.asks(before) {
			err = ErrIdempotencyConflict
		}
		return err
	}
	whole, err := readOrder(ctx, tx, `o.id = $1`, o.ID)
	if err != nil {
		return err
	}
	switch until, some := whole.ReturnUntil(); {
	case o.State != StateDelivered || !whole.Paid:
		return ErrWrongState
	case o.Erased:
		return ErrErased
	case !some:
		return ErrNothingBack
	case !o.by.At.Before(until):
		return ErrReturnLate
	case asked.Times >= maxReturns:
		return ErrReturnsMany
	}
	r := Return{ID: postgres.NewID(), OrderID: o.ID, Number: o.Number, State: ReturnAsked, AskedAt: o.by.At, RefundBy: o.by.At.Add(RefundWithin)}
	_, err = tx.ExecContext(ctx, `
		insert into order_returns (id, order_id, state, reason, means, key, asked_at, refund_by) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.ID, o.ID, r.State, in.Reason, in.Means, in.Key, r.AskedAt, r.RefundBy)
	if postgres.Violates(err, "order_returns_one_open") {
		return ErrReturnOpen.Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("order: ask for a return: %w", err)
	}
	left := in.wanted()
	var lines, parts, cooperatives []uuid.UUID
	var pieces []int64
	for _, p := range whole.Parts {
		for _, l := range p.Lines {
			n, some := left[l.ID]
			if !some {
				continue
			}
			if p.State != PartDelivered || !l.Returnable() || n > l.Quantity {
				return ErrNotLeft
			}
			delete(left, l.ID)
			lines, parts, cooperatives, pieces = append(lines, l.ID), append(parts, p.ID), append(cooperatives, p.Cooperative.ID), append(pieces, int64(n))
		}
	}
	if len(left) > 0 { // lines of other orders
		return ErrNotLeft
	}
	_, err = tx.ExecContext(ctx, `
		insert into order_return_lines (return_id, line_id, sub_order_id, cooperative_id, quantity)
		select $1, * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[])`,
		r.ID, pq.Array(lines), pq.Array(parts), pq.Array(cooperatives), pq.Array(pieces))
	if err != nil {
		return fmt.Errorf("order: lines of a return: %w", err)
	}
	if err := o.returned(ctx, tx, r.State); err != nil {
		return err
	}
	if err := s.jobs.InsertManyTx(ctx, tx, r.due()); err != nil {
		return err
	}
	return s.tellReturn(ctx, tx, o, r, in.Reason)
}

// wanted are the lines of which something is sent back.
func (in ReturnInput) wanted() map[uuid.UUID]int {
	lines := make(map[uuid.UUID]int, len(in.Lines))
	for line, n := range in.Lines {
		if n > 0 {
			lines[line] = n
		}
	}
	return lines
}

// asks reports whether it is what was asked for by a return.
func (in ReturnInput) asks(r Return) bool {
	lines := make(map[uuid.UUID]int, len(r.Lines))
	for _, l := range r.Lines {
		lines[l.LineID] = l.Quantity
	}
	return maps.Equal(in.wanted(), lines) && in.Reason == r.Reason && in.Means == r.Means
}

// returned writes into the history what became of a return.
func (o *locked) returned(ctx context.Context, tx *sqlx.Tx, state ReturnState) error {
	user := o.by.Actor.UserID()
	e := Event{ID: postgres.NewID(), State: EventReturn + string(state), Note: o.by.Note, Actor: o.by.Actor.Kind, At: o.by.At}
	if user.Valid {
		e.UserID = &user.UUID
	}
	return insertEvents(ctx, tx, o.ID, []Event{e})
}

// moveReturn makes a move of a return; fn says what it changes of it, and does what it means.
func (s *Service) moveReturn(ctx context.Context, id uuid.UUID, m Move, by By, fn func(tx *sqlx.Tx, o *locked, r *Return) error) error {
	rule := returnRules[m]
	if rule.by != by.Actor.Kind {
		return ErrNotTheirs
	}
	return s.moveWhere(ctx, by, func(tx *sqlx.Tx, o *locked) error {
		r, err := readReturn(ctx, tx, `r.id = $1`, id)
		if err != nil {
			return err
		}
		if !slices.Contains(rule.from, r.State) {
			return ErrWrongState
		}
		r.State = rule.to
		if slices.Contains(endedReturns, r.State) {
			r.EndedAt = &o.by.At
		}
		if err := o.returned(ctx, tx, r.State); err != nil {
			return err
		}
		if err := fn(tx, o, &r); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			update order_returns set state = $2, arrangement = $3, why = $4, received_at = $5, back_centimes = $6, ended_at = $7 where id = $1`,
			r.ID, r.State, r.Arrangement, r.Why, r.ReceivedAt, r.Back, r.EndedAt)
		if err != nil {
			return fmt.Errorf("order: %s a return: %w", m, err)
		}
		if err := o.close(ctx, tx); err != nil { // it may have been the last thing that held a part back
			return err
		}
		if err := s.shared(ctx, tx, o, false); err != nil {
			return err
		}
		return s.endReturns(ctx, tx, o.ID, o.by.At)
	}, `id = (select order_id from order_returns where id = $1)`, id)
}

// ArrangeReturn says how the goods of a return come back, or says it anew. Errors:
//   - ErrNotFound: there is no such return
//   - ErrNotTheirs: whoever says it is not the association
//   - ErrInvalid: it says nothing, or too much (field arrangement)
//   - ErrWrongState: the goods are here, or it is over; or the order was changed since it was seen
func (s *Service) ArrangeReturn(ctx context.Context, id uuid.UUID, arrangement string, by By) (err error) {
	if by.Note, err = said("arrangement", "order.return_arrangement_missing", arrangement); err != nil {
		return err
	}
	return s.moveReturn(ctx, id, MoveArrange, by, func(tx *sqlx.Tx, o *locked, r *Return) error {
		r.Arrangement = by.Note
		return s.tellReturn(ctx, tx, o, *r, by.Note)
	})
}

// RejectReturn refuses a return to which the law gives no right, and says why (field why); errors as ArrangeReturn.
func (s *Service) RejectReturn(ctx context.Context, id uuid.UUID, why string, by By) (err error) {
	if by.Note, err = said("why", "order.return_why_missing", why); err != nil {
		return err
	}
	return s.moveReturn(ctx, id, MoveReject, by, func(tx *sqlx.Tx, o *locked, r *Return) error {
		r.Why = by.Note
		return s.tellReturn(ctx, tx, o, *r, by.Note)
	})
}

// said is what a field of a form says, which has to be something.
func said(field, missing, words string) (string, error) {
	words = text.Clean(words)
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if words == "" {
		return "", wrong.Field(field, missing)
	}
	if wrong.TooLong(field, "order.too_long", words, maxNote) {
		return "", wrong
	}
	return words, nil
}

// KeepReturn has a buyer keep the goods after all, for whoever holds the order's tracking link. Errors: ErrNoReturn, if
// she did not ask to send any back; ErrWrongState, if the goods are here, or it is over.
func (s *Service) KeepReturn(ctx context.Context, token string) error {
	o, err := s.ByToken(ctx, token)
	if err != nil {
		return err
	}
	if !o.Acting || o.Return == nil {
		return ErrNoReturn
	}
	return s.moveReturn(ctx, o.Return.ID, MoveKeep, By{Actor: actor.OfBuyer()}, func(tx *sqlx.Tx, o *locked, r *Return) error {
		if !s.made(token, trackingToken, o.ID, o.Link) {
			return ErrNoReturn
		}
		return s.tellReturn(ctx, tx, o, *r, "")
	})
}

// ReceiveReturn counts what came back of each line of a return, and gives the buyer back what the sound and the damaged
// pieces were worth: and what the order cost beside its goods, if nothing is left of it. Errors: as ArrangeReturn; ErrInvalid, if the
// counts of a line do not come to its pieces (field counts).
func (s *Service) ReceiveReturn(ctx context.Context, id uuid.UUID, counts map[uuid.UUID]Counted, by By) error {
	by.Note = "" // of what it takes off the lines the history says why by itself
	return s.moveReturn(ctx, id, MoveReceive, by, func(tx *sqlx.Tx, o *locked, r *Return) error {
		var lines []uuid.UUID
		var sound, damaged, missing []int64
		for _, l := range r.Lines {
			c := counts[l.LineID]
			if c.Sound < 0 || c.Damaged < 0 || c.Missing < 0 || c.Sound+c.Damaged+c.Missing != l.Quantity {
				wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
				return wrong.Field("counts", "order.return_counts")
			}
			lines, sound, damaged, missing = append(lines, l.LineID), append(sound, int64(c.Sound)), append(damaged, int64(c.Damaged)), append(missing, int64(c.Missing))
		}
		_, err := tx.ExecContext(ctx, `
			update order_return_lines b set sound = c.sound, damaged = c.damaged, missing = c.missing
			from unnest($2::uuid[], $3::int[], $4::int[], $5::int[]) c (line_id, sound, damaged, missing)
			where b.return_id = $1 and b.line_id = c.line_id`,
			r.ID, pq.Array(lines), pq.Array(sound), pq.Array(damaged), pq.Array(missing))
		if err != nil {
			return fmt.Errorf("order: what came back: %w", err)
		}
		back, err := s.giveReturned(ctx, tx, o, *r, counts)
		r.ReceivedAt, r.Back = &o.by.At, &back
		return err
	})
}

// giveReturned takes off the lines of a return what came back of them, as far as it was not given back otherwise
// meanwhile, and gives how much that is, with all that the order cost beside its goods if nothing is left.
func (s *Service) giveReturned(ctx context.Context, tx *sqlx.Tx, o *locked, r Return, counts map[uuid.UUID]Counted) (sum money.Amount, err error) {
	lines, err := o.lines(ctx, tx)
	if err != nil {
		return 0, err
	}
	var list []made
	left := 0
	for _, l := range lines {
		if o.part(l.Part).State != PartDelivered {
			continue
		}
		c := counts[l.ID]
		pieces := 0
		if slices.ContainsFunc(r.Lines, func(back ReturnLine) bool { return back.LineID == l.ID }) {
			pieces = min(c.Sound+c.Damaged, l.Quantity)
		}
		left += l.Quantity - pieces
		if pieces == 0 {
			continue
		}
		_, worth := l.share(pieces)
		sum += worth
		list = append(list, made{part: o.part(l.Part), line: l.lineNow, Adjustment: Adjustment{
			Line: l.ID, Quantity: pieces, Amount: worth, Reason: ReasonReturned, BorneBy: ByCooperative, Key: uuid.NewSHA1(r.ID, l.ID[:]), Return: r.ID,
		}})
	}
	if len(list) == 0 { // nothing came, or its buyer has had it back already
		return 0, nil
	}
	var beside charges
	if left == 0 {
		beside = charges{o.DeliveryFee - o.FeeBack, o.MeansFee - o.MeansFeeBack}
	}
	means := r.Means
	if !slices.Contains(s.MeansByHand(), means) { // not any more
		means = ""
	}
	return sum + beside.sum(), s.adjustAll(ctx, tx, o, list, beside, payback{reason: payment.ReasonAdjusted, why: ReasonReturned, means: means, key: "return:" + r.ID.String()})
}

// ofReturn is the condition on which a refund is for a return r.
const ofReturn = `reference = r.order_id and request = r.order_id || ':return:' || r.id`

// endReturns ends the returns of an order that were received, once their buyer has her money.
func (s *Service) endReturns(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, at time.Time) error {
	rule := returnRules[MoveGive]
	var ended []uuid.UUID
	err := tx.SelectContext(ctx, &ended, `
		update order_returns r set state = $2, ended_at = greatest($3, received_at)
		where order_id = $1 and state in (`+listed(rule.from...)+`) and not exists (
		    select from payment_refunds_now where `+ofReturn+` and state <> 'succeeded')
		returning id`, orderID, rule.to, at)
	if err != nil {
		return fmt.Errorf("order: end of a return: %w", err)
	}
	if len(ended) == 0 {
		return nil
	}
	o := locked{ID: orderID}
	if err := o.begin(ctx, tx, By{Actor: actor.OfSystem(), At: at}); err != nil {
		return err
	}
	for range ended {
		if err := o.returned(ctx, tx, rule.to); err != nil {
			return err
		}
	}
	return nil
}

// reopenReturn has the return that a refund is for wait again for its money, which has come back: the law's time goes on.
func (s *Service) reopenReturn(ctx context.Context, tx *sqlx.Tx, orderID, refund uuid.UUID, at time.Time) error {
	r, err := readReturn(ctx, tx, `
		r.order_id = $1 and r.state in (`+listed(returnRules[MoveUndo].from...)+`)
		and exists (select from payment_refunds_now where id = $2 and `+ofReturn+`)`, orderID, refund)
	if errors.Is(err, ErrNoReturn) { // it is for something else
		return nil
	}
	if err != nil {
		return err
	}
	to := returnRules[MoveUndo].to
	if _, err := tx.ExecContext(ctx, `update order_returns set state = $2, ended_at = null where id = $1`, r.ID, to); err != nil {
		return fmt.Errorf("order: the money of a return came back: %w", err)
	}
	o := locked{ID: orderID}
	if err := o.begin(ctx, tx, By{Actor: actor.OfSystem(), At: at}); err != nil {
		return err
	}
	if err := o.returned(ctx, tx, to); err != nil {
		return err
	}
	return s.jobs.InsertManyTx(ctx, tx, r.due())
}

// Restock says whether the sound pieces of a line that came back go back into stock, for a member of its cooperative.
// Errors:
//   - ErrNotTheirs: whoever says it is no member
//   - ErrNotFound, ErrNoReturn: nothing of her cooperative came back by it
//   - ErrWrongState: nothing sound did, or it was said before
func (s *Service) Restock(ctx context.Context, returnID, lineID uuid.UUID, into bool, by By) error {
	if by.Actor.Kind != actor.Member {
		return ErrNotTheirs
	}
	return s.moveWhere(ctx, by, func(tx *sqlx.Tx, o *locked) error {
		r, err := readReturn(ctx, tx, `r.id = $1`, returnID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(r.Lines, func(l ReturnLine) bool { return l.LineID == lineID && l.CooperativeID == by.Actor.Cooperative })
		if i < 0 {
			return ErrNoReturn
		}
		l := r.Lines[i]
		if l.Sound == nil || *l.Sound == 0 || l.Restocked != nil {
			return ErrWrongState
		}
		_, err = tx.ExecContext(ctx, `
			update order_return_lines set restocked = $3, decided_at = $4, user_id = $5 where return_id = $1 and line_id = $2`,
			returnID, lineID, into, o.by.At, o.by.Actor.User)
		if err != nil {
			return fmt.Errorf("order: what becomes of goods that came back: %w", err)
		}
		if !into {
			return nil
		}
		return s.catalog.TakeBackTx(ctx, tx, returnID, lineID, catalog.StockLine{ProductID: l.ProductID, Quantity: *l.Sound}, o.by.Actor)
	}, `id = (select order_id from order_returns where id = $1)`, returnID)
}

// due are the jobs that tell of a return's time.
func (r Return) due() []river.InsertManyParams {
	at := func(t time.Time, over bool) river.InsertManyParams {
		return river.InsertManyParams{Args: ReturnDueArgs{ReturnID: r.ID, Over: over}, InsertOpts: &river.InsertOpts{ScheduledAt: t}}
	}
	return []river.InsertManyParams{at(r.RefundBy.Add(-ReturnSoon), false), at(r.RefundBy, true)}
}
