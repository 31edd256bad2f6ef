-- A product is found by its reference, however the parts of that are joined, without looking at all of its cooperative's.
-- +goose Up

-- A reference as text.Reference has it.
create function reference(sku text) returns text language sql immutable parallel safe as $$
    select btrim(regexp_replace(folded(sku), '[-\u058a\u05be\u2010-\u2015\u2212[:space:]]+', '-', 'g'), '-')
$$;
create index products_reference on products (cooperative_id, reference(sku));
