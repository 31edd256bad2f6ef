package payment

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks that intents, attempts, refunds and events tell the same.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "payment: what was paid was received in an attempt", SQL: `
			select format('payment for %s: %s of %s, received %s', reference, state, amount_centimes, received_centimes)
			from payments where state = 'succeeded' and received_centimes < amount_centimes`},
		audit.Query{Name: "payment: an intent that is over has no attempt under way", SQL: `
			select format('attempt %s is %s, its intent %s', a.key, a.state, i.state)
			from payment_attempts a join payment_intents i on i.id = a.intent_id
			where a.state in ('pending', 'waiting') and i.state <> 'pending'`},
		audit.Query{Name: "payment: what an attempt gives back is the sum of its refunds", SQL: `
			select format('attempt %s: %s given back, refunds of %s', a.key, a.refunded_centimes, coalesce(r.amount, 0))
			from payment_attempts a
			left join lateral (
			    select sum(amount_centimes) as amount from payment_refunds where attempt_id = a.id and state <> 'failed'
			) r on true
			where a.refunded_centimes <> coalesce(r.amount, 0)`},
		audit.Query{Name: "payment: an event that is not worked has its job before it", SQL: `
			select format('event %s of %s, received at %s: %s', e.id, e.provider, e.received_at, e.error)
			from payment_events e
			where e.worked_at is null and not exists (
			    select from river_job j
			    where j.kind = 'payment_event' and j.args->>'provider' = e.provider and j.args->>'id' = e.id
			      and j.state not in ('cancelled', 'completed', 'discarded'))`},
	)
}
