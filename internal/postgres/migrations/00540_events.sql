-- What providers tell is told apart by its state, counted, and shown page by page; owner: payment.
-- +goose Up
alter table payment_events
    add column key       uuid not null default gen_random_uuid(), -- ours, by which it is listed
    add column kind      text not null default '', -- the provider's word for what it is about
    add column is_foreign boolean not null default false, -- it is of another environment or account: kept, and never worked
    add column times     int not null default 1, -- how often it was told
    add column fault     text not null default '', -- of error, the kind that there are words for
    add column attempt   text, -- the provider's name of an attempt, if it says that money for it is reserved
    add column verdict   text, -- what becomes of that money
    add column state     text not null generated always as (case
        when is_foreign then 'foreign' when worked_at is not null then 'done' when error <> '' then 'failed' else 'waiting' end) stored,
    add constraint payment_events_key_key unique (key),
    add constraint payment_events_times_positive check (times > 0),
    add constraint payment_events_foreign_unworked check (not is_foreign or worked_at is not null and verdict is null),
    add constraint payment_events_verdict_known check (verdict in ('taken', 'left', 'refused')),
    add constraint payment_events_verdict_given check ((attempt is null) = (verdict is null)),
    add constraint payment_events_untaken_unworked check (verdict = 'taken' or verdict is null or worked_at is not null);
create index payment_events_by_state on payment_events (state, key);
create unique index payment_events_taken_once on payment_events (provider, attempt) where verdict = 'taken';

-- How many there are in each state is the sum of these: each connection has one of 64 slots, so that nobody waits.
create table payment_event_counts (
    state  text     not null,
    slot   smallint not null,
    events bigint   not null, -- of a slot by itself it can be below zero
    constraint payment_event_counts_pkey primary key (state, slot)
);
insert into payment_event_counts (state, slot, events) select state, 0, count(*) from payment_events group by state;

-- +goose StatementBegin
create function payment_events_counted() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into payment_event_counts as c
        select state, pg_backend_pid() % 64, count(*) from after group by state order by state
        on conflict on constraint payment_event_counts_pkey do update set events = c.events + excluded.events;
    else
        insert into payment_event_counts as c
        select m.state, pg_backend_pid() % 64, sum(m.more)
        from (select state, 1 as more from after union all select state, -1 from before) m
        group by m.state having sum(m.more) <> 0 order by m.state
        on conflict on constraint payment_event_counts_pkey do update set events = c.events + excluded.events;
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger payment_events_counted_insert after insert on payment_events
    referencing new table as after for each statement execute function payment_events_counted();
create trigger payment_events_counted_update after update on payment_events
    referencing old table as before new table as after for each statement execute function payment_events_counted();

-- What came to a provider's address and was not from it: nothing of it is kept but how much of it there was.
create table payment_forged (
    provider text   not null,
    day      date   not null, -- in UTC
    events   bigint not null,
    primary key (provider, day),
    constraint payment_forged_positive check (events > 0)
);
