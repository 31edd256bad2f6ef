-- What all cooperatives sold in a period is summed up in half the time; owner: report.
-- +goose Up

-- sum(bigint) makes a numeric of each sum, which becomes a bigint again right after it. This one fails, like any
-- addition, if a sum is too large.
create aggregate sold_sum(bigint) (sfunc = int8pl, stype = bigint, initcond = '0');

-- The parts of some days are read by the ten thousands, and nothing of them but this. A part that changes changes here
-- too, a few times in its life.
drop index sold_parts_by_day;
create index sold_parts_of_days on sold_parts (day) include (cooperative_id, total, paid, earned) where total > 0 and not waiting;
