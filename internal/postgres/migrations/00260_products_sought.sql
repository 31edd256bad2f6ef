-- A cooperative's list of its products goes on from one of them, and finds them by an index.
-- +goose Up

-- What a product is found by, as lexemes: the words of its reference and its names as package text folds them, each
-- after some letters that stand for its cooperative, so that nobody looks among the words of all. Letters are those of
-- Latin, Arabic and Tifinagh; all others part words. Written for speed: it is asked for each row of an upload.
-- +goose StatementBegin
create function product_words(cooperative uuid, sku text, name_ar text, name_fr text, name_en text) returns tsvector
    language plpgsql immutable parallel safe as $$
declare
    written text := sku || ' ' || name_ar || ' ' || name_fr || ' ' || name_en;
begin
    if written ~ '[œŒæÆß]' then
        written := replace(replace(replace(replace(replace(written, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss');
    end if;
    written := lower(normalize(written, nfkd));
    written := replace(replace(replace(written, 'ة', 'ه'), 'ى', 'ي'), 'ٱ', 'ا');
    if written ~ '[٠-٩۰-۹یکگ]' then
        written := translate(written, '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹یکگ', '01234567890123456789يكك');
    end if;
    written := regexp_replace(written, '[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]', '', 'g');
    written := regexp_replace(' ' || written, '[^0-9a-z\u00df-\u00f6\u00f8-\u02af\u03bc\u0620-\u064a\u066e-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06fc\u06ff\u2d30-\u2d67]+',
        ' ' || left(md5(cooperative::text), 8), 'g');
    return array_to_tsvector(string_to_array(ltrim(written), ' '));
end $$;
-- +goose StatementEnd
alter table products add column words tsvector not null generated always as (product_words(cooperative_id, sku, name_ar, name_fr, name_en)) stored;
create index products_words on products using gin (words);

-- Each choice that a cooperative makes among its products has its order.
create index products_by_state on products (cooperative_id, state, created_at desc, id desc);
create index products_by_category on products (cooperative_id, category, created_at desc, id desc);
create index products_sold_out on products (cooperative_id, created_at desc, id desc) where state = 'published' and sold_out;
create index products_unpictured on products (cooperative_id, created_at desc, id desc) where picture_id is null and state <> 'archived';
drop index products_cooperative; -- products_by_state begins with the same
