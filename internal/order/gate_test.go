package order_test

import (
	"context"
	"errors"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/gate"
)

// untilOneWaits returns once a transaction waits for another's rows.
func (m *market) untilOneWaits() {
	m.t.Helper()
	for waiting := 0; waiting == 0; {
		m.must(m.db.GetContext(m.t.Context(), &waiting, `
			select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))
	}
}

func TestOrdersThatWaitForAProductLeaveConnectionsToOthers(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	before := m.place(m.wants(phone(1), m.thyme, 1))
	asked := m.wants(phone(2), m.wheat, 1)
	asked.Buyer.Email = "fatima@example.com"
	toConfirm := m.place(asked).Order
	token, err := m.Confirming(t.Context(), toConfirm.ID)
	m.must(err)
	m.Gate = gate.New(gate.Limits{AtOnce: 1, PerPerson: 1})

	file := m.db.MustBegin() // a catalogue file that changes the honey
	_, err = file.Exec(`select from products where id = $1 for update`, m.thyme)
	m.must(err)
	var first errgroup.Group
	first.Go(func() error {
		_, err := m.Place(t.Context(), m.wants(phone(3), m.thyme, 1))
		return err
	})
	m.untilOneWaits()
	again := func() map[string]error {
		_, placed := m.Place(t.Context(), m.wants(phone(4), m.wheat, 1))
		return map[string]error{
			"another order":         placed,
			"what a buyer cancels":  m.CancelByBuyer(t.Context(), before.Token),
			"what a buyer confirms": m.ConfirmByBuyer(t.Context(), token),
		}
	}
	for what, err := range again() {
		if !errors.Is(err, gate.ErrBusy) {
			t.Errorf("%s, where others may have one connection: %v, want ErrBusy", what, err)
		}
	}
	m.must(file.Rollback())
	m.must(first.Wait())
	for what, err := range again() {
		if err != nil {
			t.Errorf("%s, afterwards: %v", what, err)
		}
	}
	m.wantClean()
}

func TestOrdersHaveHalfOfTheConnections(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for connections, most := range map[int]int{1: 1, 4: 2, 10: 5} {
		m.db.SetMaxOpenConns(connections)
		g := m.orders(secret).Gate
		over, cancel := context.WithCancel(t.Context())
		cancel() // whoever has to wait does not
		inside := 0
		var enter func() error
		enter = func() error {
			inside++
			return g.Do(over, "", enter)
		}
		if err := g.Do(over, "", enter); !errors.Is(err, gate.ErrBusy) || inside != most {
			t.Errorf("of %d connections orders have %d: %v", connections, inside, err)
		}
	}
}
