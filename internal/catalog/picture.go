package catalog

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg" // what photographs come as
	_ "image/png"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
	_ "golang.org/x/image/webp"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Limits of a picture; maxDecoded is another. A photograph of a current telephone has 12 to 50 million
// pixels.
const (
	MaxPictureBytes  = 12 << 20
	maxPicturePixels = 40_000_000
	minPictureSide   = 200
	// maxScans is how often a JPEG may go over its pixels: a progressive one does so about ten times. A
	// hostile one says in a hundred bytes to do it once more, a hundred thousand times.
	maxScans = 64
)

// PictureWidths are the widths in pixels in which a product's picture is kept, as JPEG.
var PictureWidths = []int{320, 640, 1280}

// How many pictures may be sent in a day: each costs a processor a second and the market's disk some
// hundred kilobytes.
const (
	maxProductPictures     = 20
	maxCooperativePictures = 400
)

// Why a picture is refused.
var (
	ErrPictureTooLarge = fault.New(fault.TooLarge, "catalog.picture_too_large", "MB", MaxPictureBytes>>20)
	ErrPictureKind     = fault.New(fault.Invalid, "catalog.picture_kind")
	ErrPictureHEIC     = fault.New(fault.Invalid, "catalog.picture_heic")
	ErrPicturePixels   = fault.New(fault.Invalid, "catalog.picture_pixels", "Millions", maxPicturePixels/1_000_000)
	ErrPictureSmall    = fault.New(fault.Invalid, "catalog.picture_small", "Side", minPictureSide)
	ErrPictureTooMany  = fault.New(fault.TooMany, "catalog.pictures_many")
	ErrPictureNotFound = fault.New(fault.NotFound, "catalog.picture_not_found")
)

// The states of a picture.
const (
	PictureWaiting = "waiting"
	PictureReady   = "ready"
	PictureRefused = "refused" // broken further in than could be seen at once
)

