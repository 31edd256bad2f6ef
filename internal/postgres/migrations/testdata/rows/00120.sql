-- The order that is placed is paid before it is delivered.
update payment_intents set state = 'succeeded', settled_at = '2026-11-20 11:00+00' where id = '0190a000-000f-7000-8000-000000000002';
insert into journals (id, reference, input_hash, kind, order_id, at) values
    ('0190a000-000d-7000-8000-000000000120', 'order:0190a000-0009-7000-8000-000000000002:paid', '\xc176407d2c543ae362dc9c11499dfad4893abcf8d718698d4b2be70f3e394533', 'paid', '0190a000-0009-7000-8000-000000000002', '2026-11-20 11:00+00');
insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider) values
    ('0190a000-000e-7000-8000-000000000121', '0190a000-000d-7000-8000-000000000120', 'pending', 'held', 7800, '0190a000-0001-7000-8000-000000000001', ''),
    ('0190a000-000e-7000-8000-000000000122', '0190a000-000d-7000-8000-000000000120', 'pending_delivery', 'held_delivery', 2000, null, ''),
    ('0190a000-000e-7000-8000-000000000123', '0190a000-000d-7000-8000-000000000120', 'received', 'buyers', 9800, null, 'cash_on_delivery');
