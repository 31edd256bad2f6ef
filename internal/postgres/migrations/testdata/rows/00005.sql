insert into baskets (token_hash, created_at, updated_at) values
    ('\xc1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1', '2026-11-20 10:00+00', '2026-11-20 10:00+00');
insert into basket_lines (token_hash, product_id, quantity, added_at) values
    ('\xc1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1', '0190a000-0003-7000-8000-000000000001', 2, '2026-11-20 10:00+00');
-- An order that is delivered.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at) values
    ('0190a000-0009-7000-8000-000000000001', 'S-2607-10000001', '\x0101010101010101010101010101010101010101010101010101010101010101', null, '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'shop', 'ar', 'خديجة', '+212661000101', 'ouled-sghir', 'حي السلام 4', 'قرب المسجد', 'بعد الظهر', 'home', 'cash_on_delivery', 16200, 2000, 18200, 18200, 'delivered', '2026-07-01', '2026-07-01', false, '2026-07-01 10:00+00', '2026-07-01 23:59+00');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes) values
    ('0190a000-000a-7000-8000-000000000001', '0190a000-0009-7000-8000-000000000001', '0190a000-0001-7000-8000-000000000001', 'delivered', 5200, 260),
    ('0190a000-000a-7000-8000-000000000002', '0190a000-0009-7000-8000-000000000001', '0190a000-0001-7000-8000-000000000002', 'delivered', 11000, 550);
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity) values
    ('0190a000-000c-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000001', '0190a000-0003-7000-8000-000000000001', 'كسكس القمح', 'Couscous de blé', 'Wheat couscous', 1, 'kg', 2600, 2),
    ('0190a000-000c-7000-8000-000000000002', '0190a000-000a-7000-8000-000000000002', '0190a000-0003-7000-8000-000000000002', 'عسل الزعتر', 'Miel de thym', '', 500, 'g', 11000, 1);
