update basket_lines set unit_amount = 1, unit_code = 'kg' where product_id = '0190a000-0003-7000-8000-000000000001';
