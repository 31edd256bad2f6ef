-- A carrier who brings no more orders.
insert into carriers (id, name, created_at, ended_at) values ('0190a000-0020-7000-8000-000000000720', 'سعيد', '2026-11-20 09:00+00', '2026-11-27 09:00+00');
