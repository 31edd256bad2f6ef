insert into cooperatives (id, slug, name_ar, name_fr, description_ar, description_fr, description_en, story_ar, story_fr, story_en, sector, commune, women, men, young, founded_on, court, local_number, odco_number, president, ice, tax_id, rib, phone, email, state, sample, created_at, updated_at) values
    ('0190a000-0001-7000-8000-000000000001', 'nissae-ouled-sghir', 'نساء أولاد الصغير', 'Nissae Ouled Sghir', 'كسكس اليد', 'Couscous roulé à la main', 'Hand-rolled couscous', '', '', '', 'cereal', 'ouled-sghir', 9, 0, 3, '2019-03-08', 'Berkane', '41/2019', '12345', 'فاطمة الزهراء', '999000011000193', '40123456', '011810000000000000000196', '+212661000001', 'nissae@souk.example', 'approved', false, '2026-05-01 10:00+00', '2026-05-02 10:00+00'),
    ('0190a000-0001-7000-8000-000000000002', 'nahl-el-jabal', 'نحل الجبل', 'Nahl El Jabal', '', '', '', '', '', '', 'honey', 'ouled-sghir', 3, 4, 0, null, '', '', '', '', null, '', '007810000000000000000206', '', '', 'suspended', true, '2026-05-01 10:00+00', '2026-09-01 10:00+00'),
    ('0190a000-0001-7000-8000-000000000003', 'jdida', 'جديدة', 'Jdida', '', '', '', '', '', '', 'craft', 'ouled-sghir', 5, 0, 0, null, '', '', '', '', null, '', '', '', '', 'pending', false, '2026-06-01 10:00+00', '2026-06-01 10:00+00');
insert into users (id, name, email, phone, password_hash, role, cooperative_id, locale, disabled_at, created_at) values
    ('0190a000-0002-7000-8000-000000000001', 'نعيمة', 'association@souk.example', null, '$argon2id$v=19$m=65536,t=1,p=2$c2FsdA$aGFzaA', 'association', null, 'ar', null, '2026-05-01 10:00+00'),
    ('0190a000-0002-7000-8000-000000000002', 'فاطمة الزهراء', null, '+212661000001', '$argon2id$v=19$m=65536,t=1,p=2$c2FsdA$aGFzaA', 'member', '0190a000-0001-7000-8000-000000000001', 'fr', null, '2026-05-02 10:00+00'),
    ('0190a000-0002-7000-8000-000000000003', 'أحمد', 'ahmed@souk.example', '+212661000002', '$argon2id$v=19$m=65536,t=1,p=2$c2FsdA$aGFzaA', 'member', '0190a000-0001-7000-8000-000000000002', 'ar', '2026-09-01 10:00+00', '2026-05-02 10:00+00');
insert into cooperative_events (id, cooperative_id, state, note, user_id, at) values
    ('0190a000-0004-7000-8000-000000000001', '0190a000-0001-7000-8000-000000000001', 'pending', '', '0190a000-0002-7000-8000-000000000001', '2026-05-01 10:00+00'),
    ('0190a000-0004-7000-8000-000000000002', '0190a000-0001-7000-8000-000000000001', 'approved', '', '0190a000-0002-7000-8000-000000000001', '2026-05-02 10:00+00'),
    ('0190a000-0004-7000-8000-000000000003', '0190a000-0001-7000-8000-000000000002', 'pending', '', null, '2026-05-01 10:00+00'),
    ('0190a000-0004-7000-8000-000000000004', '0190a000-0001-7000-8000-000000000002', 'approved', '', '0190a000-0002-7000-8000-000000000001', '2026-05-02 10:00+00'),
    ('0190a000-0004-7000-8000-000000000005', '0190a000-0001-7000-8000-000000000002', 'suspended', 'لا تجيب منذ شهر', '0190a000-0002-7000-8000-000000000001', '2026-09-01 10:00+00'),
    ('0190a000-0004-7000-8000-000000000006', '0190a000-0001-7000-8000-000000000003', 'pending', '', '0190a000-0002-7000-8000-000000000001', '2026-06-01 10:00+00');
insert into sessions (token_hash, user_id, created_at, expires_at) values
    ('\xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1', '0190a000-0002-7000-8000-000000000001', '2026-10-01 10:00+00', '2027-10-01 10:00+00');
insert into password_resets (token_hash, user_id, created_at, expires_at) values
    ('\xa2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2', '0190a000-0002-7000-8000-000000000002', '2026-10-01 10:00+00', '2026-10-01 11:00+00');
insert into signin_failures (id, subject, at) values
    ('0190a000-0005-7000-8000-000000000001', 'user:ahmed@souk.example', '2026-10-01 10:00+00'),
    ('0190a000-0005-7000-8000-000000000002', 'address:192.0.2.7', '2026-10-01 10:00+00');
