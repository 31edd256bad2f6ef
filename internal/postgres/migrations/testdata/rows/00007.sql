insert into mailbox (id, recipient, subject, body, at) values
    ('0190a000-0011-7000-8000-000000000001', 'nissae@souk.example', 'Commande S-2611-10000002', 'Une commande vous attend.', '2026-11-20 10:00+00'),
    ('0190a000-0011-7000-8000-000000000002', 'ahmed@souk.example', 'Mot de passe', 'Voici le lien.', '2026-10-01 10:00+00');
insert into river_job (state, max_attempts, kind, args, scheduled_at) values
    ('available', 25, 'mail_send', '{"to": "nissae@souk.example", "subject": "Commande S-2611-10000002", "body": "Une commande vous attend."}', '2026-11-20 10:00+00');
insert into river_job (state, max_attempts, kind, args, scheduled_at) values
    ('available', 25, 'catalog.picture', '{"picture_id": "0190a000-0007-7000-8000-000000000002"}', '2026-05-04 10:00+00');
