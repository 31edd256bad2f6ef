package order_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/postgres"
)

var card = ledger.Received(paymenttest.Name)

// byCard is the basic order, to be paid first.
func (m *market) byCard() order.Order {
	m.t.Helper()
	in := m.basic()
	in.Payment = paymenttest.Name
	return m.place(in).Order
}

// payFirst has the buyer pay an order that waits for it, and the provider tell so.
func (m *market) payFirst(o order.Order) {
	m.t.Helper()
	a, err := m.payments.Start(context.Background(), o.ID)
	m.must(err)
	m.must(m.told(payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: a.Amount}))
}

// told has the provider tell something, which is worked at once.
func (m *market) told(outcome payment.Outcome) error {
	ctx := context.Background()
	id := postgres.NewID().String()
	if err := m.payments.Receive(ctx, paymenttest.Name, payment.Event{ID: id, Payload: m.card.Say(outcome)}); err != nil {
		return err
	}
	worker := payment.EventWorker{Payments: m.payments}
	return worker.Work(ctx, &river.Job[payment.EventArgs]{Args: payment.EventArgs{Provider: paymenttest.Name, ID: id}})
}

// giveBack has every refund that waits given.
func (m *market) giveBack() {
	m.t.Helper()
	m.answerRefunds(payment.Succeeded)
}

// answerRefunds has every refund that waits given, or fail if no hand gives it.
func (m *market) answerRefunds(answer payment.State) {
	m.t.Helper()
	ctx := context.Background()
	var rows []struct {
		ID       uuid.UUID
		Provider string
		Amount   money.Amount
	}
	m.must(m.db.Select(&rows, `
		select r.id, a.provider, r.amount_centimes as amount from payment_refunds r join payment_attempts a on a.id = r.attempt_id
		where r.state in ('pending', 'waiting')`))
	for _, r := range rows {
		if r.Provider != paymenttest.Name {
			m.must(postgres.InTx(ctx, m.db, func(tx *sqlx.Tx) error { return m.payments.GivenTx(ctx, tx, r.ID, payment.Given{}, m.clock()) }))
			continue
		}
		m.must((&payment.RefundWorker{Payments: m.payments}).Work(ctx, &river.Job[payment.RefundArgs]{Args: payment.RefundArgs{RefundID: r.ID}}))
		var name string
		m.must(m.db.Get(&name, `select provider_reference from payment_refunds where id = $1`, r.ID))
		m.must(m.told(payment.Outcome{Refund: name, State: answer, Amount: r.Amount}))
	}
}

func TestAnOrderThatIsPaidFirstWaitsForItsPayment(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	o := m.byCard()
	m.wantStates(o.ID, "awaiting_payment: awaiting_payment awaiting_payment awaiting_payment")
	m.wantStock(map[uuid.UUID]int{m.wheat: 8, m.thyme: 9, m.olive: 8})
	if !o.ExpiresAt.Equal(monday.Add(30*time.Minute)) || len(m.mails()) > 0 {
		t.Errorf("it waits until %s, or somebody was told of it", o.ExpiresAt)
	}
	honey := m.part(o, m.honey)
	if err := m.Move(ctx, order.MoveAccept, honey.ID, m.of(m.honey)); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("accepted before it was paid: %v", err)
	}
	if list, err := m.PartsOf(ctx, m.honey, order.TodoParts(), nil, 1); err != nil || len(list.Parts) > 0 {
		t.Errorf("its cooperative has %d things to do: %v", len(list.Parts), err)
	}
	m.wantClean()
	m.later(29 * time.Minute)
	m.payFirst(o)
	m.wantStates(o.ID, "confirmed: placed placed placed")
	o = m.read(o.ID)
	if last := o.Events[len(o.Events)-1]; last.Note != order.NotePaid || last.Actor != "system" || !o.ExpiresAt.Equal(m.clock().Add(72*time.Hour)) {
		t.Errorf("%+v, answers until %s", last, o.ExpiresAt)
	}
	if told := m.mails(); len(told) != 3 {
		t.Errorf("%d cooperatives were told", len(told))
	}
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
		card: 238_00, ledger.HeldFor(m.couscous): 52_00, ledger.HeldFor(m.honey): 110_00, ledger.HeldFor(m.soap): 56_00, ledger.HeldDelivery: 20_00,
	})
	m.wantClean()
	// One declines: the buyer has her money back, and the rest goes on.
	m.must(m.Move(ctx, order.MoveDecline, honey.ID, m.of(m.honey)))
	m.wantClean()
	m.giveBack()
	m.handOverAll(o.ID)
	m.must(m.Move(ctx, order.MoveDispatch, o.ID, m.people()))
	m.must(m.Move(ctx, order.MoveDeliver, o.ID, m.people()))
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
		ledger.HeldFor(m.couscous): 0, ledger.HeldFor(m.honey): 0, ledger.HeldFor(m.soap): 0, ledger.HeldDelivery: 0, ledger.RefundsDue: 0,
		card: 128_00, ledger.PayableTo(m.couscous): 49_40, ledger.PayableTo(m.soap): 53_20, ledger.Commission: 5_40, ledger.Delivery: 20_00,
	})
	if _, back := m.card.Asked(); back != 110_00 {
		t.Errorf("asked to give back %s", back)
	}
	m.wantClean()
}

