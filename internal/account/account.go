package account

import (
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
)

// Role is what a person may do: a member acts for one cooperative, the association for the market.
type Role string

// The roles.
const (
	Member      Role = "member"
	Association Role = "association"
)

// What can go wrong. One sentence covers an unknown login and a wrong password, so that nobody
// learns who has an account.
var (
	ErrWrongLogin = fault.New(fault.Invalid, "account.wrong_login")
	ErrLocked     = fault.New(fault.TooMany, "account.locked") // carries Count, the minutes to wait
	ErrBusy       = fault.New(fault.Unavailable, "account.busy")
	ErrNoSession  = fault.New(fault.Unauthenticated, "account.no_session")
	ErrResetOver  = fault.New(fault.Invalid, "account.reset_over")
	ErrUser       = fault.New(fault.Invalid, "account.invalid") // Fields say where
)

// User is a person who can sign in; e-mail or telephone may be missing, never both.
type User struct {
	ID            uuid.UUID  `db:"id"`
	Name          string     `db:"name"`
	Email         *string    `db:"email"`
	Phone         *string    `db:"phone"` // E.164
	Role          Role       `db:"role"`
	CooperativeID *uuid.UUID `db:"cooperative_id"` // a member's; nil for the association
	Locale        string     `db:"locale"`
}

// Limits are how many failed sign-ins a sliding Window allows for one login and for one network
// address. The address is allowed more: a whole village may share one.
type Limits struct {
	PerLogin   int
	PerAddress int
	Window     time.Duration
}

// lifetime of a session: it ends when unused for idle, and at the latest absolute after sign-in.
type lifetime struct{ idle, absolute time.Duration }

// A member signs in on her own telephone and comes once or twice a week; who acts for the
// association moves money, and is asked more often.
func (r Role) lifetime() lifetime {
	const day = 24 * time.Hour
	if r == Association {
		return lifetime{idle: 12 * time.Hour, absolute: 7 * day}
	}
	return lifetime{idle: 10 * day, absolute: 30 * day}
}

// Service signs people in and out and keeps their accounts. Set Limits and Cost before first use.
type Service struct {
	Limits Limits
	Cost   argon2id.Params // of new password hashes

	db      *sqlx.DB
	jobs    *job.Client
	now     func() time.Time
	hashing chan struct{} // a place for each hash that may be under way
}

// atOnce bounds how many passwords are hashed at the same time: each takes 46 MiB and a core for a
// tenth of a second, so that without a bound a few hundred sign-ins would take the machine down.
const atOnce = 3

// New makes a Service; now is its clock.
func New(db *sqlx.DB, jobs *job.Client, now func() time.Time) *Service {
	return &Service{
		Limits: Limits{PerLogin: 10, PerAddress: 60, Window: 15 * time.Minute},
		// The OWASP Password Storage Cheat Sheet's first choice for Argon2id.
		Cost:    argon2id.Params{Memory: 46 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		db:      db,
		jobs:    jobs,
		now:     now,
		hashing: make(chan struct{}, atOnce),
	}
}
