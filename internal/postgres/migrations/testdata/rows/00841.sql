-- The buyer of an order that waits has it brought to another commune, for as much.
insert into order_events (id, order_id, sub_order_id, state, note, actor, user_id, at) values
    ('0190a000-000b-7000-8000-000000000841', '0190a000-0009-7000-8000-000000000009', null, 'address', '', 'buyer', null, '2026-11-21 11:00+00');
insert into order_addresses (event_id, order_id, name, place, address, landmark, note, delivery_centimes) values
    ('0190a000-000b-7000-8000-000000000841', '0190a000-0009-7000-8000-000000000009', 'خديجة', 'berkane', 'حي المسيرة 2', 'قرب المدرسة', 'صباحًا', 2000);
