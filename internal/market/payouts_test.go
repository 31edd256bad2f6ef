package market_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	stripego "github.com/stripe/stripe-go/v76"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/stripe"
	"github.com/souk-taawon/souk/internal/payment/stripe/stripetest"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settlement"
)

// stripeAccount is that of the first cooperative with Stripe.
const stripeAccount = "acct_1Nv0FGQ9RKHgCVdK"

// connected is a market in which the first cooperative has an account with Stripe.
func connected(t *testing.T) *stripeMarket {
	m := newStripeMarket(t)
	m.stripe.Connect(stripeAccount)
	m.correct(t, stripeAccount)
	return m
}

// correct writes down the first cooperative's account.
func (m *stripeMarket) correct(t *testing.T, account string) {
	t.Helper()
	c, err := m.Cooperatives.ByID(t.Context(), m.sellers[0])
	must(t, err)
	c.StripeAccount = account
	_, err = m.Cooperatives.Correct(t.Context(), c, nil, m.association)
	must(t, err)
}

// sold is an order of the first cooperative's goods and the second's that was delivered, paid by that means.
func (m *stripeMarket) sold(t *testing.T, means string) order.Order {
	t.Helper()
	return m.deliver(t, m.dispatched(t, means))
}

func (m *stripeMarket) deliver(t *testing.T, id uuid.UUID) order.Order {
	t.Helper()
	must(t, m.Orders.Move(t.Context(), order.MoveDeliver, id, order.By{Actor: m.association}))
	return m.read(t, id)
}

func (m *stripeMarket) dispatched(t *testing.T, means string) uuid.UUID {
	t.Helper()
	ctx := context.Background()
	placed, err := m.Orders.Place(ctx, order.PlaceInput{
		Buyer:    order.Buyer{Name: "فاطمة", Phone: fmt.Sprintf("0661%06d", len(m.orders)), Address: "حي السلام", Place: "berkane"},
		Delivery: delivery.Home, Payment: means, Locale: "fr", Source: order.Shop,
		Lines: []order.Line{{ProductID: m.goods[0], Quantity: 2}, {ProductID: m.goods[2], Quantity: 1}},
	})
	must(t, err)
	id := placed.Order.ID
	m.orders = append(m.orders, id)
	if means == stripe.Name {
		a, err := m.Payments.Start(ctx, id)
		must(t, err)
		m.stripe.Pay(a.ProviderReference, a.Amount)
		e := m.stripe.Event("checkout.session.completed", a.ProviderReference)
		_, err = m.Payments.Hear(ctx, stripe.Name, e.Header.Get, e.Body)
		must(t, err)
		m.workAll(t)
	}
	for _, p := range m.read(t, id).Parts {
		for _, move := range []order.Move{order.MoveAccept, order.MoveReady, order.MoveHandOver} {
			must(t, m.Orders.Move(ctx, move, p.ID, order.By{Actor: m.members[p.Cooperative.ID]}))
		}
	}
	must(t, m.Orders.Move(ctx, order.MoveDispatch, id, order.By{Actor: m.association}))
	return id
}

// close lets the window in which goods may be sent back be over, and no provider be asked yet.
func (m *stripeMarket) close(t *testing.T, o order.Order) {
	t.Helper()
	m.pass(8 * 24 * time.Hour)
	must(t, m.Orders.Close(t.Context(), o.ID, m.Now()))
}

// ask has it written down what Stripe is asked for, and does not ask yet.
func (m *stripeMarket) ask(t *testing.T) {
	t.Helper()
	for _, j := range m.due(t) {
		if j.Kind == (settlement.ShareArgs{}).Kind() {
			must(t, m.workers()[j.Kind](t.Context(), j))
		}
	}
}

// workAll works every job that is due, and whatever follows.
func (m *stripeMarket) workAll(t *testing.T) {
	t.Helper()
	for again := true; again; {
		again = false
		for _, j := range m.due(t) {
			err := m.workers()[j.Kind](context.Background(), j)
			if snoozed := new(river.JobSnoozeError); errors.As(err, &snoozed) {
				m.exec(t, `update river_job set scheduled_at = $2 where id = $1`, j.ID, m.Now().Add(snoozed.Duration))
				continue
			}
			if err != nil {
				t.Fatalf("%s %s: %v", j.Kind, j.EncodedArgs, err)
			}
			m.exec(t, `delete from river_job where id = $1`, j.ID)
			again = true
		}
	}
}

