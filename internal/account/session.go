package account

import (
	"context"
	"fmt"
	"time"

	"github.com/souk-taawon/souk/internal/postgres"
)

// Session gives the person behind a session's token, or ErrNoSession: the session may have ended,
// or the account been disabled. Using a session keeps it from growing idle.
func (s *Service) Session(ctx context.Context, token string) (User, error) {
	now := s.now()
	var found struct {
		User
		CreatedAt time.Time `db:"created_at"`
		ExpiresAt time.Time `db:"expires_at"`
	}
	err := s.db.GetContext(ctx, &found, `
		select u.id, u.name, u.email, u.phone, u.role, u.cooperative_id, u.locale,
		       s.created_at, s.expires_at
		from sessions s join users u on u.id = s.user_id
		where s.token_hash = $1 and s.expires_at > $2 and u.disabled_at is null`, tokenHash(token), now)
	if postgres.NoRows(err) {
		return User{}, ErrNoSession
	}
	if err != nil {
		return User{}, fmt.Errorf("session: %w", err)
	}
	life := found.Role.lifetime()
	end := now.Add(life.idle)
	if last := found.CreatedAt.Add(life.absolute); end.After(last) {
		end = last
	}
	// One write a quarter of the way is enough; one with every page would be waste.
	if end.Sub(found.ExpiresAt) > life.idle/4 {
		if _, err := s.db.ExecContext(ctx,
			`update sessions set expires_at = $2 where token_hash = $1 and expires_at < $2`,
			tokenHash(token), end); err != nil {
			return User{}, fmt.Errorf("session: %w", err)
		}
	}
	return found.User, nil
}

// SignOut ends a session; ending one that is over already is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	if _, err := s.db.ExecContext(ctx, `delete from sessions where token_hash = $1`, tokenHash(token)); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}
