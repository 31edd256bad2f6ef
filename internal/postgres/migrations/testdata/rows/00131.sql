-- Of the order that is paid before it is delivered a first attempt had failed. Then it was paid after all, once too
-- often, and a refund of that was asked for in vain.
insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, provider_reference, url, created_at, expires_at, ended_at) values
    ('0190a000-0014-7000-8000-000000000131', '0190a000-000f-7000-8000-000000000002', 2, 'cash_on_delivery', 9800, 'failed', '0190a000-0009-7000-8000-000000000002:2', 'try-131', 'https://card.example/131', '2026-11-20 10:00+00', '2026-11-20 10:30+00', '2026-11-20 10:20+00');
insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, received_centimes, created_at, ended_at) values
    ('0190a000-0014-7000-8000-000000000132', '0190a000-000f-7000-8000-000000000002', 3, 'cash_on_delivery', 9800, 'succeeded', '0190a000-0009-7000-8000-000000000002:3', 9800, '2026-11-21 10:00+00', '2026-11-21 10:00+00');
insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, key, provider_reference, created_at, ended_at) values
    ('0190a000-0015-7000-8000-000000000131', '0190a000-0014-7000-8000-000000000132', 9800, 'surplus', 'failed', '0190a000-0009-7000-8000-000000000002:surplus', '0190a000-0009-7000-8000-000000000002:surplus:3', 'back-131', '2026-11-21 10:00+00', '2026-11-21 11:00+00');
insert into journals (id, reference, input_hash, kind, order_id, payment_id, at) values
    ('0190a000-000d-7000-8000-0000000131a1', 'attempt:0190a000-0014-7000-8000-000000000132:surplus', '\xcc3ec10e431e1c80f169f234888f56cb38966641e64b33c176e66bec6354fd5d', 'surplus', '0190a000-0009-7000-8000-000000000002', '0190a000-0014-7000-8000-000000000132', '2026-11-21 10:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider, at) values
    ('0190a000-000e-7000-8000-0000000131a1', '0190a000-000d-7000-8000-0000000131a1', 'received', 'refunds_due', 9800, null, 'cash_on_delivery', '2026-11-21 10:00+00');
insert into payment_events (provider, id, payload, received_at, worked_at, error) values
    ('cash_on_delivery', 'evt_131', 'back-131', '2026-11-21 11:00+00', '2026-11-21 11:00+00', 'the first time nothing was known of it');
