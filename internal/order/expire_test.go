package order_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

// expire works the order's expiry job.
func (m *market) expire(id uuid.UUID) {
	m.t.Helper()
	m.must(m.workExpiry(id, m.clock()))
}

func (m *market) workExpiry(id uuid.UUID, scheduled time.Time) error {
	worker := order.ExpireWorker{Orders: m.Service}
	return worker.Work(context.Background(), &river.Job[order.ExpireArgs]{
		JobRow: &rivertype.JobRow{ScheduledAt: scheduled}, Args: order.ExpireArgs{OrderID: id},
	})
}

func TestASlowClockDoesNotLoseAnExpiry(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	m.later(71 * time.Hour)
	m.must(m.workExpiry(o.ID, o.ExpiresAt))
	m.wantStates(o.ID, "cancelled: cancelled cancelled cancelled")
}

func TestTheExpiryOfAnUnknownOrderIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var cancelled *river.JobCancelError
	if err := m.workExpiry(postgres.NewID(), monday); !errors.As(err, &cancelled) {
		t.Errorf("%T: %v", err, err)
	}
}

func TestForgottenBasketsAreThrownAway(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	forgotten, remembered, fresh := order.NewToken(), order.NewToken(), order.NewToken()
	m.add(forgotten, m.wheat, 1)
	m.later(time.Minute)
	m.add(remembered, m.wheat, 1)
	m.later(61 * 24 * time.Hour)
	m.add(fresh, m.wheat, 1)
	again, err := m.db.Beginx() // its buyer is back at this moment
	m.must(err)
	defer func() { _ = again.Rollback() }()
	again.MustExec(`update baskets set updated_at = $1 where updated_at = (select max(updated_at) from baskets where updated_at < $2)`, m.now, m.now)
	worker := order.CleanWorker{Orders: m.Service}
	m.must(worker.Work(t.Context(), nil))
	m.must(again.Commit())
	for token, want := range map[string]int{forgotten: 0, remembered: 1, fresh: 1} {
		if n, err := m.Count(t.Context(), token); err != nil || n != want {
			t.Errorf("%d pieces, want %d: %v", n, want, err)
		}
	}
}
