package order_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

// step is a move together with when it may be made, said once more and in other words.
type step struct {
	name string
	may  func(o order.Order, p order.Part) bool
	do   func(ctx context.Context, m *market, o order.Order, p order.Part) error
}

func steps() []step {
	all := func(o order.Order, in ...order.PartState) bool {
		for _, p := range o.Parts {
			found := !p.State.Active()
			for _, s := range in {
				found = found || p.State == s
			}
			if !found {
				return false
			}
		}
		return true
	}
	early := func(o order.Order) bool {
		return o.State == "awaiting_payment" || o.State == "placed" || o.State == "confirmed"
	}
	return []step{
		{"accept", func(_ order.Order, p order.Part) bool { return p.State == "placed" },
			func(ctx context.Context, m *market, _ order.Order, p order.Part) error {
				return m.Move(ctx, order.MoveAccept, p.ID, m.of(p.Cooperative.ID))
			}},
		{"ready", func(_ order.Order, p order.Part) bool { return p.State == "accepted" },
			func(ctx context.Context, m *market, _ order.Order, p order.Part) error {
				return m.Move(ctx, order.MoveReady, p.ID, m.of(p.Cooperative.ID))
			}},
		{"hand over", func(_ order.Order, p order.Part) bool { return p.State == "ready" },
			func(ctx context.Context, m *market, _ order.Order, p order.Part) error {
				return m.Move(ctx, order.MoveHandOver, p.ID, m.of(p.Cooperative.ID))
			}},
		{"decline", func(_ order.Order, p order.Part) bool { return p.State == "placed" || p.State == "accepted" },
			func(ctx context.Context, m *market, _ order.Order, p order.Part) error {
				return m.Move(ctx, order.MoveDecline, p.ID, m.of(p.Cooperative.ID))
			}},
		{"confirm", func(o order.Order, _ order.Part) bool { return o.State == "placed" },
			func(ctx context.Context, m *market, o order.Order, _ order.Part) error {
				return m.Move(ctx, order.MoveConfirm, o.ID, m.people())
			}},
		{"dispatch", func(o order.Order, _ order.Part) bool { return o.State == "confirmed" && all(o, "handed_over") },
			func(ctx context.Context, m *market, o order.Order, _ order.Part) error {
				return m.Move(ctx, order.MoveDispatch, o.ID, m.people())
			}},
		{"deliver", func(o order.Order, _ order.Part) bool { return o.State == "dispatched" },
			func(ctx context.Context, m *market, o order.Order, _ order.Part) error {
				return m.Move(ctx, order.MoveDeliver, o.ID, m.people())
			}},
		{"refuse", func(o order.Order, _ order.Part) bool { return o.State == "dispatched" },
			func(ctx context.Context, m *market, o order.Order, _ order.Part) error {
				return m.Move(ctx, order.MoveRefuse, o.ID, m.people())
			}},
		{"cancel", func(o order.Order, _ order.Part) bool { return early(o) },
			func(ctx context.Context, m *market, o order.Order, _ order.Part) error {
				return m.Move(ctx, order.MoveCancel, o.ID, m.people())
			}},
		{"cancel by buyer", func(o order.Order, _ order.Part) bool {
			return early(o) && all(o, "awaiting_payment", "placed", "accepted")
		},
			func(ctx context.Context, m *market, o order.Order, _ order.Part) error {
				return m.CancelByBuyer(ctx, m.Token(o.ID, o.Link))
			}},
		{"confirm by mail", func(o order.Order, _ order.Part) bool { return o.State == "placed" },
			func(ctx context.Context, m *market, o order.Order, _ order.Part) error {
				token, err := m.Confirming(ctx, o.ID)
				if errors.Is(err, mail.ErrOver) {
					return order.ErrWrongState
				}
				return errors.Join(err, m.ConfirmByBuyer(ctx, token))
			}},
		payFirst("pay first", func(asked money.Amount) money.Amount { return asked }),
		payFirst("pay too little", func(asked money.Amount) money.Amount { return (asked + 1) / 2 }),
		payFirst("pay too much", func(asked money.Amount) money.Amount { return asked + 1 }),
		{"expire", func(order.Order, order.Part) bool { return true },
			func(ctx context.Context, m *market, o order.Order, _ order.Part) error {
				return m.Expire(ctx, o.ID, o.ExpiresAt)
			}},
	}
}

