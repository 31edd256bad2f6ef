package catalog

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"gocloud.dev/blob"

	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/job"
)

// Service is the catalogue's use cases.
type Service struct {
	db    *sqlx.DB
	jobs  *job.Client
	blobs *blob.Bucket
	log   *slog.Logger
	now   func() time.Time

	files *gate.Gate // lets spreadsheets in; photographs are decoded by jobs, one at a time

	categories atomic.Pointer[[]Category] // reference data, once read
	labels     atomic.Pointer[[]Label]
}

// New makes the service. Pictures lie in blobs; jobs makes their smaller copies.
func New(db *sqlx.DB, jobs *job.Client, blobs *blob.Bucket, log *slog.Logger, now func() time.Time) *Service {
	return &Service{
		db: db, jobs: jobs, blobs: blobs, log: log, now: now,
		files: gate.New(gate.Limits{AtOnce: 2, PerPerson: 1, Waiting: 8, Patience: 10 * time.Second}),
	}
}

// person is who a gate counts somebody's work for; work of nobody who signed in is nobody's.
func person(by uuid.UUID) string {
	if by == uuid.Nil {
		return ""
	}
	return by.String()
}

// nullable writes «nobody» as null.
func nullable(by uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: by, Valid: by != uuid.Nil} }
