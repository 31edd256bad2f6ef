-- Who did what to whom, when and from where. Nothing in it is a secret. It is append-only for a year; what
-- is older may be thrown away, and a job does so every day.
-- +goose Up
create table security_events (
    id             uuid primary key,
    kind           text not null,
    actor_id       uuid references users (id),        -- null when nobody had signed in
    user_id        uuid references users (id),        -- whose account it is about
    cooperative_id uuid references cooperatives (id), -- which cooperative it is about
    address        text not null,
    agent          text not null,                     -- what the browser calls itself, cut short
    detail         text not null,
    count          int  not null,                     -- of events that were kept as one
    at             timestamptz not null,
    constraint security_events_short check (char_length(address) <= 64 and char_length(agent) <= 200 and char_length(detail) <= 300),
    constraint security_events_count_positive check (count > 0)
);
create index security_events_at on security_events (at desc, id desc);
create index security_events_kind on security_events (kind, at desc, id desc);
create index security_events_actor on security_events (actor_id, at desc, id desc);
create index security_events_user on security_events (user_id, at desc, id desc);
create index security_events_cooperative on security_events (cooperative_id, at desc, id desc);
create index security_events_address on security_events (address, at desc, id desc);

create trigger security_events_append_only before update or truncate on security_events
    for each statement execute function append_only();
-- +goose StatementBegin
create function security_events_kept() returns trigger language plpgsql as $$
begin
    if old.at > now() - interval '1 year' then
        raise exception 'security events are kept for a year'
            using errcode = 'restrict_violation', constraint = 'security_events_kept';
    end if;
    return old;
end $$;
-- +goose StatementEnd
create trigger security_events_kept before delete on security_events
    for each row execute function security_events_kept();
