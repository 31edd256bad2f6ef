update products set form = '\xe1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1' where id = '0190a000-0003-7000-8000-000000000003';
insert into stock_movements (id, product_id, delta, reason, order_id, user_id, at, form) values
    ('0190a000-0006-7000-8000-000000000064', '0190a000-0003-7000-8000-000000000003', 6, 'count', null, '0190a000-0002-7000-8000-000000000002', '2026-11-22 10:00+00', '0190a000-0015-7000-8000-000000000001');
update products set stock = stock + 6 where id = '0190a000-0003-7000-8000-000000000003';
