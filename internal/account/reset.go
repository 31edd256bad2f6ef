package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/security"
)

// A link to choose a password works once. One that was asked for or handed over is good for an hour, an
// invitation by mail for three days. A person is sent three an hour at most, however often somebody asks.
const (
	linkLifetime   = time.Hour
	inviteLifetime = 72 * time.Hour
	linksAnHour    = 3
)

// SecretKind is the mail.Secret.Kind of the links; the mail's worker asks Secret for them.
const SecretKind = "password_link"

// Secret is the token of the link of that id, for a mail.Worker; mail.ErrOver if it is not good any more.
func (s *Service) Secret(ctx context.Context, id uuid.UUID) (string, error) {
	var hash []byte
	err := s.db.GetContext(ctx, &hash, `
		select token_hash from password_resets where id = $1 and expires_at > $2`, id, s.now())
	if postgres.NoRows(err) {
		return "", mail.ErrOver
	}
	if err != nil {
		return "", fmt.Errorf("link of a mail: %w", err)
	}
	for _, secret := range slices.Concat([][]byte{s.secret}, s.SecretsBefore) {
		if token := linkToken(secret, id); slices.Equal(tokenHash(token), hash) {
			return token, nil
		}
	}
	return "", mail.ErrOver // the secret that made it is gone
}

// linkToken computes the token of a link that is mailed: it need not be kept until then. The database
// holds its hash, which says nothing without the secret.
func linkToken(secret []byte, id uuid.UUID) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("password link"))
	mac.Write(id[:])
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// insertLinkTx makes a link for that person, known by its token's hash.
func (s *Service) insertLinkTx(ctx context.Context, tx *sqlx.Tx, id, user uuid.UUID, hash []byte, until time.Time) error {
	_, err := tx.ExecContext(ctx, `
		insert into password_resets (id, token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4, $5)`,
		id, hash, user, s.now(), until)
	return err
}

// mailLinkTx makes a link for u and mails it. link makes a page's address of a token.
func (s *Service) mailLinkTx(ctx context.Context, tx *sqlx.Tx, u User, link func(token string) string, l *i18n.Locale,
	lifetime time.Duration, subject, body string) error {
	id, until := postgres.NewID(), s.now().Add(lifetime)
	if err := s.insertLinkTx(ctx, tx, id, u.ID, tokenHash(linkToken(s.secret, id)), until); err != nil {
		return err
	}
	return mail.SendTx(ctx, tx, s.jobs, mail.Message{
		To:      *u.Email,
		Locale:  l.Code(),
		Subject: l.T(subject),
		Body:    l.T(body, "Name", u.Name, "Link", link(mail.Placeholder)),
		Secret:  &mail.Secret{Kind: SecretKind, ID: id, Until: until},
	})
}

// RequestReset mails a link for choosing a new password to the person with that login. The answer
// is the same when there is no such person or no e-mail address to write to. link makes a page's
// address of a token; l is the language to write in.
func (s *Service) RequestReset(ctx context.Context, login string, from security.Source, link func(token string) string, l *i18n.Locale) error {
	login = normalLogin(login)
	e := security.Event{Kind: security.ResetAsked, Source: from}
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var u User
		err := tx.GetContext(ctx, &u, `
			select id, name, email, phone, role, cooperative_id, locale from users
			where (email = $1 or phone = $1) and disabled_at is null
			for no key update`, login)
		if postgres.NoRows(err) {
			return nil
		}
		if err != nil {
			return err
		}
		e = *event(security.ResetAsked, actor.Actor{}, u, from)
		if u.Email == nil {
			return nil
		}
		var lately int
		if err := tx.GetContext(ctx, &lately, `
			select count(*) from password_resets where user_id = $1 and created_at > $2`, u.ID, s.now().Add(-time.Hour)); err != nil {
			return err
		}
		if lately >= linksAnHour {
			return nil
		}
		return s.mailLinkTx(ctx, tx, u, link, l, linkLifetime, "account.reset_mail_subject", "account.reset_mail_body")
	})
	if err != nil {
		return fmt.Errorf("request password reset: %w", err)
	}
	s.events.Note(ctx, e)
	return nil
}

