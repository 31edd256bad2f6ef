package sample

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
)

// brought is an order that its buyer has.
type brought struct {
	order.Order
	at    time.Time // since then
	line  uuid.UUID // one that may be sent back
	known bool      // it is of the best known cooperative's
}

// sentBack is how far the returns of the latest orders have come, so that on any day there is something to do for
// everybody: first what a cooperative has back.
var sentBack = []order.ReturnState{order.ReturnReceived, order.ReturnAsked, order.ReturnArranged, order.ReturnRefunded}

// addReturns lets buyers of what came lately send something back, if they can of what is the best known cooperative's. One
// more keeps her goods and has something back for what was wrong with them.
func (l *loader) addReturns(ctx context.Context, tx *sqlx.Tx, orders []brought) error {
	orders = slices.DeleteFunc(orders, func(o brought) bool { return l.now.Sub(o.at) > 6*24*time.Hour })
	slices.SortStableFunc(orders, func(a, b brought) int {
		switch {
		case a.known == b.known:
			return b.at.Compare(a.at)
		case a.known:
			return -1
		}
		return 1
	})
	for i, o := range orders[:min(len(orders), len(sentBack)+1)] {
		var err error
		if i < len(sentBack) {
			err = l.sendBack(ctx, tx, o, sentBack[i])
		} else {
			err = l.Orders.Within(tx).Refund(ctx, o.ID, order.RefundInput{
				Scope: order.RefundAmount, Part: o.Parts[0].ID, Amount: o.Parts[0].Items / 10, Reason: order.ReasonDamaged, BorneBy: order.ByCooperative, Key: uuid.NewSHA1(o.ID, nil),
			}, order.By{Actor: actor.OfAssociation(l.association)})
		}
		if err != nil {
			return fmt.Errorf("return of %s: %w", o.Number, err)
		}
	}
	return nil
}

// returnable is a line that may be sent back, of the best known cooperative's if there is one; uuid.Nil: none.
func returnable(o order.Order) (line uuid.UUID, known bool) {
	for _, p := range o.Parts {
		i := slices.IndexFunc(p.Lines, order.OrderLine.Returnable)
		if of := p.Cooperative.Slug == bestKnown; i >= 0 && (line == uuid.Nil || of) {
			line, known = p.Lines[i].ID, of
		}
	}
	return line, known
}

// sendBack has a return of one product come to a state.
func (l *loader) sendBack(ctx context.Context, tx *sqlx.Tx, o brought, to order.ReturnState) error {
	orders, association := l.Orders.Within(tx), order.By{Actor: actor.OfAssociation(l.association)}
	in := order.ReturnInput{Lines: map[uuid.UUID]int{o.line: 1}, Reason: "لا يناسب ما كنت أبحث عنه", Key: uuid.NewSHA1(o.ID, nil)}
	if err := orders.AskReturn(ctx, orders.Token(o.ID, o.Link), in); err != nil || to == order.ReturnAsked {
		return err
	}
	var id uuid.UUID
	if err := tx.GetContext(ctx, &id, `select id from order_returns where order_id = $1`, o.ID); err != nil {
		return err
	}
	if err := orders.ArrangeReturn(ctx, id, "يمر الموصل بعد غد صباحًا", association); err != nil || to == order.ReturnArranged {
		return err
	}
	counted := map[uuid.UUID]order.Counted{o.line: {Sound: 1}}
	if err := orders.ReceiveReturn(ctx, id, counted, association); err != nil || to == order.ReturnReceived {
		return err
	}
	var refund uuid.UUID
	if err := tx.GetContext(ctx, &refund, `select id from payment_refunds_now where reference = $1`, o.ID); err != nil {
		return err
	}
	return orders.RefundGiven(ctx, refund, payment.Given{Means: payment.CashOnDelivery, By: l.association})
}
