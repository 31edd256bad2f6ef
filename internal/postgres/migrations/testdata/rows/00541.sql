insert into payment_differences (id, provider, subject, name, reason, theirs_centimes, ours_centimes, found_at, settled_at, user_id, note)
select '0190a000-0017-7000-8000-000000000541', 'cash_on_delivery', 'payment', 'try-131', 'reserved', 9800, 0, '2026-11-22 11:00+00', '2026-11-23 11:00+00', min(id::text)::uuid, 'released at the bank' from users;
