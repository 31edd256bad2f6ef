-- A buyer without an address for mail was told by the association that her order is delivered, and has asked for its link
-- since; another was told by mail.
insert into order_messages (id, order_id, news, at, sent_at, sent_by) values
    ('0190a000-0025-7000-8000-000000000800', '0190a000-0009-7000-8000-000000000520', 'delivered', '2026-11-25 18:00+00', '2026-11-25 18:10+00', '0190a000-0002-7000-8000-000000000001'),
    ('0190a000-0025-7000-8000-000000000802', '0190a000-0009-7000-8000-000000000002', 'accepted', '2026-11-20 18:00+00', '2026-11-20 18:00+00', null),
    ('0190a000-0025-7000-8000-000000000801', '0190a000-0009-7000-8000-000000000520', 'link', '2026-11-26 18:00+00', null, null);
