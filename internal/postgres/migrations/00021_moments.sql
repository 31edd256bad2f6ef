-- What happened later stands later in a history, also when it waited for another change or comes from an
-- instance whose clock is behind. Asked under the lock that lets the changes of a history take turns.
-- +goose Up
-- +goose StatementBegin
create function moment_after(at timestamptz, latest timestamptz) returns timestamptz
language sql immutable as $$
    select case when latest > at then latest + interval '1 microsecond' else at end
$$;
-- +goose StatementEnd

-- When something was last recorded of a cooperative, its payouts included: whether a bank account was
-- changed before or after a payout is told by these moments.
create table cooperative_moments (
    cooperative_id uuid primary key references cooperatives (id),
    at             timestamptz not null
);
insert into cooperative_moments (cooperative_id, at)
select cooperative_id, max(at)
from (
    select cooperative_id, at from cooperative_events
    union all select cooperative_id, at from payouts
    union all select t.cooperative_id, r.at from payout_reversals r join payouts t on t.id = r.payout_id
) e group by cooperative_id;
