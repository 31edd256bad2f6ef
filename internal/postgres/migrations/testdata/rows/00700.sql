-- The honey was declined because there was none left.
insert into order_events (id, order_id, sub_order_id, state, reason, note, actor, user_id, at) values
    ('0190a000-000b-7000-8000-000000000700', '0190a000-0009-7000-8000-000000000004', '0190a000-000a-7000-8000-000000000006', 'declined', 'sold_out', 'انتهى الموسم', 'member', '0190a000-0002-7000-8000-000000000003', '2026-11-28 12:00+00');
