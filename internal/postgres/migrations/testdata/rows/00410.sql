-- The rest of it is carried.
update hold_totals set held_up = 1, held_up_at = '2026-11-21 10:00+00';
