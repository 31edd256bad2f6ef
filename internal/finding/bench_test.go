package finding_test

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/finding"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/embedded"
	"github.com/souk-taawon/souk/search/meili"
	"github.com/souk-taawon/souk/search/searchtest"
	"github.com/souk-taawon/souk/search/text"
)

var products = flag.Int("products", 10_000, "how many products to measure with")

// BenchmarkSyncer changes every product of a market at once, as the files of very many cooperatives do, and
// brings all of them to an engine, before the database has looked at what came. «of-engine» is its rate in
// that of the engine when it is handed the same documents, ready, at once. «MB» is the most memory of the
// program meanwhile, index included where it is in the program. MEILI_URL and MEILI_KEY name a Meilisearch.
func BenchmarkSyncer(b *testing.B) {
	b.Run("embedded", func(b *testing.B) {
		engine, err := embedded.Open(b.TempDir(), text.Builtin(), slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		benchmarkSyncer(b, engine)
	})
	b.Run("meilisearch", func(b *testing.B) {
		url := os.Getenv("MEILI_URL")
		if url == "" {
			b.Skip("SKIPPED: set MEILI_URL (and MEILI_KEY)")
		}
		benchmarkSyncer(b, meili.New(url, os.Getenv("MEILI_KEY"), "bench", text.Builtin()))
	})
}

func benchmarkSyncer(b *testing.B, engine search.Engine) {
	defer func() { _ = engine.Close() }()
	m := newMarket(b)
	m.fill(*products)
	source := m.source()
	m.Must(search.NewSyncer("bench", engine, source, slog.New(slog.DiscardHandler)).Fill(m.Ctx)) // so that both replace
	var bare, ours time.Duration
	var memory uint64
	for b.Loop() {
		m.Exec(`update products set updated_at = updated_at`)
		ctx, cancel := context.WithCancel(m.Ctx)
		ended := make(chan struct{})
		start := time.Now()
		go func() {
			search.NewSyncer("bench", engine, source, slog.Default()).Run(ctx)
			close(ended)
		}()
		for range time.Tick(100 * time.Millisecond) {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			memory = max(memory, now.HeapInuse)
			left, err := source.Pending(m.Ctx, "bench")
			m.Must(err)
			if left == 0 {
				break
			}
		}
		ours += time.Since(start)
		cancel()
		<-ended

		all := m.documents(source)
		start = time.Now()
		m.Must(engine.Put(m.Ctx, search.Each(all)))
		bare += time.Since(start)
	}
	rate := func(d time.Duration) float64 { return float64(*products*b.N) / d.Seconds() }
	b.ReportMetric(rate(ours), "changes/s")
	b.ReportMetric(rate(bare), "engine/s")
	b.ReportMetric(rate(ours)/rate(bare), "of-engine")
	b.ReportMetric(float64(memory)/(1<<20), "MB")
}

// documents are those of all products.
func (m *market) documents(source *finding.Source) (all []search.Document) {
	m.t.Helper()
	for after := ""; ; after = all[len(all)-1].ID {
		page, err := source.All(m.Ctx, after, 1_000)
		m.Must(err)
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

// fill adds n products, in words as cooperatives use them.
func (m *market) fill(n int) {
	m.t.Helper()
	rows := make([]map[string]any, n)
	for i, d := range searchtest.Market(n) {
		rows[i] = map[string]any{
			"id": postgres.NewID(), "slug": d.ID, "sku": d.ID, "price_centimes": d.PriceCentimes,
			"name_ar": d.NameAR, "name_fr": d.NameFR, "name_en": d.NameEN,
			"description_ar": d.DescriptionAR, "description_fr": d.DescriptionFR, "description_en": d.DescriptionEN,
		}
	}
	m.multiply(m.Offer(m.Couscous, catalogtest.Wheat()), rows)
}
