package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres"
)

// MaxPictures is how many pictures a buyer may send for one thing that she pays for, those that could not be read too.
const MaxPictures = 5

// ErrPicturesMany says that there were enough.
var ErrPicturesMany = fault.New(fault.TooMany, "transfer.pictures_many", "Max", MaxPictures)

// The states of a picture.
const (
	PictureWaiting = "waiting"
	PictureReady   = "ready"
	PictureRefused = "refused" // broken further in than could be seen at once
)

// Picture is one that a buyer sent of her bank's receipt.
type Picture struct {
	ID    uuid.UUID
	State string
	At    time.Time
}

// Pictures are those that came for a reference, the first first.
func (s *Service) Pictures(ctx context.Context, reference uuid.UUID) ([]Picture, error) {
	var found []Picture
	err := s.db.SelectContext(ctx, &found, `
		select id, state, created_at as at from transfer_pictures where reference = $1 order by id`, reference)
	if err != nil {
		return nil, fmt.Errorf("transfer: pictures of %s: %w", reference, err)
	}
	return found, nil
}

// AddPicture takes a picture of a bank's receipt (JPEG, PNG or WebP). The association sees a copy that a job makes; the
// original, which may say where it was taken, is kept until then only. Errors: ErrNotFound, if nothing is to be transferred
// for the reference; ErrPicturesMany, and those of picture.ReadPaper.
func (s *Service) AddPicture(ctx context.Context, reference uuid.UUID, r io.Reader) error {
	if err := s.maySend(ctx, s.db, reference); err != nil {
		return err
	}
	paper, err := picture.ReadPaper(r)
	if err != nil {
		return err
	}
	id := postgres.NewID()
	key, err := s.papers.Keep(ctx, id, paper)
	if err != nil {
		return err
	}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `select from payment_intents where reference = $1 for no key update`, reference); err != nil {
			return err // whoever sends pictures of one takes a turn
		}
		if err := s.maySend(ctx, tx, reference); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			insert into transfer_pictures (id, reference, original_key, state, created_at) values ($1, $2, $3, $4, $5)`,
			id, reference, key, PictureWaiting, s.now()); err != nil {
			return err
		}
		return s.jobs.InsertTx(ctx, tx, PictureArgs{PictureID: id}, nil)
	})
	if err != nil {
		if e := s.papers.DropOriginal(context.WithoutCancel(ctx), key); e != nil {
			s.log.WarnContext(ctx, "receipt's picture left behind", "key", key, "error", e)
		}
		return fmt.Errorf("transfer: add picture: %w", err)
	}
	return nil
}

// maySend is an error if no picture is to be sent for a reference, or enough were.
func (s *Service) maySend(ctx context.Context, q sqlx.QueryerContext, reference uuid.UUID) error {
	var now struct {
		Asked bool
		Sent  int
	}
	err := sqlx.GetContext(ctx, q, &now, `
		select exists (select from transfers where reference = $1) as asked,
		       (select count(*) from transfer_pictures where reference = $1) as sent`, reference)
	switch {
	case err != nil:
		return fmt.Errorf("transfer: pictures of %s: %w", reference, err)
	case !now.Asked:
		return ErrNotFound
	case now.Sent >= MaxPictures:
		return ErrPicturesMany
	}
	return nil
}

// OpenPicture opens the copy of a picture, as picture.Papers does.
func (s *Service) OpenPicture(ctx context.Context, id uuid.UUID) (io.ReadCloser, error) {
	return s.papers.Open(ctx, id)
}

// PictureArgs asks for the copy of a picture.
type PictureArgs struct {
	PictureID uuid.UUID `json:"picture_id"`
}

// Kind names the job.
func (PictureArgs) Kind() string { return "transfer_picture" }

// InsertOpts says that it costs a processor and much memory, and can wait.
func (PictureArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: job.Costly, Priority: 3}
}

// PictureWorker works PictureArgs.
type PictureWorker struct {
	river.WorkerDefaults[PictureArgs]
	Transfers *Service
}

// Work makes the copy; a picture that cannot be decoded is refused for good. Then the original goes.
func (w *PictureWorker) Work(ctx context.Context, j *river.Job[PictureArgs]) error {
	s, id := w.Transfers, j.Args.PictureID
	var p struct {
		Key   string `db:"original_key"`
		State string
	}
	err := s.db.GetContext(ctx, &p, `select original_key, state from transfer_pictures where id = $1 and original_key <> ''`, id)
	if postgres.NoRows(err) {
		return nil // done already, or gone with its buyer's data
	}
	if err != nil {
		return fmt.Errorf("transfer: picture %s: %w", id, err)
	}
	if p.State == PictureWaiting { // otherwise only its original is left to be dropped
		state := PictureReady
		if err := s.papers.Develop(ctx, id, p.Key); errors.Is(err, picture.ErrKind) {
			s.log.WarnContext(ctx, "receipt's picture refused", "picture", id, "error", err)
			state = PictureRefused
		} else if err != nil {
			return fmt.Errorf("transfer: %w", err)
		}
		result, err := s.db.ExecContext(ctx, `update transfer_pictures set state = $2 where id = $1`, id, state)
		if err != nil {
			return fmt.Errorf("transfer: picture %s: %w", id, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 { // its buyer's data were erased meanwhile
			return errors.Join(err, s.papers.Drop(ctx, id, p.Key))
		}
	}
	if err := s.papers.DropOriginal(ctx, p.Key); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, `update transfer_pictures set original_key = '' where id = $1`, id); err != nil {
		return fmt.Errorf("transfer: picture %s: %w", id, err)
	}
	return nil
}

// ForgetTx takes what tells of a buyer off what she paid: what her bank said of her, her pictures, and her account.
func (s *Service) ForgetTx(ctx context.Context, tx *sqlx.Tx, references []uuid.UUID) error {
	var gone []droppedPicture
	err := tx.SelectContext(ctx, &gone, `
		delete from transfer_pictures where reference = any($1) returning id, original_key as original`, pq.Array(references))
	if err == nil {
		_, err = tx.ExecContext(ctx, `
			update transfer_lines set label = '', bank_reference = '' where reference = any($1)`, pq.Array(references))
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `
			update transfer_receipts r set bank_reference = ''
			from payment_attempts a join payment_intents i on i.id = a.intent_id
			where a.id = r.attempt_id and i.reference = any($1)`, pq.Array(references))
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `delete from payment_refund_accounts where reference = any($1)`, pq.Array(references))
	}
	if err != nil {
		return fmt.Errorf("transfer: forget buyers: %w", err)
	}
	if len(gone) == 0 {
		return nil
	}
	return s.jobs.InsertTx(ctx, tx, DropArgs{Pictures: gone}, nil)
}

// droppedPicture is one of which the files are to be deleted.
type droppedPicture struct {
	ID       uuid.UUID `json:"id"`
	Original string    `json:"original"` // key of what is left of it
}

// DropArgs is the job that deletes the files of pictures.
type DropArgs struct {
	Pictures []droppedPicture `json:"pictures"`
}

// Kind names the job.
func (DropArgs) Kind() string { return "transfer_drop_pictures" }

// DropWorker works DropArgs.
type DropWorker struct {
	river.WorkerDefaults[DropArgs]
	Transfers *Service
}

// Work deletes them; one that is gone is no failure.
func (w *DropWorker) Work(ctx context.Context, j *river.Job[DropArgs]) error {
	for _, p := range j.Args.Pictures {
		if err := w.Transfers.papers.Drop(ctx, p.ID, p.Original); err != nil {
			return err
		}
	}
	return nil
}
