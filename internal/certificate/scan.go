package certificate

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres"
)

// OpenScan opens the copy of a certificate's picture, as picture.Papers does.
func (s *Service) OpenScan(ctx context.Context, id uuid.UUID) (io.ReadCloser, error) {
	return s.papers.Open(ctx, id)
}

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

// Work makes the copy; a picture that cannot be decoded is refused for good. Then the original goes.
func (w *ScanWorker) Work(ctx context.Context, j *river.Job[ScanArgs]) error {
	s, id := w.Certificates, j.Args.ProposalID
	var p struct {
		Scan  string
		State string `db:"scan_state"`
	}
	err := s.db.GetContext(ctx, &p, `select scan, scan_state from label_proposals where id = $1 and scan <> ''`, id)
	if postgres.NoRows(err) {
		return nil // done already, or gone with its product
	}
	if err != nil {
		return fmt.Errorf("certificate %s: %w", id, err)
	}
	if p.State == ScanWaiting { // otherwise only its original is left to be dropped
		state := ScanReady
		if err := s.papers.Develop(ctx, id, p.Scan); errors.Is(err, picture.ErrKind) {
			s.log.WarnContext(ctx, "certificate's picture refused", "proposal", id, "error", err)
			state = ScanRefused
		} else if err != nil {
			return fmt.Errorf("certificate: %w", err)
		}
		result, err := s.db.ExecContext(ctx, `update label_proposals set scan_state = $2 where id = $1`, id, state)
		if err != nil {
			return fmt.Errorf("certificate %s: %w", id, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 { // it went meanwhile, with its product
			return errors.Join(err, s.papers.Drop(ctx, id, p.Scan))
		}
	}
	if err := s.papers.DropOriginal(ctx, p.Scan); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, `update label_proposals set scan = '' where id = $1`, id); err != nil {
		return fmt.Errorf("certificate %s: %w", id, err)
	}
	return nil
}

// scanKept is for how many days a certificate's picture is kept once it proves nothing any more: it was refused, or it
// has ended.
const scanKept = 30

// CleanArgs is the periodic job that deletes pictures of certificates that prove nothing any more.
type CleanArgs struct{}

// Kind names the job.
func (CleanArgs) Kind() string { return "certificate_clean" }

// CleanWorker works CleanArgs.
type CleanWorker struct {
	river.WorkerDefaults[CleanArgs]
	Certificates *Service
}

// Work deletes what it can: a picture that cannot be deleted keeps none of the others.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	s := w.Certificates
	var list []struct {
		ID   uuid.UUID
		Scan string
	}
	if err := s.db.SelectContext(ctx, &list, `
		select id, scan from label_proposals where scan_until < $1 and scan_state <> 'gone' order by scan_until`, clock.Day(s.now())); err != nil {
		return fmt.Errorf("certificate: clean: %w", err)
	}
	var failed error
	for _, p := range list {
		if err := s.papers.Drop(ctx, p.ID, p.Scan); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if _, err := s.db.ExecContext(ctx, `update label_proposals set scan = '', scan_state = $2 where id = $1`, p.ID, scanGone); err != nil {
			return errors.Join(failed, fmt.Errorf("certificate %s: %w", p.ID, err))
		}
	}
	return failed
}
