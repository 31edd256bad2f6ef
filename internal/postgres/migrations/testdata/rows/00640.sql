-- The association was asked for the adjustment that the first cooperative's part has.
insert into order_refunds (order_id, key, request_hash, at) values
    ('0190a000-0009-7000-8000-000000000008', '0190a000-0017-7000-8000-000000000640', '\xe534f90285168278fb9d57705f750fed088a80e967af876d7782994bf7fb5238', '2026-11-20 18:00+00');
