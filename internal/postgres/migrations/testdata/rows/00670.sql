-- The honey that was declined was not there.
update sub_orders set lost = true where id = '0190a000-000a-7000-8000-000000000006';
insert into stock_movements (id, product_id, delta, reason, lost_of, actor, user_id, at) values
    ('0190a000-0006-7000-8000-000000000670', '0190a000-0003-7000-8000-000000000002', -1, 'count', '0190a000-0009-7000-8000-000000000004', 'member', '0190a000-0002-7000-8000-000000000003', '2026-11-26 12:00+00');
update products set stock = stock - 1 where id = '0190a000-0003-7000-8000-000000000002';
