package job

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivertype"
)

// Bounds of a job's life. One that runs for longer than timeout is cancelled and tried again; one whose
// process was killed is taken up again by another after rescueAfter, which has to be longer, or a job
// that still runs would be worked twice. What jobs carry names people and what they ordered, so it is
// thrown away soon after it was used; one that failed for good stays for somebody to look into.
const (
	timeout     = 2 * time.Minute
	rescueAfter = 3 * time.Minute

	keepDone      = time.Hour
	keepCancelled = 24 * time.Hour
	keepDiscarded = 30 * 24 * time.Hour
)

// pollInterval is how often an idle worker looks for jobs; a picture or a mail waits no longer.
const pollInterval = 200 * time.Millisecond

// Outside is the queue of jobs that wait for other people's servers, so that a slow one holds up
// nothing but them.
const Outside = "outside"

// Money is the queue of jobs that ask payment providers and do what these tell, which no letter keeps waiting: a paid order
// is not prepared before.
const Money = "money"

// Costly is the queue of jobs that take a processor and up to some hundred megabytes: an instance works
// one at a time.
const Costly = "costly"

// rescued is what River notes of an attempt that its process did not live to end.
const rescued = "Stuck job rescued by JobRescuer"

// patience is how long a job waits that failed: River's own, longer each time. An attempt that was interrupted is no
// failure, and taken up again at once: a file that somebody waits for is not to wait for longer because the program was
// killed more than once.
type patience struct{ river.DefaultClientRetryPolicy }

// NextRetry is when a job is tried again.
func (p *patience) NextRetry(row *rivertype.JobRow) time.Time {
	failed := *row
	failed.Errors = slices.DeleteFunc(slices.Clone(row.Errors), func(e rivertype.AttemptError) bool { return e.Error == rescued })
	return p.DefaultClientRetryPolicy.NextRetry(&failed)
}

// Client inserts jobs and, once started, works them.
type Client struct {
	river *river.Client[*sql.Tx]
}

// New makes a client that works with the given workers; periodic jobs are inserted by whichever
// instance leads. A client without workers (nil) only inserts.
func New(db *sqlx.DB, workers *river.Workers, periodic []*river.PeriodicJob, log *slog.Logger) (*Client, error) {
	config := &river.Config{Logger: log}
	if workers != nil {
		config.Workers = workers
		config.PeriodicJobs = periodic
		config.FetchPollInterval = pollInterval
		config.FetchCooldown = pollInterval / 2
		config.JobTimeout, config.RescueStuckJobsAfter, config.RetryPolicy = timeout, rescueAfter, &patience{}
		config.CompletedJobRetentionPeriod = keepDone
		config.CancelledJobRetentionPeriod = keepCancelled
		config.DiscardedJobRetentionPeriod = keepDiscarded
		config.ErrorHandler = lastFailure{log}
		config.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}, Outside: {MaxWorkers: 2}, Money: {MaxWorkers: 2}, Costly: {MaxWorkers: 1}}
	}
	client, err := river.NewClient(riverdatabasesql.New(db.DB), config)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return &Client{river: client}, nil
}

// InsertTx adds a job that exists once tx is committed. opts may be nil.
func (c *Client) InsertTx(ctx context.Context, tx *sqlx.Tx, args river.JobArgs, opts *river.InsertOpts) error {
	if _, err := c.river.InsertTx(ctx, tx.Tx, args, opts); err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}
	return nil
}

// InsertManyTx adds several jobs in one statement.
func (c *Client) InsertManyTx(ctx context.Context, tx *sqlx.Tx, jobs []river.InsertManyParams) error {
	if len(jobs) == 0 {
		return nil
	}
	if _, err := c.river.InsertManyFastTx(ctx, tx.Tx, jobs); err != nil {
		return fmt.Errorf("insert %d jobs: %w", len(jobs), err)
	}
	return nil
}

// Start begins to work jobs; ctx ending does not stop it, Stop does.
func (c *Client) Start(ctx context.Context) error {
	if err := c.river.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	return nil
}

// Stop lets running jobs end, and cancels them when ctx ends first.
func (c *Client) Stop(ctx context.Context) error {
	if err := c.river.Stop(ctx); err == nil {
		return nil
	}
	if err := c.river.StopAndCancel(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}
