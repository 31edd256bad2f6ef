-- A payout that the bank sent back, and the one that came in its place.
insert into payout_reversals (payout_id, reason, user_id, at) values
    ('0190a000-0010-7000-8000-000000000002', 'رجع من البنك', '0190a000-0002-7000-8000-000000000001', '2026-08-12 10:00+00');
insert into journals (id, reference, input_hash, kind, order_id, at) values
    ('0190a000-000d-7000-8000-000000000010', 'payout:0190a000-0010-7000-8000-000000000002:undone', '\x1be894aab3a0357c3fa7b82cdcae71165baf73c6137ded8453562ffb879b55bc', 'payout_undone', null, '2026-08-12 10:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id) values
    ('0190a000-000e-7000-8000-000000000021', '0190a000-000d-7000-8000-000000000010', 'bank', 'payable:0190a000-0001-7000-8000-000000000002', 10450, '0190a000-0001-7000-8000-000000000002');
insert into payouts (id, cooperative_id, amount_centimes, reference, user_id, at, attempt) values
    ('0190a000-0010-7000-8000-000000000003', '0190a000-0001-7000-8000-000000000002', 10450, 'VIR-0002', '0190a000-0002-7000-8000-000000000001', '2026-08-13 10:00+00', 2);
insert into journals (id, reference, input_hash, kind, order_id, at) values
    ('0190a000-000d-7000-8000-000000000011', 'payout:0190a000-0010-7000-8000-000000000003', '\x1312b4bc72c27f38e4674757d144bfa836497fe3f0bc819c676268a7c165323b', 'payout', null, '2026-08-13 10:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id) values
    ('0190a000-000e-7000-8000-000000000022', '0190a000-000d-7000-8000-000000000011', 'payable:0190a000-0001-7000-8000-000000000002', 'bank', 10450, '0190a000-0001-7000-8000-000000000002');
