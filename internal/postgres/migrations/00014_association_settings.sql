-- Whom buyers and cooperatives deal with and how to reach them, entered by the association itself;
-- empty where it has entered nothing. Who changed which setting is kept for good.
-- +goose Up
alter table settings
    add column version    int  not null default 0, -- grows with each change
    add column name_ar    text not null default '',
    add column name_fr    text not null default '',
    add column name_en    text not null default '',
    add column phone      text not null default '', -- E.164, as is whatsapp
    add column whatsapp   text not null default '',
    add column email      text not null default '',
    add column address_ar text not null default '',
    add column address_fr text not null default '',
    add column hours_ar   text not null default '',
    add column hours_fr   text not null default '',
    add column hours_en   text not null default '',
    add constraint settings_numbers_e164 check (phone ~ '^(\+[0-9]+)?$' and whatsapp ~ '^(\+[0-9]+)?$');

create table settings_changes (
    id      uuid primary key,
    user_id uuid references users (id), -- null when nobody signed in acted
    fields  text[] not null,            -- by their names in the form; before and after stand beside them
    before  text[] not null,
    after   text[] not null,
    at      timestamptz not null,
    constraint settings_changes_say_what check (
        cardinality(fields) > 0 and cardinality(before) = cardinality(fields) and cardinality(after) = cardinality(fields))
);
create index settings_changes_user on settings_changes (user_id);
create index settings_changes_at on settings_changes (at desc, id desc);

create trigger settings_changes_append_only before update or delete or truncate on settings_changes
    for each statement execute function append_only();