insert into order_events (id, order_id, sub_order_id, state, note, user_id, at) values
    ('0190a000-000b-7000-8000-000000000001', '0190a000-0009-7000-8000-000000000001', null, 'placed', '', null, '2026-07-01 10:00+00'),
    ('0190a000-000b-7000-8000-000000000002', '0190a000-0009-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000001', 'placed', '', null, '2026-07-01 10:00+00'),
    ('0190a000-000b-7000-8000-000000000003', '0190a000-0009-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000002', 'placed', '', null, '2026-07-01 10:00+00'),
    ('0190a000-000b-7000-8000-000000000004', '0190a000-0009-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000001', 'accepted', '', '0190a000-0002-7000-8000-000000000002', '2026-07-01 12:00+00'),
    ('0190a000-000b-7000-8000-000000000005', '0190a000-0009-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000001', 'ready', '', '0190a000-0002-7000-8000-000000000002', '2026-07-01 13:00+00'),
    ('0190a000-000b-7000-8000-000000000006', '0190a000-0009-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000001', 'handed_over', '', '0190a000-0002-7000-8000-000000000002', '2026-07-01 14:00+00'),
    ('0190a000-000b-7000-8000-000000000007', '0190a000-0009-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000001', 'delivered', '', '0190a000-0002-7000-8000-000000000002', '2026-07-01 15:00+00'),
    ('0190a000-000b-7000-8000-000000000008', '0190a000-0009-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000002', 'accepted', '', '0190a000-0002-7000-8000-000000000003', '2026-07-01 12:00+00'),
    ('0190a000-000b-7000-8000-000000000009', '0190a000-0009-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000002', 'ready', '', '0190a000-0002-7000-8000-000000000003', '2026-07-01 13:00+00'),
    ('0190a000-000b-7000-8000-00000000000a', '0190a000-0009-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000002', 'handed_over', '', '0190a000-0002-7000-8000-000000000003', '2026-07-01 14:00+00'),
    ('0190a000-000b-7000-8000-00000000000b', '0190a000-0009-7000-8000-000000000001', '0190a000-000a-7000-8000-000000000002', 'delivered', '', '0190a000-0002-7000-8000-000000000003', '2026-07-01 15:00+00'),
    ('0190a000-000b-7000-8000-00000000000c', '0190a000-0009-7000-8000-000000000001', null, 'confirmed', '', '0190a000-0002-7000-8000-000000000001', '2026-07-01 16:00+00'),
    ('0190a000-000b-7000-8000-00000000000d', '0190a000-0009-7000-8000-000000000001', null, 'dispatched', '', '0190a000-0002-7000-8000-000000000001', '2026-07-01 17:00+00'),
    ('0190a000-000b-7000-8000-00000000000e', '0190a000-0009-7000-8000-000000000001', null, 'delivered', '', '0190a000-0002-7000-8000-000000000001', '2026-07-01 18:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at) values
    ('0190a000-0006-7000-8000-00000000000b', '0190a000-0003-7000-8000-000000000001', -2, 'reserve', '0190a000-0009-7000-8000-000000000001', null, '2026-07-01 10:00+00'),
    ('0190a000-0006-7000-8000-00000000000c', '0190a000-0003-7000-8000-000000000002', -1, 'reserve', '0190a000-0009-7000-8000-000000000001', null, '2026-07-01 10:00+00');
update products set stock = stock - 2 where id = '0190a000-0003-7000-8000-000000000001';
update products set stock = stock - 1 where id = '0190a000-0003-7000-8000-000000000002';
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-000000000001', '0190a000-0009-7000-8000-000000000001', 'cash_on_delivery', 18200, 'succeeded', '2026-07-01 10:00+00', '2026-07-01 18:00+00');
-- An order that is placed.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at) values
    ('0190a000-0009-7000-8000-000000000002', 'S-2611-10000002', '\x0202020202020202020202020202020202020202020202020202020202020202', null, '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'shop', 'ar', 'خديجة', '+212661000102', 'ouled-sghir', 'حي السلام 4', 'قرب المسجد', 'بعد الظهر', 'home', 'cash_on_delivery', 7800, 2000, 9800, 9800, 'placed', '2026-11-20', '2026-11-20', true, '2026-11-20 10:00+00', '2026-11-20 23:59+00');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes) values
    ('0190a000-000a-7000-8000-000000000003', '0190a000-0009-7000-8000-000000000002', '0190a000-0001-7000-8000-000000000001', 'placed', 7800, 390);
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity) values
    ('0190a000-000c-7000-8000-000000000003', '0190a000-000a-7000-8000-000000000003', '0190a000-0003-7000-8000-000000000001', 'كسكس القمح', 'Couscous de blé', 'Wheat couscous', 1, 'kg', 2600, 3);
insert into order_events (id, order_id, sub_order_id, state, note, user_id, at) values
    ('0190a000-000b-7000-8000-00000000000f', '0190a000-0009-7000-8000-000000000002', null, 'placed', '', null, '2026-11-20 10:00+00'),
    ('0190a000-000b-7000-8000-000000000010', '0190a000-0009-7000-8000-000000000002', '0190a000-000a-7000-8000-000000000003', 'placed', '', null, '2026-11-20 10:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at) values
    ('0190a000-0006-7000-8000-00000000000d', '0190a000-0003-7000-8000-000000000001', -3, 'reserve', '0190a000-0009-7000-8000-000000000002', null, '2026-11-20 10:00+00');
update products set stock = stock - 3 where id = '0190a000-0003-7000-8000-000000000001';
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-000000000002', '0190a000-0009-7000-8000-000000000002', 'cash_on_delivery', 9800, 'pending', '2026-11-20 10:00+00', null);
insert into river_job (state, max_attempts, kind, args, scheduled_at) values
    ('scheduled', 25, 'order_expire', '{"order_id": "0190a000-0009-7000-8000-000000000002"}', '2027-01-01 10:00+00');
-- An order that is cancelled.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at) values
    ('0190a000-0009-7000-8000-000000000003', 'S-2607-10000003', '\x0303030303030303030303030303030303030303030303030303030303030303', null, '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'shop', 'ar', 'خديجة', '+212661000103', 'ouled-sghir', 'حي السلام 4', 'قرب المسجد', 'بعد الظهر', 'pickup', 'cash_on_delivery', 11000, 0, 11000, 0, 'cancelled', '2026-07-03', '2026-07-03', false, '2026-07-03 10:00+00', '2026-07-03 23:59+00');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes) values
    ('0190a000-000a-7000-8000-000000000004', '0190a000-0009-7000-8000-000000000003', '0190a000-0001-7000-8000-000000000002', 'cancelled', 11000, 550);
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity) values
    ('0190a000-000c-7000-8000-000000000004', '0190a000-000a-7000-8000-000000000004', '0190a000-0003-7000-8000-000000000002', 'عسل الزعتر', 'Miel de thym', '', 500, 'g', 11000, 1);
