package order

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Adjustment is what is taken off one line of an order after it was placed: pieces that do not come, or came back;
// worth that the buyer is let off; or both. The line itself stays as it was placed.
type Adjustment struct {
	Line     uuid.UUID
	Quantity int          // pieces, in units of sale; may be zero
	Amount   money.Amount // that the line is worth less: at least the pieces' share of what it is still worth
	Share    bool         // it is that share, rounded up, and no Amount is said
	Reason   Reason
	BorneBy  Bearer    // empty: ByCooperative
	Key      uuid.UUID // tells it from others of the same part
	Return   uuid.UUID // of ReasonReturned: by which the pieces came back
}

// Bearer is who bears what a buyer is let off.
type Bearer string

// The bearers.
const (
	ByCooperative Bearer = "cooperative" // and the association its commission on it
	ByAssociation Bearer = "association" // alone
)

// Reason is why something is taken off.
type Reason string

// The reasons.
const (
	ReasonMissing  Reason = "missing"
	ReasonDamaged  Reason = "damaged"
	ReasonWeight   Reason = "weight" // it weighs less than was ordered
	ReasonGoodwill Reason = "goodwill"
	ReasonDisputed Reason = "disputed" // the buyer has it from her bank
	ReasonReturned Reason = "returned" // the buyer sent it back; see return.go
)

// reasons are those for which people take something off by Adjust.
var reasons = []Reason{ReasonMissing, ReasonDamaged, ReasonWeight, ReasonGoodwill}

// lost reports whether pieces that are taken off for that reason are nobody's any more.
func (r Reason) lost() bool { return r == ReasonMissing || r == ReasonDamaged }

// EventAdjusted is what a history says instead of a state when something was taken off a line of a part or, of the whole
// order, when the delivery was given back.
const EventAdjusted = "adjusted"

// Adjust takes something off a line of an order; Within a transaction, too. The buyer owes less or, if she has paid,
// has it due back, out of the commission as well; what was paid out to the cooperative already it owes. Pieces that she
// does not have already go back into stock, unless they are missing or damaged: those are lost. The association adjusts
// every line from when the order is placed, also after it was delivered; a member takes pieces off those of her
// cooperative until they are handed over, for no more than their share of the line: goodwill, and worth without a piece,
// are the association's to give. The same under the same key again changes nothing. Errors:
//   - ErrAdjustment: it says nothing, or not why
//   - ErrNotFound: there is no such order, no such line in it, or it is another cooperative's
//   - ErrNotTheirs: whoever asks does not take so much off, or nothing, or not for that reason
//   - ErrWrongState: as Move
//   - ErrErased: nobody knows the buyer any more, who would have it back
//   - ErrIdempotencyConflict: the key was used for another adjustment of the part
//   - ErrNotLeft: the line has not so much left
//   - ErrPiecesPaid: the buyer would pay for pieces that are taken off
//   - ErrTakesAll: nothing would be left of a part that is not delivered yet, which is given up by a move
func (s *Service) Adjust(ctx context.Context, orderID uuid.UUID, a Adjustment, by By) error {
	move, theirs := map[actor.Kind]Move{actor.Association: MoveAdjust, actor.Member: MoveShorten}[by.Actor.Kind]
	switch {
	case !theirs:
		return ErrNotTheirs
	case !a.valid():
		return ErrAdjustment
	}
	seen := by.Seen // an adjustment that was made already is none, whatever was seen
	by.Seen = nil
	return s.move(ctx, orderID, by, func(tx *sqlx.Tx, o *locked) error {
		l, err := o.line(ctx, tx, a.Line)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(o.parts, func(p Part) bool { return p.ID == l.Part })
		part := &o.parts[i]
		if by.Actor.Kind == actor.Member && part.Cooperative.ID != by.Actor.Cooperative {
			return ErrNotFound
		}
		if made, err := o.adjusted(ctx, tx, part.ID, a); made || err != nil {
			return err
		}
		if seen != nil && *seen != o.events || by.SeenPart != nil && *by.SeenPart != part.State || by.SeenLeft != nil && *by.SeenLeft != int64(l.Quantity) {
			return ErrWrongState
		}
		if o.Erased {
			return ErrErased
		}
		if _, err := move.moving(by.Actor.Kind, o.State, o.parts[i:i+1]); err != nil {
			return err
		}
		if a.Quantity > l.Quantity {
			return ErrNotLeft
		}
		least, most := l.share(a.Quantity)
		if a.Share {
			a.Amount, a.Share = most, false
		}
		switch {
		case a.Amount > l.Total:
			return ErrNotLeft
		case a.Amount < least:
			return ErrPiecesPaid
		case by.Actor.Kind == actor.Member && (a.Reason == ReasonGoodwill || a.Amount > most):
			return ErrNotTheirs
		case part.State != PartDelivered && a.Amount == part.Items:
			return ErrTakesAll
		}
		return s.adjustAll(ctx, tx, o, []made{{part: part, line: l, Adjustment: a}}, charges{means: o.meansWith(a.Amount)}, payback{reason: payment.ReasonAdjusted, key: part.ID.String() + ":" + a.Key.String()})
	})
}

