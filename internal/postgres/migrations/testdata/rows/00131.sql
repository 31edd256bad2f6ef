-- Of the order that is paid before it is delivered a first attempt had failed, and a refund that was asked for
-- in vain.
insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, provider_reference, url, created_at, expires_at, ended_at) values
    ('0190a000-0014-7000-8000-000000000131', '0190a000-000f-7000-8000-000000000002', 2, 'cash_on_delivery', 9800, 'failed', '0190a000-0009-7000-8000-000000000002:2', 'try-131', 'https://card.example/131', '2026-11-20 10:00+00', '2026-11-20 10:30+00', '2026-11-20 10:20+00');
insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, key, provider_reference, created_at, ended_at)
select '0190a000-0015-7000-8000-000000000131', id, 100, 'a stain', 'failed', 'stain', 'stain:1', 'back-131', '2026-11-21 10:00+00', '2026-11-21 11:00+00'
from payment_attempts where intent_id = '0190a000-000f-7000-8000-000000000002' and state = 'succeeded';
insert into payment_events (provider, id, payload, received_at, worked_at, error) values
    ('cash_on_delivery', 'evt_131', 'back-131', '2026-11-21 11:00+00', '2026-11-21 11:00+00', 'the first time nothing was known of it');
