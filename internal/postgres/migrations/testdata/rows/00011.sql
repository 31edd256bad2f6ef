update orders set link = 1 where id = '0190a000-0009-7000-8000-000000000002';