insert into order_events (id, order_id, sub_order_id, state, note, user_id, at) values
    ('0190a000-000b-7000-8000-000000000011', '0190a000-0009-7000-8000-000000000003', null, 'placed', '', null, '2026-07-03 10:00+00'),
    ('0190a000-000b-7000-8000-000000000012', '0190a000-0009-7000-8000-000000000003', '0190a000-000a-7000-8000-000000000004', 'placed', '', null, '2026-07-03 10:00+00'),
    ('0190a000-000b-7000-8000-000000000013', '0190a000-0009-7000-8000-000000000003', '0190a000-000a-7000-8000-000000000004', 'cancelled', '', '0190a000-0002-7000-8000-000000000003', '2026-07-03 12:00+00'),
    ('0190a000-000b-7000-8000-000000000014', '0190a000-0009-7000-8000-000000000003', null, 'cancelled', '', '0190a000-0002-7000-8000-000000000001', '2026-07-03 16:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at) values
    ('0190a000-0006-7000-8000-00000000000e', '0190a000-0003-7000-8000-000000000002', -1, 'reserve', '0190a000-0009-7000-8000-000000000003', null, '2026-07-03 10:00+00'),
    ('0190a000-0006-7000-8000-00000000000f', '0190a000-0003-7000-8000-000000000002', 1, 'release', '0190a000-0009-7000-8000-000000000003', null, '2026-07-03 18:00+00');
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-000000000003', '0190a000-0009-7000-8000-000000000003', 'cash_on_delivery', 11000, 'cancelled', '2026-07-03 10:00+00', null);
-- An order that is confirmed.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at) values
    ('0190a000-0009-7000-8000-000000000004', 'S-2611-10000004', '\x0404040404040404040404040404040404040404040404040404040404040404', 'api-4', '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'api', 'ar', 'خديجة', '+212661000104', 'ouled-sghir', 'حي السلام 4', 'قرب المسجد', 'بعد الظهر', 'home', 'cash_on_delivery', 13600, 2000, 15600, 4600, 'confirmed', '2026-11-19', '2026-11-19', true, '2026-11-19 10:00+00', '2026-11-19 23:59+00');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes) values
    ('0190a000-000a-7000-8000-000000000005', '0190a000-0009-7000-8000-000000000004', '0190a000-0001-7000-8000-000000000001', 'accepted', 2600, 130),
    ('0190a000-000a-7000-8000-000000000006', '0190a000-0009-7000-8000-000000000004', '0190a000-0001-7000-8000-000000000002', 'declined', 11000, 550);
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity) values
    ('0190a000-000c-7000-8000-000000000005', '0190a000-000a-7000-8000-000000000005', '0190a000-0003-7000-8000-000000000001', 'كسكس القمح', 'Couscous de blé', 'Wheat couscous', 1, 'kg', 2600, 1),
    ('0190a000-000c-7000-8000-000000000006', '0190a000-000a-7000-8000-000000000006', '0190a000-0003-7000-8000-000000000002', 'عسل الزعتر', 'Miel de thym', '', 500, 'g', 11000, 1);
