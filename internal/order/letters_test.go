package order_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/order"
)

// letters counts the messages queued since it was last asked, by recipient.
func (m *market) letters() map[string]int {
	m.t.Helper()
	var to []string
	m.must(m.db.Select(&to, `delete from river_job where kind = 'mail_send' returning args->>'to'`))
	counts := make(map[string]int)
	for _, recipient := range to {
		counts[recipient]++
	}
	return counts
}

func TestOrderingAndCancellingWritesToNobodyWithoutEnd(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	const honey, association = "iklil-el-qimma@souk.example", "association@souk.example"
	total := make(map[string]int)
	for n := range 40 {
		in := m.wants(phone(n), m.thyme, 1)
		in.Buyer.Email = fmt.Sprintf("Bomb+%d@example.com", n)
		placed := m.place(in)
		m.must(m.CancelByBuyer(t.Context(), placed.Token))
		for to, letters := range m.letters() {
			if to != honey && to != association {
				to = "the mailbox"
			}
			total[to] += letters
		}
		m.later(10 * time.Second)
	}
	if total["the mailbox"] != 3 {
		t.Errorf("%d letters to one mailbox", total["the mailbox"])
	}
	if total[honey] != 2*10 || total[association] != 2*30 {
		t.Errorf("%d letters to the cooperative, %d to the association", total[honey], total[association])
	}
	m.wantClean()
}

func TestAStrangerWritesToManyMailboxesWithEnd(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	written, told := 0, 0
	for n := range 13 {
		in := m.wants(phone(n), m.thyme, 1)
		in.From, in.Buyer.Email = "192.0.2.7", fmt.Sprintf("somebody%d@example.com", n)
		placed := m.place(in)
		read, err := m.ByToken(t.Context(), placed.Token)
		m.must(err)
		letters := m.letters()[in.Buyer.Email]
		if read.Letter != (letters == 1) {
			t.Errorf("order %d: %d letters, and its page says that there is one: %t", n, letters, read.Letter)
		}
		written += letters
		if read.Letter {
			told++
		}
		m.must(m.CancelByBuyer(t.Context(), placed.Token))
		m.later(10 * time.Second)
	}
	if written != 10 || told != 10 {
		t.Errorf("%d letters from one network, of which the pages tell %d", written, told)
	}
	in := m.wants(phone(40), m.thyme, 1)
	in.From, in.Buyer.Email = "192.0.2.8", "neighbour@example.com"
	m.place(in)
	if m.letters()[in.Buyer.Email] != 1 {
		t.Error("another network's buyer gets no letter")
	}
	// Who shares the stranger's address has hers again within the hour.
	m.later(time.Hour)
	in = m.wants(phone(41), m.thyme, 1)
	in.From, in.Buyer.Email = "192.0.2.7", "beside@example.com"
	m.place(in)
	if m.letters()[in.Buyer.Email] != 1 {
		t.Error("a buyer of the same network gets no letter an hour later")
	}
}

func TestAMailboxIsWrittenToAgainTheNextDayOrOnceItAnswers(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.restock(m.thyme, 100)
	const mailbox = "fatima@example.com"
	number := 0
	place := func() order.Order {
		m.t.Helper()
		number++
		in := m.wants(phone(number), m.thyme, 1)
		in.Buyer.Email = mailbox
		return m.place(in).Order
	}
	wantLetters := func(when string, want int) {
		t.Helper()
		if n := m.letters()[mailbox]; n != want {
			t.Errorf("%s: %d letters", when, n)
		}
	}
	var all errgroup.Group
	for n := range 8 {
		all.Go(func() error {
			in := m.wants(phone(100+n), m.thyme, 1)
			in.Buyer.Email = mailbox
			_, err := m.Place(t.Context(), in)
			return err
		})
	}
	m.must(all.Wait())
	wantLetters("eight orders at once", 3)
	m.later(23 * time.Hour)
	place()
	wantLetters("before a day is over", 0)
	m.later(2 * time.Hour)
	worker := order.CleanWorker{Orders: m.Service}
	m.must(worker.Work(t.Context(), nil))
	var left int
	m.must(m.db.Get(&left, `select count(*) from order_letters where at < $1`, m.clock().Add(-24*time.Hour)))
	if left != 0 {
		t.Errorf("%d letters of yesterday are remembered", left)
	}
	place()
	place()
	answered := place()
	wantLetters("the next day", 3)
	place()
	wantLetters("a fourth", 0)
	m.confirmByMail(answered.ID)
	m.letters()
	place()
	wantLetters("once one was answered", 1)
	m.wantClean()
}

