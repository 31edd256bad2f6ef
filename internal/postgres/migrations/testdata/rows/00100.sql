insert into drawn_products (shelf, day, drawn_at, products) values
    ('day', '2026-11-26', '2026-11-26 00:00+00', '{0190a000-0003-7000-8000-000000000001}');
