package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
)

// deviceLifetime is how long a browser that nobody signs in with stays known.
const deviceLifetime = 365 * 24 * time.Hour

// knownDevice is the hash of a browser's token if that person has signed in with it, or nil.
func (s *Service) knownDevice(ctx context.Context, token string, user uuid.UUID) ([]byte, error) {
	if token == "" {
		return nil, nil
	}
	hash := tokenHash(token)
	var known bool
	err := s.db.GetContext(ctx, &known, `
		select exists (select from known_devices where token_hash = $1 and user_id = $2 and last_used_at > $3)`,
		hash, user, s.now().Add(-deviceLifetime))
	if err != nil {
		return nil, fmt.Errorf("known browser: %w", err)
	}
	if !known {
		return nil, nil
	}
	return hash, nil
}

// KnowsBrowser reports whether anybody has signed in with the browser that was given that token. It is
// for limits by network address, which must not keep the people of a place out for the sake of one.
func (s *Service) KnowsBrowser(ctx context.Context, token string) (bool, error) {
	if token == "" {
		return false, nil
	}
	var known bool
	err := s.db.GetContext(ctx, &known, `
		select exists (select from known_devices where token_hash = $1 and last_used_at > $2)`,
		tokenHash(token), s.now().Add(-deviceLifetime))
	if err != nil {
		return false, fmt.Errorf("known browser: %w", err)
	}
	return known, nil
}

// rememberTx makes a browser known for that person. Its token is replaced, for all who use it, so that
// one that somebody put there, or copied before, is good for nothing.
func (s *Service) rememberTx(ctx context.Context, tx *sqlx.Tx, user uuid.UUID, old string) (token string, hash []byte, err error) {
	token, hash = newToken()
	now := s.now()
	if old != "" {
		if _, err := tx.ExecContext(ctx, `
			update known_devices set token_hash = $2 where token_hash = $1`, tokenHash(old), hash); err != nil {
			return "", nil, err
		}
		if _, err := tx.ExecContext(ctx, `
			update sessions set device_hash = $2 where device_hash = $1`, tokenHash(old), hash); err != nil {
			return "", nil, err
		}
	}
	if _, err := tx.ExecContext(ctx, `
		insert into known_devices (token_hash, user_id, last_used_at) values ($1, $2, $3)
		on conflict (token_hash, user_id) do update set last_used_at = excluded.last_used_at`, hash, user, now); err != nil {
		return "", nil, err
	}
	_, err = tx.ExecContext(ctx, `
		delete from known_devices where user_id = $1 and token_hash not in (
		    select token_hash from known_devices where user_id = $1 order by last_used_at desc, token_hash limit $2)`, user, maxDevices)
	return token, hash, err
}

// signOutTx ends a person's sessions and links, and knows none of her browsers any more.
func (s *Service) signOutTx(ctx context.Context, tx *sqlx.Tx, user uuid.UUID) (ended int, err error) {
	result, err := tx.ExecContext(ctx, `delete from sessions where user_id = $1`, user)
	if err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `delete from password_resets where user_id = $1`, user); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `delete from known_devices where user_id = $1`, user); err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}
