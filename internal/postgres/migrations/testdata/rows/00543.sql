update payment_attempts set asked_at = '2026-11-20 10:05+00' where id = '0190a000-0014-7000-8000-000000000542';
update payment_refunds set asked_at = '2026-11-21 10:05+00' where id = '0190a000-0015-7000-8000-000000000131';
insert into payment_days (provider, day, compared_at) values ('cash_on_delivery', '2026-11-21', '2026-11-22 06:00+00');
