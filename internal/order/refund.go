package order

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Scope is how much of an order its buyer is given back or, before she has paid it, is not to pay.
type Scope string

// The scopes.
const (
	RefundOrder  Scope = "order"  // all that is left of one that is delivered
	RefundPart   Scope = "part"   // all that is left of a cooperative's part
	RefundLine   Scope = "line"   // pieces of a line
	RefundAmount Scope = "amount" // some of the worth of the goods, which she keeps

	RefundDelivery Scope = "delivery" // the delivery alone, of one that is delivered
)

// RefundInput is what the association gives back of an order, or takes off it.
type RefundInput struct {
	Scope    Scope
	Part     uuid.UUID    // of RefundPart; of RefundAmount if it is off one part alone
	Line     uuid.UUID    // of RefundLine
	Quantity int          // of RefundLine: pieces, in units of sale
	Amount   money.Amount // of RefundAmount: spread over the lines by what each is worth
	BorneBy  Bearer       // of RefundAmount; the association bears only what is paid
	Delivery bool         // of RefundOrder: the delivery, too
	Reason   Reason
	Means    string    // by which, if it is paid; empty: as it was
	Key      uuid.UUID // tells it from others of the order
}

// Refund gives a buyer back something of an order that she has paid; Within a transaction, too. Of one that she has not
// paid and that is not delivered, she owes less. Before it is delivered a part of which nothing would be left leaves the
// order. Each line's share reverses the split that was made of it. The fee of its means goes back with all that did not
// come after all, and with the last that is left. The same under the same key again changes nothing. Errors:
//   - ErrIdempotencyConflict: the key was used for another refund of the order
//   - ErrInvalid: it is incomplete; Fields say where: what, quantity, amount, borne_by, reason
//   - ErrNotFound: there is no such order
//   - ErrNotTheirs: whoever asks is not the association
//   - ErrWrongState: nothing is given back of such an order, or it was changed since it was seen
//   - ErrTakesAll: nothing would be left of a part that is on its way, or for an amount
//   - ErrNotLeft: not so much is left
//   - ErrErased: nobody knows the buyer any more
//   - payment.ErrUnknownProvider: nobody gives back by that means
func (s *Service) Refund(ctx context.Context, orderID uuid.UUID, in RefundInput, by By) error {
	if by.Actor.Kind != actor.Association {
		return ErrNotTheirs
	}
	if err := in.check(); err != nil {
		return err
	}
	seen := by.Seen // a refund that was made already is none, whatever was seen
	by.Seen = nil
	return s.move(ctx, orderID, by, func(tx *sqlx.Tx, o *locked) error {
		lines, err := o.lines(ctx, tx)
		if err != nil {
			return err
		}
		if before, err := in.made(ctx, tx, o.ID); before || err != nil {
			return err
		}
		paid, err := o.paid(ctx, tx)
		switch {
		case err != nil:
			return err
		case seen != nil && *seen != o.events || o.State == StateDelivered && !paid || o.State != StateDelivered && in.Scope.delivered():
			return ErrWrongState
		case o.Erased:
			return ErrErased
		case !paid && in.Scope == RefundAmount && in.BorneBy == ByAssociation:
			return fault.New(ErrInvalid.Kind, ErrInvalid.Key).Field("borne_by", "order.refund_bearer_unpaid")
		}
		if _, err := o.may(MoveAdjust); err != nil {
			return err
		}
		list, err := in.adjustments(o, lines)
		if err != nil {
			return err
		}
		var beside charges
		if in.Scope == RefundDelivery || in.Scope == RefundOrder && in.Delivery {
			beside.delivery = o.DeliveryFee - o.FeeBack
		}
		off := beside.delivery
		for _, m := range list {
			off += m.Amount
		}
		beside.means = o.meansWith(off)
		if in.Scope == RefundOrder && in.Reason == ReasonMissing { // it did not come after all
			beside.means = o.MeansFee - o.MeansFeeBack
		}
		if len(list) == 0 && beside.sum() == 0 {
			return ErrNotLeft
		}
		if err := in.keep(ctx, tx, o); err != nil {
			return err
		}
		if gone := o.emptied(list); o.State != StateDelivered && len(gone) > 0 {
			parts, err := MoveRemove.moving(by.Actor.Kind, o.State, gone)
			if err != nil || in.Scope == RefundAmount {
				return ErrTakesAll
			}
			o.by.Note = cmp.Or(o.by.Note, string(in.Reason))
			return s.drop(ctx, tx, o, drop{move: MoveRemove, parts: parts, means: in.Means, lost: in.Reason.lost()})
		}
		return s.adjustAll(ctx, tx, o, list, beside, payback{reason: payment.ReasonAdjusted, why: in.Reason, means: in.Means, key: "refund:" + in.Key.String()})
	})
}

