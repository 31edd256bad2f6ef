-- A payout that was recorded wrongly, or that the bank sent back, is undone; both stay on record.
-- +goose Up
create table payout_reversals (
    payout_id uuid primary key references payouts (id), -- so that none is undone twice
    reason    text not null,
    user_id   uuid,
    at        timestamptz not null,
    constraint payout_reversals_reason check (btrim(reason) <> '')
);
create trigger payout_reversals_append_only before update or delete or truncate on payout_reversals
    for each statement execute function append_only();

-- After that, the bank's reference is free for the payout as it really was.
alter table payouts add column attempt int not null default 1; -- one more for each that was undone
alter table payouts drop constraint payouts_reference_key;
alter table payouts add constraint payouts_reference_key unique (cooperative_id, reference, attempt);
