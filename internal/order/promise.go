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
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settings"
)

// Why something is promised.
const (
	promisePlaced  = "placed"
	promiseMoved   = "moved"
	promiseLate    = "late"    // than what was promised before, and not because it is paid only now
	promiseAddress = "address" // it goes elsewhere now, of where nothing was promised before
)

// morning is the hour at which it is looked at who is late: people get up by it.
const morning = 7

// promise works out anew, after whatever happened to an order, by when each of its parts is to be handed over, what is
// most urgent to its cooperatives, and between which days its buyer has it. A window that lies within the one before is
// shown from then on; of one that ends later the buyer is told. What waits to be paid is promised when it is paid.
func (s *Service) promise(ctx context.Context, tx *sqlx.Tx, o *locked) error {
	if !o.State.Open() || o.State == StateAwaiting || o.State == StateDispatched && o.Delivery == delivery.Pickup {
		return nil
	}
	round, err := delivery.RoundTx(ctx, tx, o.Delivery, o.Place, o.Rest)
	if err != nil {
		return err
	}
	stages, err := s.stages(ctx, tx, o, round)
	if err != nil {
		return err
	}
	today, told := clock.Day(o.by.At), o.Promised
	o.Promised = round.Window(stages, today, told)
	ahead := func(p delivery.Stage) bool { return !p.HandOverBy.Before(today) }
	if o.by.Note == NoteUndone && o.Promised.To.After(told.To) && o.answered() && !slices.ContainsFunc(stages, ahead) {
		// It was done yesterday, and may be done again before it is looked, in the morning, who is late.
		o.Promised = told
		return s.lookAgain(ctx, tx, o, today.AddDate(0, 0, -1))
	}
	if !o.Promised.Equal(told) {
		why := promiseMoved
		if o.Promised.To.After(told.To) {
			stood, err := o.stood(ctx, tx)
			if err != nil {
				return err
			}
			if o.Promised.To.After(stood) && o.by.Note != NotePaid {
				why = promiseLate
			}
		}
		if err := o.promises(ctx, tx, o.Promised, why); err != nil {
			return err
		}
		// Of an answer that is taken back she is told by what is told of the next, and of what nobody has confirmed the page
		// tells.
		if why == promiseLate && o.State != StatePlaced && o.by.Note != NoteUndone {
			if err := s.tellBuyer(ctx, tx, o, NewsLate); err != nil {
				return err
			}
		}
	}
	return s.lookAgain(ctx, tx, o, round.Next(stages, today, o.Promised))
}

// promises says when the order comes from now on.
func (o *locked) promises(ctx context.Context, tx *sqlx.Tx, w delivery.Window, why string) error {
	o.Promised = w
	if _, err := tx.ExecContext(ctx, `update orders set deliver_from = $2, deliver_to = $3 where id = $1`, o.ID, w.From, w.To); err != nil {
		return fmt.Errorf("order: promise: %w", err)
	}
	return insertPromise(ctx, tx, o.ID, w, why, o.by.At)
}

// stood is the last day of what the buyer may rely on: of what was promised last and, since a cooperative may think better
// of its answer and what it answers is told later (see UndoFor), of what that took the place of. Of where it goes since
// she changed that nothing from before stands.
func (o *locked) stood(ctx context.Context, tx *sqlx.Tx) (day time.Time, err error) {
	err = tx.GetContext(ctx, &day, `
		select greatest(o.deliver_to, (
		    select deliver_to from order_promises where order_id = o.id and at <= $2 and at >= f.at order by at desc, id desc limit 1), (
		    select max(deliver_to) from order_promises where order_id = o.id and at > $2 and at >= f.at))
		from orders o cross join lateral (`+promisedSince+`) f where o.id = $1`, o.ID, o.by.At.Add(-UndoFor))
	if err != nil {
		return day, fmt.Errorf("order: what was promised: %w", err)
	}
	return day, nil
}

// promisedSince reads since when (at) what was promised of an order o is for where it goes now, wasPromised what was
// promised of it before it was late first, if that was an earlier day.
const (
	promisedSince = `
	select coalesce(max(at), '-infinity') as at from order_promises where order_id = o.id and why = '` + promiseAddress + `'`
	wasPromised = `
	select w.deliver_from, w.deliver_to
	from (` + promisedSince + `) f
	cross join lateral (
	    select deliver_from, deliver_to from order_promises
	    where order_id = o.id and at >= f.at and at < (select min(at) from order_promises where order_id = o.id and why = '` + promiseLate + `' and at >= f.at)
	    order by at desc, id desc limit 1) w
	where w.deliver_to < o.deliver_to`
)