// payFirst is the step in which so much comes of what was asked for.
func payFirst(name string, comes func(asked money.Amount) money.Amount) step {
	return step{name, func(o order.Order, _ order.Part) bool { return o.State == "awaiting_payment" },
		func(ctx context.Context, m *market, o order.Order, _ order.Part) error {
			a, err := m.payments.Start(ctx, o.ID)
			if errors.Is(err, payment.ErrNotPending) && o.State == "awaiting_payment" { // too late
				return m.Expire(ctx, o.ID, o.ExpiresAt)
			}
			if err != nil {
				return err
			}
			return m.told(payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: comes(a.Amount)})
		}}
}

// Each end by itself is TestEveryEndOfAnOrderLeavesTheBooksRight.
func TestWhateverHappensTheBooksBalance(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	products := []uuid.UUID{m.wheat, m.barley, m.thyme, m.cheese, m.olive, m.hidden}
	steps := steps()
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		var orders []uuid.UUID
		kept := make(map[uuid.UUID]money.Amount)
		move := func(rt *rapid.T, o order.Order, p order.Part, s step) {
			m.later(time.Minute)
			err := s.do(ctx, m, o, p)
			if err == nil && s.name == "cancel by buyer" && o.State == "cancelled" && cmp.Diff(o, m.read(o.ID)) == "" {
				return // she had cancelled it herself, and is answered as she was then
			}
			if may := s.may(o, p); (err == nil) != may {
				rt.Fatalf("%s of a %s part of a %s order: %v", s.name, p.State, o.State, err)
			}
			if err != nil {
				if !fault.Is(err, fault.Conflict) {
					rt.Fatal(err)
				}
				if diff := cmp.Diff(o, m.read(o.ID)); diff != "" {
					rt.Fatalf("%s failed and changed: %s", s.name, diff)
				}
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"place": func(rt *rapid.T) {
				in := m.basic()
				in.Lines = nil
				for range rapid.IntRange(1, 4).Draw(rt, "lines") {
					in.Lines = append(in.Lines, order.Line{
						ProductID: rapid.SampledFrom(products[:5]).Draw(rt, "product"),
						Quantity:  rapid.IntRange(1, 4).Draw(rt, "quantity"),
					})
				}
				in.Delivery = rapid.SampledFrom([]string{delivery.Home, delivery.Pickup}).Draw(rt, "delivery")
				in.Payment = rapid.SampledFrom([]string{payment.CashOnDelivery, paymenttest.Name}).Draw(rt, "payment")
				in.Buyer.Place = rapid.SampledFrom([]string{"berkane", "oujda"}).Draw(rt, "place")
				placed, err := m.Place(ctx, in)
				var short *catalog.OutOfStock
				switch {
				case err == nil:
					orders = append(orders, placed.Order.ID)
				case !errors.As(err, &short) && !fault.Is(err, fault.Invalid):
					rt.Fatal(err)
				}
			},
			"move": func(rt *rapid.T) {
				if len(orders) == 0 {
					rt.Skip("no orders")
				}
				o := m.read(rapid.SampledFrom(orders).Draw(rt, "order"))
				move(rt, o, rapid.SampledFrom(o.Parts).Draw(rt, "part"), rapid.SampledFrom(steps).Draw(rt, "step"))
			},
			"undo": func(rt *rapid.T) {
				if len(orders) == 0 {
					rt.Skip("no orders")
				}
				o := m.read(rapid.SampledFrom(orders).Draw(rt, "order"))
				p := rapid.SampledFrom(o.Parts).Draw(rt, "part")
				undo := m.undoing(o, p)
				want := o.State
				if undo.may(o, p) && p.State == order.PartAccepted && onlyYes(o, p) {
					want = order.StatePlaced
				}
				move(rt, o, p, undo)
				if now := m.read(o.ID).State; now != want {
					rt.Fatalf("a %s order of whose %s part the last step is taken back is %s, want %s", o.State, p.State, now, want)
				}
			},
			"go on": func(rt *rapid.T) { // towards the buyer's door, or else few orders would get there
				if len(orders) == 0 {
					rt.Skip("no orders")
				}
				id := rapid.SampledFrom(orders).Draw(rt, "order")
				end := rapid.SampledFrom([]string{"deliver", "refuse"}).Draw(rt, "end")
				for range rapid.IntRange(1, 9).Draw(rt, "steps") {
					if o := m.read(id); o.State.Open() {
						p, s := onward(o, steps, end)
						move(rt, o, p, s)
					}
				}
			},
			"bring elsewhere": func(rt *rapid.T) {
				if len(orders) == 0 {
					rt.Skip("no orders")
				}
				o := m.read(rapid.SampledFrom(orders).Draw(rt, "order"))
				place := rapid.SampledFrom([]string{"berkane", "ahfir", "oujda", "casablanca"}).Draw(rt, "place")
				m.later(time.Minute)
				err := m.redirect(ctx, o, place)
				now, began := m.read(o.ID), false
				for _, p := range o.Parts {
					began = began || p.State.Active() && p.State != "awaiting_payment" && p.State != "placed"
				}
				switch late := began || o.Delivery == delivery.Pickup || o.State != "awaiting_payment" && o.State != "placed" && o.State != "confirmed"; {
				case now.Buyer != o.Buyer && (err != nil || late || now.Buyer.Place != place):
					rt.Fatalf("a %s order goes to %+v, it went to %+v: %v", o.State, now.Buyer, o.Buyer, err)
				case now.Buyer == o.Buyer && now.Due != o.Due:
					rt.Fatalf("it stays where it went, and %s becomes %s", o.Due, now.Due)
				case late && err != nil && !errors.Is(err, order.ErrAddressLate) && !errors.Is(err, order.ErrAddressOften) && !errors.Is(err, order.ErrAddressSame), err != nil && fault.As(err) == nil:
					rt.Fatal(err)
				}
			},
			"give back": func(*rapid.T) {
				m.later(time.Minute) // what happens at one instant has no order
				m.giveBack()
			},
			"keep": func(rt *rapid.T) { // cash, until nobody has more of it than was paid
				if len(orders) == 0 {
					rt.Skip("no orders")
				}
				o := m.read(rapid.SampledFrom(orders).Draw(rt, "order"))
				if left := o.Due - kept[o.ID]; o.Payment == payment.CashOnDelivery && o.State == order.StateDelivered && left > 0 {
					amount := money.Amount(rapid.Int64Range(1, int64(left)).Draw(rt, "cash"))
					m.moves(o.ID, ledger.OwedBy(rapid.SampledFrom(o.Parts).Draw(rt, "by").Cooperative.ID), cash, amount)
					kept[o.ID] += amount
				}
			},
			"count": func(rt *rapid.T) {
				m.restock(rapid.SampledFrom(products).Draw(rt, "product"), rapid.IntRange(1, 5).Draw(rt, "pieces"))
			},
			"price": func(rt *rapid.T) {
				m.exec(`update products set price_centimes = $2 where id = $1`,
					rapid.SampledFrom(products).Draw(rt, "product"), money.Amount(rapid.IntRange(1, 300_00).Draw(rt, "price")))
				m.exec(`update settings set decided = decided || jsonb_build_object('commission', $1::text)`, rapid.SampledFrom([]string{"0.00", "3.33", "5.00", "100.00"}).Draw(rt, "commission"))
			},
		})
		if problems := m.problems(); len(problems) > 0 {
			rt.Fatalf("%q", problems)
		}
	})
}

