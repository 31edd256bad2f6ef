-- What was paid once too often is disputed and lost: the bank gave what was to be given back, and more, which the
-- association bears. Another bank asks, and takes nothing.
insert into payment_disputes (id, attempt_id, provider, name, state, amount_centimes, fee_centimes, given_centimes, written_off_centimes, opened_at, decided_at, due_by, bearer, user_id, version) values
    ('0190a000-0018-7000-8000-000000000600', '0190a000-0014-7000-8000-000000000132', 'cash_on_delivery', 'dp_600', 'lost', 9900, 1500, 9800, 100, '2026-11-28 09:00+00', '2026-11-28 09:00+00', '2026-12-05 09:00+00', 'association', '0190a000-0002-7000-8000-000000000001', 3),
    ('0190a000-0018-7000-8000-000000000601', '0190a000-0014-7000-8000-000000000132', 'cash_on_delivery', 'dp_601', 'asked', 100, 0, 0, 0, '2026-11-28 09:00+00', null, '2026-12-05 09:00+00', null, null, 1);
update payment_refunds set state = 'succeeded', ended_at = '2026-11-28 09:00+00', dispute_id = '0190a000-0018-7000-8000-000000000600', means = null where id = '0190a000-0015-7000-8000-000000000400';
insert into journals (id, reference, input_hash, hash_version, kind, order_id, payment_id, refund_id, at) values
    ('0190a000-000d-7000-8000-000000000600', 'dispute:0190a000-0018-7000-8000-000000000600:1', '\x14d4c7528da3888976da5ded808d25b27005a38d967b234fe8efffb72ef50122', 4, 'disputed', '0190a000-0009-7000-8000-000000000002', '0190a000-0014-7000-8000-000000000132', null, '2026-11-28 09:00+00'),
    ('0190a000-000d-7000-8000-000000000601', 'refund:0190a000-0015-7000-8000-000000000400', '\xe2d431b5d25bcccaf69f6473b02699e54da20d6d577c5e9938cfc47e1c5a9a02', 4, 'refunded', '0190a000-0009-7000-8000-000000000002', '0190a000-0014-7000-8000-000000000132', '0190a000-0015-7000-8000-000000000400', '2026-11-28 09:00+00'),
    ('0190a000-000d-7000-8000-000000000602', 'dispute:0190a000-0018-7000-8000-000000000600:written_off', '\xf8afd64498ec9eb5d9e6fa560dc1c5a37b50f82f8c4807e0240f77fda7275c57', 4, 'written_off', '0190a000-0009-7000-8000-000000000002', '0190a000-0014-7000-8000-000000000132', null, '2026-11-28 09:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider, at) values
    ('0190a000-000e-7000-8000-000000000600', '0190a000-000d-7000-8000-000000000600', 'dispute', 'received', 9900, null, 'cash_on_delivery', '2026-11-28 09:00+00'),
    ('0190a000-000e-7000-8000-000000000601', '0190a000-000d-7000-8000-000000000600', 'fees', 'received', 1500, null, 'cash_on_delivery', '2026-11-28 09:00+00'),
    ('0190a000-000e-7000-8000-000000000602', '0190a000-000d-7000-8000-000000000601', 'refunds_due', 'dispute', 9800, null, 'cash_on_delivery', '2026-11-28 09:00+00'),
    ('0190a000-000e-7000-8000-000000000603', '0190a000-000d-7000-8000-000000000602', 'fees', 'dispute', 100, null, 'cash_on_delivery', '2026-11-28 09:00+00');
