-- A refund that was to be given otherwise, if its provider had not given it: it had.
update payment_refunds set otherwise = 'cash_on_delivery', asking_until = '2026-11-28 08:02+00' where id = '0190a000-0015-7000-8000-000000000400';
