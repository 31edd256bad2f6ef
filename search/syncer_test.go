package search_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/search"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// inStep expects the engine to hold what the market sells, and nothing to be pending.
func inStep(t *testing.T, m *market, x *index) {
	t.Helper()
	if diff := cmp.Diff(m.names(), x.names()); diff != "" {
		t.Errorf("(-market +index):\n%s", diff)
	}
	if n, _ := m.Pending(t.Context(), ""); n != 0 {
		t.Errorf("%d changes are pending", n)
	}
}

// running runs a syncer for as long as the test.
func running(t *testing.T, m *market, x *index, log *slog.Logger) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		search.NewSyncer("memory", x, m, log).Run(ctx)
		close(ended)
	}()
	t.Cleanup(func() { cancel(); <-ended })
}

func once(t *testing.T, m *market, x *index, expected int) {
	t.Helper()
	n, err := search.NewSyncer("memory", x, m, quiet()).Once(t.Context())
	if err != nil {
		t.Fatalf("once: %v", err)
	}
	if n != expected {
		t.Errorf("%d changes, expected %d", n, expected)
	}
}

func TestEveryChangeReachesTheEngineWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, x := newMarket(), newIndex()
		for i := range 2_500 {
			m.set(fmt.Sprintf("p%04d", i), "Miel")
		}
		running(t, m, x, quiet())
		time.Sleep(2 * time.Second)
		inStep(t, m, x) // what was there before

		m.set("p0001", "Miel de thym")
		m.set("new", "Amandes")
		m.remove("p0002")
		time.Sleep(2 * time.Second)
		inStep(t, m, x)
		if x.names()["p0001"] != "Miel de thym" || x.names()["new"] != "Amandes" || x.names()["p0002"] != "" {
			t.Error("the changes have not arrived")
		}
		for i := range 1_700 { // more than are claimed at once
			m.set(fmt.Sprintf("p%04d", i), "Huile")
		}
		time.Sleep(2 * time.Second)
		inStep(t, m, x)
	})
}

func TestACrashBetweenWritingAndMarkingAsDoneLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, x := newMarket(), newIndex()
		m.registered = true
		m.set("honey", "Miel")
		m.remove("gone")
		m.killed = true
		if _, err := search.NewSyncer("memory", x, m, quiet()).Once(t.Context()); !errors.Is(err, errDown) {
			t.Fatalf("once: %v", err)
		}
		m.killed = false
		once(t, m, x, 0) // the one who was killed still has them
		time.Sleep(time.Minute)
		once(t, m, x, 2)
		inStep(t, m, x)
	})
}

func TestAChangeWhileTheOneBeforeIsWrittenStaysPending(t *testing.T) {
	t.Parallel()
	m, x := newMarket(), newIndex()
	m.registered = true
	m.set("honey", "Miel")
	x.onPut = func([]search.Document) {
		x.onPut = nil
		m.set("honey", "Miel de thym")
	}
	once(t, m, x, 1)
	if x.names()["honey"] != "Miel" {
		t.Errorf("the engine holds %v", x.names())
	}
	if n, _ := m.Pending(t.Context(), ""); n != 1 {
		t.Errorf("%d changes are pending, expected 1", n)
	}
	once(t, m, x, 1)
	inStep(t, m, x)
}

func TestWhenTheEngineFailsTheChangesAreGivenBack(t *testing.T) {
	t.Parallel()
	m, x := newMarket(), newIndex()
	m.registered = true
	m.set("honey", "Miel")
	x.down = true
	if n, err := search.NewSyncer("memory", x, m, quiet()).Once(t.Context()); n != 0 || !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("once: %d, %v", n, err)
	}
	x.down = false
	once(t, m, x, 1) // at once: nobody waits for a lease
	inStep(t, m, x)

	// Also when the one who works is told to stop in the middle.
	m.set("honey", "Miel de thym")
	ctx, cancel := context.WithCancel(t.Context())
	x.onPut = func([]search.Document) { cancel() }
	if _, err := search.NewSyncer("memory", x, m, quiet()).Once(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("once: %v", err)
	}
	x.onPut = nil
	once(t, m, x, 1)
	inStep(t, m, x)
}