// takes has the association give back pieces of the first cooperative's line.
func (m *stripeMarket) takes(t *testing.T, o order.Order, pieces int) {
	t.Helper()
	p := m.part(o)
	must(t, m.Orders.Refund(t.Context(), o.ID, order.RefundInput{
		Scope: order.RefundLine, Line: p.Lines[0].ID, Quantity: pieces, Reason: order.ReasonDamaged, Key: uuid.New(),
	}, order.By{Actor: m.association}))
}

// part is what the first cooperative has of an order.
func (m *stripeMarket) part(o order.Order) order.Part {
	for _, p := range o.Parts {
		if p.Cooperative.ID == m.sellers[0] {
			return p
		}
	}
	return order.Part{}
}

// wants compares where the first cooperative stands, what it has at Stripe and what is on its way there, and has the whole
// market audited.
func (m *stripeMarket) wants(t *testing.T, what string, due, owes, paidOut, there, transit money.Amount) {
	t.Helper()
	owed, err := m.Settlements.OwedTo(t.Context(), m.sellers[0])
	must(t, err)
	under, err := ledger.Balance(t.Context(), m.DB, ledger.InTransitTo(m.sellers[0]))
	must(t, err)
	if got := m.stripe.Balance(stripeAccount); owed.Due != due || owed.Owes != owes || owed.PaidOut != paidOut || got != there || under != transit {
		t.Errorf("%s: due %s, owes %s, paid out %s, has %s, %s on its way; wanted %s, %s, %s, %s, %s",
			what, owed.Due, owed.Owes, owed.PaidOut, got, under, due, owes, paidOut, there, transit)
	}
	m.audit(t)
}

// lines are what the first cooperative's statement says of payouts by providers, the latest first.
func (m *stripeMarket) lines(t *testing.T) (said []string, last settlement.Line) {
	t.Helper()
	lines, _, err := m.Settlements.Statement(t.Context(), m.sellers[0], "", 100)
	must(t, err)
	for i := len(lines) - 1; i >= 0; i-- {
		if l := lines[i]; l.ByProvider() != "" {
			said = append([]string{string(l.ByProvider())}, said...)
			if l.ByProvider() != settlement.ProviderRecalled && l.ByProvider() != settlement.ProviderAgain {
				last = l
			}
		}
	}
	return said, last
}

func TestACooperativeWithAStripeAccountIsPaidWhenItsPartIsEarnedAndNotBefore(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, stripe.Name)
	share := m.part(o).Items - m.part(o).Commission
	m.workAll(t)
	m.wants(t, "delivered, and may be sent back", 0, 0, 0, 0, 0)
	m.close(t, o)
	m.wants(t, "earned", share, 0, 0, 0, 0)
	m.ask(t)
	m.ask(t)
	m.wants(t, "asked for", 0, 0, share, 0, share)
	_, err := m.Settlements.PayAll(t.Context(), []settlement.Transfer{{CooperativeID: m.sellers[0], Amount: share}}, "VIR-1", m.association)
	if f := fault.As(err); f == nil || f.Fields["amount"].Key != "settlement.above_due" {
		t.Errorf("what is on its way is paid by the bank: %v", err)
	}
	must(t, m.Orders.Close(t.Context(), o.ID, m.Now()))
	m.workAll(t)
	m.wants(t, "paid", 0, 0, share, share, 0)
	if said, _ := m.lines(t); fmt.Sprint(said) != "[paid]" {
		t.Errorf("the statement says %v", said)
	}
	other, err := m.Settlements.OwedTo(t.Context(), m.sellers[1])
	must(t, err)
	if other.Due == 0 || other.PaidOut != 0 {
		t.Errorf("a cooperative without an account is due %s, paid %s", other.Due, other.PaidOut)
	}
	var letters []string
	must(t, m.DB.Select(&letters, `select args->>'body' from river_job where kind = $1 and args->>'to' like '%-0@souk.example' order by id`, mail.SendArgs{}.Kind()))
	if len(letters) == 0 || !strings.Contains(letters[len(letters)-1], "Stripe") || !strings.Contains(letters[len(letters)-1], o.Number) {
		t.Errorf("it is told %q", letters)
	}
}

