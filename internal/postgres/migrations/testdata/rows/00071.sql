update users set decisions = 1 where id = '0190a000-0002-7000-8000-000000000003';
