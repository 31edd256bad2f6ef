package transfer

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Bounds of what a buyer sends.
const (
	MaxPicture   = 12 << 20 // bytes of one
	MaxPictures  = 5        // for one thing that is paid for, those that could not be read too
	pictureWidth = 1600     // pixels: the small print of a receipt can be read
)

// Errors of pictures, besides those of picture.Format.
var (
	ErrPictureTooLarge = fault.New(fault.TooLarge, picture.ErrTooLarge.Key, "MB", MaxPicture>>20)
	ErrPicturesMany    = fault.New(fault.TooMany, "transfer.pictures_many", "Max", MaxPictures)
)

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
// for the reference; ErrPictureTooLarge, ErrPicturesMany, and those of picture.Format.
func (s *Service) AddPicture(ctx context.Context, reference uuid.UUID, r io.Reader) error {
	if err := s.maySend(ctx, s.db, reference); err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxPicture+1))
	if err != nil {
		return fmt.Errorf("transfer: read picture: %w", err)
	}
	if len(data) > MaxPicture {
		return ErrPictureTooLarge
	}
	format, err := picture.Format(data)
	if err != nil {
		return err
	}
	id := postgres.NewID()
	key := pictureFolder(id) + "original." + format
	// The file first: a file without a row is only lost space, a row without a file a broken picture.
	if err := s.blobs.WriteAll(ctx, key, data, &blob.WriterOptions{ContentType: "image/" + format}); err != nil {
		return fmt.Errorf("transfer: keep picture: %w", err)
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
		if e := s.blobs.Delete(context.WithoutCancel(ctx), key); e != nil {
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

// OpenPicture opens the copy of a picture, a JPEG; ErrNotFound while there is none. The caller closes it.
func (s *Service) OpenPicture(ctx context.Context, id uuid.UUID) (io.ReadCloser, error) {
	r, err := s.blobs.NewReader(ctx, pictureCopy(id), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("transfer: picture: %w", err)
	}
	return r, nil
}

func pictureFolder(id uuid.UUID) string { return "receipts/" + id.String() + "/" }

func pictureCopy(id uuid.UUID) string { return pictureFolder(id) + "copy.jpg" }

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
	var key string
	err := s.db.GetContext(ctx, &key, `select original_key from transfer_pictures where id = $1 and original_key <> ''`, id)
	if postgres.NoRows(err) {
		return nil // done already, or gone with its buyer's data
	}
	if err != nil {
		return fmt.Errorf("transfer: picture %s: %w", id, err)
	}
	data, err := s.blobs.ReadAll(ctx, key)
	if err != nil {
		return fmt.Errorf("transfer: picture %s: %w", id, err)
	}
	state := PictureReady
	smaller, err := picture.Copy(data, pictureWidth)
	if err != nil {
		s.log.WarnContext(ctx, "receipt's picture refused", "picture", id, "error", err)
		state = PictureRefused
	} else if err := s.blobs.WriteAll(ctx, pictureCopy(id), smaller, &blob.WriterOptions{ContentType: "image/jpeg"}); err != nil {
		return fmt.Errorf("transfer: picture %s: %w", id, err)
	}
	result, err := s.db.ExecContext(ctx, `update transfer_pictures set state = $2 where id = $1`, id, state)
	if err != nil {
		return fmt.Errorf("transfer: picture %s: %w", id, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 { // its buyer's data were erased meanwhile
		return s.dropFiles(ctx, id, key)
	}
	if err := s.dropFile(ctx, key); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, `update transfer_pictures set original_key = '' where id = $1`, id); err != nil {
		return fmt.Errorf("transfer: picture %s: %w", id, err)
	}
	return nil
}

func (s *Service) dropFiles(ctx context.Context, id uuid.UUID, original string) error {
	if err := s.dropFile(ctx, pictureCopy(id)); err != nil || original == "" {
		return err
	}
	return s.dropFile(ctx, original)
}

func (s *Service) dropFile(ctx context.Context, key string) error {
	if err := s.blobs.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("transfer: delete %s: %w", key, err)
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
		if err := w.Transfers.dropFiles(ctx, p.ID, p.Original); err != nil {
			return err
		}
	}
	return nil
}
