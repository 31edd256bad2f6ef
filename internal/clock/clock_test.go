package clock_test

import (
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
)

func TestADayBeginsWhereTheMarketsPeopleLive(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"2026-11-25T22:59:59Z":      "2026-11-25",
		"2026-11-25T23:00:00Z":      "2026-11-26", // midnight in Berkane
		"2026-12-31T23:30:00Z":      "2027-01-01",
		"2026-03-01T23:30:00Z":      "2026-03-01", // in Ramadan, when the clocks keep UTC
		"2026-11-25T18:30:00-05:00": "2026-11-26",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		day := clock.Day(moment)
		if got := day.Format(time.DateOnly); got != want || !day.Equal(day.UTC().Truncate(24*time.Hour)) {
			t.Errorf("%s is on %s, want %s, at midnight UTC", at, day, want)
		}
	}
}