insert into order_events (id, order_id, sub_order_id, state, note, user_id, at) values
    ('0190a000-000b-7000-8000-000000000015', '0190a000-0009-7000-8000-000000000004', null, 'placed', '', null, '2026-11-19 10:00+00'),
    ('0190a000-000b-7000-8000-000000000016', '0190a000-0009-7000-8000-000000000004', '0190a000-000a-7000-8000-000000000005', 'placed', '', null, '2026-11-19 10:00+00'),
    ('0190a000-000b-7000-8000-000000000017', '0190a000-0009-7000-8000-000000000004', '0190a000-000a-7000-8000-000000000006', 'placed', '', null, '2026-11-19 10:00+00'),
    ('0190a000-000b-7000-8000-000000000018', '0190a000-0009-7000-8000-000000000004', '0190a000-000a-7000-8000-000000000005', 'accepted', '', '0190a000-0002-7000-8000-000000000002', '2026-11-19 12:00+00'),
    ('0190a000-000b-7000-8000-000000000019', '0190a000-0009-7000-8000-000000000004', '0190a000-000a-7000-8000-000000000006', 'declined', 'نفد المنتوج', '0190a000-0002-7000-8000-000000000003', '2026-11-19 12:00+00'),
    ('0190a000-000b-7000-8000-00000000001a', '0190a000-0009-7000-8000-000000000004', null, 'confirmed', '', '0190a000-0002-7000-8000-000000000001', '2026-11-19 16:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at) values
    ('0190a000-0006-7000-8000-000000000010', '0190a000-0003-7000-8000-000000000001', -1, 'reserve', '0190a000-0009-7000-8000-000000000004', null, '2026-11-19 10:00+00'),
    ('0190a000-0006-7000-8000-000000000011', '0190a000-0003-7000-8000-000000000002', -1, 'reserve', '0190a000-0009-7000-8000-000000000004', null, '2026-11-19 10:00+00'),
    ('0190a000-0006-7000-8000-000000000012', '0190a000-0003-7000-8000-000000000002', 1, 'release', '0190a000-0009-7000-8000-000000000004', null, '2026-11-19 18:00+00');
update products set stock = stock - 1 where id = '0190a000-0003-7000-8000-000000000001';
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-000000000004', '0190a000-0009-7000-8000-000000000004', 'cash_on_delivery', 4600, 'pending', '2026-11-19 10:00+00', null);
-- An order that is refused.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at) values
    ('0190a000-0009-7000-8000-000000000005', 'S-2607-10000005', '\x0505050505050505050505050505050505050505050505050505050505050505', null, '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'shop', 'ar', 'خديجة', '+212661000105', 'ouled-sghir', 'حي السلام 4', 'قرب المسجد', 'بعد الظهر', 'home', 'cash_on_delivery', 2600, 2000, 4600, 0, 'refused', '2026-07-05', '2026-07-05', false, '2026-07-05 10:00+00', '2026-07-05 23:59+00');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes) values
    ('0190a000-000a-7000-8000-000000000007', '0190a000-0009-7000-8000-000000000005', '0190a000-0001-7000-8000-000000000001', 'refused', 2600, 130);
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity) values
    ('0190a000-000c-7000-8000-000000000007', '0190a000-000a-7000-8000-000000000007', '0190a000-0003-7000-8000-000000000001', 'كسكس القمح', 'Couscous de blé', 'Wheat couscous', 1, 'kg', 2600, 1);
