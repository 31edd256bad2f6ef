package sample

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// addOrders places the planned orders and lets happen to each what has happened up to now, and pays the cooperatives
// each week: all of it or nothing.
func (l *loader) addOrders(ctx context.Context, orders []planned) error {
	return postgres.InTx(ctx, l.DB, func(tx *sqlx.Tx) error {
		var before bool
		if err := tx.GetContext(ctx, &before, `select exists (select from order_heads where sample)`); before || err != nil {
			return err
		}
		random := rand.New(rand.NewPCG(2022, 24))
		var there []brought
		for _, o := range orders {
			if err := l.payUntil(ctx, tx, o.at); err != nil {
				return err
			}
			placed, last, err := l.addOrder(ctx, tx, o, random)
			if err != nil {
				return fmt.Errorf("of %s: %w", o.at.Format(time.DateTime), err)
			}
			if line, known := returnable(placed); line != uuid.Nil && o.end == delivered && last.stage == paid {
				there = append(there, brought{placed, last.at, line, known})
			}
		}
		return l.addReturns(ctx, tx, there)
	})
}

// prepareDays are those that the sample's cooperatives say and keep to.
const prepareDays = 2

// step is something that happens to an order.
type step struct {
	at    time.Time
	stage stage // that it brings the order, or its part, to
	do    func(order.By) error
	by    order.By
}

// addOrder places an order, and gives it with what happened to it last.
func (l *loader) addOrder(ctx context.Context, tx *sqlx.Tx, o planned, random *rand.Rand) (_ order.Order, last step, err error) {
	orders := l.Orders.Within(tx)
	var lines []order.Line
	sellers := make(map[uuid.UUID]*seller, len(o.baskets))
	for _, b := range o.baskets {
		sellers[b.seller.id] = b.seller
		for _, w := range b.lines {
			lines = append(lines, order.Line{ProductID: w.product.id, Quantity: w.quantity})
		}
	}
	means := payment.CashOnDelivery
	if o.reached == unpaid && slices.Contains(l.Payments.Means(), payment.BankTransfer) {
		means = payment.BankTransfer
	}
	l.clock = o.at
	placed, err := orders.Place(ctx, order.PlaceInput{
		Lines: lines,
		Buyer: order.Buyer{
			Name: o.buyer.Name, Phone: o.buyer.Phone, Place: o.buyer.Place,
			Address: o.buyer.Address, Landmark: o.buyer.Landmark, Note: o.note,
		},
		Delivery: o.delivery, Payment: means, Locale: o.buyer.Locale, Source: order.Shop,
		At: o.at, Sample: true,
	})
	if err != nil {
		return placed.Order, last, err
	}
	steps := l.story(ctx, orders, placed.Order, sellers, o.end, random)
	switch {
	case o.reached > 0:
		steps = l.upTo(o.reached, o.at, steps)
	case o.stuck:
		steps = slices.DeleteFunc(steps, func(s step) bool { return s.stage > accepted })
	}
	for _, s := range steps {
		if s.at.After(l.now) {
			break
		}
		l.clock, s.by.At = s.at, s.at
		if err := s.do(s.by); err != nil {
			return placed.Order, last, err
		}
		last = s
	}
	if o.stuck {
		err = orders.Late(ctx, placed.Order.ID, l.now)
	}
	return placed.Order, last, err
}

// upTo is as much of a story as brings an order to a stage, spread over the time since then.
func (l *loader) upTo(reached stage, since time.Time, steps []step) []step {
	steps = slices.DeleteFunc(steps, func(s step) bool { return s.stage > reached })
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.stage - b.stage) })
	for i := range steps {
		steps[i].at = since.Add(l.now.Sub(since) * time.Duration(i+1) / time.Duration(len(steps)+1))
	}
	return steps
}

// story is what happens to an order in the weeks after it was placed, in order of time.
func (l *loader) story(ctx context.Context, orders *order.Service, o order.Order, sellers map[uuid.UUID]*seller, end ending, random *rand.Rand) []step {
	hours := func(from, to int) time.Duration {
		return time.Duration(from*60+random.IntN((to-from)*60)) * time.Minute
	}
	association := order.By{Actor: actor.OfAssociation(l.association)}
	moves := func(move order.Move, id uuid.UUID) func(order.By) error {
		return func(by order.By) error { return orders.Move(ctx, move, id, by) }
	}
	switch end {
	case withdrawn:
		return []step{{at: o.PlacedAt.Add(hours(1, 6)), do: func(order.By) error {
			return orders.CancelByBuyer(ctx, orders.Token(o.ID, o.Link))
		}}}
	case dropped:
		association.Note = dropNotes[random.IntN(len(dropNotes))]
		return []step{{at: o.PlacedAt.Add(hours(4, 20)), do: moves(order.MoveCancel, o.ID), by: association}}
	}
	var steps []step
	together := o.PlacedAt // when all parts are at the association's, or are known not to come
	for i, p := range o.Parts {
		by := order.By{Actor: actor.OfCooperative(p.Cooperative.ID, sellers[p.Cooperative.ID].member)}
		answered := o.PlacedAt.Add(hours(1, 20)) // before the order, which nobody has confirmed yet, is given up
		if end == declined && i == 0 {
			by.Note = declineNotes[random.IntN(len(declineNotes))]
			steps = append(steps, step{at: answered, do: moves(order.MoveDecline, p.ID), by: by})
			together = clock.Later(together, answered)
			continue
		}
		prepared := answered.Add(hours(3, 30))
		handed := prepared.Add(hours(2, 12)) // within prepareDays
		// Of an order that is not over, every second part is a stage behind, but not unanswered.
		behind := stage(i % 2)
		steps = append(steps,
			step{answered, accepted, moves(order.MoveAccept, p.ID), by},
			step{prepared, ready + behind, moves(order.MoveReady, p.ID), by},
			step{handed, handedOver + behind, moves(order.MoveHandOver, p.ID), by})
		together = clock.Later(together, handed)
	}
	if end == declined && len(o.Parts) == 1 {
		return steps // nothing is left
	}
	left := together.Add(hours(2, 12))
	steps = append(steps, step{left, sent, moves(order.MoveDispatch, o.ID), association})
	there := left.Add(hours(16, 50))
	if end == refused {
		association.Note = refuseNotes[random.IntN(len(refuseNotes))]
		steps = append(steps, step{there, paid, moves(order.MoveRefuse, o.ID), association})
	} else {
		steps = append(steps, step{there, paid, moves(order.MoveDeliver, o.ID), association},
			step{order.WindowEnd(there, l.returnDays), earned, func(by order.By) error { return orders.Close(ctx, o.ID, by.At) }, order.By{}})
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	return steps
}

var (
	dropNotes    = []string{"لا جواب في الهاتف بعد ثلاث محاولات", "رقم الهاتف غير صحيح", "طلب مكرر"}
	declineNotes = []string{"نفدت الكمية قبل تحديث المخزون", "المنتوج لم يجف بعد بسبب المطر", "السيارة معطلة هذا الأسبوع"}
	refuseNotes  = []string{"لا أحد في البيت عند المرور مرتين", "لم يُرد على الهاتف عند الوصول", "رُفض التسلم بعد تأخر يوم واحد"}
)
