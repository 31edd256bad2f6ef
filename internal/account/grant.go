package account

import (
	"context"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/security"
)

// Grant gives a person another role of her house, in the name of by; it counts from her next request on. seen is
// as for End. Errors: ErrNotFound; ErrWrongState if her account is ended, or others decided about it; ErrOwnAccount;
// ErrLastHead; ErrUser with the field role.
func (s *Service) Grant(ctx context.Context, user uuid.UUID, by actor.Actor, seen *int64, role Role, from security.Source) error {
	if user == by.User {
		return ErrOwnAccount
	}
	p, err := s.Person(ctx, user)
	if err != nil {
		return err
	}
	wrong := fault.New(ErrUser.Kind, ErrUser.Key)
	switch {
	case !role.known() || role.InCooperative() != (p.CooperativeID != nil):
		return wrong.Field("role", "account.role_unknown")
	case role == p.Role:
		return wrong.Field("role", "account.role_same")
	}
	e := event(security.RoleGranted, by, p.User, from)
	e.Detail = string(p.Role) + " " + string(role)
	return s.decideAs(ctx, e, p.User, func(tx *sqlx.Tx) error {
		return changedOne(tx.ExecContext(ctx, `
			update users set role = $2, decisions = decisions + 1
			where id = $1 and role = $3 and disabled_at is null and decisions = coalesce($4::bigint, decisions)`,
			user, role, p.Role, seen))
	})
}
