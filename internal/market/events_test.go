package market_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/stripe"
	"github.com/souk-taawon/souk/internal/payment/stripe/stripetest"
)

// TestEventsComeToTheSameEndInAnyOrder has Stripe tell a thousand times of payments, refunds and disputes: once each and
// in order; and five times each, out of order, with forged ones among them.
func TestEventsComeToTheSameEndInAnyOrder(t *testing.T) {
	t.Parallel()
	inOrder := newStripeMarket(t)
	inOrder.happen(t, 1, 0, func([]stripetest.Event) {})
	shuffled := newStripeMarket(t)
	random := rand.New(rand.NewPCG(1, 2))
	shuffled.happen(t, 5, forgedEvents, func(events []stripetest.Event) {
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	})
	if len(inOrder.events) < 1000 || len(shuffled.events) != len(inOrder.events) || shuffled.forged != forgedEvents {
		t.Errorf("%d events in order, %d out of order, %d forged", len(inOrder.events), len(shuffled.events), shuffled.forged)
	}
	if diff := cmp.Diff(inOrder.end(t), shuffled.end(t)); diff != "" {
		t.Errorf("out of order (+) it ended otherwise than in order (-): %s", diff)
	}
}

// What the market of this test goes through.
const (
	stripeOrders = 160
	forgedEvents = 500
)

// stripeMarket is a market whose buyers pay at a server of ours that plays Stripe.
type stripeMarket struct {
	*life
	stripe   *stripetest.Server
	sessions []string        // of each order
	events   map[string]bool // that Stripe has sent
	told     int             // of those that the market has been told
	forged   int             // that were refused
}

func newStripeMarket(t *testing.T) *stripeMarket {
	server := stripetest.New(t)
	m := &stripeMarket{
		life: &life{members: map[uuid.UUID]actor.Actor{}, counted: map[uuid.UUID]int{}}, stripe: server, events: map[string]bool{},
	}
	m.open(t, t, stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, WebhookSecret: stripetest.WebhookSecret, URL: server.URL}))
	for _, product := range m.goods {
		m.exec(t, `
			with counted as (update products set stock = stock + 1000 where id = $1 returning id)
			insert into stock_movements (id, product_id, delta, reason, actor, at) select $2, id, 1000, 'count', 'system', $3 from counted`,
			product, uuid.New(), m.Now())
	}
	return m
}

// happen lets buyers order and pay, fail or be slow, cooperatives decline, the association cancel and banks take back. What
// Stripe sends of it comes so many times each, as mixed by mix, and with it so many that Stripe did not send.
func (m *stripeMarket) happen(t *testing.T, times, forged int, mix func([]stripetest.Event)) {
	ctx := context.Background()
	for i := range stripeOrders {
		in := order.PlaceInput{
			Buyer:    order.Buyer{Name: "فاطمة", Phone: fmt.Sprintf("0661%06d", i), Address: "حي السلام", Place: "berkane"},
			Delivery: delivery.Home, Payment: stripe.Name, Locale: "fr", Source: order.Shop,
		}
		for n := range 1 + i%3 {
			in.Lines = append(in.Lines, order.Line{ProductID: m.goods[(i+2*n)%len(m.goods)], Quantity: 1 + i%2})
		}
		placed, err := m.Orders.Place(ctx, in)
		must(t, err)
		m.orders = append(m.orders, placed.Order.ID)
		a, err := m.Payments.Start(ctx, placed.Order.ID)
		must(t, err)
		m.sessions = append(m.sessions, a.ProviderReference)
		switch i % 10 {
		case 6:
			m.stripe.Fail(a.ProviderReference)
		case 7:
			m.stripe.Expire(a.ProviderReference)
		case 8: // she pays, and thinks better of it before the market knows
			m.stripe.Pay(a.ProviderReference, a.Amount)
			must(t, m.Orders.CancelByBuyer(ctx, m.Orders.Token(placed.Order.ID, placed.Order.Link)))
		case 9: // she does neither
		default:
			m.stripe.Pay(a.ProviderReference, a.Amount)
		}
		m.stripe.Event("checkout.session.async_payment_succeeded", a.ProviderReference) // whatever it says, it is asked how that stands
		for _, kind := range []string{"payment_intent.created", "payment_intent.succeeded", "charge.succeeded", "charge.updated"} {
			m.stripe.Send(map[string]any{"type": kind, "data": map[string]any{"object": map[string]any{"id": fmt.Sprint("x", i), "object": "x"}}})
		}
	}
	m.tell(t, times, forged/2, mix)
	for i, id := range m.orders {
		o := m.read(t, id)
		switch {
		case !o.Paid || !o.State.Open():
		case i%10 < 2:
			must(t, m.Orders.Move(ctx, order.MoveDecline, o.Parts[0].ID, order.By{Actor: m.members[o.Parts[0].Cooperative.ID]}))
		case i%10 == 2:
			must(t, m.Orders.Move(ctx, order.MoveCancel, o.ID, order.By{Actor: m.association}))
		case i%20 == 3:
			m.stripe.Decide(m.stripe.Dispute(m.sessions[i], o.Due), "won")
		case i%40 == 13:
			m.stripe.Decide(m.stripe.Dispute(m.sessions[i], o.Due), "lost")
		case i%40 == 33:
			m.stripe.Decide(m.stripe.Dispute(m.sessions[i], o.Due/2), "lost")
		case i%20 == 4:
			m.stripe.Dispute(m.sessions[i], o.Due)
		}
	}
	m.giveBack(t)
	m.tell(t, times, forged-forged/2, mix)
	m.giveBack(t)
	m.audit(t)
}

