insert into order_letters (recipient, order_id, at) values
    ('\xd5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5', '0190a000-0009-7000-8000-000000000009', '2026-11-21 10:00+00');
