package upload

import (
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/job"
)

// Service is the use cases of catalogue files.
type Service struct {
	db      *sqlx.DB
	catalog *catalog.Service
	jobs    *job.Client
	log     *slog.Logger
	now     func() time.Time

	files *gate.Gate // lets spreadsheets in
}

// New makes the service. Large files are applied by jobs.
func New(db *sqlx.DB, products *catalog.Service, jobs *job.Client, log *slog.Logger, now func() time.Time) *Service {
	return &Service{
		db: db, catalog: products, jobs: jobs, log: log, now: now,
		files: gate.New(gate.Limits{AtOnce: 2, PerPerson: 1, Waiting: 8, Patience: 10 * time.Second}),
	}
}

// person is who a gate counts somebody's work for; work of nobody who signed in is nobody's.
func person(by actor.Actor) string {
	if by.User == uuid.Nil {
		return ""
	}
	return by.User.String()
}