// meansWith is what goes back of the fee of the order's means with so much of a delivered order: all of it, if nothing else
// is left then.
func (o *locked) meansWith(off money.Amount) money.Amount {
	if left := o.MeansFee - o.MeansFeeBack; o.State == StateDelivered && o.Due-off == left {
		return left
	}
	return 0
}

// delivered reports whether only an order that is delivered has it.
func (s Scope) delivered() bool { return s == RefundOrder || s == RefundDelivery }

// Refundable reports whether the association can give something of it back, or take something off it, as it stands.
func (o Order) Refundable() bool {
	return o.Can(MoveAdjust, actor.Association) && o.Due > 0 && o.ErasedAt == nil && (o.Paid || o.State != StateDelivered)
}

// emptied are the parts of which nothing would be left without that.
func (o *locked) emptied(list []made) (parts []Part) {
	for _, p := range o.parts {
		off := money.Amount(0)
		for _, m := range list {
			if m.part.ID == p.ID {
				off += m.Amount
			}
		}
		if off > 0 && off == p.Items {
			parts = append(parts, p)
		}
	}
	return parts
}

// check reports what a refund does not say.
func (in RefundInput) check() error {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	switch in.Scope {
	case RefundOrder, RefundDelivery:
	case RefundPart:
		if in.Part == uuid.Nil {
			wrong.Field("what", "order.refund_part_missing")
		}
	case RefundLine:
		if in.Line == uuid.Nil {
			wrong.Field("what", "order.refund_line_missing")
		}
		if in.Quantity < 1 {
			wrong.Field("quantity", "order.refund_quantity_missing")
		}
	case RefundAmount:
		if in.Amount <= 0 {
			wrong.Field("amount", "order.refund_amount_missing")
		}
		if in.BorneBy != ByCooperative && in.BorneBy != ByAssociation {
			wrong.Field("borne_by", "order.refund_bearer_missing")
		}
	default:
		wrong.Field("what", "order.refund_scope_missing")
	}
	if !slices.Contains(reasons, in.Reason) {
		wrong.Field("reason", "order.refund_reason_missing")
	}
	if len(wrong.Fields) > 0 || in.Key == uuid.Nil {
		return wrong
	}
	return nil
}

// keyOf is the key of the adjustment of a line.
func (in RefundInput) keyOf(line uuid.UUID) uuid.UUID { return uuid.NewSHA1(in.Key, line[:]) }

// hash tells it from another that has its key.
func (in RefundInput) hash() ([]byte, error) {
	asked, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("order: hash refund: %w", err)
	}
	sum := sha256.Sum256(asked)
	return sum[:], nil
}

