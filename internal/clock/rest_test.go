package clock_test

import (
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
)

func TestADayOfRestIsNoWorkingDay(t *testing.T) {
	t.Parallel()
	november := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	const sunday = clock.Rest(7) // the 8th, 15th and 22nd
	for _, c := range []struct {
		rest                         clock.Rest
		from, working, after, before int
	}{
		{0, 15, 0, 15, 15},
		{0, 15, 3, 18, 12},
		{sunday, 12, 0, 12, 12},
		{sunday, 12, 2, 14, 10},
		{sunday, 12, 3, 16, 9},
		{sunday, 12, 4, 17, 7},
		{sunday, 15, 0, 16, 14},
		{sunday, 15, 1, 16, 14},
		{sunday, 15, 2, 17, 13},
		{sunday, 14, 1, 16, 13},
		{sunday, 16, 1, 17, 14},
		{sunday, 14, 7, 23, 6},
		{1, 15, 1, 17, 14},
	} {
		if got := c.rest.After(november(c.from), c.working); got != november(c.after) {
			t.Errorf("%d working days after the %dth, resting on %d: %s, want the %dth", c.working, c.from, c.rest, got.Format(time.DateOnly), c.after)
		}
		if got := c.rest.Before(november(c.from), c.working); got != november(c.before) {
			t.Errorf("%d working days before the %dth, resting on %d: %s, want the %dth", c.working, c.from, c.rest, got.Format(time.DateOnly), c.before)
		}
	}
}
