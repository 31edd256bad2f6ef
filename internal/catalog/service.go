package catalog

import (
	"time"

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
}

// New makes the service. Pictures lie in blobs; jobs makes their smaller copies.
func New(db *sqlx.DB, jobs *job.Client, blobs *blob.Bucket, now func() time.Time) *Service {
	return &Service{db: db, jobs: jobs, blobs: blobs, now: now}
}
