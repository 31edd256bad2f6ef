update uploads set file = 'sku;price\012'::bytea where id = '0190a000-0008-7000-8000-000000000001';
