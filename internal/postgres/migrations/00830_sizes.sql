-- What a cooperative sells in several sizes is one thing: 250 g, 500 g and 1 kg of a honey are one card and one page. A
-- size stays a product, with its price, its stock and its address. The version of the program before knows nothing of
-- it, and what it writes is told apart all the same.
-- +goose Up

-- A text as package text folds it, but for the signs between its words. Written for speed: it is asked for each row of
-- an upload.
-- +goose StatementBegin
create function folded(written text) returns text
    language plpgsql immutable parallel safe as $$
begin
    if written ~ '[œŒæÆß]' then
        written := replace(replace(replace(replace(replace(written, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss');
    end if;
    written := lower(normalize(written, nfkd));
    written := replace(replace(replace(written, 'ة', 'ه'), 'ى', 'ي'), 'ٱ', 'ا');
    if written ~ '[٠-٩۰-۹یکگ]' then
        written := translate(written, '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹یکگ', '01234567890123456789يكك');
    end if;
    return regexp_replace(written, '[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]', '', 'g');
end $$;
create or replace function product_words(cooperative uuid, sku text, name_ar text, name_fr text, name_en text) returns tsvector
    language plpgsql immutable parallel safe as $$
begin
    return array_to_tsvector(string_to_array(ltrim(regexp_replace(
        ' ' || folded(sku || ' ' || name_ar || ' ' || name_fr || ' ' || name_en),
        '[^0-9a-z\u00df-\u00f6\u00f8-\u02af\u03bc\u0620-\u064a\u066e-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06fc\u06ff\u2d30-\u2d67]+',
        ' ' || left(md5(cooperative::text), 8), 'g'), ' '), ' '));
end $$;

-- The words of a name without how much of it there is: of «Miel de thym, pot de 250 g» the same as of «MIEL DE THYM (1 kg)».
-- The words are those of catalog.ParseUnit, which a test holds it to.
create function without_measure(name text) returns text
    language plpgsql immutable parallel safe as $$
declare
    written text := folded(name);
begin
    if written ~ '[0-9]|نصف|ربع|demi|half|quart' then
        written := ' ' || regexp_replace(written, '[^0-9.,/a-z\u00df-\u00f6\u00f8-\u02af\u03bc\u0620-\u064a\u066e-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06fc\u06ff\u2d30-\u2d67]+', ' ', 'g') || ' ';
        written := regexp_replace(written, '([0-9])([a-z\u0620-\u064a])', '\1 \2', 'g');
        written := regexp_replace(written,
            '(?: (?:pot|bocal|bouteille|caisse|sac|seau|bidon|barquette|crate|sack|bucket|tin|صندوق|دلو|sachet|paquet|boite|botte|lot|panier|coffret|flacon|jar|bottle|bag|box|pack|basket|bunch|علبه|قنينه|قاروره|كيس|رزمه|سله|قفه|مرطبان|برطمان|طرد|باقه))?(?: (?:de|d|of|من))?(?: [0-9]+ x)?'
            ' (?:[0-9]+(?:[.,/][0-9]+)*(?: [0-9]{3})*|نصف|ربع|demi|half|quart|quarter)'
            ' (?:ال)?(?:kgs?|kilos?|kilogrammes?|kilograms?|كلغ|كغ|كج|كلج|كيلو|كيلوغرام|كيلوغرامات|كيلوجرام|كيلوكرام|g|grs?|grammes?|grams?|غ|غم|غرام|غراما|غرامات|جرام|جم|كرام|ج|l|lt|ltr|litres?|liters?|ل|لتر|ليتر|لترات|لترا|ml|millilitres?|milliliters?|مل|ملل|مليلتر|ميليلتر|ميلي|cl|centilitres?|سل|سنتيلتر|pieces?|pcs?|pces?|unites?|units?|u|each|قطعه|قطع|وحده|وحدات|حبه|حبات|بيضه|بيضات|oeufs?|eggs?|paires?|pair|زوج|douzaines?|dozen|دزينه|طزينه|m2|م2|قطعتان|حبتان|لتران)(?=[ .,/])', ' ', 'g');
    end if;
    return trim(regexp_replace(written, '[^0-9a-z\u00df-\u00f6\u00f8-\u02af\u03bc\u0620-\u064a\u066e-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06fc\u06ff\u2d30-\u2d67]+', ' ', 'g'));
end $$;
-- +goose StatementEnd

-- A unit of sale in grams, millilitres, pieces or square metres, as catalog.SmallestUnit has it.
create function smallest_amount(amount int, code text) returns bigint language sql immutable parallel safe as $$
    select case when code in ('kg', 'l') then 1000 else 1 end * amount::bigint
$$;
create function smallest_unit(code text) returns text language sql immutable parallel safe as $$
    select case code when 'kg' then 'g' when 'l' then 'ml' else code end
$$;

-- What the products of one thing have in common by what is written of them: whose they are, their category, their names but
-- for the measure, and whether they are weighed, poured or counted. One whose name says nothing has its own id.
create function family_written(id uuid, cooperative uuid, category text, unit_code text, name_ar text, name_fr text) returns uuid
    language sql immutable parallel safe as $$
    select case when n.ar || n.fr = '' then id
                else md5(concat_ws('|', cooperative, category, smallest_unit(unit_code), n.ar, n.fr))::uuid end
    from (select without_measure(name_ar) as ar, without_measure(name_fr) as fr offset 0) n
$$;

alter table products
    add column family     uuid,  -- of all sizes of a thing the same, and of no other cooperative's
    add column sized_with uuid;  -- the family that the cooperative decided on; null: by what is written

-- Of two with the same quantity the elder is the size, and the other a thing of its own; so is the twenty-first size, and what
-- is archived.
alter table products disable trigger user; -- search keeps another kind of documents from now on, and begins anew
update products p
set family = case when f.n = 1 and f.size <= 20 and p.state <> 'archived' then f.family else p.id end
from (
    select id, written as family, row_number() over (partition by written, state = 'archived', smallest_amount(unit_amount, unit_code) order by created_at, id) as n,
           dense_rank() over (partition by written, state = 'archived' order by smallest_amount(unit_amount, unit_code)) as size
    from (select *, family_written(id, cooperative_id, category, unit_code, name_ar, name_fr) as written from products) p
) f
where f.id = p.id;
alter table products enable trigger user;
alter table products alter column family set not null;
create index products_family on products (family, smallest_amount(unit_amount, unit_code));
create index products_things on products (cooperative_id, family, sold_out) where state = 'published'; -- to be counted

create or replace view goods as
    select p.id, p.cooperative_id, p.slug, p.category, k.drawing as category_drawing, p.name_ar, p.name_fr, p.name_en, p.stock, p.drawing, p.picture_id,
           p.state = 'published' as published, p.family
    from products p left join categories k on k.slug = p.category;

-- Which family a product is of, as its cooperative decided or as is written of it, if there is room: of each size there is one,
-- and catalog.maxSizes of them; what finds none, and what is archived, is a thing of its own. The others are read by their
-- index: right after very many rows the statistics still speak of an empty table.
-- +goose StatementBegin
create function family_wanted(p products) returns uuid language sql immutable as $$
    select case when p.state = 'archived' then p.id
                else coalesce(p.sized_with, family_written(p.id, p.cooperative_id, p.category, p.unit_code, p.name_ar, p.name_fr)) end
$$;
create function product_family_inserted() returns trigger language plpgsql set enable_seqscan = off as $$
begin
    new.family := family_wanted(new);
    if exists (
        select from products
        where family = new.family and smallest_amount(unit_amount, unit_code) = smallest_amount(new.unit_amount, new.unit_code))
      or 20 <= (select count(*) from (select from products where family = new.family limit 20) sizes) then
        new.family := new.id;
    end if;
    return new;
end $$;
-- Of what is changed together all is put where it wants to be first; then what was there before stays, and the elder.
create function product_family_updated() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    changed uuid[];
begin
    select array_agg(a.id) into changed
    from after a join before b on b.id = a.id
    where (a.name_ar, a.name_fr, a.category, a.unit_amount, a.unit_code, a.state, a.sized_with)
        is distinct from (b.name_ar, b.name_fr, b.category, b.unit_amount, b.unit_code, b.state, b.sized_with);
    if changed is null then
        return null;
    end if;
    update products p set family = family_wanted(p) where p.id = any(changed) and p.family <> family_wanted(p);
    update products p set family = p.id
    from (
        select s.id, row_number() over (partition by s.family, s.size order by s.late, s.created_at, s.id) as twin,
               dense_rank() over (partition by s.family order by s.first, s.size) as place
        from (
            select o.id, o.family, o.created_at, o.id = any(changed) as late, smallest_amount(o.unit_amount, o.unit_code) as size,
                   min((o.id = any(changed))::int) over (partition by o.family, smallest_amount(o.unit_amount, o.unit_code)) as first
            from products o
            where o.family in (select family from products where id = any(changed))
        ) s
    ) n
    where n.id = p.id and p.id = any(changed) and p.family <> p.id and (n.twin > 1 or n.place > 20);
    return null;
end $$;
-- +goose StatementEnd
create trigger product_family before insert on products for each row execute function product_family_inserted();
-- Afterwards, since with a trigger before each row every change would make a product's words anew.
create trigger product_family_updated after update on products
    referencing old table as before new table as after for each statement execute function product_family_updated();

-- A search engine has one document for a thing, so it learns of all sizes when one changes.
-- +goose StatementBegin
create or replace function search_pending_products() returns trigger language plpgsql as $$
begin
    insert into search_pending (engine, product_id)
    select e.name, c.id
    from search_engines e cross join (
        select id from changed
        union
        select p.id from changed c cross join lateral (select id from products where family = c.family offset 0) p) c
    where search_fed(e.seen_at)
    order by e.name, c.id
    on conflict (engine, product_id) do update
        set generation = excluded.generation, changed_at = now();
    return null;
end $$;
create or replace function search_pending_labels() returns trigger language plpgsql as $$
begin
    insert into search_pending (engine, product_id)
    select e.name, c.product_id
    from search_engines e cross join (
        select product_id from changed
        union
        select p.id
        from changed c
        cross join lateral (select family from products where id = c.product_id offset 0) f
        cross join lateral (select id from products where family = f.family offset 0) p) c
    where search_fed(e.seen_at)
    order by e.name, c.product_id
    on conflict (engine, product_id) do update
        set generation = excluded.generation, changed_at = now();
    return null;
end $$;
create function search_pending_family() returns trigger language plpgsql as $$
begin
    insert into search_pending (engine, product_id)
    select e.name, p.id
    from search_engines e cross join products p
    where search_fed(e.seen_at) and p.family = old.family
    order by e.name, p.id
    on conflict (engine, product_id) do update
        set generation = excluded.generation, changed_at = now();
    return null;
end $$;
-- +goose StatementEnd
create trigger search_pending_family after update on products
    for each row when (old.family is distinct from new.family) execute function search_pending_family();