insert into order_events (id, order_id, sub_order_id, state, note, user_id, at) values
    ('0190a000-000b-7000-8000-00000000001b', '0190a000-0009-7000-8000-000000000005', null, 'placed', '', null, '2026-07-05 10:00+00'),
    ('0190a000-000b-7000-8000-00000000001c', '0190a000-0009-7000-8000-000000000005', '0190a000-000a-7000-8000-000000000007', 'placed', '', null, '2026-07-05 10:00+00'),
    ('0190a000-000b-7000-8000-00000000001d', '0190a000-0009-7000-8000-000000000005', '0190a000-000a-7000-8000-000000000007', 'accepted', '', '0190a000-0002-7000-8000-000000000002', '2026-07-05 12:00+00'),
    ('0190a000-000b-7000-8000-00000000001e', '0190a000-0009-7000-8000-000000000005', '0190a000-000a-7000-8000-000000000007', 'ready', '', '0190a000-0002-7000-8000-000000000002', '2026-07-05 13:00+00'),
    ('0190a000-000b-7000-8000-00000000001f', '0190a000-0009-7000-8000-000000000005', '0190a000-000a-7000-8000-000000000007', 'handed_over', '', '0190a000-0002-7000-8000-000000000002', '2026-07-05 14:00+00'),
    ('0190a000-000b-7000-8000-000000000020', '0190a000-0009-7000-8000-000000000005', '0190a000-000a-7000-8000-000000000007', 'refused', '', '0190a000-0002-7000-8000-000000000002', '2026-07-05 15:00+00'),
    ('0190a000-000b-7000-8000-000000000021', '0190a000-0009-7000-8000-000000000005', null, 'confirmed', '', '0190a000-0002-7000-8000-000000000001', '2026-07-05 16:00+00'),
    ('0190a000-000b-7000-8000-000000000022', '0190a000-0009-7000-8000-000000000005', null, 'dispatched', '', '0190a000-0002-7000-8000-000000000001', '2026-07-05 17:00+00'),
    ('0190a000-000b-7000-8000-000000000023', '0190a000-0009-7000-8000-000000000005', null, 'refused', '', '0190a000-0002-7000-8000-000000000001', '2026-07-05 18:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at) values
    ('0190a000-0006-7000-8000-000000000013', '0190a000-0003-7000-8000-000000000001', -1, 'reserve', '0190a000-0009-7000-8000-000000000005', null, '2026-07-05 10:00+00'),
    ('0190a000-0006-7000-8000-000000000014', '0190a000-0003-7000-8000-000000000001', 1, 'release', '0190a000-0009-7000-8000-000000000005', null, '2026-07-05 18:00+00');
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-000000000005', '0190a000-0009-7000-8000-000000000005', 'cash_on_delivery', 4600, 'cancelled', '2026-07-05 10:00+00', null);
-- An order that is dispatched.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at) values
    ('0190a000-0009-7000-8000-000000000006', 'S-2611-10000006', '\x0606060606060606060606060606060606060606060606060606060606060606', null, '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'shop', 'ar', 'خديجة', '+212661000106', 'ouled-sghir', 'حي السلام 4', 'قرب المسجد', 'بعد الظهر', 'home', 'cash_on_delivery', 22000, 2000, 24000, 24000, 'dispatched', '2026-11-18', '2026-11-18', true, '2026-11-18 10:00+00', '2026-11-18 23:59+00');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes) values
    ('0190a000-000a-7000-8000-000000000008', '0190a000-0009-7000-8000-000000000006', '0190a000-0001-7000-8000-000000000002', 'handed_over', 22000, 1100);
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity) values
    ('0190a000-000c-7000-8000-000000000008', '0190a000-000a-7000-8000-000000000008', '0190a000-0003-7000-8000-000000000002', 'عسل الزعتر', 'Miel de thym', '', 500, 'g', 11000, 2);
