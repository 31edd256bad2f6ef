package buy

import (
	"testing"
	"time"
)

func TestTheDaysLeftAreThoseOfTheCalendar(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for left, want := range map[time.Duration]int{72 * time.Hour: 3, 72*time.Hour - time.Second: 3, 49 * time.Hour: 2, 83 * time.Hour: 3, 86 * time.Hour: 4} {
		if got := daysLeft(until, left); got != want {
			t.Errorf("%s: %d days, want %d", left, got, want)
		}
	}
}