// AddPicture takes a photograph (JPEG, PNG or WebP, up to 12 MiB and 40 million pixels) for one of
// the cooperative's products. Its smaller copies are made by a job, and the product shows them from then
// on; the original, which says where it was taken, is kept until then only.
func (s *Service) AddPicture(ctx context.Context, coopID, productID uuid.UUID, r io.Reader, by uuid.UUID) (uuid.UUID, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPictureBytes+1))
	if err != nil {
		return uuid.Nil, fmt.Errorf("read picture: %w", err)
	}
	if len(data) > MaxPictureBytes {
		return uuid.Nil, ErrPictureTooLarge
	}
	format, err := pictureFormat(data)
	if err != nil {
		return uuid.Nil, err
	}
	if _, err := s.Get(ctx, coopID, productID); err != nil {
		return uuid.Nil, err
	}
	if err := s.pictureAllowed(ctx, s.db, coopID, productID); err != nil {
		return uuid.Nil, err
	}
	id := postgres.NewID()
	key := pictureFolder(id) + "original." + format
	// The file first: a file without a row is only lost space, a row without a file a broken picture.
	if err := s.blobs.WriteAll(ctx, key, data, &blob.WriterOptions{ContentType: "image/" + format}); err != nil {
		return uuid.Nil, fmt.Errorf("keep picture: %w", err)
	}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := takeTurn(ctx, tx, coopID); err != nil {
			return err
		}
		if err := s.pictureAllowed(ctx, tx, coopID, productID); err != nil { // others may have come since
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			insert into pictures (id, product_id, original_key, state, created_at)
			values ($1, $2, $3, 'waiting', $4)`, id, productID, key, s.now()); err != nil {
			return err
		}
		return s.jobs.InsertTx(ctx, tx, PictureArgs{PictureID: id}, nil)
	})
	if err != nil {
		if e := s.blobs.Delete(context.WithoutCancel(ctx), key); e != nil {
			s.log.WarnContext(ctx, "picture file left behind", "key", key, "error", e)
		}
		return uuid.Nil, fmt.Errorf("add picture: %w", err)
	}
	s.log.InfoContext(ctx, "picture added", "product", productID, "picture", id, "by", by)
	return id, nil
}

// pictureAllowed is ErrPictureTooMany if enough pictures of the product or of the cooperative came in the
// last day.
func (s *Service) pictureAllowed(ctx context.Context, q sqlx.QueryerContext, coopID, productID uuid.UUID) error {
	var ofProduct, ofCooperative int
	if err := q.QueryRowxContext(ctx, `
		select count(*) filter (where i.product_id = $2), count(*)
		from pictures i join products p on p.id = i.product_id
		where p.cooperative_id = $1 and i.created_at > $3`, coopID, productID, s.now().Add(-24*time.Hour)).Scan(&ofProduct, &ofCooperative); err != nil {
		return fmt.Errorf("pictures of the day: %w", err)
	}
	if ofProduct >= maxProductPictures || ofCooperative >= maxCooperativePictures {
		return ErrPictureTooMany
	}
	return nil
}

// pictureFormat checks a picture's kind and size from its first bytes, without decoding it.
func pictureFormat(data []byte) (string, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil && heic(data):
		return "", ErrPictureHEIC.Wrap(err)
	case err != nil:
		return "", ErrPictureKind.Wrap(err)
	case format != "jpeg" && format != "png" && format != "webp":
		return "", ErrPictureKind
	case format == "jpeg" && bytes.Count(data, []byte("\xff\xda")) > maxScans:
		return "", ErrPictureKind
	case config.Width < minPictureSide || config.Height < minPictureSide:
		return "", ErrPictureSmall
	case config.Width > maxPicturePixels/config.Height:
		return "", ErrPicturePixels
	}
	size, err := decoded(data, format, config)
	switch {
	case err != nil:
		return "", ErrPictureKind.Wrap(err)
	case size > maxDecoded:
		pixels := config.Width * config.Height
		return "", fault.New(ErrPicturePixels.Kind, ErrPicturePixels.Key, "Millions", max(1, pixels*maxDecoded/size/1_000_000))
	}
	return format, nil
}

// heic reports a photograph as telephones keep it where nothing else asks for a JPEG; browsers show none.
func heic(data []byte) bool {
	return len(data) >= 12 && string(data[4:8]) == "ftyp" &&
		slices.Contains([]string{"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"}, string(data[8:12]))
}

// Picture opens a picture in one of PictureWidths; ErrPictureNotFound for any other, and while it is
// not ready. The caller closes it.
func (s *Service) Picture(ctx context.Context, id uuid.UUID, width int) (io.ReadCloser, error) {
	if !slices.Contains(PictureWidths, width) {
		return nil, ErrPictureNotFound
	}
	r, err := s.blobs.NewReader(ctx, pictureKey(id, width), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrPictureNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return r, nil
}

// LatestPicture tells the state of the picture that was last sent for one of the cooperative's
// products; empty if there was none.
func (s *Service) LatestPicture(ctx context.Context, coopID, productID uuid.UUID) (string, error) {
	var state string
	err := s.db.GetContext(ctx, &state, `
		select i.state
		from pictures i join products p on p.id = i.product_id
		where p.id = $1 and p.cooperative_id = $2
		order by i.created_at desc, i.id desc
		limit 1`, productID, coopID)
	if err != nil && !postgres.NoRows(err) {
		return "", fmt.Errorf("latest picture: %w", err)
	}
	return state, nil
}

func pictureFolder(id uuid.UUID) string { return "pictures/" + id.String() + "/" }

func pictureKey(id uuid.UUID, width int) string {
	return pictureFolder(id) + strconv.Itoa(width) + ".jpg"
}

// PictureArgs asks for the smaller copies of a picture.
type PictureArgs struct {
	PictureID uuid.UUID `json:"picture_id"`
}

// Kind names the job.
func (PictureArgs) Kind() string { return "catalog.picture" }

// InsertOpts says that it costs a processor and much memory, and can wait.
func (PictureArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: job.Costly, Priority: 3}
}

// PictureWorker makes the copies of pictures that were sent.
type PictureWorker struct {
	river.WorkerDefaults[PictureArgs]
	s *Service
}

// NewPictureWorker makes the worker of s's pictures.
func NewPictureWorker(s *Service) *PictureWorker { return &PictureWorker{s: s} }

// Work makes the copies and lets the product show them, unless a later picture is there already. A
// picture that cannot be decoded is refused for good; any other failure is tried again. Then the original
// goes.
func (w *PictureWorker) Work(ctx context.Context, job *river.Job[PictureArgs]) error {
	id := job.Args.PictureID
	var key string
	err := w.s.db.GetContext(ctx, &key, `select original_key from pictures where id = $1 and state = 'waiting'`, id)
	if postgres.NoRows(err) {
		return nil // done already, or gone with its product
	}
	if err != nil {
		return fmt.Errorf("picture %s: %w", id, err)
	}
	data, err := w.s.blobs.ReadAll(ctx, key)
	if err != nil {
		return fmt.Errorf("picture %s: %w", id, err)
	}
	state := PictureReady
	copies, size, err := shrink(data, PictureWidths)
	if err != nil {
		w.s.log.WarnContext(ctx, "picture refused", "picture", id, "error", err)
		state, size = PictureRefused, image.Point{}
	}
	for i, content := range copies {
		if err := w.s.blobs.WriteAll(ctx, pictureKey(id, PictureWidths[i]), content, &blob.WriterOptions{ContentType: "image/jpeg"}); err != nil {
			return fmt.Errorf("picture %s: %w", id, err)
		}
	}
	if err := w.s.finishPicture(ctx, id, state, size); err != nil {
		return err
	}
	return w.s.dropOriginal(ctx, id, key)
}

func (s *Service) finishPicture(ctx context.Context, id uuid.UUID, state string, size image.Point) error {
	now := s.now()
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `
			update pictures set state = $2, width = $3, height = $4 where id = $1 and state = 'waiting'`,
			id, state, size.X, size.Y); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			update products p set picture_id = i.id, updated_at = $2
			from pictures i
			where i.id = $1 and i.state = 'ready' and p.id = i.product_id
			  and not exists (select 1 from pictures shown where shown.id = p.picture_id and shown.created_at > i.created_at)`,
			id, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("picture %s: %w", id, err)
	}
	return nil
}
