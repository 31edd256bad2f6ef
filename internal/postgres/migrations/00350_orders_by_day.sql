-- The association's orders are found by words day by day, so that a page of them costs what it shows, however many there
-- are and however long ago they were placed.
-- +goose Up

-- A text with digits of Arabic and Persian as Western ones, as package text writes what is typed.
create function western_digits(written text) returns text
    language sql immutable strict parallel safe
    return translate(written, '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789');

-- The day that a moment falls on in UTC, counted from the first of 2000.
create function order_day(moment timestamptz) returns integer
    language sql immutable strict parallel safe
    return floor(extract(epoch from moment - timestamptz '2000-01-01 00:00:00+00') / 86400)::integer;

-- What an order is found by, as lexemes: the words of the buyer's name, what follows the month in its number, and each
-- end of the telephone number as dialled in Morocco, of three digits and more. Each stands after the day on which the
-- order was placed, so that nobody looks among the words of all. The month of its number is that of the same moment.
drop index orders_words;
drop function order_words;
create function order_words(number text, phone text, name text, placed_at timestamptz) returns tsvector
    language sql immutable strict parallel safe cost 1000
    return array_to_tsvector(array(
        select order_day(placed_at) || ':' || word
        from (select unnest(tsvector_to_array(to_tsvector('simple'::regconfig, western_digits(name))))
              union select unnest((string_to_array(number, '-'))[3:])
              union select substr(dialled, n) from replace(phone, '+212', '0') as dialled, generate_series(1, length(dialled) - 2) as n) w (word)
        where word <> ''));

-- Without a list of what is still to be sorted in, which would be read anew for each day.
create index orders_words on orders using gin (order_words(number, buyer_phone, buyer_name, placed_at)) with (fastupdate = off);
