-- Money for an attempt that had failed was reserved, told of twice, and left, since the order was paid by then.
insert into payment_events (provider, id, key, kind, payload, received_at, worked_at, times, attempt, verdict) values
    ('cash_on_delivery', 'evt_540', '0190a000-0016-7000-8000-000000000540', 'reserved', 'try-131', '2026-11-22 11:00+00', '2026-11-22 11:00+00', 2, 'try-131', 'left');
insert into payment_events (provider, id, key, kind, payload, received_at, error, fault) values
    ('cash_on_delivery', 'evt_541', '0190a000-0016-7000-8000-000000000541', 'paid', 'try-541', '2026-11-22 11:00+00', 'nothing is known of try-541', 'payment.unknown');
insert into payment_events (provider, id, key, kind, payload, is_foreign, received_at, worked_at) values
    ('cash_on_delivery', 'evt_542', '0190a000-0016-7000-8000-000000000542', 'paid', 'try-542', true, '2026-11-22 11:00+00', '2026-11-22 11:00+00');
insert into payment_forged (provider, day, events) values ('cash_on_delivery', '2026-11-22', 540);
insert into river_job (state, max_attempts, kind, args, scheduled_at) values
    ('retryable', 25, 'payment_event', '{"provider": "cash_on_delivery", "id": "evt_541"}', '2036-11-22 11:00+00');