// confirmByMail opens the link in the buyer's mail and says yes.
func (m *market) confirmByMail(id uuid.UUID) {
	m.t.Helper()
	token, err := m.Confirming(context.Background(), id)
	m.must(err)
	m.must(m.ConfirmByBuyer(context.Background(), token))
}

func TestConfirmingByMailAndCancellingWritesToNobodyWithoutEnd(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	const honey, soap, association, own = "iklil-el-qimma@souk.example", "zahrat-el-ain@souk.example", "association@souk.example", "own@example.test"
	total := make(map[string]int)
	for n := range 40 {
		in := m.wants(phone(n), m.thyme, 1)
		in.Lines = append(in.Lines, order.Line{ProductID: m.olive, Quantity: 1})
		in.Buyer.Email = own
		placed := m.place(in)
		m.confirmByMail(placed.Order.ID)
		m.must(m.CancelByBuyer(t.Context(), placed.Token))
		for to, letters := range m.letters() {
			total[to] += letters
		}
		m.later(10 * time.Second)
	}
	if diff := cmp.Diff(map[string]int{honey: 2 * 10, soap: 2 * 10, association: 2 * 30, own: 12}, total); diff != "" {
		t.Errorf("letters (+ are written): %s", diff)
	}
	list, err := m.PartsOf(t.Context(), m.honey, nil, nil, 100)
	m.must(err)
	if parts := len(list.Parts); parts != 40 {
		t.Errorf("the cooperative's list has %d of 40 orders", parts)
	}
	m.wantClean()
}

func TestOfOneNetworkCooperativesHaveMailWithEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from func(n int) string
		want int
	}{
		"one address":                {func(int) string { return "192.0.2.7" }, 90},
		"a line of an IPv6 customer": {func(n int) string { return fmt.Sprintf("2001:db8:1:1::%x", n) }, 90},
		"two of its lines":           {func(n int) string { return fmt.Sprintf("2001:db8:1:%x::", n%2) }, 180},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			written := 0
			for n := range 70 {
				in := m.basic() // of three cooperatives
				in.From, in.Buyer.Phone, in.Buyer.Email = c.from(n), phone(n), fmt.Sprintf("buyer%d@example.com", n)
				placed := m.place(in)
				m.confirmByMail(placed.Order.ID)
				m.must(m.CancelByBuyer(t.Context(), placed.Token))
				for to, letters := range m.letters() {
					if strings.HasSuffix(to, "@souk.example") && !strings.HasPrefix(to, "association") {
						written += letters
					}
				}
				m.later(10 * time.Minute)
			}
			if written != 2*c.want {
				t.Errorf("%d letters to cooperatives, not two about each of %d parts", written, c.want)
			}
			m.wantClean()
		})
	}
}

func TestWhoeverTheMarketItselfSaysYesToIsToldOf(t *testing.T) {
	t.Parallel()
	const couscous, honey, soap = "nouarat-echcharaa@souk.example", "iklil-el-qimma@souk.example", "zahrat-el-ain@souk.example"
	for name, c := range map[string]struct {
		byMail bool
		yes    func(m *market, o order.Order) error
		want   map[string]int
	}{
		"a call of the association": {
			false, func(m *market, o order.Order) error {
				return m.Move(context.Background(), order.MoveConfirm, o.ID, m.people())
			},
			map[string]int{couscous: 1, honey: 1, soap: 1},
		},
		"a cooperative": {
			false, func(m *market, o order.Order) error {
				return m.Move(context.Background(), order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey))
			},
			map[string]int{couscous: 1, soap: 1},
		},
		"a cooperative, after the buyer": {
			true, func(m *market, o order.Order) error {
				return m.Move(context.Background(), order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey))
			},
			map[string]int{couscous: 1, soap: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			for n := range 10 {
				in := m.basic()
				in.Buyer.Phone = phone(n)
				m.must(m.CancelByBuyer(t.Context(), m.place(in).Token))
			}
			in := m.basic()
			in.Buyer.Email = "fatima@example.com"
			o := m.place(in).Order
			m.letters()
			if c.byMail {
				m.confirmByMail(o.ID)
				if letters := m.letters(); len(letters) > 0 {
					t.Errorf("of an order that only a mailbox says yes to: %v", letters)
				}
			}
			m.must(c.yes(m, o))
			if diff := cmp.Diff(c.want, m.letters()); diff != "" {
				t.Errorf("who is to be told and who is (+): %s", diff)
			}
			m.wantClean()
		})
	}
}