func TestAnOutageIsLoggedOnceAndCaughtUpWith(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]func(m *market, x *index, down bool){
		"the engine":   func(_ *market, x *index, down bool) { x.setDown(down) },
		"the database": func(m *market, _ *index, down bool) { m.setDown(down) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				m, x := newMarket(), newIndex()
				m.set("honey", "Miel")
				running(t, m, x, slog.New(slog.NewTextHandler(&log, nil)))
				time.Sleep(time.Second)
				outage(m, x, true)
				for i := range 60 {
					m.set(fmt.Sprint("p", i), "Huile")
					time.Sleep(time.Second)
				}
				outage(m, x, false)
				time.Sleep(30 * time.Second)
				inStep(t, m, x)
				synctest.Wait()
				if n := strings.Count(log.String(), "not kept up to date"); n != 1 {
					t.Errorf("the beginning is logged %d times:\n%s", n, &log)
				}
				if n := strings.Count(log.String(), "up to date again"); n != 1 {
					t.Errorf("the end is logged %d times:\n%s", n, &log)
				}
				tries := 0
				for _, n := range m.claims {
					tries = max(tries, n)
				}
				if tries > 20 {
					t.Errorf("tried %d times in a minute", tries)
				}
			})
		})
	}
}

func TestAnEngineThatWasEmptiedIsFilledAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, x := newMarket(), newIndex()
		m.set("honey", "Miel")
		running(t, m, x, quiet())
		time.Sleep(time.Second)
		x.setDown(true)
		time.Sleep(time.Second)
		x.mu.Lock()
		x.docs, x.down = map[string]search.Document{}, false
		x.mu.Unlock()
		m.set("oil", "Huile") // an engine that lost its index fails the next change
		x.setDown(true)
		time.Sleep(time.Second)
		x.setDown(false)
		time.Sleep(30 * time.Second)
		inStep(t, m, x)
	})
}

func TestAnIndexOfAnotherDatabaseIsReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, x := newMarket(), newIndex()
		x.docs["stranger"] = search.Document{ID: "stranger"}
		m.set("honey", "Miel") // before the engine is known, so it is not pending
		x.setDown(true)        // the first attempt fails
		running(t, m, x, quiet())
		time.Sleep(time.Second)
		x.setDown(false)
		time.Sleep(30 * time.Second)
		inStep(t, m, x)
	})
}

func TestReadersSeeNoMarketWithoutGoodsWhileTheEngineIsFilled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, x := newMarket(), newIndex()
		m.set("honey", "Miel")
		s := search.NewSyncer("memory", x, m, quiet())
		var during error
		m.onAll = func(int) { _, during = s.Readers().Search(t.Context(), search.Query{}) }
		if _, err := s.Readers().Search(t.Context(), search.Query{}); !errors.Is(err, search.ErrUnavailable) || s.Filled() {
			t.Errorf("before: %v, filled: %v", err, s.Filled())
		}
		if err := s.Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !errors.Is(during, search.ErrUnavailable) {
			t.Errorf("while it is filled: %v", during)
		}
		if _, err := s.Readers().Search(t.Context(), search.Query{}); err != nil || !s.Filled() {
			t.Errorf("afterwards: %v, filled: %v", err, s.Filled())
		}
	})
}

func TestAnEngineThatWasForgottenIsFilledAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, x := newMarket(), newIndex()
		m.set("honey", "Miel")
		running(t, m, x, quiet())
		time.Sleep(time.Second)
		m.mu.Lock()
		m.registered = false
		m.mu.Unlock()
		m.set("oil", "Huile") // nobody queues it for an engine that is not known
		time.Sleep(2 * time.Minute)
		inStep(t, m, x)
	})
}