// stages are how far the parts of an order are. It writes down by when those that nobody has answered are handed over, and
// what each asks for next.
func (s *Service) stages(ctx context.Context, tx *sqlx.Tx, o *locked, round delivery.Round) ([]delivery.Stage, error) {
	var parts []struct {
		ID         uuid.UUID
		State      PartState
		Prepare    int        `db:"prepare_days"`
		HandOverBy time.Time  `db:"hand_over_by"`
		HereAt     *time.Time `db:"here_at"`
	}
	// What is handed over again as soon as it was taken back was there before.
	err := tx.SelectContext(ctx, &parts, `
		select s.id, s.state, s.prepare_days, coalesce(s.hand_over_by, $2::date) as hand_over_by, (
		    select max(at) from order_events e
		    where order_id = s.order_id and sub_order_id = s.id and state = 'handed_over' and not exists (
		        select from order_events
		        where order_id = s.order_id and sub_order_id = s.id and state = 'ready' and note = $3 and at between e.at - $4 * interval '1 second' and e.at)) as here_at
		from sub_orders s
		where s.order_id = $1 and s.state in (`+listed(openPartStates...)+`) order by s.id`, o.ID, o.Promised.To, NoteUndone, UndoFor.Seconds())
	if err != nil {
		return nil, fmt.Errorf("order: how far parts are: %w", err)
	}
	answerBy := o.ExpiresAt
	if o.State == StatePlaced { // from its confirmation on there is time to answer once more
		decided, err := settings.Read(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("order: %w", err)
		}
		answerBy = answerBy.Add(time.Duration(decided.ReservationHours) * time.Hour)
	}
	var ids []uuid.UUID
	var days, due []time.Time
	stages := make([]delivery.Stage, len(parts))
	for i, p := range parts {
		stages[i] = delivery.Stage{Prepare: p.Prepare, AnswerBy: answerBy}
		next := o.ExpiresAt
		switch p.State {
		case PartPlaced:
			p.HandOverBy = round.LatestHandOver(stages[i])
		case PartHandedOver:
			if p.HereAt != nil { // else it was before this was kept
				stages[i].Here = clock.Day(*p.HereAt)
				continue
			}
			stages[i].Here = p.HandOverBy
			continue
		default:
			stages[i].HandOverBy, next = p.HandOverBy, clock.TermEnd(p.HandOverBy, 0)
		}
		ids, days, due = append(ids, p.ID), append(days, p.HandOverBy), append(due, next)
	}
	_, err = tx.ExecContext(ctx, `
		update sub_orders s set hand_over_by = n.day, due_at = n.due
		from unnest($1::uuid[], $2::date[], $3::timestamptz[]) as n (id, day, due)
		where s.id = n.id and (s.hand_over_by, s.due_at) is distinct from (n.day, n.due)`, pq.Array(ids), pq.Array(days), pq.Array(due))
	if err != nil {
		return nil, fmt.Errorf("order: by when parts are handed over: %w", err)
	}
	return stages, nil
}

// handsOver says by when parts that were just accepted are handed over.
func (o *locked) handsOver(ctx context.Context, tx *sqlx.Tx, parts []Part) error {
	ids := make([]uuid.UUID, len(parts))
	for i, p := range parts {
		ids[i] = p.ID
	}
	days := make([]time.Time, cooperative.MaxPrepare+1) // by how many days it takes to be prepared
	for prepare := range days {
		days[prepare] = o.Rest.After(clock.Day(o.by.At), prepare)
	}
	_, err := tx.ExecContext(ctx, `update sub_orders set hand_over_by = ($2::date[])[prepare_days + 1] where id = any($1)`, pq.Array(ids), pq.Array(days))
	if err != nil {
		return fmt.Errorf("order: by when parts are handed over: %w", err)
	}
	return nil
}

