package picture

import (
	"context"
	"fmt"
	"image"
	"io"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/souk-taawon/souk/internal/fault"
)

// MaxPaper is how many bytes a picture of a paper may have.
const MaxPaper = 12 << 20

const (
	paperWidth = 1600 // pixels: small print can be read
	// How many pixels a copy has at most, and how many on one side: a JPEG is no longer.
	maxCopied = 8_000_000
	maxSide   = 32_000
)

// ErrPaperTooLarge refuses a picture of a paper that is larger.
var ErrPaperTooLarge = fault.New(fault.TooLarge, ErrTooLarge.Key, "MB", MaxPaper>>20)

// Paper is a picture of a paper, such as a receipt or a certificate, as it came.
type Paper struct {
	data   []byte
	format string
}

// ReadPaper reads a picture of a paper (JPEG, PNG or WebP). Errors: ErrPaperTooLarge; ErrKind, ErrHEIC, ErrSmall and
// ErrPixels, as far as its structure tells.
func ReadPaper(r io.Reader) (Paper, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPaper+1))
	if err != nil {
		return Paper{}, fmt.Errorf("read paper: %w", err)
	}
	if len(data) > MaxPaper {
		return Paper{}, ErrPaperTooLarge
	}
	format, err := formatOf(data)
	return Paper{data: data, format: format}, err
}

// Papers keeps pictures of papers in a folder: each as it came until a job has made the copy that people see.
type Papers struct {
	blobs  *blob.Bucket
	folder string
}

// NewPapers keeps them in that folder of blobs.
func NewPapers(blobs *blob.Bucket, folder string) Papers { return Papers{blobs: blobs, folder: folder} }

func (p Papers) copyKey(id uuid.UUID) string { return p.folder + "/" + id.String() + "/copy.jpg" }

// Keep keeps a paper as it came, and gives the key of that. It comes before the row that tells of it: a file without
// a row is only lost space, a row without a file a paper that nobody can see.
func (p Papers) Keep(ctx context.Context, id uuid.UUID, paper Paper) (original string, err error) {
	original = p.folder + "/" + id.String() + "/original." + paper.format
	return original, p.write(ctx, original, paper.data, paper.format)
}

// Develop makes the copy of what was kept. It costs a processor a second: it is for a job of job.Costly. A picture that
// cannot be decoded, which shows further in than ReadPaper looks, is refused for good with ErrKind.
func (p Papers) Develop(ctx context.Context, id uuid.UUID, original string) error {
	data, err := p.blobs.ReadAll(ctx, original)
	if err != nil {
		return fmt.Errorf("paper %s: %w", id, err)
	}
	smaller, err := readable(data, paperWidth)
	if err != nil {
		return ErrKind.Wrap(err)
	}
	return p.write(ctx, p.copyKey(id), smaller, "jpeg")
}

// readable decodes a picture and encodes it anew as JPEG, upright, at most width pixels wide unless it is a strip whose
// print could not be read then, with nothing of what a camera writes into it.
func readable(data []byte, width int) ([]byte, error) {
	copies, _, err := shrink(data, layout{widths: func(size image.Point) []int {
		wide := min(size.X, max(width, minSide*size.X/size.Y))
		for high := wide * size.Y / size.X; wide > 1 && (wide*high > maxCopied || max(wide, high) > maxSide); high = wide * size.Y / size.X {
			wide = wide * 9 / 10
		}
		return []int{wide}
	}})
	if err != nil {
		return nil, err
	}
	return copies[0], nil
}

func (p Papers) write(ctx context.Context, key string, data []byte, format string) error {
	if err := p.blobs.WriteAll(ctx, key, data, &blob.WriterOptions{ContentType: "image/" + format}); err != nil {
		return fmt.Errorf("keep paper: %w", err)
	}
	return nil
}

// Open opens the copy of a paper, a JPEG; ErrNotFound while there is none. The caller closes it.
func (p Papers) Open(ctx context.Context, id uuid.UUID) (io.ReadCloser, error) {
	r, err := p.blobs.NewReader(ctx, p.copyKey(id), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("paper %s: %w", id, err)
	}
	return r, nil
}

// Drop deletes the copy of a paper and, unless it is empty, what was kept of it as it came.
func (p Papers) Drop(ctx context.Context, id uuid.UUID, original string) error {
	if err := dropFile(ctx, p.blobs, p.copyKey(id)); err != nil || original == "" {
		return err
	}
	return p.DropOriginal(ctx, original)
}

// DropOriginal deletes what was kept of a paper as it came, which may say where it was taken.
func (p Papers) DropOriginal(ctx context.Context, original string) error {
	return dropFile(ctx, p.blobs, original)
}

// dropFile deletes a file; one that is gone is no failure.
func dropFile(ctx context.Context, blobs *blob.Bucket, key string) error {
	if err := blobs.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}
