package account

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/security"
)

// maxReason bounds why an account is ended or reopened, in characters.
const maxReason = 300

// End ends an account in the name of by, with its sessions and links: its person cannot sign in any
// more. What she did stays. seen is how many decisions about the account (Person.Decisions) whoever decides
// saw, nil for who looks at no page. Errors: ErrNotFound; ErrWrongState if it is ended already, or others
// were taken; ErrOwnAccount; ErrLastOne; ErrUser with the field reason.
func (s *Service) End(ctx context.Context, user, by uuid.UUID, seen *int64, reason string, from security.Source) error {
	if user == by {
		return ErrOwnAccount
	}
	return s.decide(ctx, security.AccountEnded, user, by, reason, from, func(tx *sqlx.Tx, p Person, reason string) error {
		if p.Role == Association {
			// All of them are locked, so that of two who end each other at once the second was ended herself.
			var left []uuid.UUID
			if err := tx.SelectContext(ctx, &left, `
				select id from users where role = 'association' and disabled_at is null order by id for update`); err != nil {
				return err
			}
			if len(left) == 1 && left[0] == user {
				return ErrLastOne
			}
			if by != uuid.Nil && !slices.Contains(left, by) {
				return ErrWrongState
			}
		}
		if err := changedOne(tx.ExecContext(ctx, `
			update users set disabled_at = $2, disabled_note = $3, decisions = decisions + 1
			where id = $1 and disabled_at is null and decisions = coalesce($4::bigint, decisions)`, user, s.now(), reason, seen)); err != nil {
			return err
		}
		_, err := s.signOutTx(ctx, tx, user)
		return err
	})
}

// Reopen lets the person of an ended account sign in again, in the name of by; she chooses a new password
// by a link. seen is as for End. Errors: ErrNotFound; ErrWrongState if it is open, or others were taken;
// ErrUser with the field reason.
func (s *Service) Reopen(ctx context.Context, user, by uuid.UUID, seen *int64, reason string, from security.Source) error {
	return s.decide(ctx, security.AccountReopened, user, by, reason, from, func(tx *sqlx.Tx, _ Person, _ string) error {
		// Whoever knew the password may be why it was ended.
		return changedOne(tx.ExecContext(ctx, `
			update users set disabled_at = null, disabled_note = '', password_hash = '', decisions = decisions + 1
			where id = $1 and disabled_at is not null and decisions = coalesce($2::bigint, decisions)`, user, seen))
	})
}

func (s *Service) decide(ctx context.Context, kind security.Kind, user, by uuid.UUID, reason string, from security.Source,
	do func(tx *sqlx.Tx, p Person, reason string) error) error {
	reason = i18n.Line(reason)
	wrong := fault.New(ErrUser.Kind, ErrUser.Key)
	if reason == "" {
		return wrong.Field("reason", "account.reason_missing")
	}
	if utf8.RuneCountInString(reason) > maxReason {
		return wrong.Field("reason", "account.reason_long", "Count", maxReason)
	}
	p, err := s.Person(ctx, user)
	if err != nil {
		return err
	}
	e := event(kind, by, p.User, from)
	e.Detail = reason
	if err := s.events.Do(ctx, e, func(tx *sqlx.Tx) error { return do(tx, p, reason) }); err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}

// changedOne is ErrWrongState unless a statement changed a row.
func changedOne(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		err = ErrWrongState
	}
	return err
}
