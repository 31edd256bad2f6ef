package catalog

import (
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"gocloud.dev/blob"

	"github.com/souk-taawon/souk/internal/job"
)

// Service is the catalogue's use cases.
type Service struct {
	db    *sqlx.DB
	jobs  *job.Client
	blobs *blob.Bucket
	now   func() time.Time

	categories atomic.Pointer[[]Category] // reference data, once read
	labels     atomic.Pointer[[]Label]
}

// New makes the service. Pictures lie in blobs; jobs makes their smaller copies.
func New(db *sqlx.DB, jobs *job.Client, blobs *blob.Bucket, now func() time.Time) *Service {
	return &Service{db: db, jobs: jobs, blobs: blobs, now: now}
}

// nullable writes «nobody» as null.
func nullable(by uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: by, Valid: by != uuid.Nil} }
