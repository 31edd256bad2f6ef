-- An order that is placed.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at, buyer_email) values
    ('0190a000-0009-7000-8000-000000000009', 'S-2611-10000009', '\x0909090909090909090909090909090909090909090909090909090909090909', null, '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'shop', 'ar', 'خديجة', '+212661000109', 'ouled-sghir', 'حي السلام 4', 'قرب المسجد', 'بعد الظهر', 'home', 'cash_on_delivery', 5200, 2000, 7200, 7200, 'placed', '2026-11-21', '2026-11-21', false, '2026-11-21 10:00+00', '2026-11-21 23:59+00', 'khadija@souk.example');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes) values
    ('0190a000-000a-7000-8000-00000000000c', '0190a000-0009-7000-8000-000000000009', '0190a000-0001-7000-8000-000000000001', 'placed', 5200, 260);
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity) values
    ('0190a000-000c-7000-8000-00000000000c', '0190a000-000a-7000-8000-00000000000c', '0190a000-0003-7000-8000-000000000001', 'كسكس القمح', 'Couscous de blé', 'Wheat couscous', 1, 'kg', 2600, 2);
insert into order_events (id, order_id, sub_order_id, state, note, user_id, at) values
    ('0190a000-000b-7000-8000-00000000003a', '0190a000-0009-7000-8000-000000000009', null, 'placed', '', null, '2026-11-21 10:00+00'),
    ('0190a000-000b-7000-8000-00000000003b', '0190a000-0009-7000-8000-000000000009', '0190a000-000a-7000-8000-00000000000c', 'placed', '', null, '2026-11-21 10:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at) values
    ('0190a000-0006-7000-8000-000000000019', '0190a000-0003-7000-8000-000000000001', -2, 'reserve', '0190a000-0009-7000-8000-000000000009', null, '2026-11-21 10:00+00');
update products set stock = stock - 2 where id = '0190a000-0003-7000-8000-000000000001';
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-000000000009', '0190a000-0009-7000-8000-000000000009', 'cash_on_delivery', 7200, 'pending', '2026-11-21 10:00+00', null);
insert into river_job (state, max_attempts, kind, args, scheduled_at) values
    ('scheduled', 25, 'order_expire', '{"order_id": "0190a000-0009-7000-8000-000000000009"}', '2027-01-01 10:00+00');
insert into journals (id, reference, input_hash, kind, order_id, at) values
    ('0190a000-000d-7000-8000-000000000012', 'order:0190a000-0009-7000-8000-000000000009:placed', '\xec3feea4dad01318b5ed2ef51e7ba7729455ca1721a275fe6c162038c47b6129', 'placed', '0190a000-0009-7000-8000-000000000009', '2026-11-21 10:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id) values
    ('0190a000-000e-7000-8000-000000000023', '0190a000-000d-7000-8000-000000000012', 'buyers', 'pending:0190a000-0001-7000-8000-000000000001', 5200, '0190a000-0001-7000-8000-000000000001'),
    ('0190a000-000e-7000-8000-000000000024', '0190a000-000d-7000-8000-000000000012', 'buyers', 'pending:delivery', 2000, null);
insert into holds (order_id, phone, address, email, pieces, told, at) values
    ('0190a000-0009-7000-8000-000000000009', '+212661000109', '\xd1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1', 'khadija@souk.example', 2, false, '2026-11-21 10:00+00');
insert into hold_lines (product_id, order_id, quantity) values
    ('0190a000-0003-7000-8000-000000000001', '0190a000-0009-7000-8000-000000000009', 2);
insert into hold_turns (caller, at) values
    ('\xd2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2', '2026-11-21 10:00+00');
update hold_totals set pieces = pieces + 2, on_sale = 50, counted_at = '2026-11-21 10:00+00', alarm_since = '2026-11-21 10:00+00';
update sub_orders set told = false where order_id = '0190a000-0009-7000-8000-000000000009';
update holds set confirmed_at = '2026-11-21 12:00+00' where order_id = '0190a000-0009-7000-8000-000000000002';