func TestCashIsNoProvidersToPayOut(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, payment.CashOnDelivery)
	m.close(t, o)
	m.workAll(t)
	m.wants(t, "of cash", m.part(o).Items-m.part(o).Commission, 0, 0, 0, 0)
}

func TestWhatABuyerHasBackIsTakenBackFromWhereItWasPaid(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	m.workAll(t)
	share := m.part(o).Items - m.part(o).Commission
	m.takes(t, o, 1)
	half := share - (m.part(m.read(t, o.ID)).Items - m.part(m.read(t, o.ID)).Commission)
	m.wants(t, "given back", 0, half, share, share, 0)
	m.workAll(t)
	m.wants(t, "taken back", 0, 0, share, share-half, 0)
	m.takes(t, o, 1)
	m.workAll(t)
	m.wants(t, "all of it", 0, 0, share, 0, 0)
	if said, _ := m.lines(t); fmt.Sprint(said) != "[recalled recalled paid]" {
		t.Errorf("the statement says %v", said)
	}
}

// Stripe keeps its fee of what goes back, and the cooperative that bears it was paid by Stripe.
func TestTheFeeOnWhatGoesBackIsTakenBackFromWhereItWasPaid(t *testing.T) {
	t.Parallel()
	m := connected(t)
	m.exec(t, `update settings set decided = decided || '{"fee_by_cooperatives": "yes"}'`)
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	m.workAll(t)
	share := m.part(o).Items - m.part(o).Commission
	m.takes(t, o, 1)
	now := m.read(t, o.ID)
	half := share - (m.part(now).Items - m.part(now).Commission)
	fee := stripetest.FeeOf(o.Due) * (o.Due - now.Due) / o.Due
	m.workAll(t)
	m.wants(t, "asked for", 0, 0, share, share-half, 0)
	m.hear(t)
	m.wants(t, "given", 0, fee, share, share-half, 0)
	m.workAll(t)
	m.wants(t, "taken back", 0, 0, share, share-half-fee, 0)
}

func TestWhatIsGivenBackOfMoneyOnItsWayIsTakenBackWhenItHasArrived(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	m.ask(t)
	share := m.part(o).Items - m.part(o).Commission
	m.takes(t, o, 2)
	m.wants(t, "given back", 0, share, share, 0, share)
	m.workAll(t)
	m.wants(t, "taken back", 0, 0, share, 0, 0)
}

// It may have been set off meanwhile.
func TestWhatIsTakenBackOfNoDebtIsOwedToTheCooperative(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	m.workAll(t)
	share := m.part(o).Items - m.part(o).Commission
	cash := m.sold(t, payment.CashOnDelivery)
	m.close(t, cash)
	m.takes(t, o, 2)
	m.wants(t, "out of what it is owed of cash", 0, 0, share, share, 0)
	m.workAll(t)
	m.wants(t, "taken back", share, 0, 0, 0, 0)
}

func TestARefusedPayoutIsOwedAgainAndPaidByTheBankOrAskedForAgain(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, stripe.Name)
	m.stripe.Change(stripeAccount, func(a *stripetest.Account) { a.Closed = true })
	m.close(t, o)
	m.workAll(t)
	share := m.part(o).Items - m.part(o).Commission
	m.wants(t, "refused", share, 0, 0, 0, 0)
	said, last := m.lines(t)
	if fmt.Sprint(said) != "[again failed]" || !last.CanAskAgain() || last.CanUndo() {
		t.Errorf("the statement says %v; it can be asked for again: %v, undone: %v", said, last.CanAskAgain(), last.CanUndo())
	}
	list, err := m.Settlements.Refused(t.Context(), 10)
	must(t, err)
	if len(list) != 1 || list[0].Amount != share || list[0].Reason != "insufficient_capabilities_for_transfer" {
		t.Errorf("refused: %+v", list)
	}
	m.stripe.Change(stripeAccount, func(a *stripetest.Account) { a.Closed = false })
	_, err = m.Settlements.PayAll(t.Context(), []settlement.Transfer{{CooperativeID: m.sellers[0], Amount: share - 5_00}}, "VIR-1", m.association)
	must(t, err)
	again, err := m.Settlements.AskAgain(t.Context(), m.sellers[0], last.PayoutID.UUID, m.association)
	must(t, err)
	if again.Amount != 5_00 {
		t.Errorf("asked for again: %s", again.Amount)
	}
	if _, err := m.Settlements.AskAgain(t.Context(), m.sellers[0], last.PayoutID.UUID, m.association); !errors.Is(err, settlement.ErrNotRefused) {
		t.Errorf("asked for once more: %v", err)
	}
	m.workAll(t)
	m.wants(t, "paid", 0, 0, share, 5_00, 0)
	if _, err := m.Settlements.Undo(t.Context(), m.sellers[0], again.ID, "خطأ", m.association); !errors.Is(err, settlement.ErrByProvider) {
		t.Errorf("undone by hand: %v", err)
	}
	if list, err := m.Settlements.Refused(t.Context(), 10); err != nil || len(list) != 0 {
		t.Errorf("refused still: %+v, %v", list, err)
	}
}

