package order_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/order"
)

func TestTheSameRequestTwiceIsOneOrder(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Source, in.IdempotencyKey = order.API, "17"
	first := m.place(in)
	again := in
	again.Locale = "fr"
	again.Buyer.Phone = "+212 661-23-45-67"
	again.Lines = []order.Line{in.Lines[0], in.Lines[1], {ProductID: m.olive, Quantity: 1}, {ProductID: m.olive, Quantity: 1}}
	second := m.place(again)
	if first.Replayed || !second.Replayed {
		t.Errorf("replayed: %t, %t", first.Replayed, second.Replayed)
	}
	if diff := cmp.Diff(first, second, cmpopts.IgnoreFields(order.Placed{}, "Replayed")); diff != "" {
		t.Errorf("the two answers differ: %s", diff)
	}
	other := in
	other.Lines = in.Lines[:2]
	if _, err := m.Place(t.Context(), other); !errors.Is(err, order.ErrIdempotencyConflict) {
		t.Errorf("another request under the same key: %v", err)
	}
	other.Source = order.Shop
	if placed := m.place(other); placed.Replayed {
		t.Error("a form's key met one of a partner's")
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 6, m.thyme: 8, m.olive: 8})
	m.wantClean()
}

func TestAProgramsKeyIsItsOwn(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	in := m.basic()
	in.Source, in.IdempotencyKey, in.From = order.API, "1", "192.0.2.1"
	first := m.place(in)
	other := in
	other.Buyer.Phone, other.From = phone(1), "192.0.2.9" // another program that counts its orders from 1
	if second := m.place(other); second.Replayed || second.Order.ID == first.Order.ID {
		t.Error("two callers with the same key met")
	}
	// Who knows all of an order and guesses its key is not told its link.
	stranger := in
	stranger.From = "192.0.2.9"
	placed, err := m.Place(ctx, stranger)
	wantError(t, "the same from elsewhere", err, order.ErrPlacedElsewhere)
	if placed.Token != "" {
		t.Error("a stranger is told the link")
	}
	m.later(23 * time.Hour)
	worker := order.CleanWorker{Orders: m.Service}
	m.must(worker.Work(ctx, nil))
	if again := m.place(in); !again.Replayed || again.Token != first.Token {
		t.Errorf("the caller itself is told %+v", again)
	}
	m.later(2 * time.Hour)
	m.must(worker.Work(ctx, nil))
	_, err = m.Place(ctx, in)
	wantError(t, "after more than a day", err, order.ErrPlacedElsewhere)
	var kept, turns int
	m.must(m.db.Get(&kept, `select count(placed_from) from orders`))
	m.must(m.db.Get(&turns, `select count(*) from hold_turns`))
	if kept != 0 || turns != 0 {
		t.Errorf("%d addresses and %d turns are still kept", kept, turns)
	}
	m.wantClean()
}

func TestTheSameRequestManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Source, in.IdempotencyKey = order.API, "17"
	in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 10}, {ProductID: m.thyme, Quantity: 10}} // all there are
	answers := make([]order.Placed, 10)
	var all errgroup.Group
	for i := range answers {
		all.Go(func() (err error) {
			answers[i], err = m.Place(t.Context(), in)
			return err
		})
	}
	m.must(all.Wait())
	fresh := 0
	for _, a := range answers {
		if !a.Replayed {
			fresh++
		}
		if a.Token != answers[0].Token {
			t.Error("two orders were made")
		}
	}
	if fresh != 1 {
		t.Errorf("%d of the answers are the first", fresh)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 0, m.thyme: 0})
	m.wantClean()
}

func TestFiftyBuyersWantTheLastTenPieces(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var sold, refused atomic.Int32
	var all errgroup.Group
	for i := range 50 {
		all.Go(func() error {
			in := m.basic()
			in.Buyer.Phone = phone(i)
			in.Lines = []order.Line{{ProductID: m.thyme, Quantity: 1}}
			_, err := m.Place(t.Context(), in)
			var short *catalog.OutOfStock
			switch {
			case err == nil:
				sold.Add(1)
				return nil
			case errors.As(err, &short):
				refused.Add(1)
				if diff := cmp.Diff([]catalog.Short{{ProductID: m.thyme, Available: 0}}, short.Lines); diff != "" {
					return errors.New(diff)
				}
				return nil
			}
			return err
		})
	}
	m.must(all.Wait())
	if sold.Load() != 10 || refused.Load() != 40 {
		t.Errorf("%d sold, %d refused", sold.Load(), refused.Load())
	}
	m.wantStock(map[uuid.UUID]int{m.thyme: 0})
	m.wantClean()
}

func TestOrdersThatCrossDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	products := []uuid.UUID{m.wheat, m.barley, m.thyme, m.olive}
	for _, p := range products {
		m.restock(p, 1000)
	}
	var all errgroup.Group
	for i := range 40 {
		all.Go(func() error {
			in := m.basic()
			in.Lines = nil
			for j := range products { // each begins elsewhere
				in.Lines = append(in.Lines, order.Line{ProductID: products[(i+j)%len(products)], Quantity: 1})
			}
			placed, err := m.Place(t.Context(), in)
			if err != nil || i%2 == 0 {
				return err
			}
			return m.CancelByBuyer(t.Context(), placed.Token)
		})
	}
	m.must(all.Wait())
	for _, p := range products {
		m.wantStock(map[uuid.UUID]int{p: 990})
	}
	m.wantClean()
}

func TestAHistoryKeepsTheOrderOfTheMovesWhateverTheClocksSay(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	o := m.place(m.basic()).Order
	part := m.part(o, m.couscous)
	m.later(time.Hour)
	m.must(m.Move(ctx, order.MoveAccept, part.ID, m.of(m.couscous)))
	// Asked a moment before, and then made to wait for the other; or by an instance whose clock is behind.
	slow := func(by order.By) order.By { by.At = m.clock().Add(-time.Second); return by }
	m.must(m.Move(ctx, order.MoveReady, part.ID, slow(m.of(m.couscous))))
	m.must(m.Move(ctx, order.MoveCancel, o.ID, slow(m.people())))
	seen, err := m.PartOf(ctx, m.couscous, part.ID)
	m.must(err)
	var states []string
	for _, e := range seen.Events {
		states = append(states, e.State)
	}
	if diff := cmp.Diff([]string{"placed", "accepted", "ready", "cancelled"}, states); diff != "" {
		t.Errorf("as it happened and as it is told (+): %s", diff)
	}
	m.wantClean()
}
