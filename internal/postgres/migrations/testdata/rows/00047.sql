-- A large file that a job applies.
insert into uploads (id, cooperative_id, user_id, filename, state, summary, created_at) values
    ('0190a000-0008-7000-8000-000000000004', '0190a000-0001-7000-8000-000000000001', '0190a000-0002-7000-8000-000000000002', 'tout.xlsx', 'applying', '{"new": 1, "changed": 1, "unchanged": 1, "wrong": 1, "applied": 0, "meanwhile": 0, "doubtful": 0, "missing": 1, "columns": ["sku", "price"], "ignored": ["Rayon"]}', '2026-11-22 10:00+00');
insert into upload_rows (upload_id, number, kind, rank, product_id, row) values
    ('0190a000-0008-7000-8000-000000000004', 1, 'changed', 2, '0190a000-0003-7000-8000-000000000001', '{"line": 2, "kind": "changed", "name": {"ar": "كسكس القمح", "fr": "Couscous de blé"}, "values": {"sku": "C-1", "price": "26"}, "product_id": "0190a000-0003-7000-8000-000000000001", "sku": "C-1", "changes": [{"field": "price", "old": "2600", "new": "2700"}]}'),
    ('0190a000-0008-7000-8000-000000000004', 2, 'new', 3, null, '{"line": 3, "kind": "new", "name": {"ar": "كسكس القمح", "fr": "Couscous de blé"}, "values": {"sku": "C-1", "price": "26"}, "sku": "C-2", "state": "draft"}');
insert into river_job (state, max_attempts, kind, args, scheduled_at) values
    ('available', 25, 'catalog.apply', '{"cooperative_id": "0190a000-0001-7000-8000-000000000001", "upload_id": "0190a000-0008-7000-8000-000000000004", "by": "0190a000-0002-7000-8000-000000000002"}', '2026-11-22 10:00+00');
