-- Of the order that is delivered and paid everything was sent back, after a return that was refused; its cooperative has
-- the honey in stock again, and its buyer waits for her money.
insert into order_returns (id, order_id, state, reason, means, arrangement, why, key, asked_at, refund_by, received_at, back_centimes, ended_at, told) values
    ('0190a000-0022-7000-8000-000000000590', '0190a000-0009-7000-8000-000000000520', 'refused', 'فُتح في الطريق', '', '', 'تأكدنا مع الموزع', '0190a000-0017-7000-8000-000000000590', '2026-11-25 19:00+00', '2026-12-10 19:00+00', null, null, '2026-11-25 20:00+00', 0),
    ('0190a000-0022-7000-8000-000000000591', '0190a000-0009-7000-8000-000000000520', 'received', 'لا يناسبني', 'cash_on_delivery', 'عند مقر الجمعية', '', '0190a000-0017-7000-8000-000000000591', '2026-11-26 09:00+00', '2026-12-11 09:00+00', '2026-11-26 10:00+00', 11000, null, 2);
insert into order_return_lines (return_id, line_id, sub_order_id, cooperative_id, quantity, sound, damaged, missing, restocked, decided_at, user_id) values
    ('0190a000-0022-7000-8000-000000000590', '0190a000-000c-7000-8000-000000000520', '0190a000-000a-7000-8000-000000000520', '0190a000-0001-7000-8000-000000000002', 1, null, null, null, null, null, null),
    ('0190a000-0022-7000-8000-000000000591', '0190a000-000c-7000-8000-000000000520', '0190a000-000a-7000-8000-000000000520', '0190a000-0001-7000-8000-000000000002', 1, 1, 0, 0, true, '2026-11-26 11:00+00', '0190a000-0002-7000-8000-000000000003');
insert into order_events (id, order_id, sub_order_id, state, note, actor, user_id, at) values
    ('0190a000-000b-7000-8000-000000000590', '0190a000-0009-7000-8000-000000000520', null, 'return_asked', 'فُتح في الطريق', 'buyer', null, '2026-11-25 19:00+00'),
    ('0190a000-000b-7000-8000-000000000591', '0190a000-0009-7000-8000-000000000520', null, 'return_refused', 'تأكدنا مع الموزع', 'association', '0190a000-0002-7000-8000-000000000001', '2026-11-25 20:00+00'),
    ('0190a000-000b-7000-8000-000000000592', '0190a000-0009-7000-8000-000000000520', null, 'return_asked', 'لا يناسبني', 'buyer', null, '2026-11-26 09:00+00'),
    ('0190a000-000b-7000-8000-000000000593', '0190a000-0009-7000-8000-000000000520', null, 'return_received', '', 'association', '0190a000-0002-7000-8000-000000000001', '2026-11-26 10:00+00'),
    ('0190a000-000b-7000-8000-000000000594', '0190a000-0009-7000-8000-000000000520', '0190a000-000a-7000-8000-000000000520', 'adjusted', 'returned', 'association', '0190a000-0002-7000-8000-000000000001', '2026-11-26 10:00+00');
insert into order_adjustments (id, order_id, sub_order_id, line_id, quantity, amount_centimes, released, reason, key, actor, user_id, at, return_id) values
    ('0190a000-0016-7000-8000-000000000590', '0190a000-0009-7000-8000-000000000520', '0190a000-000a-7000-8000-000000000520', '0190a000-000c-7000-8000-000000000520', 1, 11000, false, 'returned', '0190a000-0017-7000-8000-000000000592', 'association', '0190a000-0002-7000-8000-000000000001', '2026-11-26 10:00+00', '0190a000-0022-7000-8000-000000000591');
update orders set due_centimes = due_centimes - 11000 where id = '0190a000-0009-7000-8000-000000000520';
update payment_attempts set refunded_centimes = 11000 where id = '0190a000-0014-7000-8000-000000000520';
insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, key, created_at, means) values
    ('0190a000-0015-7000-8000-000000000590', '0190a000-0014-7000-8000-000000000520', 11000, 'adjusted', 'pending', '0190a000-0009-7000-8000-000000000520:return:0190a000-0022-7000-8000-000000000591', '0190a000-0009-7000-8000-000000000520:return:0190a000-0022-7000-8000-000000000591:1:1', '2026-11-26 10:00+00', 'cash_on_delivery');
insert into journals (id, reference, input_hash, hash_version, kind, order_id, part_id, adjustment_id, at) values
    ('0190a000-000d-7000-8000-000000000590', 'adjustment:0190a000-0016-7000-8000-000000000590', '\xaef7bfe35d554c6107b3e2fba543a2b703c9b4c933b79b1d6bf1bb87cc43de92', 4, 'adjusted', '0190a000-0009-7000-8000-000000000520', '0190a000-000a-7000-8000-000000000520', '0190a000-0016-7000-8000-000000000590', '2026-11-26 10:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider, at) values
    ('0190a000-000e-7000-8000-000000000590', '0190a000-000d-7000-8000-000000000590', 'held', 'refunds_due', 11000, '0190a000-0001-7000-8000-000000000002', '', '2026-11-26 10:00+00');
insert into stock_movements (id, product_id, delta, reason, return_id, line_id, actor, user_id, at) values
    ('0190a000-0006-7000-8000-000000000590', '0190a000-0003-7000-8000-000000000002', 1, 'return', '0190a000-0022-7000-8000-000000000591', '0190a000-000c-7000-8000-000000000520', 'member', '0190a000-0002-7000-8000-000000000003', '2026-11-26 11:00+00');
update products set stock = stock + 1 where id = '0190a000-0003-7000-8000-000000000002';
