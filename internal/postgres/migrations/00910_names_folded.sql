-- Cooperatives and people are found by their names however these are spelt, as orders and products are: ه for ة, one alef,
-- one ya, no accents; and letters are whole again where that took them apart (Korean).
-- +goose Up
drop view cooperative_names;
alter table stalls drop column words;
alter table stalls add column words tsvector not null
    generated always as (to_tsvector('simple'::regconfig, normalize(folded(name_ar || ' ' || name_fr), nfc))) stored;
create index stalls_words on stalls using gin (words);
create view cooperative_names as
    select cooperative_id, words from stalls;

drop index users_words;
create or replace function person_words(name text, email text, phone text) returns tsvector
    language sql immutable strict parallel safe cost 1000
    return to_tsvector('simple'::regconfig, normalize(folded(name || ' ' || translate(email, '@.-_+', '     ')), nfc))
        || array_to_tsvector(case when phone = '' then '{}' else array[replace(phone, '+212', '0')] end);
create index users_words on users using gin (person_words(name, coalesce(email, ''), coalesce(phone, '')));
drop function western_digits; -- folded has them
