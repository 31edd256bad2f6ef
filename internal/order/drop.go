package order

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// drop is a number of parts that leave an order by a move, whose rule says what becomes of them and, if no
// part is left, of the order.
type drop struct {
	move  Move
	parts []Part
	back  money.Amount // what the buyer had paid for them and, with the last, for the order's charges
	means string       // by which she has it back; empty: as she paid

	unpaid bool // it was not paid in time
	lost   bool // their goods are not there
}

// Decline is why a cooperative declines its part of an order.
type Decline string

// The reasons. Any other is told in words.
const (
	DeclineSoldOut Decline = "sold_out"
	DeclineDamaged Decline = "damaged"
	DeclineNoTime  Decline = "no_time"
)

// Declines are all of them.
var Declines = []Decline{DeclineSoldOut, DeclineDamaged, DeclineNoTime}

// Lost reports whether the goods are not there then, and do not go back into stock.
func (d Decline) Lost() bool { return d == DeclineSoldOut || d == DeclineDamaged }

// Key is the translation key of its name.
func (d Decline) Key() string { return "order.declined." + string(d) }

// part is the one that it is about, if it is about one alone.
func (d drop) part() *uuid.UUID {
	if d.move != MoveDecline && d.move != MoveRemove {
		return nil
	}
	return &d.parts[0].ID
}

// reference names the ledger's journal: each of a cooperative's parts is declined or removed once, the rest of an
// order given up once, and what was not accepted in time once before that.
func (d drop) reference(o *locked) string {
	switch d.move {
	case MoveDecline, MoveRemove:
		return "sub_order:" + d.parts[0].ID.String() + ":cancelled"
	case MoveExpire:
		if d.unpaid { // it may be taken up again, and expire for another reason
			return "order:" + o.ID.String() + ":unpaid"
		}
		return "order:" + o.ID.String() + ":expired"
	default:
		return "order:" + o.ID.String() + ":" + string(rules[d.move].to)
	}
}

// drop takes parts out of an order: their goods go back into stock, or are counted off it if they are lost; their sale is
// reversed, the buyer owes less or, if she has paid, has money due back. With the last part its charges are off, too, and
// so is the order. Whoever does not know of it yet is told.
func (s *Service) drop(ctx context.Context, tx *sqlx.Tx, o *locked, d drop) error {
	d.unpaid = o.State == StateAwaiting && d.move == MoveExpire
	if err := o.setParts(ctx, tx, d.parts, rules[d.move].toPart); err != nil {
		return err
	}
	stock, err := stockOf(ctx, tx, d.parts)
	if err != nil {
		return err
	}
	if d.lost {
		if err := o.loseParts(ctx, tx, d.parts); err != nil {
			return err
		}
		err = s.catalog.LoseTx(ctx, tx, o.ID, stock, o.by.Actor)
	} else {
		err = s.catalog.ReleaseTx(ctx, tx, o.ID, stock, o.by.Actor)
	}
	if err != nil {
		return err
	}
	paid, err := o.paid(ctx, tx)
	if err != nil {
		return err
	}
	over := len(o.active()) == 0
	var off charges
	if over {
		off = o.charges()
	}
	if err := o.dropTx(ctx, tx, d, paid, off); err != nil {
		return err
	}
	dropped := off.sum()
	for _, p := range d.parts {
		dropped += p.Items
	}
	o.Due -= dropped
	if _, err := tx.ExecContext(ctx, `update orders set due_centimes = $2 where id = $1`, o.ID, o.Due); err != nil {
		return fmt.Errorf("order: change what is due: %w", err)
	}
	switch {
	case paid: // that stands, and what it was too much goes back
		d.back = dropped
		if d.move.causedByCooperatives() {
			goods := make(map[uuid.UUID]money.Amount, len(d.parts))
			for _, p := range d.parts {
				goods[p.ID] = p.Items
			}
			if err := o.feeBorneBy(ctx, tx, d.reference(o), goods); err != nil {
				return err
			}
		}
		err = s.payments.RefundTx(ctx, tx, o.ID, dropped, payment.ReasonDropped, d.means, d.reference(o), o.by.At)
		if err == nil && dropped > 0 && (o.by.Actor.Kind != actor.System || o.by.Note != NoteDisputed) { // else her bank has told her
			err = s.tellOfMoney(ctx, tx, o.ID, letterPromised, dropped)
		}
	case d.unpaid:
		err = s.payments.ExpireTx(ctx, tx, o.ID)
	case over:
		err = s.payments.CancelTx(ctx, tx, o.ID)
	default:
		err = s.payments.ChangeTx(ctx, tx, o.ID, o.Due)
	}
	if err != nil {
		return err
	}
	if over {
		err = o.setState(ctx, tx, rules[d.move].to)
		if err == nil {
			err = s.tellDropped(ctx, tx, o, d.move)
		}
	} else {
		err = o.shrink(ctx, tx, stock)
		if err == nil {
			err = s.tellAnswered(ctx, tx, o)
		}
	}
	if err != nil {
		return err
	}
	if err := s.announceDrop(ctx, tx, o, d); err != nil || !over {
		return err
	}
	return o.release(ctx, tx)
}

// loseParts writes down that the goods of parts that leave the order are not there.
func (o *locked) loseParts(ctx context.Context, tx *sqlx.Tx, parts []Part) error {
	ids := make([]uuid.UUID, len(parts))
	for i, p := range parts {
		ids[i] = p.ID
	}
	if _, err := tx.ExecContext(ctx, `update sub_orders set lost = true where id = any($1)`, pq.Array(ids)); err != nil {
		return fmt.Errorf("order: parts whose goods are not there: %w", err)
	}
	return nil
}

// stockOf lists what the parts have out of stock.
func stockOf(ctx context.Context, tx *sqlx.Tx, parts []Part) ([]catalog.StockLine, error) {
	ids := make([]uuid.UUID, len(parts))
	for i, p := range parts {
		ids[i] = p.ID
	}
	var lines []catalog.StockLine
	err := tx.SelectContext(ctx, &lines, `
		select product_id as productid, reserved as quantity from order_lines_now
		where sub_order_id = any($1) and reserved > 0 order by product_id`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("order: goods of parts: %w", err)
	}
	return lines, nil
}
