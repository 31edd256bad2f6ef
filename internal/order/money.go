package order

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/money"
)

// MoneyKind is what has happened to the money of an order.
type MoneyKind string

// The kinds.
const (
	ToldGiven       MoneyKind = "refund_given"   // back to its buyer
	ToldGivenByBank MoneyKind = "refund_bank"    // by her bank, which took it back in a dispute
	ToldNotGiven    MoneyKind = "refund_failed"  // and is still due to her
	ToldAskedAbout  MoneyKind = "dispute_asked"  // by her bank, which has taken nothing
	ToldDisputed    MoneyKind = "dispute_opened" // by her, with her bank
	ToldDisputeWon  MoneyKind = "dispute_won"
	ToldDisputeLost MoneyKind = "dispute_lost"
)

// Key is the translation key of the sentence that says so, with its Amount.
func (k MoneyKind) Key() string { return "order.history." + string(k) }

// MoneyEvent is what has happened to money of an order, beside what its history tells.
type MoneyEvent struct {
	Kind     MoneyKind
	Amount   money.Amount
	Means    string // by which it was given back, or could not be; empty of a dispute
	UserName string `db:"user_name"` // of the association's, who gave it by hand; not told to the buyer
	At       time.Time
}

// MoneyEvents are what has become of what its buyer was to have back of an order, and of her disputes of it, as it is
// recorded, oldest first.
func (s *Service) MoneyEvents(ctx context.Context, orderID uuid.UUID) (events []MoneyEvent, err error) {
	err = s.db.SelectContext(ctx, &events, `
		select e.kind, e.amount, e.means, coalesce(u.name, '') as user_name, e.at
		from (
		    select case when state = 'failed' then '`+string(ToldNotGiven)+`' when disputed then '`+string(ToldGivenByBank)+`' else '`+string(ToldGiven)+`' end as kind,
		           amount_centimes as amount, means, user_id, ended_at as at, 2 as turn, id
		    from payment_refunds_now where reference = $1 and state in ('succeeded', 'failed')
		    union all
		    select case state when 'asked' then '`+string(ToldAskedAbout)+`' else '`+string(ToldDisputed)+`' end, amount_centimes, '', null, opened_at, 0, id
		    from payment_disputes_now where reference = $1
		    union all
		    select case state when 'won' then '`+string(ToldDisputeWon)+`' else '`+string(ToldDisputeLost)+`' end, amount_centimes, '', null, decided_at, 1, id
		    from payment_disputes_now where reference = $1 and decided_at is not null
		) e
		left join lateral (select name from people where id = e.user_id offset 0) u on true
		order by e.at, e.turn, e.id`, orderID)
	if err != nil {
		return nil, fmt.Errorf("order: what happened to the money of %s: %w", orderID, err)
	}
	return events, nil
}
