package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
)

// A link to choose a new password works once and for an hour; a person is sent three an hour at
// most, however often somebody asks.
const (
	resetLifetime = time.Hour
	resetsAnHour  = 3
)

// RequestReset mails a link for choosing a new password to the person with that login. The answer
// is the same when there is no such person or no e-mail address to write to. link makes a page's
// address of a token; l is the language to write in.
func (s *Service) RequestReset(ctx context.Context, login string, link func(token string) string, l *i18n.Locale) error {
	login = normalLogin(login)
	now := s.now()
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var u User
		err := tx.GetContext(ctx, &u, `
			select id, name, email, phone, role, cooperative_id, locale from users
			where (email = $1 or phone = $1) and email is not null and disabled_at is null
			for no key update`, login)
		if postgres.NoRows(err) {
			return nil
		}
		if err != nil {
			return err
		}
		token, hash := newToken()
		added, err := tx.ExecContext(ctx, `
			insert into password_resets (token_hash, user_id, created_at, expires_at)
			select $1, $2, $3, $4
			where (select count(*) from password_resets where user_id = $2 and created_at > $5) < $6`,
			hash, u.ID, now, now.Add(resetLifetime), now.Add(-time.Hour), resetsAnHour)
		if err != nil {
			return err
		}
		if n, err := added.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return mail.SendTx(ctx, tx, s.jobs, mail.Message{
			To:      *u.Email,
			Locale:  l.Code(),
			Subject: l.T("account.reset_mail_subject"),
			Body:    l.T("account.reset_mail_body", "Name", u.Name, "Link", link(token)),
		})
	})
	if err != nil {
		return fmt.Errorf("request password reset: %w", err)
	}
	return nil
}

// ResetPassword gives the person to whom token was mailed a new password, and ends all of her
// sessions and other links. Errors: ErrResetOver when the token is used, too old or unknown;
// ErrUser with the field password.
func (s *Service) ResetPassword(ctx context.Context, token, password string) error {
	hash := tokenHash(token)
	var u User
	err := s.db.GetContext(ctx, &u, `
		select u.id, u.name, u.email, u.phone, u.role, u.cooperative_id, u.locale
		from password_resets r join users u on u.id = r.user_id
		where r.token_hash = $1 and r.expires_at > $2 and u.disabled_at is null`, hash, s.now())
	if postgres.NoRows(err) {
		return ErrResetOver
	}
	if err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	wrong := fault.New(ErrUser.Kind, ErrUser.Key)
	if checkPassword(wrong, password, u); len(wrong.Fields) > 0 {
		return wrong
	}
	passwordHash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		// Deleting the token is what uses it up: of two that try at once, one finds it gone.
		var userID uuid.UUID
		err := tx.GetContext(ctx, &userID,
			`delete from password_resets where token_hash = $1 and expires_at > $2 returning user_id`, hash, s.now())
		if postgres.NoRows(err) {
			return ErrResetOver
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `update users set password_hash = $2 where id = $1`, userID, passwordHash); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `delete from sessions where user_id = $1`, userID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `delete from password_resets where user_id = $1`, userID); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			delete from signin_failures f using users u
			where u.id = $1 and f.subject in ('user:' || u.email, 'user:' || u.phone)`, userID)
		return err
	})
	if err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	return nil
}
