update uploads set written = 4096 where id = '0190a000-0008-7000-8000-000000000001';
update products set counts = 3 where id = '0190a000-0003-7000-8000-000000000001';
