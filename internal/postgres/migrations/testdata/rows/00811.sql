-- A label that waits for the association's word.
insert into label_proposals (id, cooperative_id, product_id, label, certificate, expires_on, scan, scan_until, proposed_by, proposed_at)
select '0190a000-0022-7000-8000-000000000811', cooperative_id, id, 'bio-maroc', 'BIO-1', '2027-12-31', 'certificates/a/original.jpeg', '2028-01-30',
       '0190a000-0002-7000-8000-000000000003', '2026-11-28 12:00+00'
from products order by id limit 1;
insert into label_proposals (id, cooperative_id, product_id, label, certificate, expires_on, scan, scan_until, scan_state, state, reason, proposed_by, proposed_at, decided_by, decided_at)
select '0190a000-0023-7000-8000-000000000811', cooperative_id, id, 'igp', 'IGP-1', '2027-12-31', '', '2026-12-28', 'ready', 'refused', 'Une autre photo.',
       '0190a000-0002-7000-8000-000000000003', '2026-11-28 12:00+00', '0190a000-0002-7000-8000-000000000003', '2026-11-28 13:00+00'
from products order by id limit 1;
insert into label_proposals (id, cooperative_id, product_id, label, certificate, expires_on, scan, scan_until, scan_state, state, proposed_by, proposed_at, withdrawn_by, withdrawn_at)
select '0190a000-0024-7000-8000-000000000811', cooperative_id, id, 'aop', 'AOP-1', '2027-12-31', '', '2026-12-28', 'ready', 'withdrawn',
       '0190a000-0002-7000-8000-000000000003', '2026-11-28 12:00+00', '0190a000-0002-7000-8000-000000000003', '2026-11-28 13:00+00'
from products order by id limit 1;