// valid reports whether it takes something off, for a reason and under a key.
func (a Adjustment) valid() bool {
	return a.Quantity >= 0 && a.Amount >= 0 && (a.Quantity > 0 || a.Amount > 0) && slices.Contains(reasons, a.Reason) && a.Key != uuid.Nil &&
		a.BorneBy != ByAssociation
}

// lineNow is a line of an order as it is now.
type lineNow struct {
	Part     uuid.UUID
	Product  uuid.UUID
	Quantity int
	Total    money.Amount
}

// share is what so many of the line's pieces, of those that are left, are worth: rounded down, and up, to the centime.
func (l lineNow) share(pieces int) (down, up money.Amount) {
	if pieces == 0 {
		return 0, 0
	}
	all := money.Amount(l.Quantity)
	worth := l.Total * money.Amount(pieces)
	return worth / all, (worth + all - 1) / all
}

// line reads one of the order's lines; ErrNotFound if it has no such line.
func (o *locked) line(ctx context.Context, tx *sqlx.Tx, id uuid.UUID) (l lineNow, err error) {
	err = tx.GetContext(ctx, &l, `
		select n.sub_order_id as part, n.product_id as product, n.quantity, n.total_centimes as total
		from order_lines_now n join sub_orders s on s.id = n.sub_order_id
		where n.id = $1 and s.order_id = $2`, id, o.ID)
	if postgres.NoRows(err) {
		return l, ErrNotFound
	}
	if err != nil {
		return l, fmt.Errorf("order: line to adjust: %w", err)
	}
	return l, nil
}

