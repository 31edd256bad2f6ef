package order_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/order"
)

// shelf puts that many further products on sale, with 20 pieces each.
func (m *market) shelf(n int) []uuid.UUID {
	m.t.Helper()
	products := make([]uuid.UUID, n)
	for i := range products {
		products[i] = m.product(m.couscous, fmt.Sprint("كسكس ", i), fmt.Sprint("Couscous ", i), 20_00, false, "published")
		m.restock(products[i], 10)
	}
	return products
}

// singles is an order of one piece of each product, under a number that nobody used and from an address.
func (m *market) singles(number int, from string, products ...uuid.UUID) order.PlaceInput {
	in := m.basic()
	in.Source, in.Buyer.Phone, in.From, in.Lines = order.API, phone(number), from, nil
	for _, p := range products {
		in.Lines = append(in.Lines, order.Line{ProductID: p, Quantity: 1})
	}
	return in
}

// refused reports whether err is one of those that say that too much waits unconfirmed.
func refused(err error) bool {
	for _, e := range []error{order.ErrAddressWaits, order.ErrPhoneWaits, order.ErrHeld, order.ErrMarketHeld, order.ErrSpareHeld} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func TestSinglePiecesUnderFreshNumbersDoNotTakeTheMarketOffSale(t *testing.T) {
	t.Parallel()
	for name, from := range map[string]func(n int) string{
		"from the lines of one IPv6 customer": func(n int) string { return fmt.Sprintf("2001:db8:1:%x::", n) },
		"from many addresses":                 func(n int) string { return fmt.Sprintf("192.0.2.%d", n%60) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			m.defaults()
			products := m.shelf(50) // 1,000 pieces, beside 50 of others
			var all errgroup.Group
			all.SetLimit(8)
			for n := range 100 {
				all.Go(func() error {
					_, err := m.Place(t.Context(), m.singles(3*n, from(n), products...))
					if err != nil && !refused(err) {
						return err
					}
					// What is not given by fifty may be given by three or one by one.
					for i := range 2 {
						lines := products[n%48 : n%48+3-2*i]
						if _, err := m.Place(t.Context(), m.singles(3*n+1+i, from(n), lines...)); err != nil && !refused(err) {
							return err
						}
					}
					return nil
				})
			}
			m.must(all.Wait())
			held, err := m.Held(t.Context())
			m.must(err)
			if held.OnSale != 1050 || held.Pieces > 315+105 || held.Pieces < 200 {
				t.Errorf("%d of %d pieces are held", held.Pieces, held.OnSale)
			}
			m.wantClean()
		})
	}
}

// strangersHoldTheirShare lets strangers hold 30 percent of all goods, within every bound.
func (m *market) strangersHoldTheirShare(products []uuid.UUID) {
	m.t.Helper()
	for n := range 9 { // 6 times 50 pieces, and 3 times 5
		lines := products
		if n >= 6 {
			lines = products[5*n : 5*n+5]
		}
		m.place(m.singles(500_000+n, "198.51.100.1", lines...))
	}
}

func TestAFairBuyerStillGetsALastPieceWhileStrangersHoldTheirShare(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	products := m.shelf(50)
	m.strangersHoldTheirShare(products)
	place := func(number int, from string, n int) error {
		_, err := m.Place(t.Context(), m.singles(number, from, products[:n]...))
		return err
	}
	wantError(t, "one piece each of four", place(0, "192.0.2.1", 4), order.ErrMarketHeld)
	fair := m.place(m.singles(0, "192.0.2.1", products[:3]...)).Order
	if want := m.clock().Add(time.Hour); !fair.ExpiresAt.Equal(want) {
		t.Errorf("what was given beyond the share is held until %s", fair.ExpiresAt)
	}
	wantError(t, "more under the same number", place(0, "192.0.2.9", 1), order.ErrMarketHeld)
	m.must(place(1, "192.0.2.1", 3))
	wantError(t, "a seventh piece to one address", place(2, "192.0.2.1", 1), order.ErrAddressWaits)
	m.must(place(3, "2001:db8:1:1::", 3))
	m.must(place(4, "2001:db8:1:2::", 3))
	wantError(t, "a seventh piece to the lines of one customer", place(5, "2001:db8:1:3::", 1), order.ErrAddressWaits)

	// Many addresses empty the reserve, and within the hour it is there again.
	var err error
	for n := 0; err == nil; n++ {
		_, err = m.Place(t.Context(), m.singles(10+n, fmt.Sprintf("203.0.113.%d", n), products[10+n%40]))
	}
	wantError(t, "beyond the reserve", err, order.ErrSpareHeld)
	var spare int
	m.must(m.db.Get(&spare, `select spare from hold_totals`))
	if spare != 105 {
		t.Errorf("%d pieces of 1,050 were given beyond the share", spare)
	}
	m.wantClean()
	m.later(time.Hour)
	var over []uuid.UUID
	m.must(m.db.Select(&over, `select id from orders where state = 'placed' and expires_at <= $1`, m.clock()))
	for _, id := range over {
		m.expire(id)
	}
	m.must(place(200, "192.0.2.77", 1))
	m.wantClean()
}

