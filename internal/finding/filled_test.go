package finding_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/search"
)

// A catalogue comes at once, and the database plans with the statistics of the empty set until somebody looks
// at it again. Each batch of changes then still reads little more than itself.
func TestASetThatWasJustFilledIsReadInBatches(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	s := m.source("engine")
	p := m.Offer(m.Couscous, catalogtest.Wheat())
	m.DB.SetMaxOpenConns(1) // what it has read is counted for each connection
	const products, batch = 2_500, 100
	multiply := func() {
		rows := make([]map[string]any, products)
		for i := range rows {
			rows[i] = map[string]any{"id": postgres.NewID(), "slug": fmt.Sprint("p", i), "sku": fmt.Sprint("p", i)}
		}
		m.multiply(p, rows)
	}
	multiply()
	m.Exec(`delete from products where id <> $1`, p.ID)
	m.Exec(`delete from search_pending`)
	m.Exec(`vacuum (analyze, truncate false) search_pending`)
	m.Exec(`vacuum (analyze, truncate false) products`)
	multiply()

	read := func() int {
		m.Exec(`select pg_stat_force_next_flush()`)
		return m.Number(`
			select sum(read) from (
			    select seq_tup_read as read from pg_stat_user_tables where relname in ('search_pending', 'products')
			    union all
			    select idx_tup_read from pg_stat_user_indexes where relname in ('search_pending', 'products')
			) n`)
	}
	reads := func(what string, do func()) {
		t.Helper()
		before := read()
		do()
		if n := read() - before; n > 6*batch { // rows, the index entries of what they were, and what others hold
			t.Errorf("%s %d changes of %d reads %d rows", what, batch, products, n)
		}
	}
	claim := func() (changes []search.Change, ids []string) {
		t.Helper()
		var err error
		reads("claiming", func() { changes, err = s.Claim(m.Ctx, "engine", batch, time.Minute) })
		m.Must(err)
		if len(changes) != batch {
			t.Fatalf("%d changes are claimed, expected %d", len(changes), batch)
		}
		for _, c := range changes {
			ids = append(ids, c.ID)
		}
		return changes, ids
	}
	lent, _ := claim() // somebody else holds them
	changes, ids := claim()
	reads("reading the products of", func() {
		docs, err := s.Documents(m.Ctx, ids)
		m.Must(err)
		if len(docs) != batch {
			t.Errorf("%d documents, expected %d", len(docs), batch)
		}
	})
	reads("striking off", func() { m.Must(s.Done(m.Ctx, "engine", changes)) })
	reads("giving back", func() { m.Must(s.Release(m.Ctx, "engine", lent)) })
	claim()
}