// adjusted reports whether that very adjustment of a part was made before; ErrIdempotencyConflict if its key names
// another.
func (o *locked) adjusted(ctx context.Context, tx *sqlx.Tx, part uuid.UUID, a Adjustment) (bool, error) {
	var before Adjustment
	err := tx.GetContext(ctx, &before, `
		select line_id as line, quantity, amount_centimes as amount, reason, key
		from order_adjustments where sub_order_id = $1 and key = $2`, part, a.Key)
	switch {
	case postgres.NoRows(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("order: adjusted before: %w", err)
	}
	if a.Share {
		a.Amount, a.Share = before.Amount, false
	}
	if before != a {
		return false, ErrIdempotencyConflict
	}
	return true, nil
}

// made is an adjustment of a line of a part of the order, which has so much left.
type made struct {
	part *Part
	line lineNow
	Adjustment
	id        uuid.UUID    // once it is written
	borneBack money.Amount // likewise: of what the association had borne on the line
}

// payback is how a buyer who has paid has something back.
type payback struct {
	reason string // as package payment has it
	why    Reason // empty: that of the lines
	means  string // empty: as she paid
	key    string // tells it from others of the order

	dispute uuid.UUID // that was lost, by which her bank has given it; zero: it is to be given
}

// adjustAll takes off lines what was found to be left of them, and so much of the order's charges; and has the buyer owe
// less by all of that or, if she has paid, gives it back.
func (s *Service) adjustAll(ctx context.Context, tx *sqlx.Tx, o *locked, list []made, beside charges, back payback) error {
	paid, err := o.paid(ctx, tx)
	if err != nil {
		return err
	}
	if back.why == "" {
		back.why = list[0].Reason
	}
	// In one order of the cooperatives, whose balances are locked, so that nobody waits for whoever waits for him.
	slices.SortStableFunc(list, func(a, b made) int {
		return bytes.Compare(a.part.Cooperative.ID[:], b.part.Cooperative.ID[:])
	})
	if err := o.thaw(ctx, tx); err != nil {
		return err
	}
	was := slices.Clone(o.parts)
	off, released, goods := beside.sum(), []catalog.StockLine(nil), make(map[uuid.UUID]money.Amount)
	for _, m := range list {
		off += m.Amount
		if m.BorneBy != ByAssociation {
			goods[m.part.ID] += m.Amount
		}
		if m.releases() {
			released = append(released, catalog.StockLine{ProductID: m.line.Product, Quantity: m.Quantity})
		}
	}
	if len(list) > 0 { // else of the charges alone
		if err := s.adjust(ctx, tx, o, list, paid); err != nil {
			return err
		}
	}
	if beside.sum() > 0 {
		if err := o.chargesBackTx(ctx, tx, beside, back.why, back.key); err != nil {
			return err
		}
	}
	o.Due -= off
	if _, err := tx.ExecContext(ctx, `update orders set due_centimes = $2 where id = $1`, o.ID, o.Due); err != nil {
		return fmt.Errorf("order: change what is due: %w", err)
	}
	switch {
	case off == 0:
	case paid:
		if err := o.feeBorneBy(ctx, tx, back.key, goods); err != nil {
			return err
		}
		err = s.payBack(ctx, tx, o, off, back)
	default:
		err = s.payments.ChangeTx(ctx, tx, o.ID, o.Due)
	}
	if err != nil {
		return err
	}
	if len(released) > 0 { // after all else, as where a part is dropped
		if err := o.shrink(ctx, tx, released); err != nil {
			return err
		}
	}
	if paid && o.State == StateDelivered {
		if err := s.shared(ctx, tx, o, true); err != nil {
			return err
		}
	}
	if err := s.freeze(ctx, tx, o); err != nil {
		return err
	}
	return s.announceAdjusted(ctx, tx, o, was, list, beside, back.why, paid)
}

// payBack has the buyer have back what she paid.
func (s *Service) payBack(ctx context.Context, tx *sqlx.Tx, o *locked, amount money.Amount, back payback) error {
	if back.dispute != uuid.Nil {
		return s.payments.RefundByDisputeTx(ctx, tx, back.dispute, amount, back.key, o.by.At)
	}
	return s.payments.RefundTx(ctx, tx, o.ID, amount, back.reason, back.means, back.key, o.by.At)
}

// adjust takes something off lines: their goods, their worth in the ledger, an entry each in the history.
func (s *Service) adjust(ctx context.Context, tx *sqlx.Tx, o *locked, list []made, paid bool) error {
	if err := o.insertAdjustments(ctx, tx, list); err != nil {
		return err
	}
	events := make([]Event, len(list))
	for i, a := range list {
		events[i] = Event{
			ID: postgres.NewID(), PartID: &a.part.ID, State: EventAdjusted, Note: cmp.Or(o.by.Note, string(a.Reason)),
			Actor: o.by.Actor.Kind, UserID: &o.by.Actor.User, At: o.by.At,
		}
		if !a.releases() {
			continue
		}
		release := s.catalog.ReleaseSomeTx
		if a.Reason.lost() {
			release = s.catalog.LoseSomeTx
		}
		off := catalog.StockLine{ProductID: a.line.Product, Quantity: a.Quantity}
		if err := release(ctx, tx, o.ID, a.id, off, o.by.Actor); err != nil {
			return err
		}
	}
	if err := o.lessenTx(ctx, tx, list, paid); err != nil {
		return err
	}
	return insertEvents(ctx, tx, o.ID, events)
}

// releases reports whether pieces leave the order that its buyer has not had.
func (m made) releases() bool { return m.Quantity > 0 && m.part.State != PartDelivered }

// insertAdjustments writes down what is taken off lines, each of which is in the list once, and tells each its id and how
// much of what the association bore on its line comes back: its pieces' share.
func (o *locked) insertAdjustments(ctx context.Context, tx *sqlx.Tx, list []made) error {
	var rows struct {
		ids, parts, lines, keys, returns []uuid.NullUUID
		quantities, pieces, amounts      []int64
		released                         []bool
		reasons, bearers                 []string
	}
	for i := range list {
		a := &list[i]
		a.id = postgres.NewID()
		rows.ids, rows.parts, rows.lines = append(rows.ids, postgres.NullID(a.id)), append(rows.parts, postgres.NullID(a.part.ID)), append(rows.lines, postgres.NullID(a.Line))
		rows.keys, rows.returns = append(rows.keys, postgres.NullID(a.Key)), append(rows.returns, postgres.NullID(a.Return))
		rows.quantities, rows.pieces = append(rows.quantities, int64(a.Quantity)), append(rows.pieces, int64(a.line.Quantity))
		rows.amounts, rows.released = append(rows.amounts, int64(a.Amount)), append(rows.released, a.releases())
		rows.reasons, rows.bearers = append(rows.reasons, string(a.Reason)), append(rows.bearers, string(cmp.Or(a.BorneBy, ByCooperative)))
	}
	var written []struct {
		ID        uuid.UUID
		BorneBack money.Amount `db:"borne_back_centimes"`
	}
	err := tx.SelectContext(ctx, &written, `
		insert into order_adjustments (id, order_id, sub_order_id, line_id, quantity, amount_centimes, released, reason, borne_by, key, actor, user_id, at, borne_back_centimes, return_id)
		select a.id, $1, a.part, a.line, a.quantity, a.amount, a.released, a.reason, a.borne_by, a.key, $2, $3, $4,
		       case when a.quantity = 0 then 0 else div(coalesce(b.borne, 0) * a.quantity, a.pieces) end, a.return_id
		from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::int[], $11::int[], $12::bigint[], $13::bool[], $14::text[], $15::text[])
		    as a (id, part, line, key, return_id, quantity, pieces, amount, released, reason, borne_by)
		cross join lateral (
		    select sum(case borne_by when '`+string(ByAssociation)+`' then amount_centimes else -borne_back_centimes end) as borne
		    from order_adjustments where line_id = a.line
		) b
		returning id, borne_back_centimes`,
		o.ID, o.by.Actor.Kind, o.by.Actor.UserID(), o.by.At, pq.Array(rows.ids), pq.Array(rows.parts), pq.Array(rows.lines), pq.Array(rows.keys),
		pq.Array(rows.returns), pq.Array(rows.quantities), pq.Array(rows.pieces), pq.Array(rows.amounts), pq.Array(rows.released),
		pq.Array(rows.reasons), pq.Array(rows.bearers))
	if err != nil {
		return fmt.Errorf("order: adjust: %w", err)
	}
	back := make(map[uuid.UUID]money.Amount, len(written))
	for _, w := range written {
		back[w.ID] = w.BorneBack
	}
	for i := range list {
		list[i].borneBack = back[list[i].id]
	}
	return nil
}

// lessenTx records what adjustments, which are written, took off their parts one after the other, and what the association
// had borne of it.
func (o *locked) lessenTx(ctx context.Context, tx *sqlx.Tx, list []made, paid bool) error {
	ids, kept := make([]uuid.UUID, len(list)), make([]int64, len(list))
	bears := make([]money.Amount, len(list)) // the association, of the part from then on
	var earned []uuid.UUID
	for i, a := range list {
		a.part.Items, a.part.Borne = a.part.Items-a.Amount, a.part.Borne-a.borneBack
		if a.BorneBy == ByAssociation {
			a.part.Borne += a.Amount
		} else if paid && a.part.earned() {
			earned = append(earned, a.part.Cooperative.ID)
		}
		ids[i], kept[i], bears[i] = a.part.ID, int64(a.part.Items+a.part.Borne), a.part.Borne
	}
	var commissions []money.Amount // of what its buyer keeps, as sub_orders_now has it
	err := tx.SelectContext(ctx, &commissions, `
		select commission_left(s.commission_centimes, s.items_centimes, k.kept)
		from unnest($1::uuid[], $2::bigint[]) with ordinality as k (part, kept, turn) join sub_orders s on s.id = k.part
		order by k.turn`, pq.Array(ids), pq.Array(kept))
	if err != nil {
		return fmt.Errorf("order: commission that is left: %w", err)
	}
	standings, err := ledger.StandingsTx(ctx, tx, earned...)
	if err != nil {
		return err
	}
	var journals []ledger.Journal
	for i, a := range list {
		left := commissions[i] - bears[i]
		off := Part{Cooperative: a.part.Cooperative, Items: a.Amount, Commission: a.part.Commission - left, Borne: a.borneBack}
		a.part.Commission = left
		if a.Amount+a.borneBack == 0 {
			continue
		}
		postings := ledger.Reversed(salePostings([]Part{off}, charges{}))
		switch {
		case a.BorneBy == ByAssociation:
			postings = []ledger.Posting{{Debit: ledger.Commission, Credit: ledger.RefundsDue, Amount: a.Amount}}
		case paid:
			postings = backPostings(off, a.part.earned(), standings)
		}
		journals = append(journals, ledger.Journal{
			Reference: "adjustment:" + a.id.String(), Kind: journalAdjusted, OrderID: &o.ID, PartID: &a.part.ID, AdjustmentID: &a.id, At: o.by.At,
			Postings: postings,
		})
	}
	if len(journals) == 0 {
		return nil
	}
	return ledger.RecordTx(ctx, tx, journals...)
}
