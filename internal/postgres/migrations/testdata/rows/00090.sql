-- An order that is cancelled, and its buyer erased.
insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone, place, address, landmark, note, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, sample, placed_at, expires_at, erased_at) values
    ('0190a000-0009-7000-8000-00000000000a', 'S-2605-10000010', '\x0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a', null, '\x', 'shop', 'ar', '', '', 'ouled-sghir', '', '', '', 'home', 'cash_on_delivery', 2600, 2000, 4600, 0, 'cancelled', '2026-05-20', '2026-05-20', true, '2026-05-20 10:00+00', '2026-05-20 23:59+00', '2026-10-20 10:00+00');
insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes) values
    ('0190a000-000a-7000-8000-00000000000d', '0190a000-0009-7000-8000-00000000000a', '0190a000-0001-7000-8000-000000000001', 'cancelled', 2600, 130);
insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity) values
    ('0190a000-000c-7000-8000-00000000000d', '0190a000-000a-7000-8000-00000000000d', '0190a000-0003-7000-8000-000000000001', 'كسكس القمح', 'Couscous de blé', 'Wheat couscous', 1, 'kg', 2600, 1);
insert into order_events (id, order_id, sub_order_id, state, note, user_id, at) values
    ('0190a000-000b-7000-8000-00000000003c', '0190a000-0009-7000-8000-00000000000a', null, 'placed', '', null, '2026-05-20 10:00+00'),
    ('0190a000-000b-7000-8000-00000000003d', '0190a000-0009-7000-8000-00000000000a', '0190a000-000a-7000-8000-00000000000d', 'placed', '', null, '2026-05-20 10:00+00'),
    ('0190a000-000b-7000-8000-00000000003e', '0190a000-0009-7000-8000-00000000000a', '0190a000-000a-7000-8000-00000000000d', 'cancelled', '', '0190a000-0002-7000-8000-000000000002', '2026-05-20 12:00+00'),
    ('0190a000-000b-7000-8000-00000000003f', '0190a000-0009-7000-8000-00000000000a', null, 'cancelled', '', '0190a000-0002-7000-8000-000000000001', '2026-05-20 16:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at) values
    ('0190a000-0006-7000-8000-00000000001a', '0190a000-0003-7000-8000-000000000001', -1, 'reserve', '0190a000-0009-7000-8000-00000000000a', null, '2026-05-20 10:00+00'),
    ('0190a000-0006-7000-8000-00000000001b', '0190a000-0003-7000-8000-000000000001', 1, 'release', '0190a000-0009-7000-8000-00000000000a', null, '2026-05-20 18:00+00');
insert into payment_intents (id, reference, provider, amount_centimes, state, created_at, settled_at) values
    ('0190a000-000f-7000-8000-00000000000a', '0190a000-0009-7000-8000-00000000000a', 'cash_on_delivery', 4600, 'cancelled', '2026-05-20 10:00+00', null);
insert into journals (id, reference, input_hash, kind, order_id, at) values
    ('0190a000-000d-7000-8000-000000000013', 'order:0190a000-0009-7000-8000-00000000000a:placed', '\x25ab7504271a2b88448825b385e2764868fbb2de2b4d8fe9f44c57b31e75e7f9', 'placed', '0190a000-0009-7000-8000-00000000000a', '2026-05-20 10:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id) values
    ('0190a000-000e-7000-8000-000000000025', '0190a000-000d-7000-8000-000000000013', 'buyers', 'pending:0190a000-0001-7000-8000-000000000001', 2600, '0190a000-0001-7000-8000-000000000001'),
    ('0190a000-000e-7000-8000-000000000026', '0190a000-000d-7000-8000-000000000013', 'buyers', 'pending:delivery', 2000, null);
insert into journals (id, reference, input_hash, kind, order_id, at) values
    ('0190a000-000d-7000-8000-000000000014', 'order:0190a000-0009-7000-8000-00000000000a:cancelled', '\x7737c966a724ea21f6b62ce408b373c2f9c45e34eb54bbd39a704bda5bd64075', 'cancelled', '0190a000-0009-7000-8000-00000000000a', '2026-05-20 18:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id) values
    ('0190a000-000e-7000-8000-000000000027', '0190a000-000d-7000-8000-000000000014', 'pending:0190a000-0001-7000-8000-000000000001', 'buyers', 2600, '0190a000-0001-7000-8000-000000000001'),
    ('0190a000-000e-7000-8000-000000000028', '0190a000-000d-7000-8000-000000000014', 'pending:delivery', 'buyers', 2000, null);
insert into mailbox (id, recipient, subject, body, at, ends_at, about) values
    ('0190a000-0011-7000-8000-000000000004', 'khadija@souk.example', 'S-2611-10000009', 'Confirmez.', '2026-11-21 10:00+00', '2026-12-21 10:00+00', '0190a000-0009-7000-8000-000000000009');
