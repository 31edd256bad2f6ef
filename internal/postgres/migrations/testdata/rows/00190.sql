-- Of the order that is confirmed the first cooperative has one piece less than was ordered, which is lost.
insert into order_adjustments (id, order_id, sub_order_id, line_id, quantity, amount_centimes, released, reason, key, actor, user_id, at) values
    ('0190a000-0016-7000-8000-000000000132', '0190a000-0009-7000-8000-000000000008', '0190a000-000a-7000-8000-00000000000a', '0190a000-000c-7000-8000-00000000000a', 1, 2600, true, 'missing', '0190a000-0017-7000-8000-000000000132', 'member', '0190a000-0002-7000-8000-000000000002', '2026-11-20 17:00+00');
insert into stock_movements (id, product_id, delta, reason, order_id, adjustment_id, user_id, at) values
    ('0190a000-0006-7000-8000-000000000132', '0190a000-0003-7000-8000-000000000001', 1, 'release', '0190a000-0009-7000-8000-000000000008', '0190a000-0016-7000-8000-000000000132', null, '2026-11-20 17:00+00'),
    ('0190a000-0006-7000-8000-000000000133', '0190a000-0003-7000-8000-000000000001', -1, 'count', null, '0190a000-0016-7000-8000-000000000132', '0190a000-0002-7000-8000-000000000002', '2026-11-20 17:00+00');
update orders set due_centimes = due_centimes - 2600 where id = '0190a000-0009-7000-8000-000000000008';
update payment_intents set amount_centimes = amount_centimes - 2600 where reference = '0190a000-0009-7000-8000-000000000008';
insert into journals (id, reference, input_hash, kind, order_id, part_id, at) values
    ('0190a000-000d-7000-8000-000000000132', 'adjustment:0190a000-0016-7000-8000-000000000132', '\xd8fa0088043860dda691e05f52a0e17834dbbbf190052a249744d0b287a27db3', 'adjusted', '0190a000-0009-7000-8000-000000000008', '0190a000-000a-7000-8000-00000000000a', '2026-11-20 17:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider, at) values
    ('0190a000-000e-7000-8000-000000000132', '0190a000-000d-7000-8000-000000000132', 'pending', 'buyers', 2600, '0190a000-0001-7000-8000-000000000001', '', '2026-11-20 17:00+00');
insert into order_events (id, order_id, sub_order_id, state, note, actor, user_id, at) values
    ('0190a000-000b-7000-8000-000000000132', '0190a000-0009-7000-8000-000000000008', '0190a000-000a-7000-8000-00000000000a', 'adjusted', 'missing', 'member', '0190a000-0002-7000-8000-000000000002', '2026-11-20 17:00+00');
