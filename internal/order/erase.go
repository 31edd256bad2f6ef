package order

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settings"
)

// What tells who ordered is taken off an order once its time is over (settings.Settings.BuyerMonths after
// its end) or when the buyer asks the association for it: name, telephone, e-mail, address, landmark and note,
// what people wrote into its history, the letters about it, the keys by which its request would be known
// again, and its links. What was ordered, for how much, in which commune, and who of the market's people did
// what stays, as do the payment and the ledger, which never knew the buyer.

// OfBuyer is what an order's buyer has ordered, as far as the telephone number tells.
type OfBuyer struct {
	Phone string         // E.164
	Ended []OrderOfBuyer // what can be erased, the latest first
	Open  []OrderOfBuyer // what is under way, and what money has to be given back of
	Seen  string         // as of when this is so: what changed later was not seen
}

// OrderOfBuyer is one of these orders.
type OrderOfBuyer struct {
	ID       uuid.UUID
	Number   string
	State    State
	Delivery string    // delivery.Pickup or delivery.Home
	PlacedAt time.Time `db:"placed_at"`
	Last     time.Time // entry of its history
	Closing  bool      // its goods may be sent back still
	Owed     bool      // money of it has to be given back, and nobody else could be asked to whom
}

// Has reports whether the order is among those that can be erased.
func (of OfBuyer) Has(orderID uuid.UUID) bool {
	return slices.ContainsFunc(of.Ended, func(o OrderOfBuyer) bool { return o.ID == orderID })
}

// OfBuyer lists the orders under the telephone number of an order's buyer; ErrNotFound if there is no such
// order, ErrErased if nothing is known of its buyer any more.
func (s *Service) OfBuyer(ctx context.Context, orderID uuid.UUID) (OfBuyer, error) {
	asOf := s.moment(time.Time{})
	of, err := ofBuyer(ctx, s.db, orderID, ``)
	of.Seen = asOf.Format(time.RFC3339Nano)
	return of, err
}

// ofBuyer is OfBuyer; locking stands at the end of the query for the order's rows.
func ofBuyer(ctx context.Context, q sqlx.QueryerContext, orderID uuid.UUID, locking string) (OfBuyer, error) {
	var buyer struct {
		Phone  string
		Erased bool
	}
	err := sqlx.GetContext(ctx, q, &buyer, `
		select buyer_phone as phone, erased_at is not null as erased from orders where id = $1`, orderID)
	switch {
	case postgres.NoRows(err):
		return OfBuyer{}, ErrNotFound
	case err != nil:
		return OfBuyer{}, fmt.Errorf("order: whose order: %w", err)
	case buyer.Erased:
		return OfBuyer{}, ErrErased
	}
	var ids []uuid.UUID
	if err := sqlx.SelectContext(ctx, q, &ids, `select id from orders where buyer_phone = $1 order by id `+locking, buyer.Phone); err != nil {
		return OfBuyer{}, fmt.Errorf("order: orders of a buyer: %w", err)
	}
	// Only a statement that begins after the locks were given sees what they were waiting for.
	var orders []OrderOfBuyer
	err = sqlx.SelectContext(ctx, q, &orders, `
		select id, number, state, delivery, placed_at, (select max(at) from order_events where order_id = o.id) as last, `+closing+` as closing, `+owed+` as owed
		from orders o
		where id = any($1) and buyer_phone = $2
		order by placed_at desc, id desc`, pq.Array(ids), buyer.Phone)
	if err != nil {
		return OfBuyer{}, fmt.Errorf("order: orders of a buyer: %w", err)
	}
	of := OfBuyer{Phone: buyer.Phone}
	for _, o := range orders {
		if o.State.Open() || o.Closing || o.Owed {
			of.Open = append(of.Open, o)
		} else {
			of.Ended = append(of.Ended, o)
		}
	}
	return of, nil
}

// owed is the condition on which more was received for an order o than is due, and not all of it is given back yet.
const owed = `coalesce((
		select p.received_centimes - p.refunded_centimes > case when p.state = 'succeeded' then o.due_centimes else 0 end
		from payments p where p.reference = o.id), false)`

// closing is the condition on which goods of a delivered order o may be sent back still, or are being.
var closing = `(o.closes_at is not null and o.closed_at is null or exists (
		select from order_returns where order_id = o.id and state in (` + listed(openReturns...) + `)))`

// written is the condition on which an entry of a history says something in a person's own words.
var written = `note not in ('', ` + listed(marketsNotes...) + `)`

// EraseTx takes its buyer off an order, or, with all, off every order under that buyer's telephone number that
// is over, and gives the numbers of these. Seen is OfBuyer's, as whoever decides it saw it: an order to which
// something happened since is left as it is, so that nobody keeps a buyer known by ordering under her number.
// Errors:
//   - ErrNotFound: there is no such order
//   - ErrErased: it was done before
//   - ErrChangedSince: something happened since to the order, or to all of them; or Seen says nothing
//   - ErrUnderWay: the order is not over, or its goods may be sent back still
//   - ErrOwed: money of it has to be given back
//   - mail.ErrOnItsWay: a letter about it is being sent at this moment
func (s *Service) EraseTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, all bool, seen string) (numbers []string, err error) {
	of, err := ofBuyer(ctx, tx, orderID, `for no key update`)
	if err != nil {
		return nil, err
	}
	asOf, err := time.Parse(time.RFC3339Nano, seen)
	if err != nil {
		return nil, ErrChangedSince
	}
	var ids []uuid.UUID
	chosen := 0
	for _, o := range of.Ended {
		if !all && o.ID != orderID {
			continue
		}
		if chosen++; !o.Last.After(asOf) {
			ids, numbers = append(ids, o.ID), append(numbers, o.Number)
		}
	}
	switch {
	case chosen == 0 && slices.ContainsFunc(of.Open, func(o OrderOfBuyer) bool { return o.Owed && (all || o.ID == orderID) }):
		return nil, ErrOwed
	case chosen == 0:
		return nil, ErrUnderWay
	case len(ids) == 0:
		return nil, ErrChangedSince
	}
	if err := s.erase(ctx, tx, ids); err != nil {
		return nil, err
	}
	return numbers, forgetStatistics(ctx, tx)
}

