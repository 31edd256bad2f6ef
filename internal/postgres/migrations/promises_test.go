package migrations_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/order"
)

// Orders that are under way as promises come are looked after like those that are placed from then on.
func TestWhatIsUnderWayIsLookedAfter(t *testing.T) {
	t.Parallel()
	d := newDatabase(t)
	for _, version := range d.versions() {
		if version < 790 {
			d.migrate(version)
			d.addRows(version)
		}
	}
	today := clock.Day(time.Now())
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := d.db.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`update orders set sample = false where state in ('confirmed', 'dispatched')`)
	exec(`update orders set deliver_from = least(deliver_from, $1), deliver_to = $1`, today.AddDate(0, 0, -5))
	exec(`update orders set deliver_from = least(deliver_from, $1), deliver_to = $1 where number = 'S-2611-10000008'`, today.AddDate(0, 0, 3))
	exec(`update orders set delivery = 'pickup' where number = 'S-2611-10000006'`) // it waits for its buyer
	d.migrate(790)
	if !clock.Day(time.Now()).Equal(today) {
		t.Skip("midnight came between")
	}
	var jobs []struct {
		Number string
		Day    string
		At     time.Time
	}
	if err := d.db.Select(&jobs, `
		select o.number, j.args->>'day' as day, j.scheduled_at as at
		from river_job j join orders o on o.id::text = j.args->>'order_id' where j.kind = $1 order by 1`, order.LateArgs{}.Kind()); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string, len(jobs))
	for _, j := range jobs {
		got[j.Number] = j.Day + ", looked at " + j.At.In(clock.Zone).Format("2006-01-02 15:04")
	}
	day := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
	want := map[string]string{
		"S-2611-10000004": day(-6) + ", looked at " + day(1) + " 07:00", // a part is still with its cooperative
		"S-2611-10000008": day(2) + ", looked at " + day(3) + " 07:00",
		"S-2611-10000009": day(-5) + ", looked at " + day(1) + " 07:00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