// redirect has an order brought elsewhere for whatever that costs.
func (m *market) redirect(ctx context.Context, o order.Order, place string) error {
	in, token := m.elsewhere(o, place), m.Token(o.ID, o.Link)
	err := m.ChangeAddress(ctx, token, in)
	var asks *order.AddressAsks
	if errors.As(err, &asks) {
		in.Agreed = asks.Agreed()
		if err = m.ChangeAddress(ctx, token, in); errors.As(err, &asks) { // it costs something else by now
			return order.ErrWrongState
		}
	}
	return err
}

// undoing is the step that takes back what was done with a part last; members of these orders have one pair of hands.
func (m *market) undoing(o order.Order, p order.Part) step {
	back := map[order.PartState]order.Move{order.PartAccepted: order.MoveUnaccept, order.PartReady: order.MoveUnready, order.PartHandedOver: order.MoveTakeBack}
	undone, last := 0, order.Event{}
	var latest time.Time // a move is later than whatever happened before, and a part that expires does so some time ahead
	for _, e := range o.Events {
		if latest = clock.Later(latest, e.At); e.PartID == nil || *e.PartID != p.ID {
			continue
		}
		if last = e; e.Note == order.NoteUndone {
			undone++
		}
	}
	return step{"undo", func(o order.Order, p order.Part) bool {
		return o.State == "confirmed" && back[p.State] != "" && last.Note != order.NoteUndone && undone < 10 && !clock.Later(latest, m.clock()).After(last.At.Add(order.UndoFor))
	}, func(ctx context.Context, m *market, _ order.Order, p order.Part) error {
		undo, is := back[p.State]
		if !is {
			undo = order.MoveUnready
		}
		return m.Move(ctx, undo, p.ID, m.of(p.Cooperative.ID))
	}}
}

