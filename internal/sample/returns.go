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

// brought is an order that its buyer has, since then.
type brought struct {
	order.Order
	at time.Time
}

// sentBack is how far the returns of the latest orders have come, so that on any day there is something to do for
// everybody: first what a cooperative has back.
var sentBack = []order.ReturnState{order.ReturnReceived, order.ReturnAsked, order.ReturnArranged, order.ReturnRefunded}

// addReturns lets buyers of what came lately send something back, if they can of what is the best known cooperative's. One
// more keeps her goods and has something back for what was wrong with them.
func (l *loader) addReturns(ctx context.Context, tx *sqlx.Tx, orders []brought) error {
	orders = slices.DeleteFunc(orders, func(o brought) bool { return l.now.Sub(o.at) > 6*24*time.Hour || o.returnable() == nil })
	slices.SortStableFunc(orders, func(a, b brought) int { return b.at.Compare(a.at) })
	slices.SortStableFunc(orders, func(a, b brought) int { return b.ofBestKnown() - a.ofBestKnown() })
	for i, o := range orders[:min(len(orders), len(sentBack)+1)] {
		var err error
		if i < len(sentBack) {
			err = l.sendBack(ctx, tx, o, sentBack[i])
		} else {
			err = l.Orders.Within(tx).Refund(ctx, o.ID, order.RefundInput{
				Scope: order.RefundAmount, Part: o.Parts[0].ID, Amount: 5_00, Reason: order.ReasonDamaged, BorneBy: order.ByCooperative, Key: uuid.NewSHA1(o.ID, nil),
			}, order.By{Actor: actor.OfAssociation(l.association)})
		}
		if err != nil {
			return fmt.Errorf("return of %s: %w", o.Number, err)
		}
	}
	return nil
}

// ofBestKnown is 1 if something of the best known cooperative's may be sent back, else 0.
func (o brought) ofBestKnown() int {
	if slices.ContainsFunc(o.Parts, func(p order.Part) bool {
		return p.Cooperative.Slug == bestKnown && slices.ContainsFunc(p.Lines, order.OrderLine.Returnable)
	}) {
		return 1
	}
	return 0
}

// returnable is a line that may be sent back: the best known cooperative's, if there is one; nil: none.
func (o brought) returnable() (found *order.OrderLine) {
	for _, p := range o.Parts {
		i := slices.IndexFunc(p.Lines, order.OrderLine.Returnable)
		if i >= 0 && (found == nil || p.Cooperative.Slug == bestKnown) {
			found = &p.Lines[i]
		}
	}
	return found
}

// sendBack has a return of one product come to a state.
func (l *loader) sendBack(ctx context.Context, tx *sqlx.Tx, o brought, to order.ReturnState) error {
	orders, association, line := l.Orders.Within(tx), order.By{Actor: actor.OfAssociation(l.association)}, o.returnable().ID
	in := order.ReturnInput{Lines: map[uuid.UUID]int{line: 1}, Reason: "لا يناسب ما كنت أبحث عنه", Key: uuid.NewSHA1(o.ID, nil)}
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
	counted := map[uuid.UUID]order.Counted{line: {Sound: 1}}
	if err := orders.ReceiveReturn(ctx, id, counted, association); err != nil || to == order.ReturnReceived {
		return err
	}
	var refund uuid.UUID
	if err := tx.GetContext(ctx, &refund, `select id from payment_refunds_now where reference = $1`, o.ID); err != nil {
		return err
	}
	return orders.RefundGiven(ctx, refund, payment.Given{Means: payment.CashOnDelivery, By: l.association})
}