// The money of a part that was declined cannot be given back: the association hears of it and asks again.
func TestARefundThatFailsIsNotForgotten(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	m.payFirst(o)
	m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
	m.mails()
	m.answerRefunds(payment.Failed)
	m.wantClean()
	told := m.mails()
	if letter, ok := told["association@souk.example"]; len(told) != 1 || !ok || !strings.Contains(letter.Subject, o.Number) || !strings.Contains(letter.Body, "110") {
		t.Errorf("told of it: %v", told)
	}
	if n, sum, err := payment.FailedRefunds(t.Context(), m.db); n != 1 || sum != 110_00 || err != nil {
		t.Errorf("%d refunds of %s failed: %v", n, sum, err)
	}
	if o := m.read(o.ID); o.Back != 110_00 || o.BackFailed != 110_00 {
		t.Errorf("%s is to go back, of which %s failed", o.Back, o.BackFailed)
	}
	// More of the same order goes back.
	m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.soap).ID, m.of(m.soap)))
	m.wantClean()
	for _, wrong := range []money.Amount{0, 56_00, 166_00} {
		if err := m.RefundAgain(t.Context(), o.ID, wrong); !errors.Is(err, order.ErrWrongState) {
			t.Errorf("asked again for %s: %v", wrong, err)
		}
	}
	if err := m.RefundAgain(t.Context(), postgres.NewID(), 110_00); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("of no order: %v", err)
	}
	m.must(m.RefundAgain(t.Context(), o.ID, 110_00))
	m.wantClean()
	if err := m.RefundAgain(t.Context(), o.ID, 110_00); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("asked a third time: %v", err)
	}
	m.giveBack()
	m.wantClean()
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
		ledger.HeldFor(m.couscous): 52_00, ledger.HeldFor(m.honey): 0, ledger.HeldFor(m.soap): 0, ledger.HeldDelivery: 20_00, ledger.RefundsDue: 0,
		card: 72_00,
	})
}

// The buyer's bank sends back what was given, weeks later.
func TestARefundThatComesBackIsDueAgain(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	m.payFirst(o)
	m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
	m.giveBack()
	m.mails()
	var name string
	m.must(m.db.Get(&name, `select provider_reference from payment_refunds`))
	for range 2 {
		m.must(m.told(payment.Outcome{Refund: name, State: payment.Failed}))
	}
	m.wantClean()
	if _, ok := m.mails()["association@souk.example"]; !ok {
		t.Error("the association was not told")
	}
	if o := m.read(o.ID); o.Back != 110_00 || o.BackFailed != 110_00 {
		t.Errorf("%s is to go back, of which %s failed", o.Back, o.BackFailed)
	}
	m.must(m.RefundAgain(t.Context(), o.ID, 110_00))
	m.giveBack()
	m.wantClean()
	m.must(m.told(payment.Outcome{Refund: name, State: payment.Failed})) // told of once more
	m.wantClean()
	if o := m.read(o.ID); o.Given != 110_00 || o.BackFailed != 0 {
		t.Errorf("given again, %s went back, and %s failed", o.Given, o.BackFailed)
	}
}

