package report_test

import (
	"context"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/report"
)

// BenchmarkYear reports on a year of 50,000 journals and 240 cooperatives, and compares that with
// the least that any report must do: «bare» is how many times as long it takes as one plain sum of
// the same postings by cooperative.
func BenchmarkYear(b *testing.B) {
	books := newYear(b)
	year := report.Filter{From: at(b, "2025-12-31 23:00"), To: at(b, "2026-12-31 23:00")}
	bare := func() {
		var sums []int64
		if err := books.db.Select(&sums, `
			select sum(p.amount_centimes) from journals j join postings p on p.journal_id = j.id
			where j.at >= $1 and j.at < $2 and p.cooperative_id is not null
			group by p.cooperative_id`, year.From, year.To); err != nil {
			b.Fatal(err)
		}
		if len(sums) != 240 {
			b.Fatalf("%d cooperatives, want 240", len(sums))
		}
	}
	bare() // warms the cache for both
	if s := books.sales(b, year); s.Orders != 22000 || s.Cooperatives != 244 || len(s.ByMonth) != 12 {
		b.Fatalf("%d orders of %d cooperatives in %d months", s.Orders, s.Cooperatives, len(s.ByMonth))
	}
	var least, took time.Duration
	for b.Loop() {
		books.Service = report.New(books.db) // which has kept nothing
		begin := time.Now()
		bare()
		middle := time.Now()
		books.sales(b, year)
		least += middle.Sub(begin)
		took += time.Since(middle)
	}
	b.ReportMetric(float64(took)/float64(least), "bare")
	b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "ms/report")
}

// newYear has 24,000 orders of one to three cooperatives each; 2,000 were cancelled, 22,000 paid,
// and 2,000 payouts made.
func newYear(b *testing.B) *books {
	books := newBooks(b)
	for _, statement := range []string{
		`insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, state, created_at, updated_at)
		 select md5('cooperative' || i)::uuid, 'c' || i, 'c' || i, 'c' || i, 'honey', 'zegzel', 5 + i % 20, i % 3, 0, 'approved', now(), now()
		 from generate_series(0, 239) i`,
		`insert into journals (id, reference, input_hash, kind, order_id, at)
		 select md5('placed' || i)::uuid, 'order:' || md5('order' || i)::uuid || ':placed', '', 'placed', md5('order' || i)::uuid,
		        timestamptz '2026-01-02' + i * interval '362 days' / 24000
		 from generate_series(1, 24000) i`,
		`insert into journals (id, reference, input_hash, kind, order_id, at)
		 select md5(kind || i)::uuid, 'order:' || order_id || ':' || kind, '', kind, order_id, timestamptz '2026-01-02' + i * interval '362 days' / 24000
		 from (select i, md5('order' || i)::uuid as order_id, case when i % 12 = 0 then 'cancelled' else 'paid' end as kind
		       from generate_series(1, 24000) i) orders`,
		`insert into journals (id, reference, input_hash, kind, at)
		 select md5('payout' || i)::uuid, 'payout:' || i, '', 'payout', timestamptz '2026-01-02' + i * interval '362 days' / 2000
		 from generate_series(1, 2000) i`,
		`insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id)
		 select gen_random_uuid(), md5(journal || i)::uuid, debit, credit, amount, md5('cooperative' || c)::uuid
		 from generate_series(1, 24000) i
		 cross join lateral (select (i * 7 + part * 31) % 240 as c from generate_series(0, i % 3) part) parts
		 cross join lateral (values
		     ('placed', 'buyers', 'pending', 1000 + i % 5000),
		     (case when i % 12 = 0 then 'cancelled' end, 'pending', 'buyers', 1000 + i % 5000),
		     (case when i % 12 > 0 then 'paid' end, 'pending', 'payable', 950 + i % 5000),
		     (case when i % 12 > 0 then 'paid' end, 'pending', 'commission', 50)
		 ) as moved (journal, debit, credit, amount)
		 where journal is not null`,
		`insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id)
		 select gen_random_uuid(), md5('payout' || i)::uuid, 'payable', 'bank', 100, md5('cooperative' || i % 240)::uuid
		 from generate_series(1, 2000) i`,
		`analyze`,
	} {
		if _, err := books.db.ExecContext(context.Background(), statement); err != nil {
			b.Fatal(err)
		}
	}
	if err := (&report.FoldWorker{Reports: books.Service}).Work(context.Background(), nil); err != nil {
		b.Fatal(err)
	}
	return books
}
