-- A transfer of which money came that was somebody else's, as a file of the bank's said and somebody who looked.
insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, undone_centimes, created_at, expires_at, ended_at) values
    ('0190a000-0014-7000-8000-000000000550', '0190a000-000f-7000-8000-000000000002', 5, 'bank_transfer', 9800, 'cancelled', '0190a000-0009-7000-8000-000000000002:5', 9800, '2026-11-20 10:00+00', '2026-11-23 10:00+00', '2026-11-21 12:00+00');
update orders set reminded_at = '2026-11-22 10:00+00' where id = '0190a000-0009-7000-8000-000000000002';
insert into transfers (reference, code, created_at) values ('0190a000-0009-7000-8000-000000000002', '23456789', '2026-11-20 10:00+00');
insert into transfer_statements (id, filename, state, unread, wrong_lines, known_lines, matched_lines, asked_lines, foreign_lines, aside_lines, user_id, created_at, emptied_at) values
    ('0190a000-0016-7000-8000-000000000001', 'releve.csv', 'read', '{12: total}', 1, 2, 1, 1, 1, 1, '0190a000-0002-7000-8000-000000000001', '2026-11-21 10:00+00', '2027-03-21 10:00+00');
insert into transfer_statements (id, filename, state, file, headings, width, created_at) values
    ('0190a000-0016-7000-8000-000000000002', 'autre.csv', 'columns', 'a;b', '{a,b}', 2, '2026-11-21 11:00+00');
insert into transfer_lines (id, statement_id, number, fingerprint, day, amount_centimes, label, bank_reference, state, doubt, candidates, reference, version) values
    ('0190a000-0017-7000-8000-000000000001', '0190a000-0016-7000-8000-000000000001', 2, '\x01', '2026-11-20', 9800, 'VIR RECU', 'A1', 'asked', 'undone', '{0190a000-0009-7000-8000-000000000002}', null, 2),
    ('0190a000-0017-7000-8000-000000000002', '0190a000-0016-7000-8000-000000000001', 3, '\x02', '2026-11-20', -500, 'FRAIS', '', 'foreign', '', '{}', null, 0),
    ('0190a000-0017-7000-8000-000000000003', '0190a000-0016-7000-8000-000000000001', 4, '\x03', '2026-11-20', 700, 'SUBVENTION', '', 'aside', '', '{}', null, 1),
    ('0190a000-0017-7000-8000-000000000004', '0190a000-0016-7000-8000-000000000001', 5, '\x04', '2026-11-20', 9800, 'VIR 2345-6789', 'A2', 'matched', '', '{}', '0190a000-0009-7000-8000-000000000002', 0);
insert into transfer_receipts (id, attempt_id, line_id, amount_centimes, day, bank_reference, user_id, created_at, undone_by, undone_at) values
    ('0190a000-0019-7000-8000-000000000001', '0190a000-0014-7000-8000-000000000550', '0190a000-0017-7000-8000-000000000001', 9800, '2026-11-20', 'A1', '0190a000-0002-7000-8000-000000000001', '2026-11-21 10:10+00', '0190a000-0002-7000-8000-000000000001', '2026-11-21 11:00+00');
insert into transfer_pictures (id, reference, original_key, state, created_at) values
    ('0190a000-0018-7000-8000-000000000001', '0190a000-0009-7000-8000-000000000002', '', 'ready', '2026-11-20 11:00+00');
insert into payment_refund_accounts (reference, holder, rib, version, updated_at) values
    ('0190a000-0009-7000-8000-000000000002', 'Fatima', '011519000001205000534921', 1, '2026-11-20 12:00+00');
