package order_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

// daily is a market that answers within a day, whose honey takes four days to be prepared.
func daily(t *testing.T) *market {
	t.Helper()
	m := newMarket(t)
	m.exec(`update settings set decided = decided || '{"reservation_hours": "24"}'`)
	m.exec(`update products set prepare_days = 4 where id = $1`, m.thyme)
	return m
}

// promised is what an order's buyer is promised, and by when its parts are to be handed over.
func (m *market) promised(id uuid.UUID) string {
	m.t.Helper()
	o := m.read(id)
	text := o.DeliverFrom.Format("02") + "-" + o.DeliverTo.Format("02") + ":"
	for _, p := range o.Parts {
		if !p.State.Active() {
			text += " no"
		} else {
			text += " " + p.HandOverBy.Format("02")
		}
	}
	return text
}

func (m *market) wantPromised(id uuid.UUID, want string) {
	m.t.Helper()
	if got := m.promised(id); got != want {
		m.t.Errorf("promised %q, want %q", got, want)
	}
	m.wantClean()
}

// workLate does what is to be looked at by now.
func (m *market) workLate(id uuid.UUID) {
	m.t.Helper()
	var days []string
	m.must(m.db.Select(&days, `
		delete from river_job where kind = 'order_late' and args->>'order_id' = $1 and scheduled_at <= $2 returning args->>'day'`, id.String(), m.clock()))
	worker := &order.LateWorker{Orders: m.Service}
	for _, day := range days {
		m.must(worker.Work(m.t.Context(), &river.Job[order.LateArgs]{Args: order.LateArgs{OrderID: id, Day: day}, JobRow: &rivertype.JobRow{ScheduledAt: m.clock()}}))
	}
}

func TestAPromiseIsWorkedOutFromAnswerPreparationAndRound(t *testing.T) {
	t.Parallel()
	m := daily(t)
	ctx := t.Context()
	shown, err := delivery.New(m.db, m.clock).Quote(ctx, delivery.QuoteInput{Method: delivery.Home, Place: "berkane", Items: 218_00, Prepare: 4, On: m.clock()})
	m.must(err)
	o := m.place(m.basic()).Order
	if !o.DeliverFrom.Equal(shown.From) || !o.DeliverTo.Equal(shown.To) {
		t.Errorf("shown %v, placed %s to %s", shown.Window, o.DeliverFrom, o.DeliverTo)
	}
	// Monday the 23rd: confirmed and answered by the 25th, the honey ready on the 29th, then a day or two.
	m.wantPromised(o.ID, "28-01: 26 29 26")
	m.later(3 * time.Hour)
	m.must(m.Move(ctx, order.MoveConfirm, o.ID, m.people()))
	m.wantPromised(o.ID, "28-30: 25 28 25")
	m.must(m.Move(ctx, order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey)))
	m.wantPromised(o.ID, "28-29: 25 27 25")
	m.must(m.Move(ctx, order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
	m.wantPromised(o.ID, "28-29: 25 no 25") // it is not brought before it was said to come, and the round takes its days
	m.later(24*time.Hour - time.Minute)
	m.handOverAll(o.ID)
	m.wantPromised(o.ID, "28-29: 25 no 25")
	m.must(m.Move(ctx, order.MoveDispatch, o.ID, m.people()))
	m.must(m.Move(ctx, order.MoveDeliver, o.ID, m.people()))
	m.wantClean()
	var why []string
	m.must(m.db.Select(&why, `select why from order_promises where order_id = $1 order by at, id`, o.ID))
	if got := strings.Join(why, " "); got != "placed moved moved" {
		t.Errorf("promised for: %s", got)
	}
}

// Who ordered while nobody worked on Sundays, the 29th among them, is promised no Sunday, whatever is decided later.
func TestAnOrderKeepsTheDayOfRestThatItWasPromisedWith(t *testing.T) {
	t.Parallel()
	m := daily(t)
	ctx := t.Context()
	before := m.place(m.basic()).Order
	m.exec(`update settings set decided = decided || '{"rest_day": "7"}'`)
	in := m.basic()
	in.IdempotencyKey = "resting"
	o := m.place(in).Order
	m.exec(`update settings set decided = decided || '{"rest_day": "0"}'`)
	m.wantPromised(before.ID, "28-01: 26 29 26")
	m.wantPromised(o.ID, "28-02: 26 30 26")
	m.later(3 * time.Hour)
	m.must(m.Move(ctx, order.MoveConfirm, o.ID, m.people()))
	m.wantPromised(o.ID, "28-01: 25 28 25")
	m.must(m.Move(ctx, order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey)))
	m.wantPromised(o.ID, "28-30: 25 27 25")
	m.exec(`update settings set decided = decided || '{"rest_day": "7"}'`)
	m.must(m.Move(ctx, order.MoveConfirm, before.ID, m.people()))
	m.wantPromised(before.ID, "28-30: 25 28 25")
}