func TestWhatCannotBeTakenBackStaysOwedAndIsAskedForAgain(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	m.workAll(t)
	share := m.part(o).Items - m.part(o).Commission
	m.stripe.Change(stripeAccount, func(a *stripetest.Account) { a.Balance = 0 })
	m.takes(t, o, 2)
	m.workAll(t)
	m.wants(t, "spent", 0, share, share, 0, 0)
	_, last := m.lines(t)
	if last.NotRecalled != share || !last.CanAskAgain() {
		t.Errorf("the statement says that %s were not taken back", last.NotRecalled)
	}
	if list, err := m.Settlements.Refused(t.Context(), 10); err != nil || len(list) != 1 || list[0].Back != share {
		t.Errorf("refused: %+v, %v", list, err)
	}
	m.stripe.Change(stripeAccount, func(a *stripetest.Account) { a.Balance = share })
	_, err := m.Settlements.AskAgain(t.Context(), m.sellers[0], last.PayoutID.UUID, m.association)
	must(t, err)
	m.workAll(t)
	m.wants(t, "taken back", 0, 0, share, 0, 0)
}

// What was set off meanwhile is not taken back as well.
func TestWhatIsOwedNoMoreIsNotTakenBack(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	m.workAll(t)
	share := m.part(o).Items - m.part(o).Commission
	m.stripe.Change(stripeAccount, func(a *stripetest.Account) { a.Balance = 0 })
	m.takes(t, o, 2)
	m.workAll(t)
	for range 2 {
		m.close(t, m.sold(t, payment.CashOnDelivery))
	}
	_, err := m.Settlements.PayAll(t.Context(), []settlement.Transfer{{CooperativeID: m.sellers[0], Amount: share}}, "VIR-1", m.association)
	must(t, err)
	m.stripe.Change(stripeAccount, func(a *stripetest.Account) { a.Balance = share })
	if list, err := m.Settlements.Refused(t.Context(), 10); err != nil || len(list) != 0 {
		t.Errorf("refused still: %+v, %v", list, err)
	}
	_, last := m.lines(t)
	if _, err := m.Settlements.AskAgain(t.Context(), m.sellers[0], last.PayoutID.UUID, m.association); !errors.Is(err, settlement.ErrNothingDue) {
		t.Errorf("asked for again: %v", err)
	}
}

// dispute has the bank of an order's buyer take her money back, and the market know of it.
func (m *stripeMarket) dispute(t *testing.T, o order.Order) (id string) {
	t.Helper()
	var session string
	must(t, m.DB.Get(&session, `
		select provider_reference from payment_attempts a join payment_intents i on i.id = a.intent_id where i.reference = $1`, o.ID))
	id = m.stripe.Dispute(session, o.Due)
	m.hear(t)
	return id
}

// hear has all that Stripe has sent told and worked, and nothing else done.
func (m *stripeMarket) hear(t *testing.T) {
	t.Helper()
	for _, e := range m.stripe.Events() {
		_, err := m.Payments.Hear(t.Context(), stripe.Name, e.Header.Get, e.Body)
		must(t, err)
	}
	for _, j := range m.due(t) {
		if j.Kind == (payment.EventArgs{}).Kind() {
			must(t, m.workers()[j.Kind](t.Context(), j))
			m.exec(t, `delete from river_job where id = $1`, j.ID)
		}
	}
}

