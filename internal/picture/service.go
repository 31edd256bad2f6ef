package picture

import (
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"
	"gocloud.dev/blob"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/job"
)

// Service is the use cases of pictures.
type Service struct {
	db      *sqlx.DB
	catalog *catalog.Service
	jobs    *job.Client
	blobs   *blob.Bucket
	log     *slog.Logger
	now     func() time.Time
}

// New makes the service. Pictures lie in blobs; jobs makes their smaller copies.
func New(db *sqlx.DB, products *catalog.Service, jobs *job.Client, blobs *blob.Bucket, log *slog.Logger, now func() time.Time) *Service {
	return &Service{db: db, catalog: products, jobs: jobs, blobs: blobs, log: log, now: now}
}
