package order_test

import (
	"fmt"
	"testing"
	"time"

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
		m.must(m.CancelByBuyer(t.Context(), placed.Token, order.By{}))
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
	for n := range 33 {
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
		m.must(m.CancelByBuyer(t.Context(), placed.Token, order.By{}))
		m.later(10 * time.Second)
	}
	if written != 30 || told != 30 {
		t.Errorf("%d letters from one network, of which the pages tell %d", written, told)
	}
	in := m.wants(phone(40), m.thyme, 1)
	in.From, in.Buyer.Email = "192.0.2.8", "neighbour@example.com"
	m.place(in)
	if m.letters()[in.Buyer.Email] != 1 {
		t.Error("another network's buyer gets no letter")
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
	token, err := m.Confirming(t.Context(), answered.ID)
	m.must(err)
	m.must(m.ConfirmByBuyer(t.Context(), token, order.By{}))
	m.letters()
	place()
	wantLetters("once one was answered", 1)
	m.wantClean()
}
