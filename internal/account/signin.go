package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
)

// maxLogin is the longest e-mail address there is (RFC 5321).
const maxLogin = 254

// SignIn begins a session for the person with that login, an e-mail address or a telephone number
// in any usual spelling. address is where the request came from. The token is for the cookie alone
// and new at every sign-in; end the session that a browser had before with SignOut.
//
// Errors: ErrWrongLogin, ErrLocked, ErrBusy.
func (s *Service) SignIn(ctx context.Context, login, password, address string) (token string, u User, err error) {
	login = normalLogin(login)
	attempt, err := s.begin(ctx, login, address)
	if err != nil {
		return "", User{}, err
	}
	var found struct {
		User
		Hash string `db:"password_hash"`
	}
	err = s.db.GetContext(ctx, &found, `
		select id, name, email, phone, role, cooperative_id, locale, password_hash
		from users where (email = $1 or phone = $1) and disabled_at is null`, login)
	if err != nil && !postgres.NoRows(err) {
		return "", User{}, fmt.Errorf("sign in: %w", err)
	}
	match, err := s.matches(ctx, password, found.Hash)
	if err != nil {
		// Nothing was learned of the password, so it is no failure of the person's.
		return "", User{}, s.forget(ctx, attempt, err)
	}
	if !match {
		return "", User{}, ErrWrongLogin
	}
	token, hash := newToken()
	now := s.now()
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		// A success clears the login, but not the address: whoever guesses from it might have an
		// account of their own.
		if _, err := tx.ExecContext(ctx, `delete from signin_failures where subject = $1 or id = $2`,
			attempt.login, attempt.addressID); err != nil {
			return err
		}
		// Only while the password is still the one that was compared: choosing a new one ends every
		// session, and this one must not begin just after that.
		begun, err := tx.ExecContext(ctx, `
			insert into sessions (token_hash, user_id, created_at, expires_at)
			select $1, id, $3, $4 from users
			where id = $2 and password_hash = $5 and disabled_at is null
			for share`,
			hash, found.ID, now, now.Add(found.Role.lifetime().idle), found.Hash)
		if err != nil {
			return err
		}
		if n, err := begun.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return ErrWrongLogin
	})
	if errors.Is(err, ErrWrongLogin) {
		return "", User{}, ErrWrongLogin
	}
	if err != nil {
		return "", User{}, fmt.Errorf("sign in: %w", err)
	}
	return token, found.User, nil
}

// normalLogin brings a login to the form it is stored in. What is neither address nor number
// stays as it is, and finds nobody.
func normalLogin(login string) string {
	login = strings.TrimSpace(login)
	if !strings.Contains(login, "@") {
		if phone, err := ParsePhone(login); err == nil {
			return phone
		}
	}
	if len(login) > maxLogin {
		login = strings.ToValidUTF8(login[:maxLogin], "")
	}
	return strings.ToLower(login)
}

// attempt is a sign-in under way, written down as a failure of its login and of its address.
type attempt struct {
	login, address     string // the subjects
	loginID, addressID uuid.UUID
}

// begin writes the attempt down as failed before the password is looked at, and only then counts:
// so of many attempts made at the same moment each sees the others, and no more than the limit
// get through. A refused attempt is taken back, or a locked person could lock herself for ever.
func (s *Service) begin(ctx context.Context, login, address string) (attempt, error) {
	a := attempt{
		login: "user:" + login, loginID: postgres.NewID(),
		address: "address:" + address, addressID: postgres.NewID(),
	}
	now := s.now()
	_, err := s.db.ExecContext(ctx,
		`insert into signin_failures (id, subject, at) values ($1, $2, $5), ($3, $4, $5)`,
		a.loginID, a.login, a.addressID, a.address, now)
	if err != nil {
		return a, fmt.Errorf("note sign-in: %w", err)
	}
	// The oldest of the failures that fill a limit; the limit holds until it leaves the window.
	var full sql.NullTime
	err = s.db.GetContext(ctx, &full, `
		select max(at) from (
			(select at from signin_failures
			 where subject = $1 and at > $3 and id <> $4 order by at desc offset $5 limit 1)
			union all
			(select at from signin_failures
			 where subject = $2 and at > $3 and id <> $6 order by at desc offset $7 limit 1)
		) as full_at`,
		a.login, a.address, now.Add(-s.Limits.Window),
		a.loginID, max(s.Limits.PerLogin-1, 0), a.addressID, max(s.Limits.PerAddress-1, 0))
	if err != nil {
		return a, fmt.Errorf("count failed sign-ins: %w", err)
	}
	if full.Valid {
		wait := full.Time.Add(s.Limits.Window).Sub(now)
		minutes := max(int((wait+time.Minute-1)/time.Minute), 1)
		return a, s.forget(ctx, a, fault.New(ErrLocked.Kind, ErrLocked.Key, "Count", minutes))
	}
	return a, nil
}

// forget takes an attempt back and returns why.
func (s *Service) forget(ctx context.Context, a attempt, why error) error {
	// The request may be over already; the attempt must not count all the same.
	_, err := s.db.ExecContext(context.WithoutCancel(ctx),
		`delete from signin_failures where id in ($1, $2)`, a.loginID, a.addressID)
	if err != nil {
		return fmt.Errorf("take back sign-in: %w", err)
	}
	return why
}

// newToken makes a secret of 256 random bits and the hash it is known by.
func newToken() (token string, hash []byte) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails, says its documentation
	token = base64.RawURLEncoding.EncodeToString(secret)
	return token, tokenHash(token)
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
