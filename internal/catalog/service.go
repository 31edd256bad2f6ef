package catalog

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
)

// Service is the catalogue's use cases.
type Service struct {
	db  *sqlx.DB
	log *slog.Logger
	now func() time.Time

	categories atomic.Pointer[[]Category] // reference data, once read
	labels     atomic.Pointer[[]Label]
}

// New makes the service.
func New(db *sqlx.DB, log *slog.Logger, now func() time.Time) *Service {
	return &Service{db: db, log: log, now: now}
}
