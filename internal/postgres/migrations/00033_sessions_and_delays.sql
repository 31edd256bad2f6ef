-- People see where they are signed in and end it; browsers that have signed in are known again; who
-- guesses at passwords is delayed, more with each failure, and nobody is locked out.
-- +goose Up
alter table sessions
    add column id           uuid not null default gen_random_uuid(), -- names a session to people, and opens nothing
    add column last_used_at timestamptz not null default now(),
    add column address      text not null default '',
    add column agent        text not null default '', -- what the browser calls itself, cut short
    add column device_hash  bytea,                    -- of the known browser that it runs in
    add constraint sessions_id_key unique (id);
update sessions set last_used_at = created_at;
alter table sessions alter column id drop default, alter column last_used_at drop default;

-- A browser in which somebody has signed in, known by the SHA-256 of a token in its cookie.
create table known_devices (
    token_hash   bytea not null,
    user_id      uuid not null references users (id) on delete cascade,
    last_used_at timestamptz not null,
    primary key (token_hash, user_id)
);
create index known_devices_user on known_devices (user_id, last_used_at);

-- How much somebody who guesses is slowed down. The subject is a hash of an account and an address, of
-- either of them, or of an account and a known browser; a hash, since people type passwords as names.
create table signin_delays (
    subject   bytea primary key,
    level     double precision not null, -- failures, which fade with time
    at        timestamptz not null,      -- when that was the level
    until     timestamptz not null,      -- before this nothing is looked at
    forget_at timestamptz not null,      -- from then on the row says nothing
    constraint signin_delays_level_not_negative check (level >= 0)
);
create index signin_delays_forget on signin_delays (forget_at);
drop table signin_failures;

-- A link in a mail is made when it is sent: its token is computed of the id.
delete from password_resets;
alter table password_resets
    add column id uuid not null,
    add constraint password_resets_id_key unique (id);
create index password_resets_user on password_resets (user_id, created_at);

alter table users add column disabled_note text not null default ''; -- why, in the association's words
