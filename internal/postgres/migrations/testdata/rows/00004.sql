insert into search_engines (name) values
    ('embedded');
-- A worker has taken the honey, and a change of the couscous waits.
insert into search_pending (engine, product_id, claimed_until) values ('embedded', '0190a000-0003-7000-8000-000000000002', '2026-05-05 10:00+00');
update products set updated_at = '2026-05-05 10:00+00' where id = '0190a000-0003-7000-8000-000000000001';