// insertPromise writes down what is promised, after what was before, whatever the clocks say.
func insertPromise(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, w delivery.Window, why string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		insert into order_promises (id, order_id, deliver_from, deliver_to, why, at)
		values ($1, $2, $3, $4, $5, moment_after($6, (select max(at) from order_promises where order_id = $2)))`,
		postgres.NewID(), orderID, w.From, w.To, why, at)
	if err != nil {
		return fmt.Errorf("order: promise: %w", err)
	}
	return nil
}

// lookAgain has it looked, in the morning after a day, whether what was promised for it was done; not of a sample order
// whose story is known.
func (s *Service) lookAgain(ctx context.Context, tx *sqlx.Tx, o *locked, day time.Time) error {
	at := time.Date(day.Year(), day.Month(), day.Day()+1, morning, 0, 0, 0, clock.Zone)
	if o.Sample && !at.After(s.Now()) {
		return nil
	}
	return s.jobs.InsertTx(ctx, tx, LateArgs{OrderID: o.ID, Day: day.Format(time.DateOnly)},
		&river.InsertOpts{ScheduledAt: at, UniqueOpts: river.UniqueOpts{ByArgs: true}})
}

// LateArgs is the job that looks, in the morning after a day, who is late with an order.
type LateArgs struct {
	OrderID uuid.UUID `json:"order_id"`
	Day     string    `json:"day"`
}

// Kind names the job.
func (LateArgs) Kind() string { return "order_late" }

// LateWorker works LateArgs.
type LateWorker struct {
	river.WorkerDefaults[LateArgs]
	Orders *Service
}

// Work tells whoever has to know that somebody is late; see Service.Late.
func (w *LateWorker) Work(ctx context.Context, j *river.Job[LateArgs]) error {
	at := w.Orders.Now()
	if j.ScheduledAt.After(at) {
		at = j.ScheduledAt // as ExpireWorker
	}
	err := w.Orders.Late(ctx, j.Args.OrderID, at)
	if errors.Is(err, ErrNotFound) {
		return river.JobCancel(err)
	}
	return err
}

// Late looks which parts of an order were to be handed over before today and were not. Their cooperatives and the
// association are told once; what its buyer is promised moves, if it has to, which she is told. It may be called again.
func (s *Service) Late(ctx context.Context, orderID uuid.UUID, at time.Time) error {
	by := By{Actor: actor.OfSystem(), At: at}
	return s.move(ctx, orderID, by, func(tx *sqlx.Tx, o *locked) error {
		var late []uuid.UUID
		err := tx.SelectContext(ctx, &late, `
			update sub_orders set late_on = $2
			where order_id = $1 and state in (`+listed(lateStates...)+`) and hand_over_by < $2 and late_on is null returning id`,
			o.ID, clock.Day(o.by.At))
		if err != nil {
			return fmt.Errorf("order: who is late: %w", err)
		}
		if len(late) == 0 || o.Sample {
			return nil
		}
		parts, err := readParts(ctx, tx, late, `s.id`)
		if err != nil {
			return err
		}
		letters, err := s.letters(ctx, tx, o.ID, parts, true, func(l *i18n.Locale, p *Part, _ bool) mail.Message {
			if p != nil {
				return mail.Message{
					Subject: l.T("order.mail.part_late_subject", "Number", o.Number),
					Body:    l.T("order.mail.part_late_body", "Number", o.Number, "Lines", linesText(l, p.Lines), "Day", l.Date(p.HandOverBy), "Link", s.partLink(l, *p)),
				}
			}
			return mail.Message{
				Subject: l.T("order.mail.late_subject", "Number", o.Number),
				Body:    l.T("order.mail.late_body", "Number", o.Number, "Parts", partsText(l, parts, saleLine), "Link", s.orderLink(l, o.ID)),
			}
		})
		if err != nil {
			return err
		}
		return s.jobs.InsertManyTx(ctx, tx, letters)
	})
}

// daysText is a sentence on when an order comes, or can be fetched.
func daysText(l *i18n.Locale, method string, w delivery.Window) string {
	from, to := l.Date(w.From), l.Date(w.To)
	switch {
	case method == delivery.Pickup:
		return l.T("order.news_when_pickup", "From", from)
	case from == to:
		return l.T("order.news_when_day", "Day", from)
	}
	return l.T("order.news_when", "From", from, "To", to)
}

// Late reports whether the part was not handed over by the end of its day.
func (p Part) Late(now time.Time) bool {
	return slices.Contains(lateStates, p.State) && p.HandOverBy.Before(clock.Day(now))
}
