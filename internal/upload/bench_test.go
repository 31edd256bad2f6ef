package upload_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/upload/sheet"
)

// catalogue is a file of n rows whose prices differ by the edition.
func catalogue(n, edition int) string {
	var b strings.Builder
	b.WriteString("Référence;Produit;المنتوج بالعربية;Catégorie;Unité;Prix;Stock;Description\n")
	for i := range n {
		fmt.Fprintf(&b, "R-%05d;Couscous de blé n° %d;كسكس القمح %d;cereal;1 kg;%d,50;%d;Roulé à la main, séché au soleil, en sachet de papier.\n",
			i, i, i, 20+i%50+edition, 10+edition)
	}
	return b.String()
}

// BenchmarkUpload reads, compares and applies a file of 20,000 new products, then the same with every
// price and stock changed. «x-copy» is how many times as long applying takes as a bare COPY of the
// same rows into a table without indexes, triggers or constraints. An engine is registered, so that
// filling the set of changes for search is part of it.
func BenchmarkUpload(b *testing.B) {
	var read, create, change, bare time.Duration
	for b.Loop() {
		m := newMarket(b)
		m.Exec(`update settings set decided = decided || '{"unauthorised": "yes"}'`)
		m.Exec(`insert into search_engines (name, registered_at) values ('engine', now())`)
		watch := time.Now()
		lap := func(total *time.Duration) {
			*total += time.Since(watch)
			watch = time.Now()
		}
		u := m.upload(m.Couscous, "a.csv", catalogue(sheet.MaxRows, 0))
		lap(&read)
		if u = m.apply(m.Couscous, u); u.Summary.Applied != sheet.MaxRows {
			b.Fatalf("%+v", u.Summary)
		}
		lap(&create)
		u = m.upload(m.Couscous, "a.csv", catalogue(sheet.MaxRows, 1))
		lap(&read)
		if u = m.apply(m.Couscous, u); u.Summary.Applied != sheet.MaxRows {
			b.Fatalf("%+v", u.Summary)
		}
		lap(&change)
		bareCopy(b, m)
		lap(&bare)
	}
	n := time.Duration(b.N)
	b.ReportMetric((read / 2 / n).Seconds(), "s-preview")
	b.ReportMetric((create / n).Seconds(), "s-new")
	b.ReportMetric((change / n).Seconds(), "s-changed")
	b.ReportMetric((bare / n).Seconds(), "s-copy")
	b.ReportMetric(float64(create)/float64(bare), "x-copy-new")
	b.ReportMetric(float64(change)/float64(bare), "x-copy-changed")
	b.ReportMetric(0, "ns/op")
}

func bareCopy(b *testing.B, m *market) {
	b.Helper()
	m.Exec(`create table bare (id uuid, sku text, name_fr text, name_ar text, category text, unit text, price bigint, stock int, description text)`)
	m.Must(postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) error {
		rows, err := tx.PrepareContext(m.Ctx, `copy bare (id, sku, name_fr, name_ar, category, unit, price, stock, description) from stdin`)
		if err != nil {
			return err
		}
		for i := range sheet.MaxRows {
			if _, err := rows.ExecContext(m.Ctx, postgres.NewID(), fmt.Sprintf("R-%05d", i), fmt.Sprintf("Couscous de blé n° %d", i),
				fmt.Sprintf("كسكس القمح %d", i), "cereal", "1 kg", 20_50+i, 10, "Roulé à la main, séché au soleil, en sachet de papier."); err != nil {
				return err
			}
		}
		if _, err := rows.ExecContext(m.Ctx); err != nil {
			return err
		}
		return rows.Close()
	}))
}
