update holds set site = '\xd4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4', spare = 1 where order_id = '0190a000-0009-7000-8000-000000000009';
update hold_totals set spare = 1;
