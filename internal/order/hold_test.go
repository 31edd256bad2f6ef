package order_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
)

// defaults brings back the bounds that a new market has; those of newMarket are wide.
func (m *market) defaults() {
	m.t.Helper()
	m.exec(`update settings set decided = decided || '{"order_products": "50", "order_pieces": "200", "phone_orders": "5", "phone_pieces": "200", "address_orders": "30", "address_pieces": "1000", "product_share": "80", "market_share": "30", "alarm_share": "15"}'`)
}

// wants is an order of n pieces of a product, under its own telephone number.
func (m *market) wants(number string, product uuid.UUID, n int) order.PlaceInput {
	in := m.basic()
	in.Buyer.Phone, in.Lines = number, []order.Line{{ProductID: product, Quantity: n}}
	return in
}

func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, not %v", what, err, want)
	}
}

func TestThreeOrdersDoNotTakeTheMarketOffSale(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	products := []uuid.UUID{m.wheat, m.barley, m.thyme, m.cheese, m.olive}
	for _, p := range products {
		m.restock(p, 290) // to 300
	}
	all := m.basic()
	all.Source, all.Lines = order.API, nil
	for _, p := range products {
		all.Lines = append(all.Lines, order.Line{ProductID: p, Quantity: 300})
	}
	_, err := m.Place(t.Context(), all)
	if f := fault.As(err); f == nil || f.Fields["quantity"].Key != "order.too_many_pieces" {
		t.Errorf("everything in one order: %v", err)
	}
	placed := 0
	for n := range 60 { // as much as is let through, again and again, under every telephone number
		for range 3 {
			in := m.wants(phone(n), products[n%len(products)], 66)
			if _, err := m.Place(t.Context(), in); err == nil {
				placed++
			}
		}
	}
	held, err := m.Held(t.Context())
	m.must(err)
	// All that is on sale is 1,500 pieces, less the draft's and the newcomer's.
	if held.OnSale != 1500 || held.Pieces > 450 || held.Pieces < 300 {
		t.Errorf("%d of %d pieces are held, in %d orders", held.Pieces, held.OnSale, placed)
	}
	for _, p := range products {
		if n := m.stock(p); n < 60 {
			t.Errorf("%d pieces of a product are left", n)
		}
	}
	m.wantClean()
}

func TestNoBuyerWaitsWhileAllGoodsAreCounted(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.exec(`update settings set decided = decided || '{"order_pieces": "2", "market_share": "10", "product_share": "100"}'`)
	wantOnSale := func(when string, n int) {
		t.Helper()
		held, err := m.Held(t.Context())
		m.must(err)
		if held.OnSale != n {
			t.Errorf("%s: %d pieces are on sale, expected %d", when, held.OnSale, n)
		}
	}
	count := func() { m.must((&order.MeasureWorker{Orders: m.Service}).Work(t.Context(), nil)) }
	m.place(m.wants(phone(1), m.wheat, 1))
	wantOnSale("the first order of all", 50)

	m.restock(m.wheat, 950)
	m.later(24 * time.Hour)
	m.place(m.wants(phone(2), m.wheat, 1))
	wantOnSale("an order of the next day", 50)
	count()
	wantOnSale("counted", 1000)
	m.place(m.wants(phone(3), m.wheat, 2))

	// All but few go at once. Of what is left no more than the share of a product can be held meanwhile, and
	// of all goods no more than their share as soon as they are counted.
	m.restock(m.wheat, -(m.stock(m.wheat) - 6))
	m.exec(`update settings set decided = decided || '{"product_share": "50"}'`)
	m.place(m.wants(phone(4), m.wheat, 1)) // 4 of 10 were held
	_, err := m.Place(t.Context(), m.wants(phone(5), m.wheat, 2))
	if held := new(order.Held); !errors.As(err, &held) {
		t.Errorf("more than half of what is left: %v", err)
	}
	m.exec(`update settings set decided = decided || '{"product_share": "100"}'`)
	m.place(m.wants(phone(5), m.wheat, 1))
	count()
	wantOnSale("counted again", 50)
	_, err = m.Place(t.Context(), m.wants(phone(6), m.olive, 2))
	wantError(t, "more than a tenth of all goods", err, order.ErrMarketHeld)
	m.wantClean()
}

