update basket_lines set price_centimes = 8500 where product_id = '0190a000-0003-7000-8000-000000000001';
