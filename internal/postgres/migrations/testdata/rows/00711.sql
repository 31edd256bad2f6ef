-- Of a transfer some was taken back by hand; of a refund the provider gave its fee back.
insert into payment_differences (id, provider, subject, name, reason, theirs_centimes, ours_centimes, found_at) values
    ('0190a000-001b-7000-8000-000000000711', 'stripe', 'payout', 'tr_711', 'taken_back', 5000, 0, '2026-11-28 09:00+00'),
    ('0190a000-001b-7000-8000-000000000712', 'cmi', 'payment', '711n1', 'unfit', 100, 0, '2026-11-28 09:00+00'),
    ('0190a000-001b-7000-8000-000000000713', 'cmi', 'payment', '711n1', 'unfit', 200, 0, '2026-11-28 09:00+00'),
    ('0190a000-001b-7000-8000-000000000714', 'cmi', 'payment', '711n1', 'currency', 0, 0, '2026-11-28 09:00+00');
update payment_refunds set fee_centimes = 0 where id = '0190a000-0015-7000-8000-000000000131';