// erase takes their buyers off orders that are over and locked.
func (s *Service) erase(ctx context.Context, tx *sqlx.Tx, ids []uuid.UUID) error {
	var emails []string
	err := tx.SelectContext(ctx, &emails, `
		select distinct buyer_email from orders where id = any($1) and buyer_email <> ''`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("order: erase: %w", err)
	}
	var mailboxes pq.ByteaArray
	for _, email := range emails {
		mailboxes = append(append(mailboxes, s.buyerLetters(email)...), s.addressLetters(email))
	}
	_, err = tx.ExecContext(ctx, `
		delete from order_letters where order_id = any($1) and recipient = any($2)`, pq.Array(ids), mailboxes)
	if err != nil {
		return fmt.Errorf("order: erase letters: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		update orders set erased_at = $2, buyer_name = '', buyer_phone = '', buyer_email = '', address = '', landmark = '', note = '',
		    request_hash = '', idempotency_key = null, placed_from = null
		where id = any($1)`, pq.Array(ids), s.moment(time.Time{}))
	if err != nil {
		return fmt.Errorf("order: erase: %w", err)
	}
	_, err = tx.ExecContext(ctx, `update order_events set note = '' where order_id = any($1) and `+written, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("order: erase notes: %w", err)
	}
	_, err = tx.ExecContext(ctx, `update order_returns set reason = '', arrangement = '', why = '' where order_id = any($1)`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("order: erase returns: %w", err)
	}
	_, err = tx.ExecContext(ctx, `update order_addresses set name = '', address = '', landmark = '', note = '' where order_id = any($1)`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("order: erase addresses: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `delete from order_messages where order_id = any($1)`, pq.Array(ids)); err != nil {
		return fmt.Errorf("order: erase messages: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `delete from holds_released where order_id = any($1)`, pq.Array(ids)); err != nil {
		return fmt.Errorf("order: erase what was held: %w", err)
	}
	if s.Forget != nil {
		if err := s.Forget(ctx, tx, ids); err != nil {
			return err
		}
	}
	return mail.ForgetTx(ctx, tx, ids)
}

// forgetStatistics has the planner learn anew what it knows of the columns that erase empties: it keeps some of
// their values in the clear.
func forgetStatistics(ctx context.Context, q sqlx.ExecerContext) error {
	_, err := q.ExecContext(ctx, `
		analyze orders (buyer_name, buyer_phone, buyer_email, address, landmark, note, request_hash, idempotency_key), order_events (note), order_returns (reason, arrangement, why), order_addresses (name, address, landmark, note)`)
	if err != nil {
		return fmt.Errorf("order: erase from statistics: %w", err)
	}
	return nil
}

// BuyerMonths is how long what is known of an order's buyer is kept after the order's end.
func (s *Service) BuyerMonths(ctx context.Context) (int, error) {
	decided, err := settings.Read(ctx, s.db)
	if err != nil {
		return 0, fmt.Errorf("order: %w", err)
	}
	return decided.BuyerMonths, nil
}

// EraseArgs is the periodic job that takes their buyers off the orders whose time is over; once an hour is
// often enough.
type EraseArgs struct{}

// Kind names the job.
func (EraseArgs) Kind() string { return "order_erase" }

// EraseWorker works EraseArgs.
type EraseWorker struct {
	river.WorkerDefaults[EraseArgs]
	Orders *Service
}

// Bounds of one job. What is left is the next one's.
const (
	erasedAtOnce = 500 // orders of a transaction
	erasedWithin = time.Minute
)

// Work erases batch by batch, and then what the planner knows of them.
func (w *EraseWorker) Work(ctx context.Context, _ *river.Job[EraseArgs]) error {
	erased := 0
	for begun := time.Now(); time.Since(begun) < erasedWithin; {
		n, err := w.Orders.eraseOld(ctx)
		if err != nil {
			return err
		}
		if erased += n; n < erasedAtOnce {
			break
		}
	}
	if erased == 0 {
		return nil
	}
	return forgetStatistics(ctx, w.Orders.db)
}

// eraseOld erases one batch of the orders that ended longer ago than buyers are to be known, and says how
// many these were.
func (s *Service) eraseOld(ctx context.Context) (n int, err error) {
	err = s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		decided, err := settings.Read(ctx, tx)
		if err != nil {
			return fmt.Errorf("order: %w", err)
		}
		var ids []uuid.UUID
		err = tx.SelectContext(ctx, &ids, `
			select id from orders o
			where erased_at is null and state in (`+listed(overStates...)+`) and placed_at < $1
			  and (select max(at) from order_events where order_id = o.id) < $1 and not `+closing+` and not `+owed+`
			order by placed_at limit $2 for no key update skip locked`,
			s.moment(time.Time{}).AddDate(0, -decided.BuyerMonths, 0), erasedAtOnce)
		if err != nil {
			return fmt.Errorf("order: what to erase: %w", err)
		}
		if n = len(ids); n == 0 {
			return nil
		}
		return s.erase(ctx, tx, ids)
	})
	return n, err
}
