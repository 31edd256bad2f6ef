-- The order that was paid before it is delivered was paid once more, which was given back.
insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, received_centimes, refunded_centimes, created_at, ended_at) values
    ('0190a000-0014-7000-8000-000000000272', '0190a000-000f-7000-8000-000000000002', 4, 'cash_on_delivery', 9800, 'succeeded', '0190a000-0009-7000-8000-000000000002:4', 9800, 9800, '2026-11-21 12:00+00', '2026-11-21 12:00+00');
insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, key, created_at, ended_at) values
    ('0190a000-0015-7000-8000-000000000272', '0190a000-0014-7000-8000-000000000272', 9800, 'surplus', 'succeeded', 'surplus', 'surplus:4', '2026-11-21 12:00+00', '2026-11-21 13:00+00');
insert into journals (id, reference, input_hash, kind, order_id, payment_id, refund_id, at) values
    ('0190a000-000d-7000-8000-000000000272', 'attempt:0190a000-0014-7000-8000-000000000272:surplus', '\x6a84418605dc1482b66c713b4312304f51abd93dd6dd1e47e200416b4b67a19e', 'surplus', '0190a000-0009-7000-8000-000000000002', '0190a000-0014-7000-8000-000000000272', null, '2026-11-21 12:00+00'),
    ('0190a000-000d-7000-8000-000000000273', 'refund:0190a000-0015-7000-8000-000000000272', '\x46fa1a5ad8c8cb75793a8e016f911dfd09f9bccb722ab18591427bed0a8b4c65', 'refunded', '0190a000-0009-7000-8000-000000000002', '0190a000-0014-7000-8000-000000000272', '0190a000-0015-7000-8000-000000000272', '2026-11-21 13:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider, at) values
    ('0190a000-000e-7000-8000-000000000272', '0190a000-000d-7000-8000-000000000272', 'received', 'refunds_due', 9800, null, 'cash_on_delivery', '2026-11-21 12:00+00'),
    ('0190a000-000e-7000-8000-000000000273', '0190a000-000d-7000-8000-000000000273', 'refunds_due', 'received', 9800, null, 'cash_on_delivery', '2026-11-21 13:00+00');
