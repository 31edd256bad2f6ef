insert into security_events (id, kind, actor_id, user_id, cooperative_id, address, agent, detail, count, at) values
    ('0190a000-0013-7000-8000-000000000001', 'account_added', '0190a000-0002-7000-8000-000000000001', '0190a000-0002-7000-8000-000000000002', '0190a000-0001-7000-8000-000000000001', '192.0.2.7', 'Firefox', '', 1, '2026-05-02 10:00+00'),
    ('0190a000-0013-7000-8000-000000000002', 'sign_in_failed', null, null, null, '2001:db8::7', '', 'ahmed', 12, '2026-10-01 10:00+00');