func TestWhoFetchesIsPromisedOneDay(t *testing.T) {
	t.Parallel()
	m := daily(t)
	in := m.basic()
	in.Delivery = delivery.Pickup
	o := m.place(in).Order
	m.wantPromised(o.ID, "30-30: 26 29 26")
	m.must(m.Move(t.Context(), order.MoveConfirm, o.ID, m.people()))
	m.wantPromised(o.ID, "29-29: 25 28 25")
}

func TestABuyerIsToldThatHerOrderIsLateBeforeItsLastDayIsOver(t *testing.T) {
	t.Parallel()
	m := daily(t)
	ctx := t.Context()
	in := m.basic()
	in.Buyer.Email, in.Locale = "fatima@example.ma", "fr"
	o := m.place(in).Order
	m.must(m.Move(ctx, order.MoveAccept, m.part(o, m.couscous).ID, m.of(m.couscous)))
	m.must(m.Move(ctx, order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
	m.must(m.Move(ctx, order.MoveDecline, m.part(o, m.soap).ID, m.of(m.soap)))
	m.wantPromised(o.ID, "28-29: 24 no no")
	m.mailsOf()
	wantLate := func(part, whole bool) {
		t.Helper()
		list, err := m.List(ctx, order.Filter{}, nil, 10)
		m.must(err)
		now, listed := m.read(o.ID), list.Orders[0]
		if now.Late() != whole || listed.Late != whole || m.part(now, m.couscous).Late(m.clock()) != part || listed.PartLate != part {
			t.Errorf("late: its page says %t, of its part %t, the list %t and %t", now.Late(), m.part(now, m.couscous).Late(m.clock()), listed.Late, listed.PartLate)
		}
	}
	wantLate(false, false)

	// The couscous was to be there on the 24th. That it was not delays nothing yet: the honey was waited for.
	m.later(2 * 24 * time.Hour)
	m.workLate(o.ID)
	m.wantPromised(o.ID, "28-29: 24 no no")
	told := m.mails()
	if len(told) != 2 || !strings.Contains(told["nouarat-echcharaa@souk.example"].Body, "24 novembre") || !strings.Contains(told["association@souk.example"].Body, "نوارة الشراعة") {
		t.Errorf("told of the couscous: %+v", told)
	}
	wantLate(true, false)

	// On the 28th it delays the order: its buyer learns it that morning, a day before she waits in vain.
	m.later(3 * 24 * time.Hour)
	m.workLate(o.ID)
	m.wantPromised(o.ID, "30-01: 24 no no")
	if was := m.read(o.ID).Was; was.From.Day() != 28 || was.To.Day() != 29 {
		t.Errorf("what was promised before it was late: %+v", was)
	}
	wantLate(true, true)
	told = m.mails()
	if len(told) != 1 || !strings.Contains(told["fatima@example.ma"].Body, "30 novembre") || !strings.Contains(told["fatima@example.ma"].Body, "annuler") {
		t.Errorf("told of the delay: %+v", told)
	}
	m.workLate(o.ID)
	m.must(m.Late(ctx, o.ID, m.clock()))
	if told := m.mails(); len(told) > 0 {
		t.Errorf("told again: %+v", told)
	}
	m.handOverAll(o.ID)
	m.wantClean()
	if told := m.mails(); len(told) > 0 {
		t.Errorf("told of what narrows it: %+v", told)
	}
	wantLate(false, true) // she was told of later days, which it may not need
	// The round is late.
	m.later(5 * 24 * time.Hour)
	m.workLate(o.ID)
	wantLate(false, true)
	if told := m.mails(); len(told) != 1 || !strings.Contains(told["fatima@example.ma"].Body, "décembre") {
		t.Errorf("told of the round: %+v", told)
	}
	m.wantClean()
}

func TestWhoPaysLateIsToldItsDaysWithThePayment(t *testing.T) {
	t.Parallel()
	m := daily(t)
	o := m.byCard()
	before := m.read(o.ID)
	m.exec(`update orders set buyer_email = 'fatima@example.ma', locale = 'fr' where id = $1`, o.ID)
	a := m.attempt(o)
	m.later(3 * 24 * time.Hour)
	m.must(m.told(paid(a)))
	after := m.read(o.ID)
	if !after.DeliverTo.After(before.DeliverTo) || !after.Was.To.IsZero() {
		t.Errorf("paid after three days, it comes by %s as it did by %s", after.DeliverTo, before.DeliverTo)
	}
	if told := m.mails()["fatima@example.ma"]; !strings.Contains(told.Body, m.texts.Locale("fr").Date(after.DeliverTo)) || strings.Contains(told.Body, "retard") {
		t.Errorf("told %q", told.Body)
	}
	m.wantClean()
}

func TestTheAuditFindsPromisesThatNobodyLooksAfter(t *testing.T) {
	t.Parallel()
	m := daily(t)
	o := m.place(m.basic()).Order
	m.must(m.Move(t.Context(), order.MoveConfirm, o.ID, m.people()))
	m.wantClean()
	m.must(postgres.InTx(t.Context(), m.db, func(tx *sqlx.Tx) error {
		_, err := tx.Exec(`update orders set deliver_to = deliver_to + 1 where id = $1`, o.ID)
		return err
	}))
	m.wantProblem("order: what is promised is what was promised last")
	m.exec(`update orders set deliver_to = deliver_to - 1 where id = $1`, o.ID)
	m.exec(`delete from river_job where kind = 'order_late'`)
	m.wantProblem("order: what is promised is looked after")
	if _, err := m.db.Exec(`update order_promises set why = 'late'`); !postgres.Violates(err, "order_promises_append_only") {
		t.Errorf("promises are changed: %v", err)
	}
}

func TestTheMostUrgentPartStandsFirst(t *testing.T) {
	t.Parallel()
	m := daily(t)
	ctx := t.Context()
	m.exec(`update products set prepare_days = 9 where id = $1`, m.barley)
	var want []uuid.UUID
	for i, in := range [][]order.Line{{{ProductID: m.barley, Quantity: 1}}, {{ProductID: m.wheat, Quantity: 1}}, {{ProductID: m.wheat, Quantity: 2}}, {{ProductID: m.wheat, Quantity: 3}}} {
		placed := m.basic()
		placed.Lines = in
		o := m.place(placed).Order
		part := m.part(o, m.couscous).ID
		if i < 2 {
			m.must(m.Move(ctx, order.MoveAccept, part, m.of(m.couscous)))
		}
		want = append(want, part)
		m.later(time.Hour)
	}
	want = []uuid.UUID{want[2], want[3], want[1], want[0]} // to be answered, then to be handed over on the 24th and in December
	var got []uuid.UUID
	list, err := m.PartsOf(ctx, m.couscous, order.TodoParts(), nil, 3)
	for page := 0; err == nil && page < 2; page++ {
		for _, p := range list.Parts {
			got = append(got, p.ID)
		}
		if list.Next == nil {
			break
		}
		list, err = m.PartsOf(ctx, m.couscous, order.TodoParts(), list.Next, 3)
	}
	m.must(err)
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("listed %v, want %v", got, want)
		}
	}
	if back, err := m.PartsOf(ctx, m.couscous, order.TodoParts(), list.Previous, 3); err != nil || len(back.Parts) != 3 || back.Parts[0].ID != want[0] {
		t.Errorf("turned back: %+v, %v", back, err)
	}
}

