-- Orders are found by their buyers' names however these are spelt, as products are by theirs: ه for ة, one alef, one ya, no
-- accents; owner: order.
-- +goose Up

-- As before but for the name, whose letters are folded and then whole again where that took them apart (Korean).
drop index orders_words;
create or replace function order_words(number text, phone text, name text, placed_at timestamptz) returns tsvector
    language sql immutable strict parallel safe cost 1000
    return array_to_tsvector(array(
        select order_day(placed_at) || ':' || word
        from (select unnest(tsvector_to_array(to_tsvector('simple'::regconfig, normalize(folded(name), nfc))))
              union select unnest((string_to_array(number, '-'))[3:])
              union select substr(dialled, n) from replace(phone, '+212', '0') as dialled, generate_series(1, length(dialled) - 2) as n) w (word)
        where word <> ''));
create index orders_words on orders using gin (order_words(number, buyer_phone, buyer_name, placed_at)) with (fastupdate = off);
