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
			select format('payment for %s: %s of %s', i.reference, i.state, i.amount_centimes)
			from payment_intents i
			where i.state = 'succeeded' and i.amount_centimes > 0 and not exists (
			    select from payment_attempts a where a.id = i.paid_by and a.intent_id = i.id and a.amount_centimes = i.amount_centimes and a.received_centimes >= i.amount_centimes)`},
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
		audit.Query{Name: "payment: no more is given back, and waits to be asked for again, than an attempt received", SQL: `
			select format('attempt %s: received %s, %s given back, %s failed', a.key, a.received_centimes, a.refunded_centimes, f.amount)
			from payment_attempts a
			join (select attempt_id, sum(amount_centimes) as amount from payment_refunds_failed group by attempt_id) f on f.attempt_id = a.id
			where a.refunded_centimes + f.amount > a.received_centimes`},
		audit.Query{Name: "payment: a refund is asked for again only when it has failed, and is as large then", SQL: `
			select format('refund %s of %s, after %s of %s, which is %s', r.key, r.amount_centimes, b.key, b.amount_centimes, coalesce(b.state, 'missing'))
			from payment_refunds r
			left join payment_refunds b on b.attempt_id = r.attempt_id and b.request = r.request and b.number = r.number - 1
			where r.number > 1 and (b.state is distinct from 'failed' or b.amount_centimes <> r.amount_centimes)
			   or r.number < 1 and r.dispute_id is null`},
		// One whose attempt no provider knows of is given by hand, as is one of money that people transferred.
		audit.Query{Name: "payment: a refund that its provider was not asked for has its job before it", SQL: `
			select format('refund %s of %s, of %s', r.key, r.amount_centimes, r.created_at)
			from payment_refunds r join payment_attempts a on a.id = r.attempt_id
			where r.state = 'pending' and r.means is null and a.provider_reference is not null and a.provider <> 'bank_transfer' and not ` + disputed + ` and not exists (
			    select from river_job j
			    where j.kind = 'payment_refund' and j.args->>'refund_id' = r.id::text
			      and j.state not in ('cancelled', 'completed', 'discarded'))`},
		audit.Query{Name: "payment: no more is paid out of an attempt than it received, or taken back than was paid out", SQL: `
			select format('attempt %s: received %s, %s paid out', a.key, a.received_centimes, p.amount)
			from payment_attempts a
			join (select attempt_id, sum(amount_centimes - recalled_centimes) as amount from payment_payouts_now where state <> 'failed' group by attempt_id) p on p.attempt_id = a.id
			where p.amount > a.received_centimes
			union all
			select format('payout %s of %s, %s: %s asked back', id, amount_centimes, state, recall_centimes)
			from payment_payouts_now where recall_centimes > case state when 'succeeded' then amount_centimes else 0 end`},
		audit.Query{Name: "payment: a payout that its provider has not answered, or what is to be taken back of one, has its job before it", SQL: `
			select format('%s %s', p.kind, p.id)
			from (
			    select 'payment_payout' as kind, 'payout_id' as named, id from payment_payouts where state = 'pending'
			    union all select 'payment_recall', 'recall_id', id from payment_recalls where state = 'pending') p
			where not exists (
			    select from river_job j
			    where j.kind = p.kind and j.args->>p.named = p.id::text and j.state not in ('cancelled', 'completed', 'discarded'))`},
		audit.Query{Name: "payment: an event that is not worked has its job before it", SQL: `
			select format('event %s of %s, received at %s: %s', e.id, e.provider, e.received_at, e.error)
			from payment_events e
			where e.worked_at is null and not exists (
			    select from river_job j
			    where j.kind = 'payment_event' and j.args->>'provider' = e.provider and j.args->>'id' = e.id
			      and j.state not in ('cancelled', 'completed', 'discarded'))`},
		audit.Query{Name: "payment: no event keeps failing", SQL: `
			select format('event %s of %s, tried %s times: %s', e.id, e.provider, j.attempt, e.error)
			from payment_events e
			join river_job j on j.kind = 'payment_event' and j.args->>'provider' = e.provider and j.args->>'id' = e.id
			where e.worked_at is null and j.attempt >= 5 and j.state not in ('cancelled', 'completed')`},
		audit.Query{Name: "payment: what the buyer's bank gave by a dispute is the sum of what was to be given back by it, and only of one that was lost", SQL: `
			select format('dispute %s, %s: %s given, refunds of %s', d.name, d.state, d.given_centimes, coalesce(r.amount, 0))
			from payment_disputes d
			left join lateral (
			    select sum(f.amount_centimes) as amount, bool_and(f.attempt_id = d.attempt_id) as theirs from payment_refunds f where f.dispute_id = d.id
			) r on true
			where d.given_centimes <> coalesce(r.amount, 0) or not coalesce(r.theirs, true)`},
		audit.Query{Name: "payment: nothing waits to be given back that the buyer has from her bank", SQL: `
			select format('refund %s of %s, %s, dispute %s', r.key, r.amount_centimes, r.state, d.name)
			from payment_disputes d
			join payment_refunds r on r.attempt_id = d.attempt_id
			where d.state = 'lost' and d.given_centimes < d.amount_centimes
			  and (r.state = 'pending' or r.id in (select id from payment_refunds_failed))`},
		audit.Query{Name: "payment: a dispute is of what was paid by its provider", SQL: `
			select format('dispute %s of %s by %s: attempt %s by %s received %s', d.name, d.amount_centimes, d.provider, a.key, a.provider, a.received_centimes)
			from payment_disputes d join payment_attempts a on a.id = d.attempt_id
			where d.provider <> a.provider or a.received_centimes = 0`},
		audit.Query{Name: "payment: no more of an attempt is disputed, and not won or written off, than it received", SQL: `
			select format('attempt %s: received %s, disputed %s', a.key, a.received_centimes, d.amount)
			from payment_attempts a
			join (select attempt_id, sum(left_centimes + given_centimes) as amount from payment_disputes_now group by attempt_id) d on d.attempt_id = a.id
			where d.amount > a.received_centimes`},
		audit.Query{Name: "payment: what goes back because of a dispute her bank has given, by one of that attempt", SQL: `
			select format('refund %s of %s, %s, dispute %s', r.key, r.amount_centimes, r.state, coalesce(d.name, 'none'))
			from payment_refunds r left join payment_disputes d on d.id = r.dispute_id
			where r.reason = '` + ReasonDisputed + `' and d.attempt_id is distinct from r.attempt_id`},
		audit.Query{Name: "payment: events are counted by their state", SQL: `
			select format('%s: %s events, counted %s', state, coalesce(e.events, 0), coalesce(c.events, 0))
			from (select state, count(*) as events from payment_events group by state) e
			full join (select state, sum(events) as events from payment_event_counts group by state) c using (state)
			where coalesce(e.events, 0) <> coalesce(c.events, 0)`},
	)
}
