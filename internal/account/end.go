package account

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/text"
)

// maxReason bounds why an account is ended or reopened, in characters.
const maxReason = 300

// End ends an account in the name of by, with its sessions and links: its person cannot sign in any
// more. What she did stays. seen is how many decisions about the account (Person.Decisions) whoever decides
// saw, nil for who looks at no page. Errors: ErrNotFound; ErrWrongState if it is ended already, or others
// were taken; ErrOwnAccount; ErrLastHead; ErrUser with the field reason.
func (s *Service) End(ctx context.Context, user uuid.UUID, by actor.Actor, seen *int64, reason string, from security.Source) error {
	if user == by.User {
		return ErrOwnAccount
	}
	return s.decide(ctx, security.AccountEnded, user, by, reason, from, func(tx *sqlx.Tx, reason string) error {
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
// ErrLastHead; ErrUser with the field reason.
func (s *Service) Reopen(ctx context.Context, user uuid.UUID, by actor.Actor, seen *int64, reason string, from security.Source) error {
	return s.decide(ctx, security.AccountReopened, user, by, reason, from, func(tx *sqlx.Tx, _ string) error {
		// Whoever knew the password may be why it was ended.
		return changedOne(tx.ExecContext(ctx, `
			update users set disabled_at = null, disabled_note = '', password_hash = '', decisions = decisions + 1
			where id = $1 and disabled_at is not null and decisions = coalesce($2::bigint, decisions)`, user, seen))
	})
}

// decide takes a decision about an account, in the name of by, for a reason.
func (s *Service) decide(ctx context.Context, kind security.Kind, user uuid.UUID, by actor.Actor, reason string, from security.Source,
	do func(tx *sqlx.Tx, reason string) error) error {
	reason = text.Line(reason)
	wrong := fault.New(ErrUser.Kind, ErrUser.Key)
	if reason == "" {
		return wrong.Field("reason", "account.reason_missing")
	}
	if wrong.TooLong("reason", "account.reason_long", reason, maxReason) {
		return wrong
	}
	p, err := s.Person(ctx, user)
	if err != nil {
		return err
	}
	e := event(kind, by, p.User, from)
	e.Detail = reason
	return s.decideAs(ctx, e, p.User, func(tx *sqlx.Tx) error { return do(tx, reason) })
}

// decideAs takes a decision about u's account and keeps the event of it. Those of her house wait for one
// another, so that of two who decide about each other at once the second is too late; and the house is not
// left without its head.
func (s *Service) decideAs(ctx context.Context, e *security.Event, u User, do func(tx *sqlx.Tx) error) error {
	err := s.events.Do(ctx, e, func(tx *sqlx.Tx) error {
		if err := mayStillTx(ctx, tx, u.CooperativeID, e.Actor); err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return err
		}
		return headedTx(ctx, tx, u.CooperativeID)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", e.Kind, err)
	}
	return nil
}

// ofHouse are the people of the cooperative $1, or of the association where that is null.
const ofHouse = `(cooperative_id = cast($1 as uuid) or cast($1 as uuid) is null and cooperative_id is null)`

// mayStillTx locks the people of a house (a cooperative, or the association for nil) and is ErrWrongState if by
// is one of them who may decide about the others no more.
func mayStillTx(ctx context.Context, tx *sqlx.Tx, cooperative *uuid.UUID, by actor.Actor) error {
	var people []struct {
		ID    uuid.UUID
		Role  Role
		Ended bool
	}
	if err := tx.SelectContext(ctx, &people, `
		select id, role, disabled_at is not null as ended from users where `+ofHouse+` order by id for no key update`, cooperative); err != nil {
		return err
	}
	for _, p := range people {
		if p.ID == by.User && (p.Ended || !p.Role.Holds(KeepPeople) && !p.Role.Holds(KeepMembers)) {
			return ErrWrongState
		}
	}
	return nil
}

// headedTx is ErrLastHead if people of a house can sign in and its head is not among them: nobody could decide
// about the others. The association is never without a head, while a cooperative may have nobody at all.
func headedTx(ctx context.Context, tx *sqlx.Tx, cooperative *uuid.UUID) error {
	var heads, others int
	if err := tx.QueryRowContext(ctx, `
		select count(*) filter (where role = $2), count(*) filter (where role <> $2) from users
		where `+ofHouse+` and disabled_at is null`, cooperative, headOf(cooperative != nil)).Scan(&heads, &others); err != nil {
		return err
	}
	if heads == 0 && (others > 0 || cooperative == nil) {
		return ErrLastHead
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