func TestWhatIsRefusedWhileItIsDisputedIsNobodysToPayOut(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	m.ask(t)
	share := m.part(o).Items - m.part(o).Commission
	dispute := m.dispute(t, o)
	must(t, postgres.InTx(t.Context(), m.DB, func(tx *sqlx.Tx) error { // it was asked for before, and this is the answer
		var payout uuid.UUID
		if err := tx.Get(&payout, `update payment_payouts set state = 'failed', ended_at = $1 returning id`, m.Now()); err != nil {
			return err
		}
		return m.Settlements.NotPaidOutTx(t.Context(), tx, payout, "account_closed", m.Now())
	}))
	m.workAll(t)
	m.wants(t, "refused, and disputed", 0, 0, 0, 0, 0)
	m.close(t, m.sold(t, payment.CashOnDelivery)) // it is owed something again
	_, last := m.lines(t)
	if _, err := m.Settlements.AskAgain(t.Context(), m.sellers[0], last.PayoutID.UUID, m.association); !errors.Is(err, settlement.ErrNothingDue) {
		t.Errorf("asked for again: %v", err)
	}
	m.stripe.Decide(dispute, "won")
	m.hear(t)
	m.wants(t, "won", 2*share, 0, 0, 0, 0)
}

func TestWhatIsPaidOutIsNotTakenBackBeforeADisputeIsDecided(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	m.workAll(t)
	share := m.part(o).Items - m.part(o).Commission
	m.close(t, m.sold(t, payment.CashOnDelivery))
	dispute := m.dispute(t, o) // which holds nothing of what is owed of the other
	m.workAll(t)
	m.wants(t, "disputed", share, 0, share, share, 0)
	m.stripe.Decide(dispute, "won")
	m.workAll(t)
	m.hear(t)
	m.wants(t, "won", share, 0, share, share, 0)
}

func TestWhatIsToBePaidOutIsNotAskedForWhileItIsDisputed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		decided stripego.DisputeStatus
		bearer  order.Bearer
		owes    bool // the cooperative has been paid what is lost, and Stripe has it back
	}{
		"won": {"won", "", false}, "the association bears it": {"lost", order.ByAssociation, false}, "the cooperative bears it": {"lost", order.ByCooperative, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := connected(t)
			o := m.sold(t, stripe.Name)
			m.close(t, o)
			m.ask(t)
			share := m.part(o).Items - m.part(o).Commission
			dispute := m.dispute(t, o)
			m.workAll(t)
			m.wants(t, "disputed", 0, 0, share, 0, share)
			m.stripe.Decide(dispute, c.decided)
			m.hear(t)
			if c.bearer != "" {
				m.pass(2 * time.Hour)
				m.workAll(t)
				m.wants(t, "lost, and nobody has said who bears it", 0, 0, share, 0, share)
				var d struct {
					ID      uuid.UUID
					Version int
				}
				must(t, m.DB.Get(&d, `select id, version from payment_disputes`))
				must(t, m.Orders.BearDispute(t.Context(), d.ID, d.Version, c.bearer, order.By{Actor: m.association}))
			}
			m.pass(2 * time.Hour)
			m.workAll(t)
			there := share
			if c.owes {
				there = 0
			}
			m.wants(t, "decided", 0, 0, share, there, 0)
		})
	}
}

func TestTheWindowInWhichAnOrderWasPaidIsPaidOutOf(t *testing.T) {
	t.Parallel()
	m := connected(t)
	ctx := t.Context()
	placed, err := m.Orders.Place(ctx, order.PlaceInput{
		Buyer:    order.Buyer{Name: "فاطمة", Phone: "0661000099", Address: "حي السلام", Place: "berkane"},
		Delivery: delivery.Home, Payment: stripe.Name, Locale: "fr", Source: order.Shop,
		Lines: []order.Line{{ProductID: m.goods[0], Quantity: 2}},
	})
	must(t, err)
	id := placed.Order.ID
	first, err := m.Payments.Start(ctx, id)
	must(t, err)
	must(t, m.Orders.ChooseMeans(ctx, placed.Token, stripe.Name, nil))
	second, err := m.Payments.Start(ctx, id)
	must(t, err)
	for _, a := range []payment.Attempt{first, second} {
		m.stripe.Pay(a.ProviderReference, a.Amount)
	}
	m.hear(t)
	m.workAll(t)
	var given string // of what came twice; the buyer's bank sends it back
	must(t, m.DB.Get(&given, `select provider_reference from payment_refunds`))
	m.stripe.SetRefund(given, stripego.RefundStatusFailed)
	m.hear(t)
	m.workAll(t)
	for _, p := range m.read(t, id).Parts {
		for _, move := range []order.Move{order.MoveAccept, order.MoveReady, order.MoveHandOver} {
			must(t, m.Orders.Move(ctx, move, p.ID, order.By{Actor: m.members[p.Cooperative.ID]}))
		}
	}
	must(t, m.Orders.Move(ctx, order.MoveDispatch, id, order.By{Actor: m.association}))
	o := m.deliver(t, id)
	m.close(t, o)
	m.workAll(t)
	share := m.part(o).Items - m.part(o).Commission
	m.wants(t, "paid in two windows", 0, 0, share, share, 0)
	var of []int
	must(t, m.DB.Select(&of, `select a.number from payment_payouts p join payment_attempts a on a.id = p.attempt_id`))
	if len(of) != 1 || of[0] != 1 {
		t.Errorf("paid out of attempts %v", of)
	}
}

