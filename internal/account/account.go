package account

import (
	"slices"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/security"
)

// What can go wrong. One sentence covers an unknown login and a wrong password, so that nobody
// learns who has an account.
var (
	ErrWrongLogin = fault.New(fault.Invalid, "account.wrong_login")
	ErrDelayed    = fault.New(fault.TooMany, "account.delayed") // see Wait
	ErrNoSession  = fault.New(fault.Unauthenticated, "account.no_session")
	ErrLinkOver   = fault.New(fault.Invalid, "account.reset_over")
	ErrUser       = fault.New(fault.Invalid, "account.invalid") // Fields say where
	ErrNotFound   = fault.New(fault.NotFound, "account.not_found")
	ErrWrongState = fault.New(fault.Conflict, "account.wrong_state")  // ended already, or not ended
	ErrOwnAccount = fault.New(fault.Conflict, "account.own_account")  // nobody ends her own, or gives herself a role
	ErrLastHead   = fault.New(fault.Conflict, "account.last_account") // see headedTx
)

// User is a person who can sign in; e-mail or telephone may be missing, never both.
type User struct {
	ID            uuid.UUID  `db:"id"`
	Name          string     `db:"name"`
	Email         *string    `db:"email"`
	Phone         *string    `db:"phone"` // E.164
	Role          Role       `db:"role"`
	CooperativeID *uuid.UUID `db:"cooperative_id"` // hers; nil for the association's people
	Locale        string     `db:"locale"`

	Rights []Right // of whoever has a session: what she may do
}

// Holds reports whether whoever has a session may do that.
func (u User) Holds(right Right) bool { return slices.Contains(u.Rights, right) }

// Actor is who acts when she does: for her cooperative, or for the association.
func (u User) Actor() actor.Actor {
	if u.CooperativeID != nil {
		return actor.OfCooperative(*u.CooperativeID, u.ID)
	}
	return actor.OfAssociation(u.ID)
}

// lifetime of a session: it ends when unused for idle, and at the latest absolute after sign-in.
type lifetime struct{ idle, absolute time.Duration }

// A member signs in on her own telephone and comes once or twice a week; who acts for the
// association moves money, and is asked more often.
func (r Role) lifetime() lifetime {
	const day = 24 * time.Hour
	if r.InCooperative() {
		return lifetime{idle: 10 * day, absolute: 30 * day}
	}
	return lifetime{idle: 12 * time.Hour, absolute: 7 * day}
}

// How many passwords are hashed at the same time: each takes 46 MiB and a core for a tenth of a second,
// so that without a bound a few hundred sign-ins would take the machine down. Strangers and those who are
// known have places of their own, or strangers' guesses would keep everybody out. Of strangers a network
// address counts as one person, and a village may share one.
var (
	strangersHashing = gate.Limits{AtOnce: 2, PerPerson: 12, Waiting: 40, Patience: 5 * time.Second}
	knownHashing     = gate.Limits{AtOnce: 2, PerPerson: 3, Waiting: 40, Patience: 5 * time.Second}
)

// Service signs people in and out and keeps their accounts. Set Cost and SecretsBefore before first use.
type Service struct {
	Cost          argon2id.Params // of new password hashes
	SecretsBefore [][]byte        // in whose place the secret came: links that wait to be mailed were made with them

	db        *sqlx.DB
	jobs      *job.Client
	events    *security.Log
	secret    []byte
	now       func() time.Time
	strangers *gate.Gate
	known     *gate.Gate
}

// New makes a Service. secret, of 32 bytes at least, keys the links in mails; now is its clock.
func New(db *sqlx.DB, jobs *job.Client, events *security.Log, secret []byte, now func() time.Time) *Service {
	return &Service{
		// The OWASP Password Storage Cheat Sheet's first choice for Argon2id.
		Cost:      argon2id.Params{Memory: 46 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		db:        db,
		jobs:      jobs,
		events:    events,
		secret:    secret,
		now:       now,
		strangers: gate.New(strangersHashing),
		known:     gate.New(knownHashing),
	}
}

// event begins one about u's account.
func event(kind security.Kind, by actor.Actor, u User, from security.Source) *security.Event {
	e := &security.Event{Kind: kind, Actor: by, User: u.ID, Source: from}
	if u.CooperativeID != nil {
		e.Cooperative = *u.CooperativeID
	}
	return e
}
