update pictures set original_key = '' where id = '0190a000-0007-7000-8000-000000000001';
