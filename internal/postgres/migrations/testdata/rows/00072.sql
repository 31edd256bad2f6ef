update uploads set version = 2 where id = '0190a000-0008-7000-8000-000000000001';
