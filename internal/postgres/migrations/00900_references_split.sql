-- «NE012» is the reference «NE-012» too.
-- +goose Up

drop index products_reference;

-- A reference as text.Reference has it.
create or replace function reference(sku text) returns text language sql immutable parallel safe as $$
    select regexp_replace(regexp_replace(
        btrim(regexp_replace(folded(sku), '[-\u058a\u05be\u2010-\u2015\u2212[:space:]]+', '-', 'g'), '-'),
        '([^-0-9])([0-9])', '\1-\2', 'g'), '([0-9])([^-0-9])', '\1-\2', 'g')
$$;
create index products_reference on products (cooperative_id, reference(sku));
