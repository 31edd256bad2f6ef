-- The cooperatives (law 112-12) and the people who sign in.
-- +goose Up
create table cooperatives (
    id             uuid primary key,
    slug           text not null,
    name_ar        text not null,
    name_fr        text not null,
    description_ar text not null default '',
    description_fr text not null default '',
    description_en text not null default '',
    story_ar       text not null default '',
    story_fr       text not null default '',
    story_en       text not null default '',
    sector         text not null,
    commune        text not null references places (slug),
    women          int  not null,
    men            int  not null,
    young          int  not null,
    women_only     boolean not null generated always as (women > 0 and men = 0) stored,
    founded_on     date,
    court          text not null default '',
    local_number   text not null default '',
    odco_number    text not null default '',
    president      text not null default '',
    ice            text,
    tax_id         text not null default '',
    rib            text not null default '',
    phone          text not null default '',
    email          text not null default '',
    state          text not null default 'pending',
    sample         boolean not null default false,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    constraint cooperatives_slug_key unique (slug),
    constraint cooperatives_state_known check (state in ('pending', 'approved', 'suspended')),
    constraint cooperatives_members_not_negative check (women >= 0 and men >= 0 and young >= 0 and young <= women + men),
    constraint cooperatives_at_least_five_members check (women + men >= 5),
    constraint cooperatives_ice_valid check (ice ~ '^[0-9]{15}$' and ice::numeric % 97 = 0),
    constraint cooperatives_rib_digits check (rib = '' or rib ~ '^[0-9]{24}$')
);
create index cooperatives_commune on cooperatives (commune);

-- What the association decided about a cooperative, when and why. Append-only.
create table cooperative_events (
    id             uuid primary key,
    cooperative_id uuid not null references cooperatives (id),
    state          text not null,
    note           text not null default '',
    user_id        uuid,
    at             timestamptz not null
);
create index cooperative_events_cooperative on cooperative_events (cooperative_id, at);

create table users (
    id             uuid primary key,
    name           text not null,
    email          text,
    phone          text,
    password_hash  text not null,
    role           text not null,
    cooperative_id uuid references cooperatives (id),
    locale         text not null default 'ar',
    disabled_at    timestamptz,
    created_at     timestamptz not null,
    constraint users_email_key unique (email),
    constraint users_phone_key unique (phone),
    constraint users_email_lower_case check (email = lower(email)),
    constraint users_reachable check (email is not null or phone is not null),
    constraint users_role_known check (role in ('member', 'association')),
    constraint users_member_of_one_cooperative check ((role = 'member') = (cooperative_id is not null))
);
create index users_cooperative on users (cooperative_id);

-- A session is known by the SHA-256 of a 256-bit token; the token itself is only in the cookie.
create table sessions (
    token_hash bytea primary key,
    user_id    uuid not null references users (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table password_resets (
    token_hash bytea primary key,
    user_id    uuid not null references users (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
);

-- Failed sign-ins, to slow down guessing: subject is «user:<login>» or «address:<ip>».
create table signin_failures (
    id      uuid primary key,
    subject text not null,
    at      timestamptz not null
);
create index signin_failures_subject on signin_failures (subject, at);
