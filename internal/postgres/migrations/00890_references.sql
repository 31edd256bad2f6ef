-- A product is found by its reference, however the parts of that are joined, without looking at all of its cooperative's.
-- +goose Up

-- A reference as text.Reference has it. Its body is read when it is made: an index is analysed and restored with no search path.
create function reference(sku text) returns text language sql immutable parallel safe
    return regexp_replace(regexp_replace(
        btrim(regexp_replace(folded(translate(sku, '’ʼ`', '''''''')), '[-\u058a\u05be\u2010-\u2015\u2212[:space:]]+', '-', 'g'), '-'),
        '([^-0-9])([0-9])', '\1-\2', 'g'), '([0-9])([^-0-9])', '\1-\2', 'g');
create index products_reference on products (cooperative_id, reference(sku));
