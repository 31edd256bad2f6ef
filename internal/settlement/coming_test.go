package settlement_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settlement"
)

func TestTheNextTransferBringsWhatThereIsOnItsDay(t *testing.T) {
	t.Parallel()
	s := newTill(t) // on Sunday, 1 November
	on := func(day int, amount money.Amount) settlement.Coming {
		return settlement.Coming{Day: time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC), Amount: amount}
	}
	november := func(day int) time.Time { return time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		what      string
		due, owes money.Amount
		coming    []settlement.Coming
		amount    money.Amount
		payday    time.Time // if they are on Thursdays
		without   money.Amount
	}{
		{"nothing", 0, 0, nil, 0, time.Time{}, 0},
		{"what is due", 30_00, 0, nil, 30_00, november(5), 30_00},
		{"what is due and comes until that day, the day included", 30_00, 0, []settlement.Coming{on(2, 5_00), on(5, 6_00), on(6, 7_00)}, 41_00, november(5), 30_00},
		{"what comes within a week", 0, 0, []settlement.Coming{on(6, 5_00), on(7, 6_00), on(12, 7_00), on(13, 8_00)}, 18_00, november(12), 5_00},
		{"less what is owed, which takes the first of it", 5_00, 20_00, []settlement.Coming{on(3, 10_00), on(9, 4_00), on(10, 3_00)}, 2_00, november(12), 2_00},
		{"what is owed takes a week", 0, 12_00, []settlement.Coming{on(3, 10_00), on(20, 4_00)}, 2_00, november(26), 2_00},
		{"what is owed takes all", 5_00, 20_00, []settlement.Coming{on(3, 15_00)}, 0, time.Time{}, 0},
	} {
		for payout, want := range map[string]settlement.Next{"4": {Amount: c.amount, Day: c.payday, Account: "1189"}, "0": {Amount: c.without, Account: "1189"}} {
			if want.Amount == 0 {
				want.Account = ""
			}
			s.exec(t, `update settings set decided = decided || jsonb_build_object('payout_day', $1::text)`, payout)
			got, err := s.Next(t.Context(), settlement.Owed{Due: c.due, Owes: c.owes, RIB: "111111111111111111111189"}, c.coming)
			left := c.due - c.owes // of what stands on the page beside it, the transfer is made up
			for _, coming := range got.Coming {
				left += coming.Amount
			}
			if got.Amount > 0 && left != got.Amount {
				t.Errorf("%s, payout day %s: of %s due, less %s, and %+v the transfer is %s", c.what, payout, c.due, c.owes, got.Coming, got.Amount)
			}
			got.Coming = nil
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s, payout day %s: %v %s", c.what, payout, err, diff)
			}
		}
	}
}
