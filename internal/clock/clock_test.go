package clock_test

import (
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
)

func TestATermOfDaysEndsAtMidnight(t *testing.T) {
	t.Parallel()
	for begins, want := range map[string]string{
		"2026-11-23T12:00:00Z": "2026-11-30T23:00:00Z",
		"2026-11-23T22:59:59Z": "2026-11-30T23:00:00Z",
		"2026-11-23T23:00:00Z": "2026-12-01T23:00:00Z", // it is the 24th there
		"2027-02-04T12:00:00Z": "2027-02-12T00:00:00Z", // meanwhile Ramadan began, when the clocks keep UTC
	} {
		at, err := time.Parse(time.RFC3339, begins)
		if err != nil {
			t.Fatal(err)
		}
		if got := clock.TermEnd(at, 7).UTC().Format(time.RFC3339); got != want {
			t.Errorf("seven days from %s end at %s, want %s", begins, got, want)
		}
	}
}

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
