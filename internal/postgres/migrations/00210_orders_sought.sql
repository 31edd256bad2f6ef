-- The association's list of orders goes on from an order, and finds them by an index.
-- +goose Up

-- What an order is found by, as lexemes: its number and the pieces of it, each end of the telephone number as dialled
-- in Morocco, of three digits and more, and the words of the buyer's name.
create function order_words(number text, phone text, name text) returns tsvector
    language sql immutable strict parallel safe cost 1000
    return to_tsvector('simple'::regconfig, name) || array_to_tsvector(array(
        select lower(number)
        union select piece from unnest(string_to_array(lower(number), '-')) as piece where piece <> ''
        union select substr(dialled, n) from replace(phone, '+212', '0') as dialled, generate_series(1, length(dialled) - 2) as n));

create index orders_words on orders using gin (order_words(number, buyer_phone, buyer_name));
create index orders_awaited on orders (expires_at, id) where state = 'placed';
