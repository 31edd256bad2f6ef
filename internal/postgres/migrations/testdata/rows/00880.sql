-- A cooperative has confirmed an order that was confirmed by mail before.
insert into holds_released (order_id, address, site, spare, told, letter, at, confirmed_at, expires_at, released_at)
select order_id, '\xd1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1', '\xd4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4',
       1, true, true, at, confirmed_at, '2026-11-22 10:00+00', '2026-11-21 12:00+00'
from holds where order_id = '0190a000-0009-7000-8000-000000000002';
