update holds set letter = true where order_id = '0190a000-0009-7000-8000-000000000009';