insert into order_events (id, order_id, sub_order_id, state, note, user_id, at) values
    ('0190a000-000b-7000-8000-000000000024', '0190a000-0009-7000-8000-000000000006', null, 'placed', '', null, '2026-11-18 10:00+00'),
    ('0190a000-000b-7000-8000-000000000025', '0190a000-0009-7000-8000-000000000006', '0190a000-000a-7000-8000-000000000008', 'placed', '', null, '2026-11-18 10:00+00'),
    ('0190a000-000b-7000-8000-000000000026', '0190a000-0009-7000-8000-000000000006', '0190a000-000a-7000-8000-000000000008', 'accepted', '', '0190a000-0002-7000-8000-000000000003', '2026-11-18 12:00+00'),
    ('0190a000-000b-7000-8000-000000000027', '0190a000-0009-7000-8000-000000000006', '0190a000-000a-7000-8000-000000000008', 'ready', '', '0190a000-0002-7000-8000-000000000003', '2026-11-18 13:00+00'),
    ('0190a000-000b-7000-8000-000000000028', '0190a000-0009-7000-8000-000000000006', '0190a000-000a-7000-8000-000000000008', 'handed_over', '', '0190a000-0002-7000-8000-000000000003', '2026-11-18 14:00+00'),
    ('0190a000-000b-7000-8000-000000000029', '0190a000-0009-7000-8000-000000000006', null, 'confirmed', '', '0190a000-0002-7000-8000-000000000001', '2026-11-18 16:00+00'),
    ('0190a000-000b-7000-8000-00000000002a', '0190a000-0009-7000-8000-000000000006', null, 'dispatched', '', '0190a000-0002-7000-8000-000000000001', '2026-11-18 17:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at) values
    ('0190a000-0006-7000-8000-000000000015', '0190a000-0003-7000-8000-000000000002', -2, 'reserve', '0190a000-0009-7000-8000-000000000006', null, '2026-11-18 10:00+00');
update products set stock = stock - 2 where id = '0190a000-0003-7000-8000-000000000002';
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-000000000006', '0190a000-0009-7000-8000-000000000006', 'cash_on_delivery', 24000, 'pending', '2026-11-18 10:00+00', null);
-- An order that is delivered.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at) values
    ('0190a000-0009-7000-8000-000000000007', 'S-2608-10000007', '\x0707070707070707070707070707070707070707070707070707070707070707', null, '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'shop', 'ar', 'خديجة', '+212661000107', 'ouled-sghir', 'حي السلام 4', 'قرب المسجد', 'بعد الظهر', 'pickup', 'cash_on_delivery', 22000, 0, 22000, 22000, 'delivered', '2026-08-01', '2026-08-01', false, '2026-08-01 10:00+00', '2026-08-01 23:59+00');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes) values
    ('0190a000-000a-7000-8000-000000000009', '0190a000-0009-7000-8000-000000000007', '0190a000-0001-7000-8000-000000000002', 'delivered', 22000, 1100);
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity) values
    ('0190a000-000c-7000-8000-000000000009', '0190a000-000a-7000-8000-000000000009', '0190a000-0003-7000-8000-000000000002', 'عسل الزعتر', 'Miel de thym', '', 500, 'g', 11000, 2);
insert into order_events (id, order_id, sub_order_id, state, note, user_id, at) values
    ('0190a000-000b-7000-8000-00000000002b', '0190a000-0009-7000-8000-000000000007', null, 'placed', '', null, '2026-08-01 10:00+00'),
    ('0190a000-000b-7000-8000-00000000002c', '0190a000-0009-7000-8000-000000000007', '0190a000-000a-7000-8000-000000000009', 'placed', '', null, '2026-08-01 10:00+00'),
    ('0190a000-000b-7000-8000-00000000002d', '0190a000-0009-7000-8000-000000000007', '0190a000-000a-7000-8000-000000000009', 'accepted', '', '0190a000-0002-7000-8000-000000000003', '2026-08-01 12:00+00'),
    ('0190a000-000b-7000-8000-00000000002e', '0190a000-0009-7000-8000-000000000007', '0190a000-000a-7000-8000-000000000009', 'ready', '', '0190a000-0002-7000-8000-000000000003', '2026-08-01 13:00+00'),
    ('0190a000-000b-7000-8000-00000000002f', '0190a000-0009-7000-8000-000000000007', '0190a000-000a-7000-8000-000000000009', 'handed_over', '', '0190a000-0002-7000-8000-000000000003', '2026-08-01 14:00+00'),
    ('0190a000-000b-7000-8000-000000000030', '0190a000-0009-7000-8000-000000000007', '0190a000-000a-7000-8000-000000000009', 'delivered', '', '0190a000-0002-7000-8000-000000000003', '2026-08-01 15:00+00'),
    ('0190a000-000b-7000-8000-000000000031', '0190a000-0009-7000-8000-000000000007', null, 'confirmed', '', '0190a000-0002-7000-8000-000000000001', '2026-08-01 16:00+00'),
    ('0190a000-000b-7000-8000-000000000032', '0190a000-0009-7000-8000-000000000007', null, 'dispatched', '', '0190a000-0002-7000-8000-000000000001', '2026-08-01 17:00+00'),
    ('0190a000-000b-7000-8000-000000000033', '0190a000-0009-7000-8000-000000000007', null, 'delivered', '', '0190a000-0002-7000-8000-000000000001', '2026-08-01 18:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at) values
    ('0190a000-0006-7000-8000-000000000016', '0190a000-0003-7000-8000-000000000002', -2, 'reserve', '0190a000-0009-7000-8000-000000000007', null, '2026-08-01 10:00+00');
update products set stock = stock - 2 where id = '0190a000-0003-7000-8000-000000000002';
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-000000000007', '0190a000-0009-7000-8000-000000000007', 'cash_on_delivery', 22000, 'succeeded', '2026-08-01 10:00+00', '2026-08-01 18:00+00');
-- An order that is confirmed.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at) values
    ('0190a000-0009-7000-8000-000000000008', 'S-2611-10000008', '\x0808080808080808080808080808080808080808080808080808080808080808', null, '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'shop', 'ar', 'خديجة', '+212661000108', 'ouled-sghir', 'حي السلام 4', 'قرب المسجد', 'بعد الظهر', 'home', 'cash_on_delivery', 16200, 2000, 18200, 18200, 'confirmed', '2026-11-20', '2026-11-20', true, '2026-11-20 11:00+00', '2026-11-20 23:59+00');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes) values
    ('0190a000-000a-7000-8000-00000000000a', '0190a000-0009-7000-8000-000000000008', '0190a000-0001-7000-8000-000000000001', 'ready', 5200, 260),
    ('0190a000-000a-7000-8000-00000000000b', '0190a000-0009-7000-8000-000000000008', '0190a000-0001-7000-8000-000000000002', 'placed', 11000, 550);
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity) values
    ('0190a000-000c-7000-8000-00000000000a', '0190a000-000a-7000-8000-00000000000a', '0190a000-0003-7000-8000-000000000001', 'كسكس القمح', 'Couscous de blé', 'Wheat couscous', 1, 'kg', 2600, 2),
    ('0190a000-000c-7000-8000-00000000000b', '0190a000-000a-7000-8000-00000000000b', '0190a000-0003-7000-8000-000000000002', 'عسل الزعتر', 'Miel de thym', '', 500, 'g', 11000, 1);
