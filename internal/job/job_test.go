package job_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type breadArgs struct{}

func (breadArgs) Kind() string { return "bread" }

// baker bakes, or fails.
type baker struct {
	river.WorkerDefaults[breadArgs]
	bake func() error
}

func (b *baker) Work(context.Context, *river.Job[breadArgs]) error { return b.bake() }

// bakery works jobs until the test ends.
func bakery(t *testing.T, db *sqlx.DB, log *slog.Logger, bake func() error) *job.Client {
	t.Helper()
	workers := river.NewWorkers()
	river.AddWorker(workers, &baker{bake: bake})
	jobs, err := job.New(db, workers, nil, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := jobs.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return jobs
}

func within(t *testing.T, limit time.Duration, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func TestWhatAKilledProcessLeftIsTakenUpWithinMinutes(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	_, err := db.Exec(`
		insert into river_job (kind, args, max_attempts, priority, queue, state, attempt, attempted_at, attempted_by, scheduled_at)
		values ('bread', '{}', 25, 1, 'default', 'running', 1, now() - interval '181 seconds', '{gone}', now() - interval '4 minutes')`)
	if err != nil {
		t.Fatal(err)
	}
	baked := make(chan struct{}, 1)
	bakery(t, db, slog.New(slog.DiscardHandler), func() error { baked <- struct{}{}; return nil })
	within(t, 30*time.Second, "the bread is baked", func() bool { return len(baked) == 1 })
}

// A job that a killed process left for the fifth time is taken up as soon as one that was left once; one that failed
// waits for longer each time.
func TestWhatWasInterruptedOftenWaitsNoLonger(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	left := func(kind, why string) {
		t.Helper()
		_, err := db.Exec(`
			insert into river_job (kind, args, max_attempts, priority, queue, state, attempt, attempted_at, attempted_by, scheduled_at, errors)
			select 'bread', jsonb_build_object('kind', $1::text), 25, 1, 'default', 'running', 5, now() - interval '181 seconds', '{gone}', now() - interval '1 hour',
			       array_agg(jsonb_build_object('at', now(), 'attempt', n, 'error', $2::text, 'trace', ''))
			from generate_series(1, 4) n`, kind, why)
		if err != nil {
			t.Fatal(err)
		}
	}
	left("interrupted", "Stuck job rescued by JobRescuer")
	left("failed", "no flour")
	baked := make(chan struct{}, 2)
	bakery(t, db, slog.New(slog.DiscardHandler), func() error { baked <- struct{}{}; return nil })
	within(t, 30*time.Second, "the bread is baked", func() bool { return len(baked) == 1 })
	var waits []string
	if err := db.Select(&waits, `select args->>'kind' from river_job where state = 'retryable' and scheduled_at > now() + interval '5 minutes'`); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(waits, []string{"failed"}) {
		t.Errorf("these wait: %v", waits)
	}
}

func TestAJobThatIsGivenUpIsTold(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var told lockedBuffer
	jobs := bakery(t, db, slog.New(slog.NewTextHandler(&told, nil)), func() error { return errors.New("no flour") })
	err := postgres.InTx(t.Context(), db, func(tx *sqlx.Tx) error {
		return jobs.InsertTx(t.Context(), tx, breadArgs{}, &river.InsertOpts{MaxAttempts: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	within(t, 30*time.Second, "the job is given up", func() bool {
		backlog, err := job.ReadBacklog(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		return backlog.Discarded == 1
	})
	if text := told.String(); !strings.Contains(text, "job given up") || !strings.Contains(text, "kind=bread") || !strings.Contains(text, "no flour") {
		t.Errorf("the log says %q", text)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
