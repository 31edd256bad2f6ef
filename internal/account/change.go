package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/security"
)

// Change is a person who wants another password while signed in.
type Change struct {
	Current  string
	Password string
	From     security.Source
	Device   string // as in Attempt
}

// ChangePassword gives u another password, ends all of her sessions and links and begins a new session
// for the browser that asked; ended is how many other sessions there were. She is told by mail, if she
// has an address, in the language l.
//
// Errors: ErrUser with the fields current_password and password; ErrDelayed, since whoever sits before a browser
// that was left open could guess; gate.ErrBusy.
func (s *Service) ChangePassword(ctx context.Context, u User, c Change, l *i18n.Locale) (entry Entry, ended int, err error) {
	names, err := s.houseNames(ctx, u)
	if err != nil {
		return Entry{}, 0, err
	}
	wrong := fault.New(ErrUser.Kind, ErrUser.Key)
	checkPassword(wrong, c.Password, u, names)
	guess, hash, err := s.prove(ctx, u, c.Current, c.From, wrong)
	if err != nil {
		return Entry{}, 0, err
	}
	if len(wrong.Fields) > 0 {
		return Entry{}, 0, errors.Join(wrong, guess.settleTx(ctx, s.db, true))
	}
	newHash, err := s.hash(ctx, c.Password, s.ofKnown(u.ID))
	if err != nil {
		return Entry{}, 0, errors.Join(err, guess.settleTx(context.WithoutCancel(ctx), s.db, true))
	}
	entry.User = u
	at := s.now()
	err = s.events.Do(ctx, event(security.PasswordChanged, u.Actor(), u, c.From), func(tx *sqlx.Tx) error {
		if err := guess.settleTx(ctx, tx, true); err != nil {
			return err
		}
		changed, err := tx.ExecContext(ctx, `
			update users set password_hash = $3 where id = $1 and password_hash = $2 and disabled_at is null`, u.ID, hash, newHash)
		if err != nil {
			return err
		}
		if n, err := changed.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrNoSession) // changed or ended elsewhere in this moment, which ended this session
		}
		if ended, err = s.signOutTx(ctx, tx, u.ID); err != nil {
			return err
		}
		ended = max(ended-1, 0) // this browser's own
		if entry.Token, entry.Device, err = s.beginTx(ctx, tx, u, c.From, c.Device, at); err != nil {
			return err
		}
		return s.tellTx(ctx, tx, u, l, "account.changed_mail_subject", "account.changed_mail_body")
	})
	if err != nil {
		return Entry{}, 0, fmt.Errorf("change password: %w", err)
	}
	return entry, ended, nil
}

// recent is how long after signing in nobody is asked for her password again.
const recent = 10 * time.Minute

// Confirm makes sure that it is u herself who ends her other sessions, and not whoever found her browser
// open: its session, of token, is recent, or current is her password. Errors as of ChangePassword; the
// password is counted with those given there.
func (s *Service) Confirm(ctx context.Context, u User, token, current string, from security.Source) error {
	var begun time.Time
	err := s.db.GetContext(ctx, &begun, `select created_at from sessions where token_hash = $1 and user_id = $2`, tokenHash(token), u.ID)
	if postgres.NoRows(err) {
		return ErrNoSession
	}
	if err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	if s.now().Sub(begun) < recent {
		return nil
	}
	wrong := fault.New(ErrUser.Kind, ErrUser.Key)
	if current == "" {
		return wrong.Field("current_password", "account.current_missing")
	}
	guess, _, err := s.prove(ctx, u, current, from, wrong)
	if err != nil {
		return err
	}
	return guess.settleTx(ctx, s.db, true)
}

// prove compares a password with that of u, who has signed in; guess is to be settled and hash is what it
// was compared with. It is wrong, with the field current_password, if it is another.
func (s *Service) prove(ctx context.Context, u User, current string, from security.Source, wrong *fault.Error) (guess attempt, hash string, err error) {
	err = s.db.GetContext(ctx, &hash, `select password_hash from users where id = $1 and disabled_at is null`, u.ID)
	if postgres.NoRows(err) {
		return nil, "", ErrNoSession
	}
	if err != nil {
		return nil, "", fmt.Errorf("present password: %w", err)
	}
	if guess, err = s.guess(ctx, u.ID.String(), from.Address, []byte("signed in")); err != nil {
		return nil, "", err
	}
	match, _, err := s.matches(ctx, current, hash, s.ofKnown(u.ID))
	if err != nil {
		return nil, "", errors.Join(err, guess.settleTx(context.WithoutCancel(ctx), s.db, false))
	}
	if !match {
		s.events.Note(ctx, *event(security.PasswordRefused, u.Actor(), u, from))
		return nil, "", wrong.Field("current_password", "account.current_wrong")
	}
	return guess, hash, nil
}

// tellTx mails u a notice about her account, if she has an address.
func (s *Service) tellTx(ctx context.Context, tx *sqlx.Tx, u User, l *i18n.Locale, subject, body string) error {
	if u.Email == nil {
		return nil
	}
	return mail.SendTx(ctx, tx, s.jobs, mail.Message{
		To: *u.Email, Locale: l.Code(), Subject: l.T(subject), Body: l.T(body, "Name", u.Name),
	})
}
