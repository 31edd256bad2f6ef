-- What was asked for in vain is asked for again, by hand.
insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, number, key, created_at)
select '0190a000-0015-7000-8000-000000000400', attempt_id, amount_centimes, reason, 'pending', request, 2, request || ':3:2', '2026-11-27 10:00+00'
from payment_refunds where id = '0190a000-0015-7000-8000-000000000131';
update payment_attempts set refunded_centimes = 9800 where id = '0190a000-0014-7000-8000-000000000132';
