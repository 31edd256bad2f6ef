package order_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/order"
)

func TestProductsThatAreHeldUpAreCountedWithAllGoodsAndAfterTheyAreFreed(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.exec(`update settings set decided = decided || '{"product_share": "50"}'`)
	want := func(when string, products int, at time.Time) {
		t.Helper()
		now, err := m.Held(t.Context())
		m.must(err)
		if now.HeldUp != products || now.HeldUpAt == nil || !now.HeldUpAt.Equal(at) {
			t.Errorf("%s: %d products are held up, as of %v; not %d, as of %s", when, now.HeldUp, now.HeldUpAt, products, at)
		}
	}
	count := func() { m.must((&order.MeasureWorker{Orders: m.Service}).Work(t.Context(), nil)) }
	if now, err := m.Held(t.Context()); err != nil || now.HeldUp != 0 || now.HeldUpAt != nil {
		t.Errorf("before the first order: %+v, %v", now, err)
	}
	first := m.clock()
	m.place(m.wants(phone(1), m.wheat, m.stock(m.wheat)/2))
	want("at the first order of all, before it", 0, first)
	m.later(time.Minute)
	want("half of one is held, and nobody counted since", 0, first)
	count()
	want("counted", 1, m.clock())
	m.restock(m.wheat, 100)
	placed := m.place(m.wants(phone(2), m.barley, m.stock(m.barley)/2))
	m.place(m.wants(phone(3), m.thyme, m.stock(m.thyme)/2))
	m.later(time.Minute)
	count()
	want("there is more of it, and half of two others is held", 2, m.clock())
	m.later(time.Minute)
	if n, err := m.Free(t.Context(), order.Holders{Phone: placed.Order.Buyer.Phone}, m.clock(), m.people()); err != nil || n != 1 {
		t.Fatalf("%d were freed, %v", n, err)
	}
	want("what one held is free again", 1, m.clock())
	m.exec(`update settings set decided = decided || '{"product_share": "1"}'`)
	count()
	want("a hundredth is enough", 2, m.clock())
}

func TestWhoHoldsMostStandsFirstAndOfAsMuchTheOldest(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	m.restock(m.wheat, 90)
	var placed []order.Order
	for n, pieces := range []int{2, 1, 2, 3, 1, 1} {
		in := m.wants(phone(n%4), m.wheat, pieces)
		if n < 4 {
			in.From = fmt.Sprintf("192.0.2.%d", n/2)
		}
		placed = append(placed, m.place(in).Order)
		m.later(time.Minute)
	}
	want := func(when string, numbers, pieces []int) {
		t.Helper()
		phones, _, err := m.Holders(ctx)
		m.must(err)
		var gotPhones []string
		var gotPieces []int
		for _, h := range phones {
			gotPhones, gotPieces = append(gotPhones, h.Phone), append(gotPieces, h.Pieces)
		}
		var wantPhones []string
		for _, n := range numbers {
			wantPhones = append(wantPhones, m.read(placed[n].ID).Buyer.Phone)
		}
		if diff := cmp.Diff([2]any{wantPhones, pieces}, [2]any{gotPhones, gotPieces}); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
		m.wantClean()
	}
	want("all wait", []int{0, 3, 1, 2}, []int{3, 3, 2, 2})
	m.must(m.Move(ctx, order.MoveConfirm, placed[0].ID, m.people()))
	want("the oldest was confirmed: its buyer has one since later", []int{3, 1, 2, 0}, []int{3, 2, 2, 1})
	m.must(m.Move(ctx, order.MoveConfirm, placed[1].ID, m.people()))
	m.must(m.Move(ctx, order.MoveCancel, placed[3].ID, m.people()))
	want("one holds nothing any more", []int{2, 0, 1}, []int{2, 1, 1})

	seen, err := m.Waiting(ctx, order.Holders{Phone: m.read(placed[2].ID).Buyer.Phone})
	m.must(err)
	if diff := cmp.Diff(order.Waiting{Orders: 1, Pieces: 2, Until: placed[2].PlacedAt}, seen); diff != "" {
		t.Errorf("of one telephone number: %s", diff)
	}
	seen, err = m.Waiting(ctx, order.Holders{Phone: phone(99)})
	m.must(err)
	if seen != (order.Waiting{}) {
		t.Errorf("of one that holds nothing: %+v", seen)
	}
	_, err = m.Waiting(ctx, order.Holders{Phone: phone(0), Address: "00"})
	wantError(t, "of a telephone number and an address", err, order.ErrNotFound)
}

// Buyers who share an address and not a telephone, and the other way round, order, confirm, give up and are given up
// all at once.
func TestWhatEachHoldsIsRightWhateverHappensAtOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	m.exec(`update settings set decided = decided || '{"address_orders": "1000", "address_pieces": "100000"}'`)
	for _, p := range []uuid.UUID{m.wheat, m.barley, m.thyme, m.olive, m.cheese} {
		m.restock(p, 1000)
	}
	products := []uuid.UUID{m.wheat, m.barley, m.thyme, m.olive}
	var all errgroup.Group
	for buyer := range 12 {
		all.Go(func() error {
			for n := range 6 {
				in := m.basic()
				in.Buyer.Phone, in.Buyer.Email = phone(buyer%5), fmt.Sprintf("buyer%d@exemple.invalid", buyer)
				in.From = fmt.Sprintf("2001:db8:%d::%d", buyer%2, buyer%3)
				in.Lines = []order.Line{{ProductID: products[rand.IntN(4)], Quantity: 1 + rand.IntN(3)}}
				if n%2 == 0 {
					in.Lines = append(in.Lines, order.Line{ProductID: m.cheese, Quantity: 1})
				}
				placed, err := m.Place(ctx, in)
				if err != nil {
					return err
				}
				switch (buyer + n) % 6 {
				case 0:
					err = m.Move(ctx, order.MoveConfirm, placed.Order.ID, m.people())
				case 1, 2:
					var token string
					if token, err = m.Confirming(ctx, placed.Order.ID); err == nil {
						err = m.ConfirmByBuyer(ctx, token)
					}
				case 3:
					err = m.CancelByBuyer(ctx, placed.Token)
				case 4:
					_, err = m.Free(ctx, order.Holders{Phone: in.Buyer.Phone, Mailed: n%2 == 0}, placed.Order.PlacedAt, m.people())
				case 5:
					part := placed.Order.Parts[0]
					err = m.Move(ctx, order.MoveDecline, part.ID, m.of(part.Cooperative.ID, "none is left"))
				}
				if err != nil && !errors.Is(err, order.ErrWrongState) { // which another was faster with
					return err
				}
			}
			return nil
		})
	}
	m.must(all.Wait())
	m.wantClean()
	var held int
	m.must(m.db.Get(&held, `select orders from hold_totals`))
	if held == 0 {
		t.Error("nothing is held in the end: nothing was seen")
	}
	// Nor does it matter who changes them.
	m.exec(`update holds set phone = '+212699000001', address = case when pieces > 1 then address end, at = at - pieces * interval '1 day'`)
	m.wantClean()
	m.exec(`delete from holds where order_id in (select order_id from holds order by at limit (select count(*) / 2 from holds))`)
	for _, p := range m.problems() {
		if strings.Contains(p, "the sum of its holds") || strings.Contains(p, "the sum of the holds") && !strings.Contains(p, `"pieces"`) {
			t.Error(p)
		}
	}
}