func TestARefusedProductDoesNotHoldTheOthersUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		m, x := newMarket(), newIndex()
		m.registered = true
		for i := range 100 {
			m.set(fmt.Sprintf("p%02d", i), "Miel")
		}
		x.refused = "p37"
		s := search.NewSyncer("memory", x, m, slog.New(slog.NewTextHandler(&log, nil)))
		if _, err := s.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(x.names()); n != 99 {
			t.Errorf("%d products are found, expected 99", n)
		}
		if !strings.Contains(log.String(), "p37") {
			t.Errorf("the log does not name the product:\n%s", &log)
		}
		once(t, m, x, 0) // not again and again
		x.refused = ""
		time.Sleep(time.Minute)
		once(t, m, x, 1)
		inStep(t, m, x)
	})
}

func TestChangesDuringARebuildAreThereAfterwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, x := newMarket(), newIndex()
		for i := range 3_000 {
			m.set(fmt.Sprintf("p%04d", i), "Miel")
		}
		running(t, m, x, quiet())
		time.Sleep(time.Second)
		inStep(t, m, x)
		m.mu.Lock()
		m.pages = 0
		m.onAll = func(n int) {
			if n == 2 { // p0000 to p1999 were read
				m.set("p0001", "Miel de thym")
				m.set("p2500", "Miel de thym")
				m.set("a-new-one", "Amandes")
				m.remove("p0002")
				m.remove("p2501")
				time.Sleep(5 * time.Second) // the one who runs beside looks many times
			}
		}
		m.mu.Unlock()
		if err := search.NewSyncer("memory", x, m, quiet()).Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		inStep(t, m, x)
	})
}

func TestARebuildLeavesOutWhatTheEngineWouldRefuse(t *testing.T) {
	t.Parallel()
	m, x := newMarket(), newIndex()
	m.set("honey", "Miel")
	m.set("not an id", "Huile")
	if err := search.NewSyncer("memory", x, m, quiet()).Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := x.names(); len(got) != 1 || got["honey"] == "" {
		t.Errorf("the engine holds %v", got)
	}
}

// Buyers and cooperatives do everything at once, several instances share the work, and one of them rebuilds
// now and then. In the end the engine holds what the market sells.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, x := newMarket(), newIndex()
		for i := range 500 {
			m.set(fmt.Sprintf("p%03d", i), "Miel")
		}
		for range 3 {
			running(t, m, x, quiet())
		}
		var all sync.WaitGroup
		for worker := range 4 {
			all.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(worker)))
				for i := range 2_000 {
					id := fmt.Sprintf("p%03d", random.IntN(600))
					if random.IntN(5) == 0 {
						m.remove(id)
					} else {
						m.set(id, fmt.Sprintf("Miel %d %d", worker, i))
					}
					time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
				}
			})
		}
		all.Go(func() {
			s := search.NewSyncer("memory", x, m, quiet())
			for range 10 {
				time.Sleep(time.Second)
				if err := s.Rebuild(t.Context()); err != nil && !errors.Is(err, search.ErrRebuilding) {
					t.Error(err)
				}
			}
		})
		all.Wait()
		time.Sleep(2 * time.Second)
		inStep(t, m, x)
	})
}

