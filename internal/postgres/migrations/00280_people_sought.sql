-- The association's people are listed page by page and found by an index, as its cooperatives and orders are.
-- +goose Up

-- What somebody is found by, as lexemes: the words of her name and of her e-mail address, and her telephone number as
-- dialled in Morocco.
create function person_words(name text, email text, phone text) returns tsvector
    language sql immutable strict parallel safe cost 1000
    return to_tsvector('simple'::regconfig, name || ' ' || translate(email, '@.-_+', '     '))
        || array_to_tsvector(case when phone = '' then '{}' else array[replace(phone, '+212', '0')] end);

create index users_words on users using gin (person_words(name, coalesce(email, ''), coalesce(phone, '')));
create index users_house on users (cooperative_id, (disabled_at is not null), created_at, id);
drop index users_cooperative;

-- The orders that came last are found without those that wait to be confirmed, however many do.
create index orders_confirmed on orders (placed_at, id) where state not in ('awaiting_payment', 'placed');
