package settlement

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
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
	if len(cooperatives) == 0 { // and not those of everybody
		return nil, nil
	}
	return s.changedAccounts(ctx, s.db, cooperatives)
}

// changedAccounts is ChangedAccounts, of all that are owed money with nil.
func (s *Service) changedAccounts(ctx context.Context, q sqlx.QueryerContext, of []uuid.UUID) (map[uuid.UUID]AccountChange, error) {
	var changes []AccountChange
	err := sqlx.SelectContext(ctx, q, &changes, `
		select e.cooperative_id, e.rib_before, e.rib_after, e.actor, coalesce(u.name, '') as user_name, e.at
		from (
		    select distinct on (cooperative_id) cooperative_id, rib_before, rib_after, actor, user_id, at
		    from bank_account_changes
		    where case when $2::uuid[] is not null then cooperative_id = any($2) else cooperative_id in (
		        select cooperative_id from ledger_balances where account = 'payable' and credits > debits) end
		    order by cooperative_id, at desc, id desc) e
		left join people u on u.id = e.user_id
		where e.at >= $1 or not exists (
		    select from payouts t
		    where t.cooperative_id = e.cooperative_id and t.at >= e.at
		      and not exists (select from payout_reversals r where r.payout_id = t.id))`,
		s.now().Add(-freshAccount), pq.Array(of))
	if err != nil {
		return nil, fmt.Errorf("changed bank accounts: %w", err)
	}
	byCooperative := make(map[uuid.UUID]AccountChange, len(changes))
	for _, c := range changes {
		byCooperative[c.CooperativeID] = c
	}
	return byCooperative, nil
}