// tell has what Stripe has sent come to the market, and what others send in its name. Half of it is worked as it comes.
func (m *stripeMarket) tell(t *testing.T, times, forged int, mix func([]stripetest.Event)) {
	sent := m.stripe.Events()
	var events []stripetest.Event
	for range times {
		events = append(events, sent[m.told:]...)
	}
	for _, e := range sent[m.told:] {
		m.events[e.ID] = true
	}
	m.told = len(sent)
	for n := range forged {
		genuine, unpaid := sent[n%len(sent)], m.sessions[9]
		if n%2 == 0 {
			genuine.Body = bytes.ReplaceAll(genuine.Body, []byte(genuine.ID), []byte("evt_forged_"+fmt.Sprint(n)))
		} else {
			genuine = m.stripe.Forge(map[string]any{
				"id": fmt.Sprint("evt_forged_", n), "type": "checkout.session.completed",
				"data": map[string]any{"object": map[string]any{"id": unpaid, "object": "checkout.session", "payment_status": "paid"}},
			})
		}
		events = append(events, genuine)
	}
	mix(events)
	for n, e := range events {
		_, err := m.Payments.Hear(context.Background(), stripe.Name, e.Header.Get, e.Body)
		if errors.Is(err, payment.ErrForged) {
			m.forged++
			continue
		}
		must(t, err)
		if n%2 == 0 {
			m.workEvents(t, 1)
		}
	}
	m.workEvents(t, len(events))
}

// workEvents works so many of the events that wait.
func (m *stripeMarket) workEvents(t *testing.T, most int) {
	ctx := context.Background()
	var jobs []struct {
		ID   int64
		Args []byte
	}
	must(t, m.DB.Select(&jobs, `select id, args from river_job where kind = $1 order by id desc limit $2`, payment.EventArgs{}.Kind(), most))
	for _, j := range jobs {
		var args payment.EventArgs
		must(t, json.Unmarshal(j.Args, &args))
		must(t, (&payment.EventWorker{Payments: m.Payments}).Work(ctx, &river.Job[payment.EventArgs]{Args: args}))
		m.exec(t, `delete from river_job where id = $1`, j.ID)
	}
}

// giveBack has Stripe asked for all that is to be given back.
func (m *stripeMarket) giveBack(t *testing.T) {
	for _, j := range m.due(t) {
		if j.Kind != (payment.RefundArgs{}).Kind() {
			continue
		}
		must(t, m.workers()[j.Kind](context.Background(), j))
		m.exec(t, `delete from river_job where id = $1`, j.ID)
	}
}

// end is how things stand: of each order its state, its parts' and its refunds', and what Stripe has of it; and the
// balances of the ledger.
func (m *stripeMarket) end(t *testing.T) (lines []string) {
	for i, id := range m.orders {
		o := m.read(t, id)
		line := fmt.Sprintf("order %d: %s, paid %v, due %s, given back by Stripe %s, parts", i, o.State, o.Paid, o.Due, m.stripe.Given(m.sessions[i]))
		for _, p := range o.Parts {
			line += fmt.Sprintf(" %d %s %s", slices.Index(m.sellers, p.Cooperative.ID), p.State, p.Items)
		}
		var refunds []string
		must(t, m.DB.Select(&refunds, `
			select concat_ws(' ', r.reason, r.amount_centimes, r.state)
			from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
			where i.reference = $1 order by 1`, id))
		var disputes []string
		must(t, m.DB.Select(&disputes, `
			select concat_ws(' ', state, amount_centimes, fee_centimes, given_centimes) from payment_disputes_now where reference = $1 order by 1`, id))
		lines = append(lines, fmt.Sprint(line, " refunds ", refunds, " disputes ", disputes))
	}
	balances, err := ledger.Balances(context.Background(), m.DB)
	must(t, err)
	for a, balance := range balances {
		if balance != 0 {
			lines = append(lines, fmt.Sprintf("account %s %s of %d: %s", a.Kind, a.Provider, slices.Index(m.sellers, a.Cooperative), balance))
		}
	}
	slices.Sort(lines)
	return lines
}