// One refund that failed is no excuse for another that nobody gives, nor for money that waits and is not due.
func TestTheAuditLooksAtAnOrderWhoseRefundFailed(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"a promise less": `
			with gone as (delete from payment_refunds where state = 'pending' returning attempt_id, amount_centimes)
			update payment_attempts a set refunded_centimes = refunded_centimes - g.amount_centimes from gone g where g.attempt_id = a.id`,
		"nothing waits":  `delete from payment_refunds where state = 'failed'`,
		"more waits":     `update payment_refunds set amount_centimes = amount_centimes + 1 where state = 'failed'`,
		"a promise more": `update payment_attempts set refunded_centimes = refunded_centimes + 1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.byCard()
			m.payFirst(o)
			m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
			m.answerRefunds(payment.Failed)
			m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.soap).ID, m.of(m.soap)))
			m.wantClean()
			m.exec(damage)
			const want = "order: whoever is owed money back has it promised or waits for it to be asked for again, and nobody else"
			if found := m.problems(); !slices.ContainsFunc(found, func(p string) bool { return strings.HasPrefix(p, want) }) {
				t.Errorf("found only %v", found)
			}
		})
	}
}

// Whatever of an order goes back, in whatever order refunds fail, are given and are asked for again, the books are right.
func TestWhateverFailsTheBuyerIsOwedWhatSheIsOwed(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for _, product := range []uuid.UUID{m.wheat, m.thyme, m.olive} {
		m.restock(product, 100_000)
	}
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		o := m.byCard()
		a, err := m.payments.Start(ctx, o.ID)
		m.must(err)
		another := func() error { // amount than was asked for, of the first attempt
			return m.told(payment.Outcome{
				Attempt: a.ProviderReference, State: payment.Succeeded, Amount: money.Amount(rapid.Int64Range(1, 300_00).Draw(rt, "amount")),
			})
		}
		if rapid.Bool().Draw(rt, "another amount first") {
			m.must(another())
			m.wantBooks(rt, o.ID)
		}
		if !m.read(o.ID).Paid {
			m.payFirst(o)
		}
		m.must(m.Move(ctx, order.MoveDecline, o.Parts[0].ID, m.of(o.Parts[0].Cooperative.ID)))
		steps := map[string]func() error{
			"another amount": another,
			"decline": func() error {
				p := rapid.SampledFrom(o.Parts).Draw(rt, "part")
				return m.Move(ctx, order.MoveDecline, p.ID, m.of(p.Cooperative.ID))
			},
			"fail": func() error {
				m.answerRefunds(payment.Failed)
				return nil
			},
			"give": func() error {
				m.giveBack()
				return nil
			},
			"ask again": func() error { return m.RefundAgain(ctx, o.ID, m.read(o.ID).BackFailed) },
		}
		names := slices.Sorted(maps.Keys(steps))
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			name := rapid.SampledFrom(names).Draw(rt, "step")
			if err := steps[name](); err != nil && !fault.Is(err, fault.Conflict) {
				rt.Fatalf("%s: %v", name, err)
			}
			m.wantBooks(rt, o.ID)
		}
	})
	m.wantClean() // as every number of steps has left an order
}

func TestAnOrderThatIsNotPaidInTimeIsGivenUp(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	a, err := m.payments.Start(t.Context(), o.ID)
	m.must(err)
	m.must(m.Expire(t.Context(), o.ID, o.ExpiresAt.Add(-time.Second)))
	m.wantStates(o.ID, "awaiting_payment: awaiting_payment awaiting_payment awaiting_payment")
	m.later(31 * time.Minute)
	m.must(m.Expire(t.Context(), o.ID, m.clock()))
	m.wantStates(o.ID, "cancelled: cancelled cancelled cancelled")
	if o := m.read(o.ID); !o.Lapsed() || o.Events[len(o.Events)-1].Note != order.NoteUnpaid || len(m.mails()) > 0 {
		t.Errorf("it is not told why: %+v", o.Events)
	}
	m.wantNothingLeft(o.ID)
	// The money comes all the same, when a part of the goods is gone.
	m.sellOut(m.thyme)
	late := payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: a.Amount}
	m.must(m.told(late))
	m.must(m.told(late))
	m.wantStates(o.ID, "cancelled: cancelled cancelled cancelled")
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
		card: 238_00, ledger.RefundsDue: 238_00,
	})
	m.wantClean()
	m.giveBack()
	if _, back := m.card.Asked(); back != 238_00 {
		t.Errorf("asked to give back %s", back)
	}
	m.wantClean()
}

// Whatever amount came, it stands in the books and is due back; the order waits for the right one until its time is over.
func TestAnotherAmountThanIsDueIsDueBack(t *testing.T) {
	t.Parallel()
	for _, came := range []money.Amount{237_00, 239_00} {
		t.Run(came.String(), func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.byCard()
			a, err := m.payments.Start(t.Context(), o.ID)
			m.must(err)
			told := payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: came}
			wantBack := func() {
				t.Helper()
				m.must(m.told(told))
				m.wantClean()
				if balances, err := ledger.Balances(t.Context(), m.db); err != nil || balances[card] != came || balances[ledger.RefundsDue] != came {
					t.Errorf("%s received, %s due back: %v", balances[card], balances[ledger.RefundsDue], err)
				}
				if o := m.read(o.ID); o.Paid || o.Back != came {
					t.Errorf("paid: %v, %s is to go back", o.Paid, o.Back)
				}
			}
			wantBack()
			m.wantStates(o.ID, "awaiting_payment: awaiting_payment awaiting_payment awaiting_payment")
			m.later(31 * time.Minute)
			m.must(m.Expire(t.Context(), o.ID, m.clock()))
			m.wantStates(o.ID, "cancelled: cancelled cancelled cancelled")
			wantBack()
			m.giveBack()
			if _, back := m.card.Asked(); back != came {
				t.Errorf("asked to give back %s", back)
			}
			m.wantClean()
			// Another buyer tries again while there is time.
			o = m.byCard()
			a, err = m.payments.Start(t.Context(), o.ID)
			m.must(err)
			m.must(m.told(payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: came}))
			m.payFirst(o)
			m.wantStates(o.ID, "confirmed: placed placed placed")
			m.wantClean()
		})
	}
}

// Whoever is first, the buyer has either the order or her money.
func TestPaidAndGivenUpAtTheSameMoment(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for range 5 {
		o := m.byCard()
		a, err := m.payments.Start(t.Context(), o.ID)
		m.must(err)
		paid := payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: a.Amount}
		var all errgroup.Group
		for _, do := range []func() error{
			func() error { return m.told(paid) },
			func() error { return m.told(paid) },
			func() error { return m.Move(context.Background(), order.MoveCancel, o.ID, m.people()) },
			func() error { return m.Expire(context.Background(), o.ID, o.ExpiresAt) },
			func() error { return m.CancelByBuyer(context.Background(), m.Token(o.ID, o.Link)) },
		} {
			all.Go(func() error {
				if err := do(); err != nil && !fault.Is(err, fault.Conflict) {
					return err
				}
				return nil
			})
		}
		m.must(all.Wait())
		m.giveBack()
		if now := m.read(o.ID); now.State == order.StateAwaiting {
			t.Errorf("it is still %s", now.State)
		}
		m.wantClean()
	}
}

// An awaiting order counts among what strangers hold.
func TestAnOrderThatWaitsForItsPaymentIsHeldByAStranger(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.exec(`update settings set decided = decided || '{"phone_orders": "1"}'`)
	o := m.byCard()
	in := m.basic()
	in.Payment = paymenttest.Name
	if _, err := m.Place(t.Context(), in); !errors.Is(err, order.ErrPhoneWaits) && !fault.Is(err, fault.TooMany) {
		t.Errorf("a second one: %v", err)
	}
	m.payFirst(o)
	m.place(in)
	m.wantClean()
}