func TestAPayoutWhoseAnswerIsLostIsFound(t *testing.T) {
	t.Parallel()
	m := connected(t)
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	share := m.part(o).Items - m.part(o).Commission
	m.ask(t)
	m.stripe.Lose(9)
	for _, j := range m.due(t) {
		if j.Kind == (payment.PayoutArgs{}).Kind() && m.workers()[j.Kind](t.Context(), j) == nil {
			t.Error("there was an answer")
		}
	}
	m.stripe.Lose(0)
	m.wants(t, "asked for, and done", 0, 0, share, share, share)
	m.pass(10 * time.Minute)
	must(t, (&payment.AskWorker{Payments: m.Payments}).Work(t.Context(), nil))
	m.wants(t, "found", 0, 0, share, share, 0)
	m.workAll(t)
	m.wants(t, "asked for again", 0, 0, share, share, 0)
}

func TestAnAccountIsKeptWhenStripePaysToItAndNotOtherwise(t *testing.T) {
	t.Parallel()
	m := connected(t)
	for value, want := range map[string]string{
		"acct_":                 "cooperative.stripe_account_invalid",
		"0190a000":              "cooperative.stripe_account_invalid",
		"acct_1Nv0FGQ9RKHgCVXX": "cooperative.stripe_account_not_payable",
	} {
		c, err := m.Cooperatives.ByID(t.Context(), m.sellers[1])
		must(t, err)
		c.StripeAccount = value
		_, err = m.Cooperatives.Correct(t.Context(), c, nil, m.association)
		if f := fault.As(err); f == nil || f.Fields["stripe_account"].Key != want {
			t.Errorf("%s: %v", value, err)
		}
	}
	m.stripe.Down(true)
	c, err := m.Cooperatives.ByID(t.Context(), m.sellers[0])
	must(t, err)
	c.President = "فاطمة"
	if _, err := m.Cooperatives.Correct(t.Context(), c, nil, m.association); err != nil {
		t.Errorf("Stripe is asked of an account that it was asked of before: %v", err)
	}
	c.StripeAccount = "acct_1Nv0FGQ9RKHgCVYY"
	_, err = m.Cooperatives.Correct(t.Context(), c, nil, m.association)
	if f := fault.As(err); f == nil || f.Fields["stripe_account"].Key != "cooperative.stripe_account_unchecked" {
		t.Errorf("nobody answers: %v", err)
	}
	m.stripe.Down(false)
	m.correct(t, "")
	events, _, err := m.Cooperatives.Events(t.Context(), m.sellers[0], nil, 1)
	must(t, err)
	if len(events) != 1 || events[0].Kind != cooperative.Corrected || fmt.Sprint(events[0].Fields) != "[stripe_account]" {
		t.Errorf("the history says %+v", events)
	}
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	m.workAll(t)
	m.wants(t, "without an account", m.part(o).Items-m.part(o).Commission, 0, 0, 0, 0)
}

