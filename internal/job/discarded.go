package job

import (
	"context"
	"log/slog"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// lastFailure tells the log that a job is given up. River tells of each failure before.
type lastFailure struct{ log *slog.Logger }

// HandleError implements river.ErrorHandler.
func (l lastFailure) HandleError(_ context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	if job.Attempt >= job.MaxAttempts {
		l.log.Error("job given up", "kind", job.Kind, "job", job.ID, "attempts", job.Attempt, "error", err)
	}
	return nil
}

// HandlePanic implements river.ErrorHandler.
func (l lastFailure) HandlePanic(_ context.Context, job *rivertype.JobRow, panicked any, trace string) *river.ErrorHandlerResult {
	l.log.Error("job panicked", "kind", job.Kind, "job", job.ID, "attempts", job.Attempt, "panic", panicked, "trace", trace)
	return nil
}