func TestAllLinesOfAnIPv6CustomerHoldAsMuchAsSixteen(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	m.exec(`update settings set decided = decided || '{"address_orders": "2", "market_share": "100", "product_share": "100"}'`)
	m.restock(m.wheat, 990)
	placed := 0
	for n := range 40 {
		_, err := m.Place(t.Context(), m.singles(n, fmt.Sprintf("2001:db8:1:%x::", n/2), m.wheat))
		if err == nil {
			placed++
		} else if !errors.Is(err, order.ErrAddressWaits) {
			t.Fatal(err)
		}
	}
	if placed != 32 {
		t.Errorf("%d orders of two a line wait from one customer", placed)
	}
	m.must(func() error {
		_, err := m.Place(t.Context(), m.singles(100, "2001:db8:2:1::", m.wheat))
		return err
	}())
	m.wantClean()
}

func TestWhatIsLeftOfAnOrderCountsAsBeyondTheShare(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	m.place(m.wants(phone(1), m.thyme, 8)) // of ten
	in := m.wants(phone(2), m.thyme, 1)
	in.Lines = append(in.Lines, order.Line{ProductID: m.wheat, Quantity: 2}, order.Line{ProductID: m.olive, Quantity: 1})
	o := m.place(in).Order
	wantSpare := func(when string, want int) {
		t.Helper()
		var spare int
		m.must(m.db.Get(&spare, `select spare from hold_totals`))
		if spare != want {
			t.Errorf("%s: %d pieces count as beyond a share", when, spare)
		}
		m.wantClean()
	}
	wantSpare("the last jar but one", 1)
	m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.couscous).ID, m.of(m.couscous)))
	wantSpare("without the couscous", 1)
	m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
	wantSpare("without the jar", 1)
	m.must(m.Move(t.Context(), order.MoveConfirm, o.ID, m.people()))
	wantSpare("confirmed", 0)
}

func TestALastPieceIsNotHeldLongOnAMailboxsWord(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	others := m.place(m.wants(phone(1), m.thyme, 8)) // of ten
	m.mails()
	in := m.wants(phone(2), m.thyme, 1)
	in.Buyer.Email = "fatima@example.com"
	o := m.place(in).Order
	if !m.read(o.ID).LastPieces || m.read(others.Order.ID).LastPieces {
		t.Error("the pages do not tell which order has last pieces")
	}
	wantWords(t, m.mails(), map[string]words{"fatima@example.com": {has: []string{o.Number, "القطع الأخيرة", "الاتصال بالجمعية"}}})
	m.later(30 * time.Minute)
	token, err := m.Confirming(t.Context(), o.ID)
	m.must(err)
	wantHeld := func(when string, spare int, until time.Time) {
		t.Helper()
		var held struct{ Spare, Total int }
		m.must(m.db.Get(&held, `select h.spare, t.spare as total from holds h cross join hold_totals t where h.order_id = $1`, o.ID))
		if read := m.read(o.ID); held.Spare != spare || held.Total != spare || !read.ExpiresAt.Equal(until) || read.LastPieces != (spare > 0) {
			t.Errorf("%s: %d pieces are held beyond the share, %d in all, until %s", when, held.Spare, held.Total, read.ExpiresAt)
		}
		m.wantClean()
	}
	wantError(t, "while others hold the share", m.ConfirmByBuyer(t.Context(), token), order.ErrLastPieces)
	wantHeld("while others hold the share", 1, monday.Add(time.Hour))
	m.wantStates(o.ID, "placed: placed")

	m.must(m.CancelByBuyer(t.Context(), others.Token))
	m.must(m.ConfirmByBuyer(t.Context(), token))
	wantHeld("once it fits into the share", 0, m.clock().Add(72*time.Hour))
}

// Two orders of one mailbox, one of them with last pieces, would else wait for each other, and everybody for them.
func TestWhoConfirmsLastPiecesWaitsForHerLettersBeforeOthersWaitForHer(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	others := m.place(m.wants(phone(1), m.thyme, 8)) // of ten
	in := m.wants(phone(2), m.thyme, 1)
	in.Buyer.Email = "fatima@example.com"
	o := m.place(in).Order
	token, err := m.Confirming(t.Context(), o.ID)
	m.must(err)
	m.must(m.CancelByBuyer(t.Context(), others.Token))

	letters := m.db.MustBegin()
	_, err = letters.Exec(`select from order_letters where order_id = $1 for update`, o.ID)
	m.must(err)
	var confirms errgroup.Group
	confirms.Go(func() error { return m.ConfirmByBuyer(t.Context(), token) })
	m.untilOneWaits()
	_, err = m.db.ExecContext(t.Context(), `select from hold_totals for update nowait`)
	m.must(errors.Join(err, letters.Rollback()))
	m.must(confirms.Wait())
	m.wantStates(o.ID, "confirmed: placed")
	m.wantClean()
}

func TestLastPiecesOfAllGoodsAreNotHeldLongOnAMailboxsWord(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	products := m.shelf(50)
	m.strangersHoldTheirShare(products)
	in := m.singles(0, "192.0.2.1", products[:3]...)
	in.Buyer.Email = "fatima@example.com"
	o := m.place(in).Order
	token, err := m.Confirming(t.Context(), o.ID)
	m.must(err)
	wantError(t, "while strangers hold their share", m.ConfirmByBuyer(t.Context(), token), order.ErrLastPieces)
	m.must(m.Move(t.Context(), order.MoveConfirm, o.ID, m.people()))
	if until := m.read(o.ID).ExpiresAt; !until.Equal(m.clock().Add(72 * time.Hour)) {
		t.Errorf("the association's yes holds it until %s", until)
	}
	m.wantClean()
}