func TestTheAuditFindsPayoutsByProvidersThatContradictTheBooks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		damage string
		found  []string // beginnings of the checks that find it
	}{
		"paid, and nobody has recorded it": {
			`update payment_payouts set state = 'succeeded', ended_at = now(), provider_reference = 'tr' where state = 'pending'`,
			[]string{"settlement: a provider's payout arrived", "settlement: what is in transit"},
		},
		"refused, and not owed again": {
			`update payment_payouts set state = 'failed', ended_at = now() where state = 'pending'`,
			[]string{"settlement: a provider's payout arrived", "settlement: what is in transit"},
		},
		"undone, and the provider has paid": {
			`insert into payout_reversals (payout_id, reason, actor, at) select id, 'x', 'system', now() from payment_payouts where state = 'succeeded'`,
			[]string{"settlement: every payout that was undone came back", "settlement: what was set off with", "settlement: a provider's payout arrived"},
		},
		"of another sum": {
			`update payment_payouts set amount_centimes = amount_centimes - 1 where state = 'succeeded'`,
			[]string{"settlement: a provider's payout arrived"},
		},
		"more than the buyer paid": {
			`update payment_payouts set amount_centimes = 100000000 where state = 'succeeded'`,
			[]string{"payment: no more is paid out", "settlement: a provider's payout arrived"},
		},
		"more is taken back than was paid": {
			`insert into payment_recalls (id, payout_id, amount_centimes, state, created_at, ended_at) select gen_random_uuid(), id, amount_centimes, 'failed', now(), now() from payment_payouts where state = 'succeeded'`,
			[]string{"payment: no more is paid out"},
		},
		"taken back, and nobody has recorded it": {
			`update payment_recalls set amount_centimes = amount_centimes + 1`,
			[]string{"settlement: what providers took back"},
		},
		"nobody asks": {
			`delete from river_job where kind = 'payment_payout'`,
			[]string{"payment: a payout that its provider has not answered"},
		},
		"nobody asked for it": {
			`alter table payouts disable trigger user; delete from payouts where id in (select id from payment_payouts where state = 'pending')`,
			[]string{"settlement: what is in transit", "settlement: providers pay what was asked", "settlement: money moves for an order"},
		},
		"it left the bank": {
			`alter table postings disable trigger user; update postings set credit = 'bank' where credit = 'in_transit' and debit = 'payable'
			 and journal_id in (select id from journals where payout_id in (select id from payment_payouts where state = 'pending'))`,
			[]string{"ledger: the balances that are carried", "ledger: every journal is as it was recorded", "settlement: every payout left the bank once"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := connected(t)
			o, next := m.sold(t, stripe.Name), m.dispatched(t, stripe.Name)
			m.close(t, o)
			m.workAll(t)
			m.takes(t, o, 1)
			m.workAll(t)
			m.close(t, m.deliver(t, next))
			m.ask(t)
			m.audit(t)
			m.exec(t, c.damage)
			checks, err := market.Audit(t.Context(), m.DB)
			must(t, err)
			var found []string
			for _, check := range checks {
				if !check.OK() {
					found = append(found, check.Name)
				}
			}
			matches := func(want, name string) bool { return strings.HasPrefix(name, want) }
			if !slices.EqualFunc(slices.Sorted(slices.Values(c.found)), slices.Sorted(slices.Values(found)), matches) {
				t.Errorf("found %q", found)
			}
		})
	}
}

// A bank's payout names no order: what is disputed by then is held once it is owed again.
func TestWhatTheBankSendsBackWhileItIsDisputedIsHeld(t *testing.T) {
	t.Parallel()
	m := newStripeMarket(t)
	m.stripe.Connect(stripeAccount) // of which the market does not know
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	share := m.part(o).Items - m.part(o).Commission
	paid, err := m.Settlements.PayAll(t.Context(), []settlement.Transfer{{CooperativeID: m.sellers[0], Amount: share}}, "VIR-1", m.association)
	must(t, err)
	dispute := m.dispute(t, o)
	m.wants(t, "disputed, and paid out before", 0, 0, share, 0, 0)
	_, err = m.Settlements.Undo(t.Context(), m.sellers[0], paid[0].ID, "حساب خاطئ", m.association)
	must(t, err)
	m.wants(t, "sent back", 0, 0, 0, 0, 0)
	if _, err := m.Settlements.PayAll(t.Context(), []settlement.Transfer{{CooperativeID: m.sellers[0], Amount: share}}, "VIR-2", m.association); err == nil {
		t.Error("what is disputed was paid out")
	}
	m.stripe.Decide(dispute, "won")
	m.hear(t)
	m.wants(t, "won", share, 0, 0, 0, 0)
}

