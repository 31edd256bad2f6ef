package catalog

import (
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/clock"
)

// Service is the catalogue's use cases.
type Service struct {
	db  *sqlx.DB
	log *slog.Logger
	now func() time.Time

	kinds   clock.Recent[kinds]
	labels  clock.Recent[[]Label]
	offered clock.Recent[int]
}

// referenceAge is how long categories, their clues, labels and the number of products are taken for what they were.
const referenceAge = time.Minute

// New makes the service.
func New(db *sqlx.DB, log *slog.Logger, now func() time.Time) *Service {
	return &Service{
		db: db, log: log, now: now,
		kinds: clock.Recent[kinds]{Age: referenceAge}, labels: clock.Recent[[]Label]{Age: referenceAge}, offered: clock.Recent[int]{Age: referenceAge},
	}
}
