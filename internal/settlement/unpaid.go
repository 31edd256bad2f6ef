package settlement

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
)

// earning is the condition on which something is earned by a posting p of a journal j.
const earning = `p.credit = 'payable' and p.debit in ('held', 'pending') and j.kind not in ('frozen', 'thawed')`

// UnpaidTx is how much of what each of these cooperatives has of an order is not paid out yet, and stays so until tx ends.
// What a provider pays is of one order; a bank pays what was earned first, so that what is owed still was earned last.
func (s *Service) UnpaidTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, cooperatives ...uuid.UUID) (map[uuid.UUID]money.Amount, error) {
	standings, err := ledger.StandingsTx(ctx, tx, cooperatives...)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Cooperative uuid.UUID
		Own         money.Amount // of the order, but for what the provider has paid of it
		Later       money.Amount // of those by which something was earned after that, likewise
	}
	err = tx.SelectContext(ctx, &rows, `
		with sales as (
		    select p.cooperative_id, j.order_id, sum(`+changed+`) as amount
		    from (
		        select p.cooperative_id, min(p.at) as since
		        from ledger_journals j join ledger_postings p on p.journal_id = j.id
		        where j.order_id = $1 and p.cooperative_id = any($2) and `+earning+`
		        group by p.cooperative_id
		    ) o
		    join ledger_postings p on p.cooperative_id = o.cooperative_id and p.at >= o.since and `+ofStatement+`
		    join ledger_journals j on j.id = p.journal_id
		    where j.order_id is not null
		    group by p.cooperative_id, j.order_id
		    having bool_or(`+earning+`)
		)
		select s.cooperative_id as cooperative, coalesce(sum(greatest(s.amount + t.amount, 0)) filter (where s.order_id = $1), 0) as own,
		       coalesce(sum(greatest(s.amount + t.amount, 0)) filter (where s.order_id <> $1), 0) as later
		from sales s
		cross join lateral (
		    select coalesce(sum(`+changed+`), 0) as amount
		    from payouts t join ledger_journals j on j.payout_id = t.id join ledger_postings p on p.journal_id = j.id
		    where t.order_id = s.order_id and t.cooperative_id = s.cooperative_id) t
		group by s.cooperative_id`, orderID, pq.Array(cooperatives))
	if err != nil {
		return nil, fmt.Errorf("what is not paid out of order %s: %w", orderID, err)
	}
	unpaid := make(map[uuid.UUID]money.Amount, len(rows))
	for _, r := range rows {
		unpaid[r.Cooperative] = max(0, min(r.Own, standings[r.Cooperative].Payable-r.Later))
	}
	return unpaid, nil
}