// A dispute may be told of while whoever undoes a payout waits for its cooperative.
func TestWhatIsDisputedWhileATransferIsUndoneIsHeld(t *testing.T) {
	t.Parallel()
	m := newStripeMarket(t)
	m.stripe.Connect(stripeAccount) // of which the market does not know
	o := m.sold(t, stripe.Name)
	m.close(t, o)
	share := m.part(o).Items - m.part(o).Commission
	paid, err := m.Settlements.PayAll(t.Context(), []settlement.Transfer{{CooperativeID: m.sellers[0], Amount: share}}, "VIR-1", m.association)
	must(t, err)
	disputed, times := m.Settlements.Disputed, 0
	m.Settlements.Disputed = func(ctx context.Context, tx *sqlx.Tx, cooperative uuid.UUID) ([]uuid.UUID, error) {
		orders, err := disputed(ctx, tx, cooperative)
		if times++; times == 1 {
			m.dispute(t, o)
		}
		return orders, err
	}
	_, err = m.Settlements.Undo(t.Context(), m.sellers[0], paid[0].ID, "حساب خاطئ", m.association)
	must(t, err)
	m.wants(t, "sent back, and disputed meanwhile", 0, 0, 0, 0, 0)
	if times != 2 {
		t.Errorf("what is disputed was read %d times", times)
	}
}

func TestTheAuditFindsWhatIsDisputedAndNotFrozen(t *testing.T) {
	t.Parallel()
	m := newStripeMarket(t)
	old, o := m.sold(t, stripe.Name), m.sold(t, stripe.Name)
	m.close(t, old)
	share := m.part(o).Items - m.part(o).Commission
	pay := func(reference string) uuid.UUID {
		t.Helper()
		paid, err := m.Settlements.PayAll(t.Context(), []settlement.Transfer{{CooperativeID: m.sellers[0], Amount: share}}, reference, m.association)
		must(t, err)
		return paid[0].ID
	}
	pay("VIR-1")
	m.close(t, o)
	wrong := pay("VIR-2")
	m.close(t, m.sold(t, payment.CashOnDelivery))
	m.dispute(t, o)
	m.audit(t)
	m.Settlements.Disputed = nil // nobody knows of it
	_, err := m.Settlements.Undo(t.Context(), m.sellers[0], wrong, "حساب خاطئ", m.association)
	must(t, err)
	checks, err := market.Audit(t.Context(), m.DB)
	must(t, err)
	var found []string
	for _, check := range checks {
		if !check.OK() {
			found = append(found, fmt.Sprint(check.Name, check.Problems))
		}
	}
	want := fmt.Sprintf("settlement: what is disputed, and was earned after the last payout that stands, is frozen[order %s: cooperative %s is owed %d, %d of it earned later]",
		o.ID, m.sellers[0], 2*share, share)
	if len(found) != 1 || found[0] != want {
		t.Errorf("found %q, want %q", found, want)
	}
}

// What the bank has paid since is no more to be asked for, also once the cooperative is owed something else.
func TestWhatTheBankHasPaidSinceItWasRefusedIsNotListed(t *testing.T) {
	t.Parallel()
	m := connected(t)
	m.stripe.Change(stripeAccount, func(a *stripetest.Account) { a.Closed = true })
	first := m.sold(t, stripe.Name)
	m.close(t, first)
	m.workAll(t)
	m.close(t, m.sold(t, stripe.Name))
	m.workAll(t)
	m.close(t, m.sold(t, payment.CashOnDelivery)) // something else
	share := m.part(first).Items - m.part(first).Commission
	for i, want := range []int{2, 1, 0} {
		if list, err := m.Settlements.Refused(t.Context(), 10); err != nil || len(list) != want {
			t.Errorf("after %d transfers %d are refused, want %d: %v", i, len(list), want, err)
		}
		if want > 0 {
			m.pass(time.Hour)
			_, err := m.Settlements.PayAll(t.Context(), []settlement.Transfer{{CooperativeID: m.sellers[0], Amount: share}}, fmt.Sprint("VIR-", i), m.association)
			must(t, err)
		}
	}
	m.wants(t, "owed for the other", share, 0, 2*share, 0, 0)
}
