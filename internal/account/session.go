package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/security"
)

// touchAfter is how old what is kept of a session's last use may become: one write in a while is enough,
// one with every page would be waste.
const touchAfter = 5 * time.Minute

// Session gives the person behind a session's token, or ErrNoSession: the session may have ended,
// or the account been ended. Using a session keeps it from growing idle.
func (s *Service) Session(ctx context.Context, token string) (User, error) {
	now := s.now()
	var found struct {
		User
		CreatedAt  time.Time `db:"created_at"`
		LastUsedAt time.Time `db:"last_used_at"`
	}
	err := s.db.GetContext(ctx, &found, `
		select u.id, u.name, u.email, u.phone, u.role, u.cooperative_id, u.locale,
		       s.created_at, s.last_used_at
		from sessions s join users u on u.id = s.user_id
		where s.token_hash = $1 and s.expires_at > $2 and u.disabled_at is null`, tokenHash(token), now)
	if postgres.NoRows(err) {
		return User{}, ErrNoSession
	}
	if err != nil {
		return User{}, fmt.Errorf("session: %w", err)
	}
	if now.Sub(found.LastUsedAt) >= touchAfter {
		life := found.Role.lifetime()
		end := now.Add(life.idle)
		if last := found.CreatedAt.Add(life.absolute); end.After(last) {
			end = last
		}
		if _, err := s.db.ExecContext(ctx, `
			update sessions set last_used_at = $2, expires_at = $3 where token_hash = $1 and last_used_at < $2`,
			tokenHash(token), now, end); err != nil {
			return User{}, fmt.Errorf("session: %w", err)
		}
	}
	found.Rights = found.Role.Rights()
	return found.User, nil
}

// Session is where a person is signed in, as she is told of it.
type Session struct {
	ID         uuid.UUID `db:"id"`
	CreatedAt  time.Time `db:"created_at"`
	LastUsedAt time.Time `db:"last_used_at"` // some minutes behind at most
	Address    string    `db:"address"`      // at sign-in; empty for sessions from before it was kept
	Agent      string    `db:"agent"`
	Current    bool      `db:"current"`
}

// Sessions are a person's, the latest used first; that of token, if it is hers, is Current.
func (s *Service) Sessions(ctx context.Context, user uuid.UUID, token string) ([]Session, error) {
	sessions := []Session{}
	err := s.db.SelectContext(ctx, &sessions, `
		select id, created_at, last_used_at, address, agent, token_hash = $2 as current
		from sessions where user_id = $1 and expires_at > $3
		order by token_hash = $2 desc, last_used_at desc, id`, user, tokenHash(token), s.now())
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	return sessions, nil
}

// SignOut ends a session; ending one that is over already is no error.
func (s *Service) SignOut(ctx context.Context, token string, from security.Source) error {
	var u User
	err := s.db.GetContext(ctx, &u, `
		select u.id, u.name, u.email, u.phone, u.role, u.cooperative_id, u.locale
		from sessions s join users u on u.id = s.user_id where s.token_hash = $1`, tokenHash(token))
	if postgres.NoRows(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	err = s.events.Do(ctx, event(security.SignedOut, u.Actor(), u, from), func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from sessions where token_hash = $1`, tokenHash(token))
		return err
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// errNothing rolls back what would have changed nothing.
var errNothing = errors.New("nothing to end")

// EndSession ends one session of u's, in the name of by, and does not know its browser any more. One that
// is over already is no error.
func (s *Service) EndSession(ctx context.Context, u User, session uuid.UUID, by actor.Actor, from security.Source) error {
	err := s.events.Do(ctx, event(security.SessionEnded, by, u, from), func(tx *sqlx.Tx) error {
		var device []byte
		err := tx.GetContext(ctx, &device, `
			delete from sessions where id = $1 and user_id = $2 returning device_hash`, session, u.ID)
		if postgres.NoRows(err) {
			return errNothing
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `delete from known_devices where token_hash = $1 and user_id = $2`, device, u.ID)
		return err
	})
	if err != nil && !errors.Is(err, errNothing) {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndSessions ends all of u's sessions but that of the token keep, in the name of by, and tells how many
// they were. It does not know their browsers any more.
func (s *Service) EndSessions(ctx context.Context, u User, keep string, by actor.Actor, from security.Source) (int, error) {
	var ended int
	e := event(security.SessionEnded, by, u, from)
	err := s.events.Do(ctx, e, func(tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, `delete from sessions where user_id = $1 and token_hash <> $2`, u.ID, tokenHash(keep))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		if ended = int(n); ended == 0 {
			return errNothing
		}
		e.Count = ended
		_, err = tx.ExecContext(ctx, `
			delete from known_devices where user_id = $1
			and token_hash not in (select device_hash from sessions where user_id = $1 and device_hash is not null)`, u.ID)
		return err
	})
	if err != nil && !errors.Is(err, errNothing) {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return ended, nil
}
