package order

import (
	"context"
	"strconv"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
)

// Audit checks that orders, stock, payments and the ledger tell the same story.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "order: the whole is the sum of its parts", SQL: `
			select format('order %s: items %s, parts %s', o.number, o.items_centimes, coalesce(sum(s.items_centimes), 0))
			from orders o left join sub_orders s on s.order_id = o.id
			group by o.id having o.items_centimes is distinct from sum(s.items_centimes)`},
		audit.Query{Name: "order: a part is the sum of its lines", SQL: `
			select format('part %s: items %s, lines %s', s.id, s.items_centimes, coalesce(sum(l.total_centimes), 0))
			from sub_orders s left join order_lines l on l.sub_order_id = s.id
			group by s.id having s.items_centimes is distinct from sum(l.total_centimes)`},
		audit.Query{Name: "order: no more is taken off a line than it had, and no piece without its worth", SQL: `
			select format('line %s: %s pieces left, worth %s', n.id, n.quantity, n.total_centimes)
			from order_lines_now n join order_lines l on l.id = n.id
			where n.quantity < 0 or n.total_centimes < 0 or n.total_centimes > l.price_centimes * n.quantity`},
		audit.Query{Name: "order: no more of what the association bore on a line comes back than it bore", SQL: `
			select format('line %s: borne %s', line_id, sum(case borne_by when '` + string(ByAssociation) + `' then amount_centimes else -borne_back_centimes end))
			from order_adjustments
			group by line_id having sum(case borne_by when '` + string(ByAssociation) + `' then amount_centimes else -borne_back_centimes end) < 0`},
		audit.Query{Name: "order: an adjustment is of a line of its part and order, and a part that is under way keeps some worth", SQL: `
			select format('adjustment %s: line %s of part %s of order %s', a.id, a.line_id, a.sub_order_id, a.order_id)
			from order_adjustments a
			left join sub_orders_now s on s.id = a.sub_order_id and s.order_id = a.order_id
			left join order_lines l on l.id = a.line_id and l.sub_order_id = s.id
			where l.id is null or s.state <> 'delivered' and s.items_centimes <= 0`},
		audit.Query{Name: "order: an adjustment stands in the ledger, in stock and in the history", SQL: `
			select format('adjustment %s of %s pieces, %s centimes: in the ledger %s, in stock %s; part adjusted %s times, told %s times',
			              a.id, a.quantity, a.amount_centimes, coalesce(j.amount, 0), coalesce(m.delta, 0) - coalesce(t.quantity, 0), a.made, e.told)
			from (select *, count(*) over (partition by sub_order_id) as made from order_adjustments) a
			left join lateral (
			    select sum(v.amount) as amount, min(g.at) as at from ledger_journals g join ledger_movements v on v.journal_id = g.id
			    where g.adjustment_id = a.id and g.order_id = a.order_id and g.part_id = a.sub_order_id and v.amount < 0
			      and case a.borne_by when '` + string(ByAssociation) + `' then v.account = 'commission' else v.account in ('pending', 'held') end
			) j on true
			left join order_stock m on m.order_id = a.order_id and m.adjustment_id = a.id
			left join stock_lost t on t.adjustment_id = a.id
			cross join lateral (
			    select count(*) as told from order_events where order_id = a.order_id and sub_order_id = a.sub_order_id and state = '` + EventAdjusted + `'
			) e
			where coalesce(-j.amount, 0) <> a.amount_centimes + a.borne_back_centimes or j.at <> a.at or a.made <> e.told
			   or coalesce(m.delta, 0) <> case when a.released then a.quantity else 0 end
			   or coalesce(t.quantity, 0) <> case when a.released and a.reason in ('` + string(ReasonMissing) + `', '` + string(ReasonDamaged) + `') then a.quantity else 0 end`},
		audit.Query{Name: "order: what an adjustment takes off comes back unless the buyer had it", SQL: `
			select format('adjustment %s of %s pieces, %s: released is %s', a.id, a.quantity, case when d.id is null then 'not delivered' else 'delivered' end, a.released)
			from order_adjustments a
			left join order_events d on d.sub_order_id = a.sub_order_id and d.state = 'delivered' and (d.at, d.id) <= (a.at, a.id)
			where a.released <> (a.quantity > 0 and d.id is null)`},
		audit.Query{Name: "order: an adjustment is made by the association or by a member of the part's cooperative", SQL: `
			select format('adjustment %s: by the %s %s, of cooperative %s', a.id, a.actor, a.user_id, coalesce(p.cooperative_id::text, 'none'))
			from order_adjustments a
			join sub_orders s on s.id = a.sub_order_id
			left join people p on p.id = a.user_id
			where p.id is null or p.cooperative_id is distinct from case when a.actor = 'member' then s.cooperative_id end`},
		audit.Query{Name: "order: a part holds only its own cooperative's products", SQL: `
			select format('part %s: product %s', s.id, p.id)
			from sub_orders s
			join order_lines l on l.sub_order_id = s.id
			join goods p on p.id = l.product_id
			where p.cooperative_id <> s.cooperative_id`},
		audit.Query{Name: "order: due is what is left of the parts, with delivery", SQL: `
			with ` + activeParts + `
			select format('order %s: due %s, left %s', o.number, o.due_centimes, a.left_over)
			from orders o join active a on a.order_id = o.id
			where o.due_centimes <> a.left_over`},
		audit.Query{Name: "order: its state agrees with the states of its parts", SQL: `
			with ` + activeParts + `
			select format('order %s is %s, its parts are %s', o.number, o.state, array_to_string(a.states, ', '))
			from orders o join active a on a.order_id = o.id
			where not case o.state
			    when 'awaiting_payment' then a.states <@ array['awaiting_payment']
			    when 'placed' then a.states && array['placed'] and a.states <@ array['placed', 'declined', 'cancelled']
			    when 'confirmed' then a.states && array['placed', 'accepted', 'ready', 'handed_over'] and not a.states && array['delivered', 'refused']
			    when 'dispatched' then a.states && array['handed_over'] and a.states <@ array['handed_over', 'declined', 'cancelled']
			    when 'delivered' then a.states && array['delivered'] and a.states <@ array['delivered', 'declined', 'cancelled']
			    when 'refused' then a.states && array['refused'] and a.states <@ array['refused', 'declined', 'cancelled']
			    when 'cancelled' then a.states <@ array['declined', 'cancelled']
			end`},
		audit.Query{Name: "order: the last entry of a history is the present state", SQL: `
			select format('order %s, part %s is %s, last written %s', o.number, s.id, coalesce(s.state, o.state), coalesce(e.state, 'nothing'))
			from orders o
			cross join lateral (
			    select null::uuid as id, null as state
			    union all select id, state from sub_orders where order_id = o.id
			) s
			left join lateral (
			    select state from order_events
			    where order_id = o.id and sub_order_id is not distinct from s.id and state not in ('` + EventAdjusted + `', '` + EventAddress + `') and state not like '` + EventReturn + `%'
			    order by at desc, id desc limit 1
			) e on true
			where e.state is distinct from coalesce(s.state, o.state)`},
		// Taken and not returned, for each order and product, against what active parts hold.
		audit.Query{Name: "order: reserved stock is what active parts hold", SQL: `
			select format('order %s, product %s: held %s, reserved %s', order_id, product_id,
			              coalesce(h.quantity, 0), coalesce(r.quantity, 0))
			from (
			    select s.order_id, l.product_id, sum(l.reserved) as quantity
			    from order_lines_now l join sub_orders s on s.id = l.sub_order_id
			    where s.state not in (` + listed(goneStates...) + `)
			    group by s.order_id, l.product_id
			) h
			full join (
			    select order_id, product_id, -sum(delta) as quantity
			    from order_stock
			    group by order_id, product_id
			) r using (order_id, product_id)
			where coalesce(h.quantity, 0) <> coalesce(r.quantity, 0)`},
		audit.Query{Name: "order: what was not there when it left an order is counted off the stock, once", SQL: `
			select format('order %s, product %s: %s lost, %s counted off', order_id, product_id, coalesce(l.quantity, 0), coalesce(c.quantity, 0))
			from (
			    select s.order_id, n.product_id, sum(n.reserved) as quantity
			    from sub_orders s join order_lines_now n on n.sub_order_id = s.id
			    where s.lost and n.reserved > 0
			    group by s.order_id, n.product_id
			) l
			full join stock_lost_of_orders c using (order_id, product_id)
			where l.quantity is distinct from c.quantity`},
		audit.Query{Name: "order: goods are taken by the buyer, and come back by whoever took them off the order", SQL: `
			select format('order %s, product %s: %s by the %s', m.order_id, m.product_id, m.delta, m.actor)
			from order_stock m
			join goods p on p.id = m.product_id
			left join sub_orders s on s.order_id = m.order_id and s.cooperative_id = p.cooperative_id
			where not exists (
			    select where m.delta < 0 and m.actor = 'buyer' and m.user_id is null
			    union all
			    select from order_adjustments where id = m.adjustment_id and (actor, user_id) is not distinct from (m.actor, m.user_id)
			    union all
			    select from order_events
			    where order_id = m.order_id and sub_order_id = s.id and state in (` + listed(goneStates...) + `) and m.delta > 0 and m.adjustment_id is null
			      and (actor, user_id) is not distinct from (m.actor, m.user_id))`},
		// What was paid before something left the order is more than what is due now; the rest is due back.
		audit.Query{Name: "order: its payment is for what is due, and settled when it is delivered", SQL: `
			select format('order %s is %s, due %s; payment is %s, of %s', coalesce(o.number, p.reference::text),
			              coalesce(o.state, 'missing'), o.due_centimes, coalesce(p.state, 'missing'), p.amount_centimes)
			from orders o full join payments p on p.reference = o.id
			where o.id is null or p.state is null
			   or p.state <> 'succeeded' and p.state <> case
			        when o.state = 'delivered' then 'succeeded' when o.state in ('cancelled', 'refused') then 'cancelled'
			        else 'pending' end
			   or p.state = 'pending' and p.amount_centimes <> o.due_centimes
			   or p.state = 'succeeded' and p.amount_centimes < o.due_centimes
			   or p.provider <> o.payment`},
		// Else its goods would stay out of stock for good.
		audit.Query{Name: "order: what waits for an answer has its expiry before it", SQL: `
			select format('order %s expires at %s', o.number, o.expires_at)
			from orders o
			where exists (select from sub_orders s where s.order_id = o.id and s.state in (` + listed(unansweredStates...) + `))
			  and not exists (
			    select from river_job
			    where kind = 'order_expire' and args->>'order_id' = o.id::text
			      and state not in ('cancelled', 'completed', 'discarded'))`},
		// Else its buyer would learn from nobody that what she was promised does not hold. Of what was placed before promises
		// were kept nobody knows better.
		audit.Query{Name: "order: what is promised is looked after when its last day is over", SQL: `
			select format('order %s is %s, promised until %s', o.number, o.state, o.deliver_to)
			from orders o
			where o.state in (` + listed(StateConfirmed, StateDispatched) + `) and not (o.state = '` + string(StateDispatched) + `' and o.delivery = '` + delivery.Pickup + `')
			  and not o.sample and exists (select from order_promises where order_id = o.id)
			  and not exists (
			    select from river_job
			    where kind = 'order_late' and args->>'order_id' = o.id::text
			      and state not in ('cancelled', 'completed', 'discarded') and (scheduled_at at time zone '` + clock.Zone.String() + `')::date <= o.deliver_to + 2)`},
		audit.Query{Name: "order: what is promised is what was promised last, and after all is handed over", SQL: `
			select format('order %s: promised %s to %s, last %s to %s, a part is handed over by %s', o.number, o.deliver_from, o.deliver_to, p.deliver_from, p.deliver_to, h.by)
			from orders o
			join lateral (select deliver_from, deliver_to from order_promises where order_id = o.id order by at desc, id desc limit 1) p on true
			left join lateral (
			    select max(hand_over_by) as by from sub_orders where order_id = o.id and state in (` + listed(withSeller...) + `)) h on true
			where (o.deliver_from, o.deliver_to) is distinct from (p.deliver_from, p.deliver_to) or h.by >= o.deliver_to`},
		// Whoever it is, nobody has said yes to more or to other things than are counted as held.
		audit.Query{Name: "order: what waits unconfirmed is counted as held, and nothing else", SQL: `
			select format('order %s is %s: holds %s, counted %s', coalesce(o.number, h.order_id::text), o.state, coalesce(l.pieces, 0), coalesce(h.pieces, 0))
			from orders o
			full join holds h on h.order_id = o.id
			left join lateral (
			    select sum(quantity) as pieces from hold_lines where order_id = h.order_id
			) l on true
			where (o.state in (` + listed(unconfirmedStates...) + `) or h.order_id is not null)
			  and (h.order_id is null or o.state not in (` + listed(unconfirmedStates...) + `) and not (o.state = 'confirmed' and h.confirmed_at is not null)
			    or l.pieces is distinct from h.pieces)`},
		audit.Query{Name: "order: what is held of a product is what unconfirmed orders have of it", SQL: `
			select format('order %s, product %s: has %s, held %s', order_id, product_id, coalesce(e.quantity, 0), coalesce(l.quantity, 0))
			from (
			    select s.order_id, l.product_id, l.quantity
			    from holds h join sub_orders s on s.order_id = h.order_id join order_lines_now l on l.sub_order_id = s.id
			    where s.state not in (` + listed(goneStates...) + `) and l.quantity > 0
			) e
			full join hold_lines l using (order_id, product_id)
			where e.quantity is distinct from l.quantity`},
		audit.Query{Name: "order: all that is held is the sum of the holds", SQL: `
			select format('held are %s, counted %s', row_to_json(n), row_to_json(t))
			from hold_totals_now n
			cross join (select orders, mailed, pieces, spare, phones, addresses from hold_totals) t
			where row(t.*) is distinct from row(n.*)`},
		audit.Query{Name: "order: what a telephone number or an address holds is the sum of its holds", SQL: `
			select format('%s %s: holds %s, counted %s', coalesce(n.kind, t.kind), coalesce(n.who, t.who), row_to_json(n), row_to_json(t))
			from holders_now n full join holders t using (kind, who)
			where (t.orders, t.mailed, t.pieces, t.since) is distinct from (n.orders, n.mailed, n.pieces, n.since)`},
		// A letter that is on its way is looked for, too: none may be about an order that is erased.
		audit.Query{Name: "order: of a buyer who was erased nothing is kept", SQL: `
			select format('order %s was erased at %s: %s', o.number, o.erased_at, k.what)
			from orders o
			cross join lateral (
			    select 'its own row' as what
			    where (o.buyer_name, o.buyer_phone, o.buyer_email, o.address, o.landmark, o.note) <> ('', '', '', '', '', '')
			       or o.request_hash <> '' or o.idempotency_key is not null or o.placed_from is not null
			    union all select 'its history' where exists (select from order_events where order_id = o.id and ` + written + `)
			    union all select 'what was sent back' where exists (select from order_returns where order_id = o.id and (reason, arrangement, why) <> ('', '', ''))
			    union all select 'where it was to go' where exists (select from order_addresses where order_id = o.id and (name, address, landmark, note) <> ('', '', '', ''))
			    union all select 'what it holds' where exists (select from holds where order_id = o.id)
			    union all select 'what it held' where exists (select from holds_released where order_id = o.id)
			    union all select 'mail' where exists (select from letters where about = o.id)
			    union all select 'mail that waits' where exists (
			        select from river_job where kind = 'mail_send' and args->>'about' = o.id::text)
			) k
			where o.erased_at is not null`},
		audit.Query{Name: "order: whoever is owed money back has it promised or waits for it to be asked for again, and nobody else", SQL: `
			select format('order %s, due %s: received %s, promised %s, failed %s', o.number, o.due_centimes, p.received_centimes,
			              p.promised_centimes, p.failed_centimes)
			from orders o join payments p on p.reference = o.id
			where p.received_centimes - p.promised_centimes - p.failed_centimes <> case p.state
			    when 'succeeded' then o.due_centimes when 'pending' then p.deposit_centimes else 0 end`},
		audit.Query{Name: "order: what was received and what was given back stands in the ledger once, by its name", SQL: `
			with moved as (
			    select order_id, payment_id, refund_id, sum(amount) as amount
			    from ledger_movements where kind in (` + listed(journalPaid, journalSurplus, journalDeposit, journalDepositUndone, journalRefunded, journalRefundUndone) + `)
			      and account in ('received', 'cooperative_owes', 'dispute') -- of cash that a cooperative kept; of what a buyer's bank gave her
			    group by order_id, payment_id, refund_id having sum(amount) <> 0
			), told as (
			    select reference as order_id, id as payment_id, null::uuid as refund_id, received_centimes as amount from payment_receipts
			    union all
			    select reference, attempt_id, id, -amount_centimes from payment_returns
			)
			select format('order %s: attempt %s, refund %s told %s centimes, in the ledger %s', coalesce(t.order_id, m.order_id),
			              coalesce(t.payment_id, m.payment_id), coalesce(t.refund_id, m.refund_id), t.amount, m.amount)
			from told t
			full join moved m on m.order_id = t.order_id and m.payment_id = t.payment_id and m.refund_id is not distinct from t.refund_id
			where t.amount is distinct from m.amount`},
		audit.Query{Name: "order: the journal of an adjustment names it, and no other does", SQL: `
			select format('journal %s, %s, of adjustment %s', j.reference, j.kind, j.adjustment_id)
			from ledger_journals j left join order_adjustments a on a.id = j.adjustment_id and a.order_id = j.order_id
			where (j.kind = '` + journalAdjusted + `') <> (a.id is not null) or (a.id is null) <> (j.adjustment_id is null)`},
		// Reports tell sales by that moment.
		audit.Query{Name: "order: its sale is recorded once, for the moment when it was placed", SQL: `
			select format('order %s of %s: recorded %s times, for %s', o.number, o.placed_at, count(j.id), min(j.at))
			from orders o left join ledger_journals j on j.order_id = o.id and j.kind = 'placed'
			group by o.id having count(j.id) <> 1 or min(j.at) <> o.placed_at`},
		// What a fee was before is told by the ledger too, in the order in which it changed.
		audit.Query{Name: "order: a history tells each change of where it goes, with the fee that it had until then", SQL: `
			with changed as (
			    select a.event_id, a.order_id, a.delivery_centimes,
			           coalesce(lead(a.delivery_centimes) over turns, o.delivery_centimes) - a.delivery_centimes as more
			    from order_addresses a join order_events e on e.id = a.event_id join orders o on o.id = a.order_id
			    window turns as (partition by a.order_id order by e.at, e.id)
			)
			select format('order %s, entry %s: %s more for its delivery, in the ledger %s', coalesce(c.order_id, e.order_id), coalesce(c.event_id, e.id), c.more, coalesce(j.amount, 0))
			from changed c
			full join (select id, order_id from order_events where state = '` + EventAddress + `' and sub_order_id is null) e on e.id = c.event_id and e.order_id = c.order_id
			left join (
			    select j.reference, sum(case p.debit when 'buyers' then p.amount_centimes else -p.amount_centimes end) as amount
			    from ledger_journals j join ledger_postings p on p.journal_id = j.id
			    where j.kind = '` + journalAddress + `' group by j.reference
			) j on j.reference = 'order:' || c.order_id || ':address:' || c.event_id
			where c.event_id is null or e.id is null or c.more <> coalesce(j.amount, 0)`},
		audit.Query{Name: "order: it is closed when nothing of it waits to be earned, and not before its window is over", SQL: `
			select format('order %s, %s, closes at %s, closed at %s: %s parts wait, until %s', o.number, o.state, o.closes_at, o.closed_at, w.parts, w.until)
			from orders o
			cross join lateral (select count(*) as parts, max(earns_at) as until, min(earns_at) as since from sub_orders where order_id = o.id and earns_at is not null) w
			where (o.closes_at is not null or w.parts > 0)
			  and (o.state <> 'delivered' or (o.closed_at is null) <> (w.parts > 0) or w.until <> o.closes_at or w.since <> o.closes_at)`},
		// By what has happened since: an hour that is told otherwise proves nothing.
		audit.Query{Name: "order: what waits to be earned has its job before it, or is frozen, and waits no day longer than its window", SQL: `
			select format('order %s, part %s was to be earned at %s', o.number, s.id, s.earns_at)
			from sub_orders s join orders o on o.id = s.order_id
			where s.earns_at is not null and not ` + frozenPart + `
			  and (s.earns_at + interval '1 day' < (select max(at) from ledger_journals) or not exists (
			    select from river_job
			    where kind = 'order_close' and args->>'order_id' = o.id::text
			      and state not in ('cancelled', 'completed', 'discarded')))`},
		audit.Query{Name: "order: only what is disputed is frozen", SQL: `
			select format('order %s, part %s: %s frozen', s.order_id, s.id, s.frozen_centimes)
			from sub_orders s where s.frozen_centimes > 0 and not ` + disputedPart},
		audit.Query{Name: "order: of what is disputed and was earned no more is frozen than the part earned", SQL: `
			select format('part %s: %s frozen, earned %s', s.id, s.frozen_centimes, n.items_centimes - n.commission_centimes)
			from sub_orders s join sub_orders_now n on n.id = s.id
			where s.frozen_centimes > greatest(n.items_centimes - n.commission_centimes, 0)`},
		audit.Query{Name: "order: what a buyer's bank has given her back is not delivered any more", SQL: `
			select format('order %s is %s, of %s due %s is lost', o.number, o.state, o.due_centimes, d.amount)
			from (select reference, sum(left_centimes) as amount from payment_disputes_now where pays and state = 'lost' and left_centimes > 0 group by reference) d
			join orders o on o.id = d.reference
			where d.amount >= o.due_centimes and o.state in (` + listed(StateConfirmed, StateDispatched) + `)`},
		audit.Query{Name: "order: what is sent back was delivered and does not spoil, and is counted when it is here", SQL: `
			select format('return %s, %s, line %s: %s of %s, sound %s', r.id, r.state, b.line_id, b.quantity, l.quantity, b.sound)
			from order_return_lines b
			join order_returns r on r.id = b.return_id
			join order_lines l on l.id = b.line_id
			join sub_orders s on s.id = l.sub_order_id
			where (b.sub_order_id, b.cooperative_id, r.order_id, s.state) <> (s.id, s.cooperative_id, s.order_id, 'delivered') or l.perishable or b.quantity > l.quantity
			   or (b.sound is not null) <> (r.state in (` + listed(countedReturns...) + `))`},
		// Less than came back of a line, if some of it was given back otherwise before.
		audit.Query{Name: "order: what came back is taken off its lines, no more, and its buyer has that back", SQL: `
			select format('return %s, %s: back %s, taken off %s, beyond what came back %s', r.id, r.state, r.back_centimes, a.amount, a.beyond)
			from order_returns r
			join orders o on o.id = r.order_id
			cross join lateral (
			    select coalesce(sum(a.amount_centimes), 0) as amount, count(*) filter (where b.line_id is null or b.sound is null or a.quantity > b.sound + b.damaged) as beyond
			    from order_adjustments a
			    left join order_return_lines b on b.return_id = a.return_id and b.line_id = a.line_id
			    where a.return_id = r.id
			) a
			where a.beyond > 0 or coalesce(r.back_centimes, 0) - a.amount not between 0 and o.delivery_back_centimes + o.means_fee_back_centimes`},
		audit.Query{Name: "order: a return waits for its money while that is not given, and no longer", SQL: `
			select format('return %s is %s', id, state) from order_returns r
			where state in (` + listed(ReturnReceived, ReturnRefunded) + `)
			  and (state = '` + string(ReturnReceived) + `') <> exists (select from payment_refunds_now where ` + ofReturn + ` and state <> 'succeeded')`},
		audit.Query{Name: "order: what came back is in stock again where its cooperative said so, once", SQL: `
			select format('return %s, line %s: %s pieces of %s in stock again, said %s of %s by %s', coalesce(b.return_id, m.return_id), coalesce(b.line_id, m.line_id),
			              m.delta, m.product_id, b.sound, b.product_id, b.user_id)
			from (
			    select b.return_id, b.line_id, b.sound, b.user_id, l.product_id
			    from order_return_lines b join order_lines l on l.id = b.line_id where b.restocked
			) b
			full join stock_returned m on m.return_id = b.return_id and m.line_id = b.line_id
			where (m.delta, m.product_id, m.user_id) is distinct from (b.sound, b.product_id, b.user_id)`},
		// That its money waits counts against that it was given, which it may tell several times by turns.
		audit.Query{Name: "order: a history tells what became of each return", SQL: `
			select format('order %s: %s told %s times, is so of %s', coalesce(e.order_id, r.order_id), coalesce(e.state, r.state), e.times, r.times)
			from (
			    select order_id, case state when '` + EventReturn + string(ReturnRefunded) + `' then '` + string(ReturnReceived) + `' else substr(state, ` + strconv.Itoa(len(EventReturn)+1) + `) end as state,
			           sum(case state when '` + EventReturn + string(ReturnRefunded) + `' then -1 else 1 end) as times
			    from order_events where state like '` + EventReturn + `%' and state <> '` + EventReturn + string(ReturnArranged) + `' group by 1, 2
			) e
			full join (
			    select order_id, s.state, count(*) as times
			    from order_returns r
			    cross join lateral (
			        select '` + string(ReturnAsked) + `' as state
			        union all select r.state where r.state in (` + listed(ReturnReceived, ReturnRefused, ReturnWithdrawn) + `)
			    ) s
			    group by 1, 2
			) r on r.order_id = e.order_id and r.state = e.state
			where coalesce(e.times, 0) <> coalesce(r.times, 0)`},
		audit.Query{Name: "order: the association is told before and when the time of a return is over", SQL: `
			select format('return %s is to be given back by %s', id, refund_by) from order_returns r
			where state in (` + listed(unpaidReturns...) + `) and told < 2 and not exists (
			    select from river_job
			    where kind = 'order_return_due' and args->>'return_id' = r.id::text and args->>'over' = 'true'
			      and state not in ('cancelled', 'completed', 'discarded'))`},
		audit.Query{Name: "order: the ledger holds the cash that carriers and cooperatives took, and what was counted of it", SQL: `
			select format('%s %s: told %s, in the ledger %s', what, cooperative_id, sum(told), sum(posted))
			from (
			    select 'kept' as what, cooperative_id, amount_centimes as told, 0 as posted from order_cash
			    union all
			    select 'kept', p.cooperative_id, 0, p.amount_centimes
			    from ledger_postings p join ledger_journals j on j.id = p.journal_id
			    where j.kind = '` + journalKept + `' and p.debit in ('cooperative_owes', 'carriers_hold') and p.credit = 'received'
			    union all
			    select case when reference <> '' then 'banked' else 'counted' end, cooperative_id, counted_centimes, 0 from cash_counts
			    union all
			    select case p.debit when 'bank' then 'banked' else 'counted' end, p.cooperative_id, 0, p.amount_centimes
			    from ledger_postings p join ledger_journals j on j.id = p.journal_id
			    where j.kind in (` + listed(journalCounted, journalBanked) + `)
			) c
			group by what, cooperative_id having sum(told) <> sum(posted)`},
		audit.Query{Name: "order: cooperatives bear no more of a payment's fee than its provider kept", SQL: `
			select format('order %s, attempt %s: borne %s, kept %s', p.reference, p.id, b.amount, p.fee_centimes)
			from payment_receipts p
			join (
			    select j.payment_id, sum(case p.debit when 'cooperative_owes' then p.amount_centimes else -p.amount_centimes end) as amount
			    from ledger_journals j join ledger_postings p on p.journal_id = j.id
			    where j.kind = '` + journalFeeBorne + `' and 'fees' in (p.debit, p.credit)
			    group by j.payment_id
			) b on b.payment_id = p.id
			where b.amount not between 0 and p.fee_centimes`},
		audit.Query{Name: "order: no more of a fee is owed back to a cooperative than it bears no more", SQL: `
			with ` + feeRepaid + `
			select format('order %s, cooperative %s: owed back %s, borne no more %s', f.order_id, f.cooperative_id, f.amount, coalesce(b.amount, 0))
			from fee_repaid f
			left join (
			    select j.order_id, p.cooperative_id, sum(p.amount_centimes) as amount
			    from ledger_journals j join ledger_postings p on p.journal_id = j.id
			    where j.kind = '` + journalFeeBorne + `' and p.debit = 'fees'
			    group by j.order_id, p.cooperative_id
			) b using (order_id, cooperative_id)
			where f.amount > coalesce(b.amount, 0)`},
		audit.Query{Name: "order: who bears a fee has goods in its order that went back so", SQL: `
			select format('order %s, request %s: %s centimes of part %s of cooperative %s', b.order_id, b.request, b.goods_centimes, b.sub_order_id, b.cooperative_id)
			from order_fee_bearers b
			left join sub_orders s on (s.id, s.order_id, s.cooperative_id) = (b.sub_order_id, b.order_id, b.cooperative_id)
			left join (select reference, key, sum(amount_centimes) as amount from payment_requests group by reference, key) p
			    on p.reference = b.order_id and p.key = b.request
			where s.id is null or b.goods_centimes > s.items_centimes or b.goods_centimes > coalesce(p.amount, 0)`},
		// What every account should hold on behalf of an order, by what is left of it, whether it was paid and whether
		// it was delivered and its parts earned, against what its journals put there.
		audit.Query{Name: "order: the ledger holds what the orders say", SQL: `
			with ` + activeParts + `, ` + feeRepaid + `, whole as (
			    select o.id, o.due_centimes as due, case when o.id in (select order_id from sub_orders where state not in (` + listed(goneStates...) + `)) then o.delivery_centimes - o.delivery_back_centimes else 0 end as fee,
			           case when o.id in (select order_id from sub_orders where state not in (` + listed(goneStates...) + `)) then o.means_fee_centimes - o.means_fee_back_centimes else 0 end as means_fee,
			           o.payment as provider, coalesce(p.received_centimes, 0) as taken,
			           coalesce(p.received_centimes - p.refunded_centimes, 0) as received, coalesce(p.deposit_centimes, 0) as deposit,
			           o.state = 'delivered' as delivered, p.state is distinct from 'succeeded' as unpaid
			    from orders o
			    join active a on a.order_id = o.id
			    left join payments p on p.reference = o.id
			), part as (
			    select s.*, w.unpaid, w.delivered and s.earns_at is null as earned
			    from sub_orders_now s join whole w on w.id = s.order_id
			    where s.state not in (` + listed(goneStates...) + `)
			), owing as ( -- by a cooperative: of cash that it kept, or borne of what the buyer had back after it was paid out
			    select j.order_id, p.cooperative_id, 'held' in (p.debit, p.credit) as borne,
			           sum(case p.debit when 'cooperative_owes' then p.amount_centimes else -p.amount_centimes end) as amount
			    from ledger_journals j join ledger_postings p on p.journal_id = j.id
			    where j.order_id is not null and j.kind <> '` + journalFeeBorne + `' and 'cooperative_owes' in (p.debit, p.credit)
			    group by 1, 2, 3
			), borne as ( -- no more than was taken off its part
			    select b.order_id, b.cooperative_id, b.amount
			    from owing b
			    join part n on n.order_id = b.order_id and n.cooperative_id = b.cooperative_id and n.earned
			    join sub_orders s on s.id = n.id
			    where b.borne and b.amount between 0 and s.items_centimes - n.items_centimes
			), kept as ( -- of what was taken from the buyer
			    select *
			    from (
			        select m.order_id, m.cooperative_id, w.provider, w.taken, m.amount, sum(m.amount) over (partition by m.order_id) as together
			        from owing m
			        join sub_orders s on s.order_id = m.order_id and s.cooperative_id = m.cooperative_id
			        join whole w on w.id = m.order_id
			        where not m.borne
			    ) k
			    where amount > 0 and together <= taken
			), expected as (
			    select order_id, account, cooperative_id, provider, sum(amount) as amount
			    from (
			        select order_id, case when unpaid then 'pending' else 'held' end as account, cooperative_id, '' as provider, items_centimes + borne_centimes as amount
			        from part where unpaid or not earned
			        union all
			        select order_id, 'payable', cooperative_id, '', items_centimes - commission_centimes from part where earned and not unpaid
			        union all
			        select order_id, unnest(array['payable', 'held']), cooperative_id, '', unnest(array[-frozen_centimes, frozen_centimes]) from sub_orders where frozen_centimes > 0
			        union all
			        select order_id, 'commission', null, '', commission_centimes from part where earned and not unpaid
			        union all
			        select order_id, 'commission', null, '', -borne_centimes from part where not earned and not unpaid
			        union all
			        select id, case when unpaid then 'pending_delivery' when delivered then 'delivery' else 'held_delivery' end, null, '', fee from whole
			        union all
			        select id, case when unpaid then 'pending_means_fee' when delivered then 'means_fees' else 'held_means_fee' end, null, '', means_fee from whole
			        union all
			        select id, 'buyers', null, '', due from whole where unpaid
			        union all
			        select reference, 'received', null, provider, received_centimes - fee_centimes from payment_receipts
			        union all
			        select reference, 'received', null, provider, -amount_centimes from payment_returns where not disputed
			        union all
			        select reference, 'fees', null, provider, fee_centimes from payment_receipts
			        union all
			        select reference, unnest(array['dispute', 'fees', 'received']), null, provider,
			               unnest(array[left_centimes, fee_centimes + written_off_centimes, -left_centimes - given_centimes - fee_centimes - written_off_centimes])
			        from payment_disputes_now
			        union all
			        select id, 'deposits', null, '', deposit from whole
			        union all
			        select order_id, 'received', null, provider, -amount from kept
			        union all
			        select w.id, 'received', null, w.provider, -c.amount_centimes from order_cash c join whole w on w.id = c.order_id where c.carrier_id is not null
			        union all
			        select order_id, 'carriers_hold', null, '', amount_centimes from order_cash where carrier_id is not null
			        union all
			        select order_id, 'cooperative_owes', cooperative_id, '', amount from kept
			        union all
			        select order_id, unnest(array['cooperative_owes', 'fees']), unnest(array[cooperative_id, null]), unnest(array['', provider]),
			               unnest(array[amount_centimes, -amount_centimes])
			        from order_fees_borne
			        union all
			        select order_id, unnest(array['cooperative_owes', 'payable']), cooperative_id, '', amount from fee_repaid
			        union all
			        select order_id, unnest(array['cooperative_owes', 'payable']), cooperative_id, '', amount from borne
			        union all
			        select id, 'refunds_due', null, '', received - deposit - case when unpaid then 0 else due end from whole
			    ) as e
			    group by order_id, account, cooperative_id, provider
			), recorded as (
			    select m.order_id, m.account, case when a.subject = 'cooperative' then m.cooperative_id end as cooperative_id, m.provider,
			           sum(m.amount) as amount
			    from ledger_movements m join ledger_accounts a using (account)
			    where m.order_id is not null
			    group by 1, 2, 3, 4
			)
			select format('order %s, %s %s: should hold %s, holds %s', coalesce(e.order_id, r.order_id), coalesce(e.account, r.account),
			              coalesce(e.cooperative_id, r.cooperative_id), coalesce(e.amount, 0), coalesce(r.amount, 0))
			from expected e
			full join recorded r on (r.order_id, r.account, r.provider) = (e.order_id, e.account, e.provider)
			    and coalesce(r.cooperative_id, r.order_id) = coalesce(e.cooperative_id, e.order_id)
			where coalesce(e.amount, 0) <> coalesce(r.amount, 0)`},
	)
}

// feeRepaid is, for each order and cooperative, what is owed to it of fees that it had paid and bears no more.
const feeRepaid = `fee_repaid as (
			    select j.order_id, p.cooperative_id, sum(p.amount_centimes) as amount
			    from ledger_journals j join ledger_postings p on p.journal_id = j.id
			    where j.kind = '` + journalFeeBorne + `' and (p.debit, p.credit) = ('cooperative_owes', 'payable')
			    group by j.order_id, p.cooperative_id
			)`

// activeParts is, for each order, the states of its parts and what its active parts come to with its charges; nothing,
// when none is active.
var activeParts = `active as (
			    select o.id as order_id, array_agg(s.state) as states,
			           coalesce(sum(s.items_centimes) filter (where s.state not in (` + listed(goneStates...) + `)) + o.delivery_centimes - o.delivery_back_centimes
			               + o.means_fee_centimes - o.means_fee_back_centimes, 0) as left_over
			    from orders o join sub_orders_now s on s.order_id = o.id
			    group by o.id
			)`