// HandOverLink makes a link for choosing a new password that somebody of the association, by, gives to
// the person herself: for those without e-mail. Her earlier links end. The token is told here and never
// again. seen is which of her links (Person.Link) whoever asks for it saw, so that one which somebody else has
// just handed over stays good; nil for who looks at no page. Errors: ErrNotFound; ErrWrongState if her account
// is ended, or there is another link.
func (s *Service) HandOverLink(ctx context.Context, user uuid.UUID, by actor.Actor, seen *int64, from security.Source) (token string, err error) {
	person, err := s.Person(ctx, user)
	if err != nil {
		return "", err
	}
	err = s.events.Do(ctx, event(security.LinkHandedOver, by, person.User, from), func(tx *sqlx.Tx) error {
		if err := lockActiveTx(ctx, tx, user); err != nil {
			return err
		}
		var now Person
		err := tx.GetContext(ctx, &now, `
			select max(created_at) as link_at from password_resets where user_id = $1 and expires_at > $2`, user, s.now())
		if err != nil {
			return err
		}
		if seen != nil && *seen != now.Link() {
			return ErrWrongState
		}
		if _, err := tx.ExecContext(ctx, `delete from password_resets where user_id = $1`, user); err != nil {
			return err
		}
		var hash []byte
		token, hash = newToken()
		return s.insertLinkTx(ctx, tx, postgres.NewID(), user, hash, s.now().Add(linkLifetime))
	})
	if err != nil {
		return "", fmt.Errorf("hand over link: %w", err)
	}
	return token, nil
}

// lockActiveTx keeps an account from being ended until tx ends; ErrWrongState if it is already.
func lockActiveTx(ctx context.Context, tx *sqlx.Tx, user uuid.UUID) error {
	var active bool
	if err := tx.GetContext(ctx, &active, `
		select disabled_at is null from users where id = $1 for no key update`, user); err != nil {
		return err
	}
	if !active {
		return ErrWrongState
	}
	return nil
}

// LinkGood is nil if a link for choosing a password can be used, and ErrLinkOver if it is used, too old
// or unknown.
func (s *Service) LinkGood(ctx context.Context, token string) error {
	_, err := s.linkOwner(ctx, token)
	return err
}

func (s *Service) linkOwner(ctx context.Context, token string) (User, error) {
	var u User
	err := s.db.GetContext(ctx, &u, `
		select u.id, u.name, u.email, u.phone, u.role, u.cooperative_id, u.locale
		from password_resets r join users u on u.id = r.user_id
		where r.token_hash = $1 and r.expires_at > $2 and u.disabled_at is null`, tokenHash(token), s.now())
	if postgres.NoRows(err) {
		return User{}, ErrLinkOver
	}
	if err != nil {
		return User{}, fmt.Errorf("password link: %w", err)
	}
	return u, nil
}

// ChoosePassword gives the person who has the link's token a new password, and ends all of her sessions
// and other links; no browser is known any more but the one that asked, whose new token is device. She is
// told by mail, if she has an address. Errors: ErrLinkOver; ErrUser with the field password; gate.ErrBusy.
func (s *Service) ChoosePassword(ctx context.Context, token, password string, from security.Source, l *i18n.Locale) (device string, err error) {
	u, err := s.linkOwner(ctx, token)
	if err != nil {
		return "", err
	}
	names, err := s.houseNames(ctx, u)
	if err != nil {
		return "", err
	}
	if err := refusedPassword(password, u, names); err != nil {
		return "", err
	}
	hash, err := s.hash(ctx, password, s.ofKnown(u.ID))
	if err != nil {
		return "", err
	}
	err = s.events.Do(ctx, event(security.PasswordChosen, u.Actor(), u, from), func(tx *sqlx.Tx) error {
		// Deleting the link is what uses it up: of two that try at once, one finds it gone.
		used, err := tx.ExecContext(ctx, `
			delete from password_resets where token_hash = $1 and expires_at > $2`, tokenHash(token), s.now())
		if err != nil {
			return err
		}
		if n, err := used.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return ErrLinkOver
		}
		if err := lockActiveTx(ctx, tx, u.ID); err != nil {
			return ErrLinkOver.Wrap(err)
		}
		if _, err := tx.ExecContext(ctx, `update users set password_hash = $2 where id = $1`, u.ID, hash); err != nil {
			return err
		}
		if _, err := s.signOutTx(ctx, tx, u.ID); err != nil {
			return err
		}
		if device, _, err = s.rememberTx(ctx, tx, u.ID, ""); err != nil {
			return err
		}
		return s.tellTx(ctx, tx, u, l, "account.changed_mail_subject", "account.changed_mail_body")
	})
	if err != nil {
		return "", fmt.Errorf("choose password: %w", err)
	}
	return device, nil
}
