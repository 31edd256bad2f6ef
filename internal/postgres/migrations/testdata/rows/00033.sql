insert into known_devices (token_hash, user_id, last_used_at) values
    ('\xa3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3', '0190a000-0002-7000-8000-000000000002', '2026-11-01 10:00+00');
insert into signin_delays (subject, level, at, until, forget_at) values
    ('\xa4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4', 4.5, '2026-11-20 10:00+00', '2026-11-20 10:05+00', '2026-11-27 10:00+00');
insert into sessions (token_hash, user_id, created_at, expires_at, id, last_used_at, address, agent, device_hash) values
    ('\xa5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5', '0190a000-0002-7000-8000-000000000002', '2026-11-01 10:00+00', '2027-11-01 10:00+00', '0190a000-0014-7000-8000-000000000001', '2026-11-20 10:00+00', '192.0.2.8', 'Firefox', '\xa3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3');
insert into password_resets (token_hash, user_id, created_at, expires_at, id) values
    ('\xa6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6', '0190a000-0002-7000-8000-000000000002', '2026-11-20 10:00+00', '2026-11-20 11:00+00', '0190a000-0014-7000-8000-000000000002');
update users set disabled_note = 'ترك التعاونية' where id = '0190a000-0002-7000-8000-000000000003';
