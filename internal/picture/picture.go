package picture

import (
	"context"
	"fmt"
	"image"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Limits of a picture; maxDecoded is another. A photograph of a current telephone has 12 to 200 million pixels and up
// to some 20 MB, as a JPEG, which is decoded smaller; other kinds cannot be.
const (
	MaxBytes  = 24 << 20
	maxPixels = 60_000_000
	maxScaled = 256_000_000 // of a JPEG
	minSide   = 200
)

// Widths are the widths in pixels in which a product's picture is kept, as JPEG.
var Widths = []int{320, 640, 1280}

// How many pictures may be sent in a day: each costs a processor a second and the market's disk some
// hundred kilobytes.
const (
	maxOfProduct     = 20 // as of the cooperative itself
	maxOfCooperative = 400
)

// Why a picture is refused.
var (
	ErrTooLarge = fault.New(fault.TooLarge, "catalog.picture_too_large", "MB", MaxBytes>>20)
	ErrKind     = fault.New(fault.Invalid, "catalog.picture_kind")
	ErrHEIC     = fault.New(fault.Invalid, "catalog.picture_heic")
	ErrPixels   = fault.New(fault.Invalid, "catalog.picture_pixels", "Millions", maxPixels/1_000_000)
	ErrSmall    = fault.New(fault.Invalid, "catalog.picture_small", "Side", minSide)
	ErrTooMany  = fault.New(fault.TooMany, "catalog.pictures_many")
	ErrNotFound = fault.New(fault.NotFound, "catalog.picture_not_found")
)

// The states of a picture.
const (
	Waiting = "waiting"
	Ready   = "ready"
	Refused = "refused" // broken further in than could be seen at once
)

// Add takes a photograph (JPEG, PNG or WebP, up to MaxBytes and as many pixels as it may have) for one of
// the cooperative's products. Its smaller copies are made by a job, and the product shows them from then
// on; the original, which says where it was taken, is kept until then only.
func (s *Service) Add(ctx context.Context, coopID, productID uuid.UUID, r io.Reader, by actor.Actor) (uuid.UUID, error) {
	return s.add(ctx, coopID, &productID, r, by)
}

// AddOfCooperative is Add of a photograph of the cooperative itself.
func (s *Service) AddOfCooperative(ctx context.Context, coopID uuid.UUID, r io.Reader, by actor.Actor) (uuid.UUID, error) {
	return s.add(ctx, coopID, nil, r, by)
}

// add takes a photograph of a product or, with nil, of its cooperative.
func (s *Service) add(ctx context.Context, coopID uuid.UUID, productID *uuid.UUID, r io.Reader, by actor.Actor) (uuid.UUID, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return uuid.Nil, fmt.Errorf("read picture: %w", err)
	}
	if len(data) > MaxBytes {
		return uuid.Nil, ErrTooLarge
	}
	format, err := formatOf(data)
	if err != nil {
		return uuid.Nil, err
	}
	if productID != nil {
		if _, err := s.catalog.Get(ctx, coopID, *productID); err != nil {
			return uuid.Nil, err
		}
	}
	if err := s.allowed(ctx, s.db, coopID, productID); err != nil {
		return uuid.Nil, err
	}
	id := postgres.NewID()
	key := folder(id) + "original." + format
	// The file first: a file without a row is only lost space, a row without a file a broken picture.
	if err := s.blobs.WriteAll(ctx, key, data, &blob.WriterOptions{ContentType: "image/" + format}); err != nil {
		return uuid.Nil, fmt.Errorf("keep picture: %w", err)
	}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := cooperative.TakeTurnTx(ctx, tx, coopID); err != nil {
			return err
		}
		if err := s.allowed(ctx, tx, coopID, productID); err != nil { // others may have come since
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			insert into pictures (id, product_id, cooperative_id, original_key, state, created_at)
			values ($1, $2, case when $2::uuid is null then $3::uuid end, $4, 'waiting', $5)`, id, productID, coopID, key, s.now()); err != nil {
			return err
		}
		return s.jobs.InsertTx(ctx, tx, Args{PictureID: id}, nil)
	})
	if err != nil {
		if e := s.blobs.Delete(context.WithoutCancel(ctx), key); e != nil {
			s.log.WarnContext(ctx, "picture file left behind", "key", key, "error", e)
		}
		return uuid.Nil, fmt.Errorf("add picture: %w", err)
	}
	s.log.InfoContext(ctx, "picture added", "cooperative", coopID, "product", productID, "picture", id, "by", by.User)
	return id, nil
}

// allowed is ErrTooMany if enough pictures of the product (nil: of the cooperative itself), or of all that is the
// cooperative's, came in the last day.
func (s *Service) allowed(ctx context.Context, q sqlx.QueryerContext, coopID uuid.UUID, productID *uuid.UUID) error {
	var ofOne, ofAll int
	if err := q.QueryRowxContext(ctx, `
		select count(*) filter (where product_id is not distinct from $2), count(*)
		from (
		    select i.product_id from pictures i join goods p on p.id = i.product_id
		    where p.cooperative_id = $1 and i.created_at > $3
		    union all
		    select product_id from pictures where cooperative_id = $1 and created_at > $3) i`,
		coopID, productID, s.now().Add(-24*time.Hour)).Scan(&ofOne, &ofAll); err != nil {
		return fmt.Errorf("pictures of the day: %w", err)
	}
	if ofOne >= maxOfProduct || ofAll >= maxOfCooperative {
		return ErrTooMany
	}
	return nil
}

// Open opens a picture in one of Widths; ErrNotFound for any other, and while it is
// not ready. The caller closes it.
func (s *Service) Open(ctx context.Context, id uuid.UUID, width int) (io.ReadCloser, error) {
	if !slices.Contains(Widths, width) {
		return nil, ErrNotFound
	}
	r, err := s.blobs.NewReader(ctx, copyKey(id, width), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return r, nil
}

// Latest tells the state of the picture that was last sent for one of the cooperative's
// products; empty if there was none.
func (s *Service) Latest(ctx context.Context, coopID, productID uuid.UUID) (string, error) {
	var state string
	err := s.db.GetContext(ctx, &state, `
		select i.state
		from pictures i join goods p on p.id = i.product_id
		where p.id = $1 and p.cooperative_id = $2
		order by i.created_at desc, i.id desc
		limit 1`, productID, coopID)
	if err != nil && !postgres.NoRows(err) {
		return "", fmt.Errorf("latest picture: %w", err)
	}
	return state, nil
}

// LatestOfCooperative is Latest of a photograph of the cooperative itself.
func (s *Service) LatestOfCooperative(ctx context.Context, coopID uuid.UUID) (string, error) {
	var state string
	err := s.db.GetContext(ctx, &state, `
		select state from pictures where cooperative_id = $1 order by created_at desc, id desc limit 1`, coopID)
	if err != nil && !postgres.NoRows(err) {
		return "", fmt.Errorf("latest picture: %w", err)
	}
	return state, nil
}

func folder(id uuid.UUID) string { return "pictures/" + id.String() + "/" }

func copyKey(id uuid.UUID, width int) string {
	return folder(id) + strconv.Itoa(width) + ".jpg"
}

// Args asks for the smaller copies of a picture.
type Args struct {
	PictureID uuid.UUID `json:"picture_id"`
}

// Kind names the job.
func (Args) Kind() string { return "catalog.picture" }

// InsertOpts says that it costs a processor and much memory, and can wait.
func (Args) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: job.Costly, Priority: 3}
}

// Worker makes the copies of pictures that were sent.
type Worker struct {
	river.WorkerDefaults[Args]
	Pictures *Service
}

// Work makes the copies and lets the product show them, unless a later picture is there already. A
// picture that cannot be decoded is refused for good; any other failure is tried again. Then the original
// goes.
func (w *Worker) Work(ctx context.Context, job *river.Job[Args]) error {
	s, id := w.Pictures, job.Args.PictureID
	var key string
	err := s.db.GetContext(ctx, &key, `select original_key from pictures where id = $1 and state = 'waiting'`, id)
	if postgres.NoRows(err) {
		return nil // done already, or gone with its product
	}
	if err != nil {
		return fmt.Errorf("picture %s: %w", id, err)
	}
	data, err := s.blobs.ReadAll(ctx, key)
	if err != nil {
		return fmt.Errorf("picture %s: %w", id, err)
	}
	state := Ready
	copies, size, err := shrink(data, ofProduct)
	if err != nil {
		s.log.WarnContext(ctx, "picture refused", "picture", id, "error", err)
		state, size = Refused, image.Point{}
	}
	for i, content := range copies {
		if err := s.blobs.WriteAll(ctx, copyKey(id, Widths[i]), content, &blob.WriterOptions{ContentType: "image/jpeg"}); err != nil {
			return fmt.Errorf("picture %s: %w", id, err)
		}
	}
	if err := s.finish(ctx, id, state, size); err != nil {
		return err
	}
	return s.dropOriginal(ctx, id, key)
}

func (s *Service) finish(ctx context.Context, id uuid.UUID, state string, size image.Point) error {
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var of struct {
			Product     *uuid.UUID `db:"product_id"`
			Cooperative *uuid.UUID `db:"cooperative_id"`
		}
		err := tx.GetContext(ctx, &of, `
			update pictures set state = $2, width = $3, height = $4 where id = $1 and state = 'waiting'
			returning product_id, cooperative_id`, id, state, size.X, size.Y)
		if postgres.NoRows(err) {
			return nil // done already
		}
		if err != nil || state != Ready {
			return err
		}
		if of.Product != nil { // for two pictures to come one after the other
			_, err = s.catalog.LockStockTx(ctx, tx, []uuid.UUID{*of.Product})
		} else {
			err = cooperative.TakeTurnTx(ctx, tx, *of.Cooperative)
		}
		if err != nil {
			return err
		}
		var later bool
		if err := tx.GetContext(ctx, &later, `
			select exists (
			    select from pictures later join pictures i on i.product_id = later.product_id or i.cooperative_id = later.cooperative_id
			    where i.id = $1 and later.state = 'ready' and (later.created_at, later.id) > (i.created_at, i.id))`, id); err != nil || later {
			return err
		}
		if of.Product == nil {
			return cooperative.ShowPictureTx(ctx, tx, *of.Cooperative, id, s.now())
		}
		return s.catalog.ShowPictureTx(ctx, tx, *of.Product, id)
	})
	if err != nil {
		return fmt.Errorf("picture %s: %w", id, err)
	}
	return nil
}