// However slow and in whatever order cooperatives answer within their time, the buyer is not told of a delay.
func TestWhoKeepsTheTimeDelaysNothing(t *testing.T) {
	t.Parallel()
	m := daily(t)
	ctx := t.Context()
	in := m.basic()
	in.Buyer.Email, in.Locale = "fatima@example.ma", "fr"
	o := m.place(in).Order
	last := o.DeliverTo
	m.later(24*time.Hour - time.Second)
	m.must(m.Move(ctx, order.MoveConfirm, o.ID, m.people()))
	m.mailsOf()
	m.later(24*time.Hour - time.Second)
	for _, cooperative := range []uuid.UUID{m.honey, m.couscous, m.soap} {
		m.must(m.Move(ctx, order.MoveAccept, m.part(o, cooperative).ID, m.of(cooperative)))
	}
	for !clock.Day(m.clock()).Equal(m.part(m.read(o.ID), m.honey).HandOverBy) {
		m.later(12 * time.Hour)
		if clock.Day(m.clock()).Equal(m.part(m.read(o.ID), m.soap).HandOverBy) {
			for _, cooperative := range []uuid.UUID{m.couscous, m.soap} {
				for _, move := range []order.Move{order.MoveReady, order.MoveHandOver} {
					if p := m.part(m.read(o.ID), cooperative); p.State != order.PartHandedOver {
						m.must(m.Move(ctx, move, p.ID, m.of(cooperative)))
					}
				}
			}
		}
		m.workLate(o.ID)
	}
	m.handOverAll(o.ID)
	if o = m.read(o.ID); o.DeliverTo.After(last) {
		t.Errorf("promised by %s, then by %s", last, o.DeliverTo)
	}
	if told := m.mails(); len(told) > 0 {
		t.Errorf("told %+v", told)
	}
	m.wantClean()
}

