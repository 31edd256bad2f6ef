insert into mailbox (id, recipient, subject, body, at, ends_at) values
    ('0190a000-0011-7000-8000-000000000003', 'bonjour@souk.example', 'Le marché est plein', 'Regardez.', '2026-11-21 10:00+00', '2026-12-21 10:00+00');