// made reports whether it was made before; ErrIdempotencyConflict if its key names another.
func (in RefundInput) made(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID) (bool, error) {
	hash, err := in.hash()
	if err != nil {
		return false, err
	}
	var before []byte
	err = tx.GetContext(ctx, &before, `select request_hash from order_refunds where order_id = $1 and key = $2`, orderID, in.Key)
	switch {
	case postgres.NoRows(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("order: refunded before: %w", err)
	case !bytes.Equal(before, hash):
		return false, ErrIdempotencyConflict
	}
	return true, nil
}

// keep writes down that it is made.
func (in RefundInput) keep(ctx context.Context, tx *sqlx.Tx, o *locked) error {
	hash, err := in.hash()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into order_refunds (order_id, key, request_hash, at) values ($1, $2, $3, $4)`, o.ID, in.Key, hash, o.by.At)
	if err != nil {
		return fmt.Errorf("order: keep a refund: %w", err)
	}
	return nil
}

// adjustments are what it takes off which lines.
func (in RefundInput) adjustments(o *locked, lines []orderLine) (list []made, err error) {
	ofPart := in.Scope == RefundPart || in.Scope == RefundAmount && in.Part != uuid.Nil
	if ofPart && !slices.ContainsFunc(o.parts, func(p Part) bool { return p.ID == in.Part && p.State.Active() }) {
		return nil, ErrNotFound
	}
	var left []orderLine
	worth := money.Amount(0)
	for _, l := range lines {
		if o.part(l.Part).State.Active() && (l.Total > 0 || l.Quantity > 0) && (!ofPart || l.Part == in.Part) {
			left = append(left, l)
			worth += l.Total
		}
	}
	shares := []money.Amount(nil)
	if in.Scope == RefundAmount {
		if in.Amount > worth {
			return nil, ErrNotLeft
		}
		shares = spread(in.Amount, left)
	}
	for i, l := range left {
		a := Adjustment{Line: l.ID, Quantity: l.Quantity, Amount: l.Total, Reason: in.Reason, BorneBy: ByCooperative, Key: in.keyOf(l.ID)}
		switch in.Scope {
		case RefundLine:
			if l.ID != in.Line {
				continue
			}
			if in.Quantity > l.Quantity {
				return nil, ErrNotLeft
			}
			_, a.Amount = l.share(in.Quantity)
			a.Quantity = in.Quantity
		case RefundAmount:
			if shares[i] == 0 {
				continue
			}
			a.Quantity, a.Amount, a.BorneBy = 0, shares[i], in.BorneBy
		case RefundDelivery:
			continue
		case RefundOrder, RefundPart:
		}
		list = append(list, made{part: o.part(l.Part), line: l.lineNow, Adjustment: a})
	}
	return list, nil
}

// spread shares an amount out among lines by what they are worth, which is at least as much: to the centime, the
// largest remainders first.
func spread(amount money.Amount, lines []orderLine) []money.Amount {
	worth := money.Amount(0)
	for _, l := range lines {
		worth += l.Total
	}
	shares, rests, order, left := make([]money.Amount, len(lines)), make([]*big.Int, len(lines)), make([]int, len(lines)), amount
	for i, l := range lines {
		share, rest := new(big.Int), new(big.Int)
		share.DivMod(new(big.Int).Mul(big.NewInt(int64(amount)), big.NewInt(int64(l.Total))), big.NewInt(int64(worth)), rest)
		shares[i], rests[i], order[i] = money.Amount(share.Int64()), rest, i
		left -= shares[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:left] {
		shares[i]++
	}
	return shares
}

// orderLine is one of an order's lines, as it is now.
type orderLine struct {
	ID uuid.UUID
	lineNow
}

// lines are all of the order's lines.
func (o *locked) lines(ctx context.Context, tx *sqlx.Tx) (lines []orderLine, err error) {
	err = tx.SelectContext(ctx, &lines, `
		select n.id, n.sub_order_id as part, n.product_id as product, n.quantity, n.total_centimes as total
		from order_lines_now n join sub_orders s on s.id = n.sub_order_id
		where s.order_id = $1 order by n.id`, o.ID)
	if err != nil {
		return nil, fmt.Errorf("order: lines: %w", err)
	}
	return lines, nil
}

// part is the order's part with that id.
func (o *locked) part(id uuid.UUID) *Part {
	return &o.parts[slices.IndexFunc(o.parts, func(p Part) bool { return p.ID == id })]
}

// chargesBackTx records that so much of the order's charges, which were earned, is due back, and why.
func (o *locked) chargesBackTx(ctx context.Context, tx *sqlx.Tx, c charges, why Reason, key string) error {
	_, err := tx.ExecContext(ctx, `
		update orders set delivery_back_centimes = delivery_back_centimes + $2, means_fee_back_centimes = means_fee_back_centimes + $3
		where id = $1`, o.ID, c.delivery, c.means)
	if err != nil {
		return fmt.Errorf("order: give charges back: %w", err)
	}
	err = insertEvents(ctx, tx, o.ID, []Event{{
		ID: postgres.NewID(), State: EventAdjusted, Note: cmp.Or(o.by.Note, string(why)), Actor: o.by.Actor.Kind, UserID: &o.by.Actor.User, At: o.by.At,
	}})
	if err != nil {
		return err
	}
	return ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "order:" + o.ID.String() + ":delivery_back:" + key, Kind: journalDelivery, OrderID: &o.ID, At: o.by.At,
		Postings: []ledger.Posting{
			{Debit: ledger.Delivery, Credit: ledger.RefundsDue, Amount: c.delivery},
			{Debit: ledger.MeansFees, Credit: ledger.RefundsDue, Amount: c.means},
		},
	})
}

// Refund is money that goes back to an order's buyer, or went.
type Refund struct {
	ID        uuid.UUID
	Amount    money.Amount
	Provider  string // by which it was paid
	Means     string // by which it goes back
	ByHand    bool   `db:"by_hand"`
	Reason    string // as package payment has it
	State     payment.State
	CreatedAt time.Time  `db:"created_at"`
	EndedAt   *time.Time `db:"ended_at"` // when it was given, or failed
	Reference string     // what whoever gave it by hand named it by; not told to the buyer
	Disputed  bool       // the buyer had it from her bank
	Otherwise string     // by which means it goes back once its provider says that it has not given it; empty: nobody decided so
}

const selectRefund = `
	select r.id, r.amount_centimes as amount, r.provider, r.means, r.by_hand, r.reason, r.state, r.created_at, r.ended_at,
	       r.given_reference as reference, r.disputed, r.otherwise`

// readRefunds reads what goes back to the buyer of an order.
func readRefunds(ctx context.Context, q sqlx.QueryerContext, orderID uuid.UUID) (refunds []Refund, err error) {
	err = sqlx.SelectContext(ctx, q, &refunds, selectRefund+`
		from payment_refunds_now r where r.reference = $1 order by r.created_at, r.id`, orderID)
	if err != nil {
		return nil, fmt.Errorf("order: read refunds: %w", err)
	}
	return refunds, nil
}

// RefundToGive is money that waits to be given back, and to whom.
type RefundToGive struct {
	Refund
	OrderID    uuid.UUID `db:"order_id"`
	Number     string    // of the order
	BuyerName  string    `db:"buyer_name"` // empty once it was erased
	BuyerPhone string    `db:"buyer_phone"`
	Held       bool      // its payment is disputed: nothing is given back until that is decided
	Postponed  bool      `db:"-"` // its provider has not taken it up for so long that it may be given otherwise
}

// Waits reports whether somebody has to give it by hand.
func (r RefundToGive) Waits() bool { return r.ByHand && r.State == payment.Pending && !r.Held }

// RefundsToGive are a page of the list of these.
type RefundsToGive struct {
	Refunds []RefundToGive
	keyset.Turns
}

// RefundsToGive lists what is not given back yet, from a place on (nil: from the beginning), what has waited longest
// first: by hand, or asked of a provider, which has not said yes.
func (s *Service) RefundsToGive(ctx context.Context, from *keyset.Place, limit int) (RefundsToGive, error) {
	limit = max(1, min(limit, maxPage))
	beyond, direction := from.Way(keyset.Ascending)
	args, where := []any{limit + 1}, ""
	if from != nil {
		args, where = append(args, from.At, from.ID), ` and (r.created_at, r.id) `+beyond+` ($2, $3)`
	}
	var refunds []RefundToGive
	err := s.db.SelectContext(ctx, &refunds, selectRefund+`, o.id as order_id, o.number, o.buyer_name, o.buyer_phone,
		       exists (select from payment_disputes_now d where d.attempt_id = r.attempt_id and d.state = 'open') as held
		from payment_refunds_now r join orders o on o.id = r.reference
		where r.state in ('pending', 'waiting', 'failed')`+where+`
		order by r.created_at `+direction+`, r.id `+direction+` limit $1`, args...)
	if err != nil {
		return RefundsToGive{}, fmt.Errorf("order: refunds to give: %w", err)
	}
	for i, r := range refunds {
		refunds[i].Postponed = r.State == payment.Pending && !r.ByHand && !r.Held && payment.Postponed(r.CreatedAt, s.moment(time.Time{}))
	}
	list := RefundsToGive{}
	list.Refunds, list.Turns = keyset.Cut(refunds, from, limit, func(r RefundToGive) keyset.Place { return keyset.Place{At: r.CreatedAt, ID: r.ID} })
	return list, nil
}

// MeansByHand are the names of the means by which the association can give back whatever was paid.
func (s *Service) MeansByHand() []string { return s.payments.MeansByHand() }

// RefundGiven says that money was given back by hand, which is not given twice; see payment.Service.GivenTx.
func (s *Service) RefundGiven(ctx context.Context, refundID uuid.UUID, g payment.Given) error {
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		return s.payments.GivenTx(ctx, tx, refundID, g, s.moment(time.Time{}))
	})
}

// RefundByMeans has money that was not given back yet given by another means; see payment.Service.ByMeansTx.
func (s *Service) RefundByMeans(ctx context.Context, refundID uuid.UUID, seen, means string) error {
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		return s.payments.ByMeansTx(ctx, tx, refundID, seen, means, s.moment(time.Time{}))
	})
}