// What is handed over just before midnight, taken back and handed over again just after it delays nothing; who is late still
// in the morning does.
func TestWhatIsTakenBackAfterMidnightIsLateInTheMorning(t *testing.T) {
	t.Parallel()
	for again, want := range map[bool]int{true: 0, false: 1} {
		m := daily(t)
		in := m.basic()
		in.Lines, in.Buyer.Email, in.Locale = []order.Line{{ProductID: m.wheat, Quantity: 1}}, "fatima@example.ma", "fr"
		o := m.place(in).Order
		part := m.part(o, m.couscous)
		move := func(move order.Move) { m.must(m.Move(t.Context(), move, part.ID, m.of(m.couscous))) }
		move(order.MoveAccept)
		move(order.MoveReady)
		day := m.part(m.read(o.ID), m.couscous).HandOverBy
		m.later(clock.TermEnd(day, 0).Add(-2 * time.Minute).Sub(m.clock()))
		move(order.MoveHandOver)
		last := m.read(o.ID).DeliverTo
		m.mailsOf()
		m.later(5 * time.Minute)
		move(order.MoveTakeBack)
		m.wantClean()
		if told := m.mails(); len(told) > 0 || !m.read(o.ID).DeliverTo.Equal(last) {
			t.Errorf("it is late at once, by %s: %+v", m.read(o.ID).DeliverTo, told)
		}
		if again {
			move(order.MoveHandOver)
		}
		m.later(8 * time.Hour)
		m.workLate(o.ID)
		told := 0
		for _, message := range m.mailsOf() {
			if message.To == in.Buyer.Email {
				told++
			}
		}
		if told != want {
			t.Errorf("handed over again %v: she is told %d times, until %s and then %s", again, told, last, m.read(o.ID).DeliverTo)
		}
		m.wantClean()
	}
}

// What is handed over before its day is promised as it was, since the round takes its days, and so it is once that is taken
// back.
func TestWhatIsTakenBackBeforeItsDayIsPromisedAsBefore(t *testing.T) {
	t.Parallel()
	m := daily(t)
	in := m.basic()
	in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 1}}
	o := m.place(in).Order
	part := m.part(o, m.couscous)
	for _, move := range []order.Move{order.MoveAccept, order.MoveReady} {
		m.must(m.Move(t.Context(), move, part.ID, m.of(m.couscous)))
	}
	before := m.read(o.ID).DeliverTo
	m.must(m.Move(t.Context(), order.MoveHandOver, part.ID, m.of(m.couscous)))
	if early := m.read(o.ID).DeliverTo; !early.Equal(before) {
		t.Fatalf("handed over at once it comes by %s, and not by %s", early, before)
	}
	m.later(5 * time.Minute)
	m.must(m.Move(t.Context(), order.MoveTakeBack, part.ID, m.of(m.couscous)))
	if after := m.read(o.ID).DeliverTo; !after.Equal(before) {
		t.Errorf("taken back it comes by %s, and not by %s", after, before)
	}
	m.wantClean()
}

// What stood for a moment only, since a cooperative thought better of its answer, was told to nobody: that it does not hold
// is no delay.
func TestAnAnswerThatIsTakenBackDelaysNothing(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]int{5 * time.Minute: 0, 15 * time.Minute: 1} {
		m := daily(t)
		in := m.basic()
		in.Buyer.Email, in.Locale = "fatima@example.ma", "fr"
		o := m.place(in).Order
		m.must(m.Move(t.Context(), order.MoveConfirm, o.ID, m.people()))
		m.later(time.Hour)
		m.must(m.Move(t.Context(), order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey)))
		narrowed := m.read(o.ID).DeliverTo
		m.mailsOf()
		m.later(after)
		m.exec(`update sub_orders set state = 'placed' where id = $1`, m.part(o, m.honey).ID) // as if it were taken back
		m.must(m.Late(t.Context(), o.ID, m.clock()))
		if now := m.read(o.ID); !now.DeliverTo.After(narrowed) {
			t.Errorf("promised by %s, then by %s", narrowed, now.DeliverTo)
		}
		if told := m.mails(); len(told) != want {
			t.Errorf("after %s told %d times: %+v", after, len(told), told)
		}
	}
}
