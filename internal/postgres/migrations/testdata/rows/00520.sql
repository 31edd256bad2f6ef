-- An order that is delivered and paid, and of which nothing is earned yet.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at, closes_at) values
    ('0190a000-0009-7000-8000-000000000520', 'S-2611-10000520', '\x0520052005200520052005200520052005200520052005200520052005200520', null, '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'shop', 'ar', 'خديجة', '+212661000520', 'ouled-sghir', '', '', '', 'pickup', 'cash_on_delivery', 11000, 0, 11000, 11000, 'delivered', '2026-11-25', '2026-11-25', false, '2026-11-25 10:00+00', '2026-11-25 23:59+00', '2026-12-02 18:00+00');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes, earns_at) values
    ('0190a000-000a-7000-8000-000000000520', '0190a000-0009-7000-8000-000000000520', '0190a000-0001-7000-8000-000000000002', 'delivered', 11000, 550, '2026-12-02 18:00+00');
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity, perishable) values
    ('0190a000-000c-7000-8000-000000000520', '0190a000-000a-7000-8000-000000000520', '0190a000-0003-7000-8000-000000000002', 'عسل الزعتر', 'Miel de thym', '', 500, 'g', 11000, 1, false);
insert into order_events (id, order_id, sub_order_id, state, note, actor, user_id, at) values
    ('0190a000-000b-7000-8000-000000000520', '0190a000-0009-7000-8000-000000000520', null, 'placed', '', 'buyer', null, '2026-11-25 10:00+00'),
    ('0190a000-000b-7000-8000-000000000521', '0190a000-0009-7000-8000-000000000520', '0190a000-000a-7000-8000-000000000520', 'placed', '', 'buyer', null, '2026-11-25 10:00+00'),
    ('0190a000-000b-7000-8000-000000000522', '0190a000-0009-7000-8000-000000000520', null, 'delivered', '', 'association', '0190a000-0002-7000-8000-000000000001', '2026-11-25 18:00+00'),
    ('0190a000-000b-7000-8000-000000000523', '0190a000-0009-7000-8000-000000000520', '0190a000-000a-7000-8000-000000000520', 'delivered', '', 'association', '0190a000-0002-7000-8000-000000000001', '2026-11-25 18:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, actor, user_id, at) values
    ('0190a000-0006-7000-8000-000000000520', '0190a000-0003-7000-8000-000000000002', -1, 'reserve', '0190a000-0009-7000-8000-000000000520', 'buyer', null, '2026-11-25 10:00+00');
update products set stock = stock - 1 where id = '0190a000-0003-7000-8000-000000000002';
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-000000000520', '0190a000-0009-7000-8000-000000000520', 'cash_on_delivery', 11000, 'succeeded', '2026-11-25 10:00+00', '2026-11-25 18:00+00');
insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, received_centimes, created_at, ended_at) values
    ('0190a000-0014-7000-8000-000000000520', '0190a000-000f-7000-8000-000000000520', 1, 'cash_on_delivery', 11000, 'succeeded', '0190a000-0009-7000-8000-000000000520:1', 11000, '2026-11-25 18:00+00', '2026-11-25 18:00+00');
insert into journals (id, reference, input_hash, hash_version, kind, order_id, payment_id, at) values
    ('0190a000-000d-7000-8000-000000000520', 'order:0190a000-0009-7000-8000-000000000520:placed', '\xa05bc387a1e68908ba2fbeae240f4ad9daf0cf531cb7db8cf8e59480ed816e9f', 4, 'placed', '0190a000-0009-7000-8000-000000000520', null, '2026-11-25 10:00+00'),
    ('0190a000-000d-7000-8000-000000000521', 'order:0190a000-0009-7000-8000-000000000520:paid', '\xec2cac7c2bbc1159f29ef692ecb90dcc7eb5efd4a114f12beda07c39fc599899', 4, 'paid', '0190a000-0009-7000-8000-000000000520', '0190a000-0014-7000-8000-000000000520', '2026-11-25 18:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider, at) values
    ('0190a000-000e-7000-8000-000000000520', '0190a000-000d-7000-8000-000000000520', 'buyers', 'pending', 11000, '0190a000-0001-7000-8000-000000000002', '', '2026-11-25 10:00+00'),
    ('0190a000-000e-7000-8000-000000000521', '0190a000-000d-7000-8000-000000000521', 'pending', 'held', 11000, '0190a000-0001-7000-8000-000000000002', '', '2026-11-25 18:00+00'),
    ('0190a000-000e-7000-8000-000000000522', '0190a000-000d-7000-8000-000000000521', 'received', 'buyers', 11000, null, 'cash_on_delivery', '2026-11-25 18:00+00');
insert into river_job (state, max_attempts, kind, args, scheduled_at) values
    ('scheduled', 25, 'order_close', '{"order_id": "0190a000-0009-7000-8000-000000000520"}', '2026-12-02 18:00+00');
-- Another is closed since it was delivered: nothing of it could be sent back.
update orders set closes_at = '2026-08-01 18:00+00', closed_at = '2026-08-01 18:00+00' where id = '0190a000-0009-7000-8000-000000000007';