insert into order_events (id, order_id, sub_order_id, state, note, user_id, at) values
    ('0190a000-000b-7000-8000-000000000034', '0190a000-0009-7000-8000-000000000008', null, 'placed', '', null, '2026-11-20 11:00+00'),
    ('0190a000-000b-7000-8000-000000000035', '0190a000-0009-7000-8000-000000000008', '0190a000-000a-7000-8000-00000000000a', 'placed', '', null, '2026-11-20 11:00+00'),
    ('0190a000-000b-7000-8000-000000000036', '0190a000-0009-7000-8000-000000000008', '0190a000-000a-7000-8000-00000000000b', 'placed', '', null, '2026-11-20 11:00+00'),
    ('0190a000-000b-7000-8000-000000000037', '0190a000-0009-7000-8000-000000000008', '0190a000-000a-7000-8000-00000000000a', 'accepted', '', '0190a000-0002-7000-8000-000000000002', '2026-11-20 12:00+00'),
    ('0190a000-000b-7000-8000-000000000038', '0190a000-0009-7000-8000-000000000008', '0190a000-000a-7000-8000-00000000000a', 'ready', '', '0190a000-0002-7000-8000-000000000002', '2026-11-20 13:00+00'),
    ('0190a000-000b-7000-8000-000000000039', '0190a000-0009-7000-8000-000000000008', null, 'confirmed', '', '0190a000-0002-7000-8000-000000000001', '2026-11-20 16:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at) values
    ('0190a000-0006-7000-8000-000000000017', '0190a000-0003-7000-8000-000000000001', -2, 'reserve', '0190a000-0009-7000-8000-000000000008', null, '2026-11-20 11:00+00'),
    ('0190a000-0006-7000-8000-000000000018', '0190a000-0003-7000-8000-000000000002', -1, 'reserve', '0190a000-0009-7000-8000-000000000008', null, '2026-11-20 11:00+00');
update products set stock = stock - 2 where id = '0190a000-0003-7000-8000-000000000001';
update products set stock = stock - 1 where id = '0190a000-0003-7000-8000-000000000002';
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-000000000008', '0190a000-0009-7000-8000-000000000008', 'cash_on_delivery', 18200, 'pending', '2026-11-20 11:00+00', null);
insert into river_job (state, max_attempts, kind, args, scheduled_at) values
    ('scheduled', 25, 'order_expire', '{"order_id": "0190a000-0009-7000-8000-000000000008"}', '2027-01-01 10:00+00');
