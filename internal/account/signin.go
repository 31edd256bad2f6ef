package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/security"
)

// maxLogin is the longest e-mail address there is (RFC 5321).
const maxLogin = 254

// Attempt is somebody who wants to sign in.
type Attempt struct {
	Login    string // an e-mail address, or a telephone number in any usual spelling
	Password string
	From     security.Source
	Device   string // the token that the browser was last given, or ""
}

// Entry is somebody who signed in. The tokens are for the browser's cookies alone and new at every
// sign-in: Token is the session's, Device makes the browser known at its next sign-in.
type Entry struct {
	User   User
	Token  string
	Device string
}

// errChanged rolls back a sign-in whose password was changed or hashed anew in the meantime.
var errChanged = errors.New("the password is not the one that was compared")

// SignIn begins a session. End the session that the browser had before with SignOut.
//
// Errors: ErrWrongLogin; ErrDelayed, which is told and not waited for here; gate.ErrBusy.
func (s *Service) SignIn(ctx context.Context, a Attempt) (Entry, error) {
	login := normalLogin(a.Login)
	var found struct {
		User
		Hash string `db:"password_hash"`
	}
	err := s.db.GetContext(ctx, &found, `
		select id, name, email, phone, role, cooperative_id, locale, password_hash
		from users where (email = $1 or phone = $1) and disabled_at is null`, login)
	if err != nil && !postgres.NoRows(err) {
		return Entry{}, fmt.Errorf("sign in: %w", err)
	}
	who := "login:" + login
	var device []byte
	if found.ID != uuid.Nil {
		who = found.ID.String()
		if device, err = s.knownDevice(ctx, a.Device, found.ID); err != nil {
			return Entry{}, err
		}
	}
	guess, err := s.guess(ctx, who, a.From.Address, device)
	if errors.Is(err, ErrDelayed) {
		s.events.Note(ctx, *event(security.SignInSlowed, actor.Actor{}, found.User, a.From))
	}
	if err != nil {
		return Entry{}, err
	}
	in := s.ofStranger(a.From.Address)
	if device != nil {
		in = s.ofKnown(found.ID)
	}
	match, stale, err := s.matches(ctx, a.Password, found.Hash, in)
	if err != nil {
		// Nothing was learned of the password, so it is no failure of the person's. The request may be
		// over already; the attempt must not count all the same.
		return Entry{}, errors.Join(err, guess.settleTx(context.WithoutCancel(ctx), s.db, false))
	}
	if !match {
		s.events.Note(ctx, *event(security.SignInFailed, actor.Actor{}, found.User, a.From))
		return Entry{}, ErrWrongLogin
	}
	hash := found.Hash
	if stale {
		renewed, err := s.hash(ctx, a.Password, in)
		switch {
		case err == nil:
			hash = renewed
		case !errors.Is(err, gate.ErrBusy): // then it is made anew another time
			return Entry{}, errors.Join(err, guess.settleTx(context.WithoutCancel(ctx), s.db, true))
		}
	}
	entry, at := Entry{User: found.User}, s.now()
	err = s.events.Do(ctx, event(security.SignedIn, found.Actor(), found.User, a.From), func(tx *sqlx.Tx) error {
		if err := guess.settleTx(ctx, tx, true); err != nil {
			return err
		}
		// Only while the password is still the one that was compared: choosing a new one ends every
		// session, and this one must not begin just after that.
		query, args := `select true from users where id = $1 and password_hash = $2 and disabled_at is null for share`, []any{found.ID, found.Hash}
		if hash != found.Hash {
			query, args = `
				update users set password_hash = $3 where id = $1 and password_hash = $2 and disabled_at is null returning true`, append(args, hash)
		}
		var unchanged bool
		err := tx.GetContext(ctx, &unchanged, query, args...)
		if postgres.NoRows(err) {
			return errChanged
		}
		if err != nil {
			return err
		}
		entry.Token, entry.Device, err = s.beginTx(ctx, tx, found.User, a.From, a.Device, at)
		return err
	})
	if errors.Is(err, errChanged) {
		return s.SignIn(ctx, a) // it may be the same password, hashed anew by another of her browsers
	}
	if err != nil {
		return Entry{}, fmt.Errorf("sign in: %w", err)
	}
	return entry, nil
}

// Of one person are kept at most so many sessions and known browsers, the latest used.
const (
	maxSessions = 50
	maxDevices  = 50
)

// beginTx begins a session of u, at that moment, in the browser that was given device before, or "", and
// makes that browser known.
func (s *Service) beginTx(ctx context.Context, tx *sqlx.Tx, u User, from security.Source, device string, at time.Time) (token, newDevice string, err error) {
	newDevice, deviceHash, err := s.rememberTx(ctx, tx, u.ID, device)
	if err != nil {
		return "", "", err
	}
	token, hash := newToken()
	if _, err := tx.ExecContext(ctx, `
		insert into sessions (token_hash, id, user_id, created_at, last_used_at, expires_at, address, agent, device_hash)
		values ($1, $2, $3, $4, $4, $5, $6, $7, $8)`,
		hash, postgres.NewID(), u.ID, at, at.Add(u.Role.lifetime().idle), from.Address, from.Agent, deviceHash); err != nil {
		return "", "", err
	}
	_, err = tx.ExecContext(ctx, `
		delete from sessions where user_id = $1 and token_hash not in (
		    select token_hash from sessions where user_id = $1 order by last_used_at desc, id desc limit $2)`, u.ID, maxSessions)
	return token, newDevice, err
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
