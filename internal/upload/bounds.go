package upload

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
)

// What files may cost the market's disk, which is everybody's: a file of 8 MiB takes some 40 MB of it.
const (
	maxDayFiles   = 50        // files of a cooperative in a day
	maxDayWritten = 256 << 20 // bytes of their rows and files, as often as these are written
	maxPreviews   = 3         // of a cooperative; the oldest beyond are discarded
	maxResults    = 3         // applied files of a cooperative whose rows are kept
	rowsKept      = 7 * 24 * time.Hour
	uploadsKept   = 90 * 24 * time.Hour // what became of a file, without its rows
)

// ErrTooMany says that the cooperative has had its files of the day, or their bytes.
var ErrTooMany = fault.New(fault.TooMany, "upload.many")

// allowed is ErrTooMany if a cooperative has had its files of the day, or their bytes.
func (s *Service) allowed(ctx context.Context, q sqlx.QueryerContext, coopID uuid.UUID) error {
	files, written, err := s.today(ctx, q, coopID)
	if err == nil && (files >= maxDayFiles || written >= maxDayWritten) {
		err = ErrTooMany
	}
	return err
}

// today is how many files a cooperative has sent in the last day, and the bytes that were written
// of them and of what is still a preview.
func (s *Service) today(ctx context.Context, q sqlx.QueryerContext, coopID uuid.UUID) (files, written int, err error) {
	err = q.QueryRowxContext(ctx, `
		select count(*) filter (where created_at > $2), coalesce(sum(written), 0)
		from uploads
		where cooperative_id = $1 and (created_at > $2 or state = 'previewed')`, coopID, s.now().Add(-24*time.Hour)).Scan(&files, &written)
	if err != nil {
		return 0, 0, fmt.Errorf("uploads of the day: %w", err)
	}
	return files, written, nil
}

// discard throws away the previews that a query picks, with parameters from $1 on, and says how many.
func discard(ctx context.Context, q sqlx.QueryerContext, which string, args ...any) (n int, err error) {
	// Locked in order of their ids, so that two who discard the same cannot wait for each other.
	err = q.QueryRowxContext(ctx, `
		with old as (
		    select id from uploads where state = 'previewed' and id in (`+which+`) order by id for update
		), thrown as (
		    update uploads u set state = 'discarded', file = null from old where u.id = old.id
		    returning u.id
		), forgotten as (
		    delete from upload_rows r using thrown where r.upload_id = thrown.id
		)
		select count(*) from thrown`, args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("discard uploads: %w", err)
	}
	return n, nil
}

// makeRoom discards a cooperative's older previews and forgets the rows of files that it applied earlier,
// for one more.
func makeRoom(ctx context.Context, tx *sqlx.Tx, coopID uuid.UUID) error {
	if _, err := discard(ctx, tx, `
		select id from uploads where cooperative_id = $1 and state = 'previewed'
		order by created_at desc, id desc offset $2`, coopID, maxPreviews-1); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		delete from upload_rows where upload_id in (
		    select id from uploads where cooperative_id = $1 and state = 'applied'
		    order by applied_at desc, id desc offset $2)`, coopID, maxResults); err != nil {
		return fmt.Errorf("forget rows: %w", err)
	}
	return nil
}

// CleanArgs is the periodic job that clears what is left of uploads: previews that nobody applied,
// rows of those that were applied, and at last the uploads.
type CleanArgs struct{}

// Kind names the job.
func (CleanArgs) Kind() string { return "catalog.clean_uploads" }

// CleanWorker works CleanArgs.
type CleanWorker struct {
	river.WorkerDefaults[CleanArgs]
	Uploads *Service
}

// cleanAtOnce is how many uploads are cleared between two commits; each has up to 20,000 rows.
const cleanAtOnce = 20

// Work clears until nothing is left to clear.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	s := w.Uploads
	now := s.now()
	err := postgres.InBatches(ctx,
		func(ctx context.Context) (int, error) {
			return discard(ctx, s.db, `
				select id from uploads where state = 'previewed' and created_at < $1
				order by created_at limit $2`, now.Add(-rowsKept), cleanAtOnce)
		},
		postgres.Batch(s.db, `
			delete from upload_rows where upload_id in (
			    select id from uploads u
			    where state = 'applied' and applied_at < $1 and exists (select 1 from upload_rows r where r.upload_id = u.id)
			    limit $2)`, now.Add(-rowsKept), cleanAtOnce),
		postgres.Batch(s.db, `
			delete from uploads where id = any(array(
			    select id from uploads where state in ('discarded', 'applied') and created_at < $1
			    order by created_at limit $2))`, now.Add(-uploadsKept), cleanAtOnce))
	if err != nil {
		return fmt.Errorf("clean uploads: %w", err)
	}
	return nil
}
