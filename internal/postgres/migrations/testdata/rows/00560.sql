insert into test_card_payments (reference, key, amount_centimes, description, locale, back, state, created_at, decided_at) values
    ('card_560', 'a:1', 9800, 'S-2611-00000560', 'fr', 'https://souk.example/fr/orders/x/paid', 'paid', '2026-11-20 10:00+00', '2026-11-20 10:01+00'),
    ('card_561', 'b:1', 9800, 'S-2611-00000561', 'ar', 'https://souk.example/ar/orders/y/paid', 'later', '2026-11-20 10:00+00', null);
insert into test_card_refunds (reference, key, payment, amount_centimes, at) values ('back_560', 'a:1:dropped', 'card_560', 9800, '2026-11-20 11:00+00');
