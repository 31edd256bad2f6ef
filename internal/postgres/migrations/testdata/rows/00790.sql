update products set prepare_days = 3 where id = '0190a000-0003-7000-8000-000000000002';
update sub_orders set late_on = '2026-11-26' where id = '0190a000-000a-7000-8000-000000000006';
insert into order_promises (id, order_id, deliver_from, deliver_to, why, at) values
    ('0190a000-0790-7000-8000-000000000001', '0190a000-0009-7000-8000-000000000001', '2026-07-01', '2026-07-01', 'placed', '2026-07-01 10:00+00');