func TestWhatOneTelephoneHoldsIsBoundedAlsoAtOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	m.restock(m.wheat, 990)
	var placed, refused atomic.Int32
	var all errgroup.Group
	for range 50 {
		all.Go(func() error {
			_, err := m.Place(t.Context(), m.wants("0661234567", m.wheat, 1))
			switch {
			case err == nil:
				placed.Add(1)
			case errors.Is(err, order.ErrPhoneWaits) && fault.Is(err, fault.TooMany):
				refused.Add(1)
			default:
				return err
			}
			return nil
		})
	}
	m.must(all.Wait())
	if placed.Load() != 5 || refused.Load() != 45 {
		t.Errorf("%d placed, %d refused", placed.Load(), refused.Load())
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 995})
	m.wantClean()

	// What is confirmed makes room again, and so does what is cancelled or runs out.
	var waiting []uuid.UUID
	m.must(m.db.Select(&waiting, `select order_id from holds order by order_id`))
	m.must(m.Move(t.Context(), order.MoveConfirm, waiting[0], m.people()))
	m.place(m.wants("0661234567", m.wheat, 1))
	o := m.read(waiting[1])
	m.must(m.Move(t.Context(), order.MoveAccept, o.Parts[0].ID, m.of(m.couscous)))
	m.place(m.wants("0661234567", m.wheat, 1))
	m.must(m.CancelByBuyer(t.Context(), m.Token(waiting[2], 0)))
	m.place(m.wants("0661234567", m.wheat, 1))
	_, err := m.Place(t.Context(), m.wants("+212 661 23 45 67", m.wheat, 1))
	wantError(t, "a sixth that waits, of the same number written otherwise", err, order.ErrPhoneWaits)
	m.later(24 * time.Hour)
	m.must(m.db.Select(&waiting, `select order_id from holds`))
	for _, id := range waiting {
		m.expire(id)
	}
	m.place(m.wants("0661234567", m.wheat, 1))
	m.wantClean()
}

func TestWhatOneTelephoneHoldsIsBoundedByPiecesToo(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	m.restock(m.wheat, 990)
	m.place(m.wants("0661234567", m.wheat, 150))
	_, err := m.Place(t.Context(), m.wants("0661234567", m.wheat, 51))
	wantError(t, "201 pieces in two orders", err, order.ErrPhoneWaits)
	m.place(m.wants("0661234567", m.wheat, 50))
	m.wantClean()
}

func TestManyTelephonesFromOneAddressAreOneStranger(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	m.restock(m.wheat, 9990)
	drip := func(n int, from string, spared bool) error {
		in := m.wants(phone(n), m.wheat, 1)
		in.From, in.Spared = from, spared
		_, err := m.Place(t.Context(), in)
		return err
	}
	var placed atomic.Int32
	var all errgroup.Group
	for n := range 50 {
		all.Go(func() error {
			err := drip(n, "192.0.2.1", false)
			if err == nil {
				placed.Add(1)
				return nil
			}
			if !errors.Is(err, order.ErrAddressWaits) {
				return err
			}
			return nil
		})
	}
	m.must(all.Wait())
	if placed.Load() != 30 {
		t.Errorf("%d were placed from one address", placed.Load())
	}
	m.must(drip(100, "192.0.2.2", false))
	m.must(drip(101, "192.0.2.1", true)) // from this machine, where that is let through
	var kept [][]byte
	m.must(m.db.Select(&kept, `select distinct address from holds where address is not null`))
	if len(kept) != 2 || len(kept[0]) != 32 {
		t.Errorf("kept of the addresses: %x", kept)
	}
	m.wantClean()
}

func TestALastPieceCanAlwaysBeBought(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	ctx := t.Context()
	place := func(n int, product uuid.UUID, quantity int) error {
		in := m.wants(phone(n), product, quantity)
		in.From = "192.0.2." + phone(n)[7:]
		_, err := m.Place(ctx, in)
		return err
	}
	// Ten pieces: strangers hold eight of them at most.
	err := place(1, m.wheat, 9)
	var held *order.Held
	if !errors.As(err, &held) || !fault.Is(err, fault.Conflict) {
		t.Fatalf("nine of ten: %v", err)
	}
	if diff := cmp.Diff([]catalog.Short{{ProductID: m.wheat, Available: 8}}, held.Lines); diff != "" {
		t.Error(diff)
	}
	m.must(place(1, m.wheat, 8))
	if err := place(2, m.wheat, 2); !errors.As(err, &held) || held.Lines[0].Available != 1 {
		t.Errorf("two more: %v", err)
	}
	wantError(t, "one more for who holds eight", place(1, m.wheat, 1), order.ErrHeld)
	m.must(place(2, m.wheat, 1))
	wantError(t, "another for who has one", place(2, m.wheat, 1), order.ErrHeld)
	m.must(place(3, m.wheat, 1)) // the last
	var short *catalog.OutOfStock
	if err := place(4, m.wheat, 1); !errors.As(err, &short) {
		t.Errorf("none is left: %v", err)
	}
	// A single piece.
	m.exec(`with sold as (update products set stock = 1 where id = $1 returning id)
		insert into stock_movements (id, product_id, delta, reason, actor, at) select gen_random_uuid(), id, -9, 'count', 'system', now() from sold`, m.thyme)
	m.must(place(5, m.thyme, 1))
	m.wantClean()
}

func TestWhereAllUnconfirmedOrdersHoldTooMuchNewcomersStillGetOneOfEach(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	m.exec(`update settings set decided = decided || '{"order_pieces": "10", "market_share": "20", "product_share": "100"}'`) // of 50 pieces
	m.place(m.wants(phone(1), m.wheat, 10))
	_, err := m.Place(t.Context(), m.wants(phone(2), m.barley, 2))
	wantError(t, "twelve of fifty", err, order.ErrMarketHeld)
	m.place(m.wants(phone(2), m.barley, 1))
	_, err = m.Place(t.Context(), m.wants(phone(2), m.thyme, 1))
	wantError(t, "another for who has one", err, order.ErrMarketHeld)
	m.wantClean()
}

