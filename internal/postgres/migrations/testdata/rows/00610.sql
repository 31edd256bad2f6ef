-- A cooperative with an account of its own was refused what it had earned by an order. Asked again the provider paid less,
-- and took something of that back; what it was to take back after that it refused.
update cooperatives set stripe_account = 'acct_1Nv0FGQ9RKHgCVdK' where id = '0190a000-0001-7000-8000-000000000002';
insert into payment_payouts (id, attempt_id, account, amount_centimes, state, provider_reference, reason, created_at, asked_at, ended_at) values
    ('0190a000-0010-7000-8000-000000000610', '0190a000-0014-7000-8000-000000000520', 'acct_1Nv0FGQ9RKHgCVdK', 700, 'failed', null, 'account_closed', '2026-11-27 10:00+00', null, '2026-11-27 10:01+00'),
    ('0190a000-0010-7000-8000-000000000611', '0190a000-0014-7000-8000-000000000520', 'acct_1Nv0FGQ9RKHgCVdK', 500, 'succeeded', 'tr_611', '', '2026-11-27 11:00+00', '2026-11-27 11:06+00', '2026-11-27 11:06+00');
insert into payment_recalls (id, payout_id, amount_centimes, tries, state, provider_reference, reason, created_at, asked_at, ended_at) values
    ('0190a000-0022-7000-8000-000000000610', '0190a000-0010-7000-8000-000000000611', 50, 2, 'succeeded', 'trr_610', '', '2026-11-27 12:00+00', '2026-11-27 12:06+00', '2026-11-27 12:06+00'),
    ('0190a000-0022-7000-8000-000000000611', '0190a000-0010-7000-8000-000000000611', 30, 1, 'failed', null, 'balance_insufficient', '2026-11-27 13:00+00', null, '2026-11-27 13:01+00');
insert into payouts (id, cooperative_id, amount_centimes, reference, attempt, actor, user_id, at, provider, order_id, earned_centimes) values
    ('0190a000-0010-7000-8000-000000000610', '0190a000-0001-7000-8000-000000000002', 700, 'cash_on_delivery:520', 1, 'system', null, '2026-11-27 10:00+00', 'cash_on_delivery', '0190a000-0009-7000-8000-000000000520', 10450),
    ('0190a000-0010-7000-8000-000000000611', '0190a000-0001-7000-8000-000000000002', 500, 'cash_on_delivery:520', 2, 'system', null, '2026-11-27 11:00+00', 'cash_on_delivery', '0190a000-0009-7000-8000-000000000520', 10450);
insert into payout_reversals (payout_id, reason, actor, user_id, at) values
    ('0190a000-0010-7000-8000-000000000610', 'account_closed', 'system', null, '2026-11-27 10:01+00');
insert into journals (id, reference, input_hash, hash_version, kind, payout_id, at) values
    ('0190a000-000d-7000-8000-000000000610', 'payout:0190a000-0010-7000-8000-000000000610', '\x00f4ae5b9725a992d6f26ff43fe15604a941736ffce3a0bd619e8474071f0f07', 4, 'payout', '0190a000-0010-7000-8000-000000000610', '2026-11-27 10:00+00'),
    ('0190a000-000d-7000-8000-000000000611', 'payout:0190a000-0010-7000-8000-000000000610:undone', '\xadd90fac39c7c4d3899a76e707b3427b06617285f4ae7d30079e4d5747915f90', 4, 'payout_undone', '0190a000-0010-7000-8000-000000000610', '2026-11-27 10:01+00'),
    ('0190a000-000d-7000-8000-000000000612', 'payout:0190a000-0010-7000-8000-000000000611', '\xda8d7ffa3de1bfa1b37ca7289dc6fc03b66bffb25ff6dd4e2fd44ead09a6b211', 4, 'payout', '0190a000-0010-7000-8000-000000000611', '2026-11-27 11:00+00'),
    ('0190a000-000d-7000-8000-000000000613', 'payout:0190a000-0010-7000-8000-000000000611:arrived', '\xa8ea696dd15ec96cdcdcc5d26fad2967a0ea9f1b462730651e9e60b03bd8acc9', 4, 'payout_arrived', '0190a000-0010-7000-8000-000000000611', '2026-11-27 11:06+00'),
    ('0190a000-000d-7000-8000-000000000614', 'payout:0190a000-0010-7000-8000-000000000611:recall:0190a000-0022-7000-8000-000000000610', '\xa7dd8b85bb4bc69bfea59f9809d9b8e1cf9ca6f513f346f582050be36c0dd930', 4, 'payout_recalled', '0190a000-0010-7000-8000-000000000611', '2026-11-27 12:06+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider, at) values
    ('0190a000-000e-7000-8000-000000000610', '0190a000-000d-7000-8000-000000000610', 'payable', 'in_transit', 700, '0190a000-0001-7000-8000-000000000002', '', '2026-11-27 10:00+00'),
    ('0190a000-000e-7000-8000-000000000611', '0190a000-000d-7000-8000-000000000611', 'in_transit', 'payable', 700, '0190a000-0001-7000-8000-000000000002', '', '2026-11-27 10:01+00'),
    ('0190a000-000e-7000-8000-000000000612', '0190a000-000d-7000-8000-000000000612', 'payable', 'in_transit', 500, '0190a000-0001-7000-8000-000000000002', '', '2026-11-27 11:00+00'),
    ('0190a000-000e-7000-8000-000000000613', '0190a000-000d-7000-8000-000000000613', 'in_transit', 'received', 500, '0190a000-0001-7000-8000-000000000002', 'cash_on_delivery', '2026-11-27 11:06+00'),
    ('0190a000-000e-7000-8000-000000000614', '0190a000-000d-7000-8000-000000000614', 'received', 'in_transit', 50, '0190a000-0001-7000-8000-000000000002', 'cash_on_delivery', '2026-11-27 12:06+00'),
    ('0190a000-000e-7000-8000-000000000615', '0190a000-000d-7000-8000-000000000614', 'in_transit', 'cooperative_owes', 50, '0190a000-0001-7000-8000-000000000002', '', '2026-11-27 12:06+00');