// A catalogue of a country comes at once: the engine is given thousands at a time and always has the next
// batch, they are read a thousand at once and not together, and neither an engine that fails for a while
// nor products that change meanwhile make anything be forgotten.
func TestManyChangesComeInLargeBatchesSeveralUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const products = 100_000
		m, x := newMarket(), newIndex()
		m.set("first", "Miel")
		running(t, m, x, quiet())
		time.Sleep(time.Second)
		var mu sync.Mutex
		var puts, batches, mostBatches int
		x.onPut = func(docs []search.Document) {
			mu.Lock()
			puts++
			batches++
			mostBatches = max(mostBatches, batches)
			n := puts
			mu.Unlock()
			if n == 4 {
				x.setDown(true)
				m.set("p00007", "Amandes") // changed again, brought already or not
			}
			time.Sleep(500 * time.Millisecond) // the engine works
			if n == 4 {
				m.set(docs[0].ID, "Huile") // while it is being written
			}
			mu.Lock()
			batches--
			mu.Unlock()
		}
		for i := range products {
			m.set(fmt.Sprintf("p%05d", i), "Miel")
		}
		time.Sleep(10 * time.Second)
		x.setDown(false)
		time.Sleep(2 * time.Minute)
		inStep(t, m, x)
		mu.Lock()
		defer mu.Unlock()
		if puts > products/5_000 {
			t.Errorf("%d products came in %d batches", products, puts)
		}
		if mostBatches < 2 {
			t.Error("the engine waits while the next products are read")
		}
		if m.mostRead > 1_000 {
			t.Errorf("%d products are read into memory at once", m.mostRead)
		}
	})
}

func TestASlowEngineCatchesUpInSmallBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, x := newMarket(), newIndex()
		m.set("first", "Miel")
		running(t, m, x, quiet())
		time.Sleep(time.Second)
		engine := make(chan struct{}, 1) // writes one after the other, also what nobody waits for any more
		x.onPut = func(docs []search.Document) {
			engine <- struct{}{}
			defer func() { <-engine }()
			time.Sleep(time.Duration(len(docs)) * 12 * time.Millisecond)
		}
		for i := range 20_000 {
			m.set(fmt.Sprintf("p%05d", i), "Miel")
		}
		time.Sleep(10 * time.Minute)
		inStep(t, m, x)
	})
}

func TestQueriesAreKeptWithinLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		given               search.Query
		page, perPage, text int
		sort                search.Sort
	}{
		{search.Query{}, 1, search.DefaultPerPage, 0, search.Relevance},
		{search.Query{Page: -1, PerPage: -1, Sort: "best"}, 1, search.DefaultPerPage, 0, search.Relevance},
		{search.Query{Page: 3, PerPage: 10, Sort: search.NewestFirst}, 3, 10, 0, search.NewestFirst},
		{search.Query{Page: 1 << 40, PerPage: 1 << 40}, 100, 100, 0, search.Relevance},
		{search.Query{Text: strings.Repeat("ع", 1_000)}, 1, search.DefaultPerPage, search.MaxTextRunes, search.Relevance},
	} {
		got := c.given.Clean()
		if got.Page != c.page || got.PerPage != c.perPage || len([]rune(got.Text)) != c.text || got.Sort != c.sort {
			t.Errorf("%+v became %+v", c.given, got)
		}
	}
	for _, c := range []struct{ total, perPage, pages int }{
		{0, 24, 0}, {1, 24, 1}, {24, 24, 1}, {25, 24, 2}, {9_984, 24, 416}, {9_985, 24, 416}, {99_000, 24, 416}, {10_000, 100, 100}, {99_000, 1, 10_000},
	} {
		if got := search.Pages(c.total, c.perPage); got != c.pages {
			t.Errorf("%d results on pages of %d: %d pages, expected %d", c.total, c.perPage, got, c.pages)
		}
		if q := (search.Query{Page: c.pages, PerPage: c.perPage}).Clean(); c.pages > 0 && q.Page != c.pages {
			t.Errorf("page %d of %d results cannot be asked for", c.pages, c.total)
		}
	}
	if got := (search.Query{MinPrice: -5, MaxPrice: -1}).Clean(); got.MinPrice != 0 || got.MaxPrice != 0 {
		t.Errorf("%+v", got)
	}
	if !slices.Equal((search.Query{WomenLed: true}).Chosen(search.FacetWomenLed), []string{"true"}) {
		t.Error("women-led is not chosen")
	}
}