// onlyYes reports whether an order is confirmed by nothing but the yes to that part, whatever other cooperatives have
// taken back since: it was confirmed by a cooperative, and nothing else has happened from then on.
func onlyYes(o order.Order, yes order.Part) bool {
	for _, p := range o.Parts {
		if p.ID != yes.ID && p.State.Active() && p.State != order.PartPlaced {
			return false
		}
	}
	only := false
	for _, e := range o.Events {
		switch {
		case e.PartID == nil && e.State == "confirmed":
			only = e.Actor == actor.Member
		case e.State != "accepted" && e.State != "placed":
			only = false
		}
	}
	return only
}

// onward is the next step of an open order on its way to its end.
func onward(o order.Order, steps []step, end string) (order.Part, step) {
	for _, s := range steps {
		for _, p := range o.Parts {
			switch s.name {
			case "pay first", "accept", "ready", "hand over", "dispatch", end:
				if s.may(o, p) {
					return p, s
				}
			}
		}
	}
	panic("an open order that cannot go on")
}

// Everybody does something to the same few orders at once. Most of it is refused; the books balance.
func TestEverybodyAtOnceAndTheBooksBalance(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for _, product := range []uuid.UUID{m.wheat, m.thyme, m.olive} {
		m.restock(product, 1000)
	}
	var orders []order.Order
	for range 6 {
		orders = append(orders, m.place(m.basic()).Order)
	}
	steps := steps()
	var all errgroup.Group
	for hand := range 8 {
		all.Go(func() error {
			random := rand.New(rand.NewPCG(uint64(hand), 17))
			for n := range 60 {
				o := orders[random.IntN(len(orders))]
				p, s := o.Parts[random.IntN(len(o.Parts))], steps[random.IntN(len(steps))]
				if n%7 == 3 {
					s = step{name: "bring elsewhere", do: func(ctx context.Context, m *market, o order.Order, _ order.Part) error {
						err := m.redirect(ctx, o, []string{"ahfir", "casablanca"}[n%2])
						if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooMany) {
							return nil
						}
						return err
					}}
				}
				if n%4 == 0 {
					s = step{name: "adjust", do: func(ctx context.Context, m *market, o order.Order, p order.Part) error {
						return m.Adjust(ctx, o.ID, order.Adjustment{
							Line: p.Lines[0].ID, Quantity: n / 4 % 2, Amount: p.Lines[0].Price / 2, Reason: order.ReasonWeight, Key: keyOf(fmt.Sprint(hand, n)),
						}, m.people())
					}}
				}
				err := s.do(context.Background(), m, o, p)
				if err != nil && !fault.Is(err, fault.Conflict) {
					return fmt.Errorf("%s: %w", s.name, err)
				}
			}
			return nil
		})
	}
	m.must(all.Wait())
	m.wantClean()
}