func TestAnUnconfirmedOrderHoldsBrieflyAndAConfirmedOneLong(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	if want := monday.Add(24 * time.Hour); !o.ExpiresAt.Equal(want) {
		t.Errorf("it is held until %s", o.ExpiresAt)
	}
	called := m.place(m.basic()).Order
	m.later(10 * time.Hour)
	m.must(m.Move(t.Context(), order.MoveConfirm, called.ID, m.people()))
	if want := m.clock().Add(72 * time.Hour); !m.read(called.ID).ExpiresAt.Equal(want) {
		t.Errorf("once confirmed until %s", m.read(called.ID).ExpiresAt)
	}
	m.later(14 * time.Hour)
	m.expire(o.ID)
	m.expire(called.ID)
	m.wantStates(o.ID, "cancelled: cancelled cancelled cancelled")
	m.wantStates(called.ID, "confirmed: placed placed placed")
	if events := m.read(o.ID).Events; events[len(events)-1].Note != order.NoteUnconfirmed {
		t.Errorf("it ends with %q", events[len(events)-1].Note)
	}
	m.wantClean()
	m.later(58 * time.Hour)
	m.expire(called.ID)
	m.wantStates(called.ID, "cancelled: cancelled cancelled cancelled")
	if events := m.read(called.ID).Events; events[len(events)-1].Note != order.NoteExpired {
		t.Errorf("it ends with %q", events[len(events)-1].Note)
	}
	m.wantClean()
}

func TestUnconfirmedOrdersFillNoMailbox(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.restock(m.thyme, 100)
	var last order.Order
	counts := map[string]int{}
	for n := range 25 {
		last = m.place(m.wants(phone(n), m.thyme, 1)).Order
		for to := range m.mails() {
			counts[to]++
		}
	}
	const honey, association = "iklil-el-qimma@souk.example", "association@souk.example"
	if diff := cmp.Diff(map[string]int{honey: 5, association: 20}, counts); diff != "" {
		t.Errorf("mails: %s", diff)
	}
	// Who was not told of it is not told of its end, and is told once it is confirmed.
	gone := m.place(m.wants(phone(30), m.thyme, 1))
	m.must(m.CancelByBuyer(t.Context(), gone.Token))
	if mails := m.mails(); len(mails) > 0 {
		t.Errorf("of an end: %v", mails)
	}
	m.must(m.Move(t.Context(), order.MoveConfirm, last.ID, m.people()))
	wantWords(t, m.mails(), map[string]words{honey: {has: []string{last.Number, "عسل الزعتر"}}})
}

func TestTheAssociationIsToldOnceThatStrangersHoldMuch(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	m.exec(`update settings set decided = decided || '{"order_pieces": "10", "market_share": "100", "product_share": "100", "alarm_share": "30"}'`) // of 50 pieces
	alarms := func() (n int) {
		m.t.Helper()
		var subjects []string
		m.must(m.db.Select(&subjects, `delete from river_job where kind = 'mail_send' returning args->>'subject'`))
		for _, subject := range subjects {
			if strings.HasPrefix(subject, "تنبيه") {
				n++
			}
		}
		return n
	}
	wantAlarm := func(when string, mails, pieces int, on bool) {
		t.Helper()
		now, err := m.Held(t.Context())
		m.must(err)
		if n := alarms(); n != mails || now.Pieces != pieces || now.OnSale != 50 || (now.AlarmSince != nil) != on {
			t.Errorf("%s: %d mails, %+v", when, n, now)
		}
	}
	first := m.place(m.wants(phone(1), m.wheat, 10))
	wantAlarm("a fifth is held", 0, 10, false)
	second := m.place(m.wants(phone(2), m.barley, 6))
	wantAlarm("a third is held", 1, 16, true)
	third := m.place(m.wants(phone(2), m.thyme, 2))
	wantAlarm("a little more", 0, 18, true)
	m.must(m.CancelByBuyer(t.Context(), first.Token))
	wantAlarm("a little less", 0, 8, true)
	m.must(m.CancelByBuyer(t.Context(), third.Token))
	wantAlarm("much less", 0, 6, false)
	m.must(m.CancelByBuyer(t.Context(), second.Token))
	wantAlarm("nothing", 0, 0, false)
	again := []order.Placed{m.place(m.wants(phone(1), m.wheat, 10)), m.place(m.wants(phone(2), m.barley, 6))}
	wantAlarm("once more within the hour", 0, 16, true)
	for _, o := range again {
		m.must(m.CancelByBuyer(t.Context(), o.Token))
	}
	m.later(time.Hour)
	m.place(m.wants(phone(1), m.wheat, 10))
	m.place(m.wants(phone(2), m.barley, 6))
	wantAlarm("once more", 1, 16, true)
	m.wantClean()
}
