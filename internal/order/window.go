package order

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/settings"
)

// What a buyer has paid for goods that she may send back is held for her cooperatives until she may no more, so that
// goods that come back are paid out of what is held and make nobody a debtor. The window is set when the order is
// delivered (Order.ClosesAt), whatever is decided later; a part of which nothing may be sent back is earned at once, and
// so is the delivery.

// CloseArgs is the job that has what an order's cooperatives are due earned, when its window is over.
type CloseArgs struct {
	OrderID uuid.UUID `json:"order_id"`
}

// Kind names the job.
func (CloseArgs) Kind() string { return "order_close" }

// CloseWorker works CloseArgs.
type CloseWorker struct {
	river.WorkerDefaults[CloseArgs]
	Orders *Service
}

// Work closes the order; see Service.Close.
func (w *CloseWorker) Work(ctx context.Context, j *river.Job[CloseArgs]) error {
	at := w.Orders.Now()
	if j.ScheduledAt.After(at) {
		at = j.ScheduledAt // this instance's clock is slower than that of the one that keeps time
	}
	err := w.Orders.Close(ctx, j.Args.OrderID, at)
	if errors.Is(err, ErrNotFound) {
		return river.JobCancel(err) // trying again would not help
	}
	return err
}

// WindowEnd is from when on goods that were delivered at a moment may not be sent back any more, if they may for so many
// days after that one: at once, if for none.
func WindowEnd(delivered time.Time, days int) time.Time {
	if days == 0 {
		return delivered
	}
	return clock.TermEnd(delivered, days)
}

// openWindow sets, of an order that was just delivered, until when its goods may be sent back.
func (s *Service) openWindow(ctx context.Context, tx *sqlx.Tx, o *locked) error {
	decided, err := settings.Read(ctx, tx)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	closes := WindowEnd(o.by.At, decided.ReturnDays)
	waiting := make(map[uuid.UUID]bool)
	var ids []uuid.UUID
	err = tx.SelectContext(ctx, &ids, `
		update sub_orders s set earns_at = $2
		where order_id = $1 and state = 'delivered'
		  and ($3 and exists (select from order_lines where sub_order_id = s.id and not perishable) or `+frozenPart+`)
		returning id`, o.ID, closes, decided.ReturnDays > 0)
	if err != nil {
		return fmt.Errorf("order: what may be sent back: %w", err)
	}
	for _, id := range ids {
		waiting[id] = true
	}
	var closed *time.Time
	if len(waiting) == 0 {
		closes, closed = o.by.At, &o.by.At
	}
	if _, err := tx.ExecContext(ctx, `update orders set closes_at = $2, closed_at = $3 where id = $1`, o.ID, closes, closed); err != nil {
		return fmt.Errorf("order: until when goods may be sent back: %w", err)
	}
	for i := range o.parts {
		if waiting[o.parts[i].ID] {
			o.parts[i].EarnsAt = &closes
		}
	}
	if closed != nil || !closes.After(s.Now()) { // of an order that is loaded from the past the story is known, and what is frozen waits for no day
		return nil
	}
	return s.jobs.InsertManyTx(ctx, tx, []river.InsertManyParams{
		{Args: CloseArgs{OrderID: o.ID}, InsertOpts: &river.InsertOpts{ScheduledAt: closes}},
	})
}

// Close has those parts of a delivered order earned whose goods cannot be sent back any more. It may be called again,
// and too early.
func (s *Service) Close(ctx context.Context, orderID uuid.UUID, at time.Time) error {
	return s.move(ctx, orderID, By{Actor: actor.OfSystem(), At: at}, func(tx *sqlx.Tx, o *locked) error {
		if err := o.close(ctx, tx); err != nil {
			return err
		}
		return s.shared(ctx, tx, o, false)
	})
}

// shared tells Shared of an order, unless what it has is disputed.
func (s *Service) shared(ctx context.Context, tx *sqlx.Tx, o *locked, back bool) error {
	if s.Shared == nil || !s.payments.PaysOutBy(o.Payment) {
		return nil
	}
	if is, err := o.disputed(ctx, tx); err != nil || is && !back {
		return err
	}
	return s.Shared(ctx, tx, o.ID, back)
}

// close is Close in the transaction that locked the order. What frozen holds back stays as it is: whoever ends that
// closes the order again.
func (o *locked) close(ctx context.Context, tx *sqlx.Tx) error {
	var journals []ledger.Journal
	var earned []uuid.UUID
	frozen, err := o.frozen(ctx, tx)
	if err != nil {
		return err
	}
	waiting := 0
	for i := range o.parts {
		p := &o.parts[i]
		if p.EarnsAt == nil {
			continue
		}
		if slices.Contains(frozen, p.ID) || o.by.At.Before(*p.EarnsAt) {
			waiting++
			continue
		}
		earned = append(earned, p.ID)
		if p.Items+p.Borne > 0 { // else all of it was taken off
			journals = append(journals, ledger.Journal{
				Reference: "sub_order:" + p.ID.String() + ":earned", Kind: journalEarned, OrderID: &o.ID, PartID: &p.ID, At: o.by.At,
				Postings: earnedPostings([]Part{*p}, charges{}),
			})
		}
		p.EarnsAt = nil
	}
	if len(earned) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `update sub_orders set earns_at = null where id = any($1)`, pq.Array(earned)); err != nil {
		return fmt.Errorf("order: parts that are earned: %w", err)
	}
	if waiting == 0 {
		if _, err := tx.ExecContext(ctx, `update orders set closed_at = $2 where id = $1`, o.ID, o.by.At); err != nil {
			return fmt.Errorf("order: close: %w", err)
		}
	}
	return ledger.RecordTx(ctx, tx, journals...)
}

// frozenPart is the condition on which what was paid for a part s is not earned although its time is over.
var frozenPart = `(exists (
	select from order_returns r join order_return_lines b on b.return_id = r.id
	where b.sub_order_id = s.id and r.state in (` + listed(openReturns...) + `))
	or ` + disputedPart + `)`

// disputedPart is that on which what paid for a part s is disputed, or what was lost of it not borne yet.
const disputedPart = `exists (select from payment_disputes_now d where d.reference = s.order_id and d.pays and d.left_centimes > 0)`

// frozen are the order's parts of which it is so.
func (o *locked) frozen(ctx context.Context, tx *sqlx.Tx) (parts []uuid.UUID, err error) {
	err = tx.SelectContext(ctx, &parts, `select s.id from sub_orders s where s.order_id = $1 and `+frozenPart, o.ID)
	if err != nil {
		return nil, fmt.Errorf("order: what is frozen: %w", err)
	}
	return parts, nil
}

// earned reports whether what was paid for the part is earned.
func (p Part) earned() bool { return p.State == PartDelivered && p.EarnsAt == nil }
