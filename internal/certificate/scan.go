package certificate

import (
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres"
)

const scanWidth = 1600 // pixels: the small print of a certificate can be read

// OpenScan opens the copy of a certificate's picture, a JPEG; ErrNotFound while there is none. The caller closes it.
func (s *Service) OpenScan(ctx context.Context, id uuid.UUID) (io.ReadCloser, error) {
	r, err := s.blobs.NewReader(ctx, folder(id)+"copy.jpg", nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("certificate: scan: %w", err)
	}
	return r, nil
}

func folder(id uuid.UUID) string { return "certificates/" + id.String() + "/" }

// ScanArgs asks for the copy of a certificate's picture.
type ScanArgs struct {
	ProposalID uuid.UUID `json:"proposal_id"`
}

// Kind names the job.
func (ScanArgs) Kind() string { return "certificate_scan" }

// InsertOpts says that it costs a processor and much memory, and can wait.
func (ScanArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: job.Costly, Priority: 3}
}

// ScanWorker works ScanArgs.
type ScanWorker struct {
	river.WorkerDefaults[ScanArgs]
	Certificates *Service
}

// Work makes the copy; a picture that cannot be decoded is refused for good. Then the original, which may say where it
// was taken, goes.
func (w *ScanWorker) Work(ctx context.Context, j *river.Job[ScanArgs]) error {
	s, id := w.Certificates, j.Args.ProposalID
	var key string
	err := s.db.GetContext(ctx, &key, `select scan from label_proposals where id = $1 and scan <> ''`, id)
	if postgres.NoRows(err) {
		return nil // done already, or gone with its product
	}
	if err != nil {
		return fmt.Errorf("certificate %s: %w", id, err)
	}
	data, err := s.blobs.ReadAll(ctx, key)
	if err != nil {
		return fmt.Errorf("certificate %s: %w", id, err)
	}
	state := ScanReady
	smaller, err := picture.Copy(data, scanWidth)
	if err != nil {
		s.log.WarnContext(ctx, "certificate's picture refused", "proposal", id, "error", err)
		state = ScanRefused
	} else if err := s.blobs.WriteAll(ctx, folder(id)+"copy.jpg", smaller, &blob.WriterOptions{ContentType: "image/jpeg"}); err != nil {
		return fmt.Errorf("certificate %s: %w", id, err)
	}
	if err := s.blobs.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("certificate %s: %w", id, err)
	}
	if _, err := s.db.ExecContext(ctx, `update label_proposals set scan = '', scan_state = $2 where id = $1`, id, state); err != nil {
		return fmt.Errorf("certificate %s: %w", id, err)
	}
	return nil
}
