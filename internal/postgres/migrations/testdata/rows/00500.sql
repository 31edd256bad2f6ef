-- Of the order that was paid once too often an attempt had failed whose provider is gone to by a form.
insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, provider_reference, url, form, created_at, expires_at, ended_at) values
    ('0190a000-0014-7000-8000-000000000500', '0190a000-000f-7000-8000-000000000002', 50, 'cash_on_delivery', 9800, 'failed', '0190a000-0009-7000-8000-000000000002:50', 'try-500', 'https://card.example/500', '{"oid": "500"}', '2026-11-20 10:00+00', '2026-11-20 10:30+00', '2026-11-20 10:20+00');
