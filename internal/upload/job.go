package upload

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/postgres"
)

// applyAtOnce is how many rows are applied while somebody waits for the answer; more take a job.
const applyAtOnce = 1000

// StartApply applies a previewed upload, at once if it is small. A large one is applied by a job: it is
// Applying until then, and a preview again, with Summary.Failed, if that cannot be done. Asking
// again changes nothing. seen is as for Reread.
func (s *Service) StartApply(ctx context.Context, coopID, id uuid.UUID, seen *int64, by actor.Actor) (Upload, error) {
	u, err := readUpload(ctx, s.db, coopID, id, "")
	if err != nil || u.State == Applying || u.State == Applied {
		return u, err // without waiting for who is at it
	}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) (err error) {
		if u, err = readUpload(ctx, tx, coopID, id, "for update"); err != nil {
			return err
		}
		if u.State != Previewed || u.Summary.Ready() <= applyAtOnce {
			return nil
		}
		if err := u.unchanged(seen); err != nil {
			return err
		}
		u.State, u.Summary.Failed = Applying, nil
		if err := u.save(ctx, tx); err != nil {
			return err
		}
		return s.jobs.InsertTx(ctx, tx, ApplyArgs{CooperativeID: coopID, UploadID: id, By: by.User}, nil)
	})
	if err != nil {
		return Upload{}, fmt.Errorf("start to apply upload: %w", err)
	}
	switch u.State {
	case Applying, Applied:
		return u, nil
	}
	return s.Apply(ctx, coopID, id, seen, by)
}

// ApplyArgs asks for a large upload to be applied.
type ApplyArgs struct {
	CooperativeID uuid.UUID `json:"cooperative_id"`
	UploadID      uuid.UUID `json:"upload_id"`
	By            uuid.UUID `json:"by"` // of its members
}

// Kind names the job.
func (ApplyArgs) Kind() string { return "catalog.apply" }

// InsertOpts says that it costs a processor, and that somebody waits for it.
func (ApplyArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: job.Costly, Priority: 1, MaxAttempts: 5}
}

// ApplyWorker works ApplyArgs.
type ApplyWorker struct {
	river.WorkerDefaults[ApplyArgs]
	Uploads *Service
}

// Work applies the upload, in one transaction, so that whenever it is ended it is applied once or not at
// all. What no other attempt would change, and the last attempt's failure, is told on the preview.
func (w *ApplyWorker) Work(ctx context.Context, job *river.Job[ApplyArgs]) error {
	args := job.Args
	_, err := w.Uploads.Apply(ctx, args.CooperativeID, args.UploadID, nil, actor.OfCooperative(args.CooperativeID, args.By))
	if err == nil || fault.Is(err, fault.NotFound) {
		return nil // done, or gone
	}
	told := fault.Say("upload.apply_failed")
	if f := fault.As(err); f != nil && f.Kind != fault.Unavailable {
		told = f.Message
	} else if job.Attempt < job.MaxAttempts {
		return err
	}
	w.Uploads.log.ErrorContext(ctx, "upload not applied", "upload", args.UploadID, "error", err)
	return postgres.InTx(ctx, w.Uploads.db, func(tx *sqlx.Tx) error {
		u, err := readUpload(ctx, tx, args.CooperativeID, args.UploadID, "for update")
		if err != nil || u.State != Applying {
			return err
		}
		u.State, u.Summary.Failed = Previewed, &told
		return u.save(ctx, tx)
	})
}
