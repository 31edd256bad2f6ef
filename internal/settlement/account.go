package settlement

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
)

// freshAccount is how long a changed bank account is pointed out although it has been paid to: by then
// a cooperative has noticed whether its money came.
const freshAccount = 14 * 24 * time.Hour

// AccountChange is the last change of a cooperative's bank account.
type AccountChange struct {
	CooperativeID uuid.UUID  `db:"cooperative_id"`
	Before        string     `db:"rib_before"` // the last four digits; empty if there was no account
	After         string     `db:"rib_after"`
	Actor         actor.Kind `db:"actor"`     // who changed it
	User          string     `db:"user_name"` // by name, if it was one of the association's people
	At            time.Time  `db:"at"`
}

// ChangedAccounts gives, of these cooperatives, the bank accounts that whoever pays should ask about first:
// those that were changed since the last payout that stands, or in the last two weeks. A changed account is how
// transfers are led astray.
func (s *Service) ChangedAccounts(ctx context.Context, cooperatives ...uuid.UUID) (map[uuid.UUID]AccountChange, error) {
	var changes []AccountChange
	err := s.db.SelectContext(ctx, &changes, `
		select e.cooperative_id, e.rib_before, e.rib_after, e.actor, coalesce(u.name, '') as user_name, e.at
		from unnest($2::uuid[]) as c (id)
		cross join lateral (
		    select cooperative_id, rib_before, rib_after, actor, user_id, at
		    from bank_account_changes where cooperative_id = c.id order by at desc, id desc limit 1) e
		left join lateral (select name from people where id = e.user_id offset 0) u on true
		where e.at >= $1 or (
		    select t.at from payouts t
		    where t.cooperative_id = e.cooperative_id and t.provider = '' and not exists (select from payout_reversals r where r.payout_id = t.id)
		    order by t.at desc limit 1) >= e.at is not true`,
		s.now().Add(-freshAccount), pq.Array(cooperatives))
	if err != nil {
		return nil, fmt.Errorf("changed bank accounts: %w", err)
	}
	byCooperative := make(map[uuid.UUID]AccountChange, len(changes))
	for _, c := range changes {
		byCooperative[c.CooperativeID] = c
	}
	return byCooperative, nil
}
