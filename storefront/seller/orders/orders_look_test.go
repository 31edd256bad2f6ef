package orders

import (
	"testing"
	"time"
)

func TestBuyersAreCalledByTheirFirstName(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]string{
		"نادية": "نادية", "نادية بن علي": "نادية", "عبد الرحيم بن علي": "عبد الرحيم", "Moulay Abd Esslam Idrissi": "Moulay Abd Esslam",
		"Lalla Fatima": "Lalla Fatima", "  Samira   Bennis ": "Samira", "عبد": "عبد", "": "",
	} {
		if got := firstName(name); got != first {
			t.Errorf("%q is called %q", name, got)
		}
	}
}

func TestDaysAreCountedAsPeopleDo(t *testing.T) {
	t.Parallel()
	night := time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC) // half past midnight in Morocco
	for day, want := range map[string]int{"2026-11-23": -1, "2026-11-24": 0, "2026-11-25": 1, "2026-12-02": 8} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := daysUntil(at, night); got != want {
			t.Errorf("%s is in %d days", day, got)
		}
	}
}
