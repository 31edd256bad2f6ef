-- Digits of Arabic in names of cooperatives and people are found whichever way they are typed, as those of orders are.
-- +goose Up
drop view cooperative_names;
alter table stalls drop column words;
alter table stalls add column words tsvector not null
    generated always as (to_tsvector('simple'::regconfig, western_digits(name_ar || ' ' || name_fr))) stored;
create index stalls_words on stalls using gin (words);
create view cooperative_names as
    select cooperative_id, words from stalls;

drop index users_words;
create or replace function person_words(name text, email text, phone text) returns tsvector
    language sql immutable strict parallel safe cost 1000
    return to_tsvector('simple'::regconfig, western_digits(name) || ' ' || translate(email, '@.-_+', '     '))
        || array_to_tsvector(case when phone = '' then '{}' else array[replace(phone, '+212', '0')] end);
create index users_words on users using gin (person_words(name, coalesce(email, ''), coalesce(phone, '')));
