update settings set version = 1, name_ar = 'الجمعية', name_fr = 'L’association', name_en = 'The association', phone = '+212536000000',
    whatsapp = '+212661000000', email = 'bonjour@souk.example', address_ar = 'بركان', address_fr = 'Berkane', hours_ar = 'كل صباح', hours_fr = 'le matin', hours_en = 'mornings';
insert into settings_changes (id, user_id, fields, before, after, at) values
    ('0190a000-0012-7000-8000-000000000001', '0190a000-0002-7000-8000-000000000001', '{name_ar,commission}', '{"",3}', '{الجمعية,5}', '2026-09-03 10:00+00'),
    ('0190a000-0012-7000-8000-000000000002', null, '{phone}', '{""}', '{+212536000000}', '2026-09-03 10:00+00');
