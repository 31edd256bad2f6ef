package security

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
)

// Log keeps events.
type Log struct {
	db     *sqlx.DB
	log    *slog.Logger
	now    func() time.Time
	budget budget
}

// New makes a Log; each event also becomes a line of log.
func New(db *sqlx.DB, log *slog.Logger, now func() time.Time) *Log {
	return &Log{db: db, log: log, now: now, budget: newBudget()}
}

// Do runs fn in a transaction and keeps e with what it did, or nothing of both. fn may still fill e in.
func (l *Log) Do(ctx context.Context, e *Event, fn func(tx *sqlx.Tx) error) error {
	err := postgres.InTx(ctx, l.db, func(tx *sqlx.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return l.keep(ctx, tx, e)
	})
	if err == nil {
		l.tell(ctx, *e)
	}
	return err
}

// Note keeps an event that changed nothing. Strangers cause such events at no cost to themselves, so
// that no more are kept than the budget allows: the others are counted and kept as one of each kind, NotKept. An
// event that cannot be kept is told to the log and stops nobody.
func (l *Log) Note(ctx context.Context, e Event) {
	at := l.now()
	kept, dropped := l.budget.take(e, at)
	for _, e := range dropped {
		l.note(ctx, e)
	}
	if kept {
		l.note(ctx, e)
	}
}

func (l *Log) note(ctx context.Context, e Event) {
	// The request may be over; what it tried is kept all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := l.keep(ctx, l.db, &e); err != nil {
		l.log.Error("keep security event", "error", err)
	}
	l.tell(ctx, e)
}

func (l *Log) keep(ctx context.Context, to sqlx.ExecerContext, e *Event) error {
	e.At, e.Count = l.now().UTC(), max(e.Count, 1)
	e.Agent, e.Detail = cut(e.Agent, maxAgent), cut(e.Detail, maxDetail)
	_, err := to.ExecContext(ctx, `
		insert into security_events (id, kind, actor, actor_id, user_id, cooperative_id, address, agent, detail, count, at)
		values ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8, $9, $10, $11)`,
		postgres.NewID(), e.Kind, e.Actor.Kind, e.Actor.UserID(), postgres.NullID(e.User), postgres.NullID(e.Cooperative),
		e.Address, e.Agent, e.Detail, e.Count, e.At)
	if err != nil {
		return fmt.Errorf("security event %s: %w", e.Kind, err)
	}
	return nil
}

func (l *Log) tell(ctx context.Context, e Event) {
	attributes := []slog.Attr{slog.String("kind", string(e.Kind)), slog.String("address", e.Address), slog.String("agent", e.Agent)}
	for name, id := range map[string]uuid.UUID{"actor": e.Actor.User, "user": e.User, "cooperative": e.Cooperative} {
		if id != uuid.Nil {
			attributes = append(attributes, slog.String(name, id.String()))
		}
	}
	if e.Actor.Kind != "" {
		attributes = append(attributes, slog.String("by", string(e.Actor.Kind)))
	}
	if e.Detail != "" {
		attributes = append(attributes, slog.String("detail", e.Detail))
	}
	if e.Count > 1 {
		attributes = append(attributes, slog.Int("count", e.Count))
	}
	l.log.LogAttrs(ctx, slog.LevelInfo, "security", attributes...)
}
