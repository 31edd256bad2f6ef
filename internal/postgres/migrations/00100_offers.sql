-- What is offered is said once, and what pages count and draw lots for is kept, so that no page reads the whole
-- catalogue.
-- +goose Up

-- Buyers see and may order a product while its cooperative offers it and the association lets her.
create function is_offered(product_state text, cooperative_state text) returns boolean
    language sql immutable parallel safe
    return product_state = 'published' and cooperative_state = 'approved';

create view offered as
    select p.id, p.cooperative_id, p.slug, p.stock
    from products p join cooperatives c on c.id = p.cooperative_id
    where is_offered(p.state, c.state);

-- A column of its own, for an index over the stock itself would be written with every order.
alter table products add column sold_out boolean not null generated always as (stock = 0) stored;
create index products_offers on products (cooperative_id, sold_out, sku) include (id) where state = 'published';
create index products_newest on products (cooperative_id, created_at desc, id desc);
-- For what the association counts before it decides about food without an authorisation.
create index products_unauthorised on products (category, cooperative_id) where state = 'published' and authorisation = '';
create index products_authorised_till on products (authorisation_expires_on, category, cooperative_id) where state = 'published';

-- Whose product a label is of, for the labels of all that a cooperative offers.
alter table product_labels add column cooperative_id uuid;
alter table product_labels disable trigger user; -- search has nothing to learn of it
update product_labels l set cooperative_id = p.cooperative_id from products p where p.id = l.product_id;
alter table product_labels enable trigger user;
alter table product_labels alter column cooperative_id set not null;
create index product_labels_cooperative on product_labels (cooperative_id, label, expires_on);
-- +goose StatementBegin
create function product_label_cooperative() returns trigger language plpgsql as $$
begin
    select cooperative_id into new.cooperative_id from products where id = new.product_id;
    return new;
end $$;
-- +goose StatementEnd
create trigger cooperative before insert on product_labels for each row execute function product_label_cooperative();

-- How many products a cooperative has, by what its pages tell apart.
create table product_counts (
    cooperative_id uuid primary key references cooperatives (id),
    published      int not null,
    available      int not null,  -- of these, in stock
    draft          int not null,
    archived       int not null,
    unpictured     int not null   -- and not archived
);

create view product_counts_now as
    select cooperative_id,
           count(*) filter (where state = 'published')::int as published,
           count(*) filter (where state = 'published' and not sold_out)::int as available,
           count(*) filter (where state = 'draft')::int as draft,
           count(*) filter (where state = 'archived')::int as archived,
           count(*) filter (where picture_id is null and state <> 'archived')::int as unpictured
    from products
    group by cooperative_id;
insert into product_counts select * from product_counts_now;

-- Cooperatives in order of their ids, so that two who count the same cannot wait for each other.
-- +goose StatementBegin
create function count_products_inserted() returns trigger language plpgsql as $$
begin
    insert into product_counts as c (cooperative_id, published, available, draft, archived, unpictured)
    select cooperative_id, count(*) filter (where state = 'published'), count(*) filter (where state = 'published' and not sold_out),
           count(*) filter (where state = 'draft'), count(*) filter (where state = 'archived'),
           count(*) filter (where picture_id is null and state <> 'archived')
    from after group by cooperative_id order by cooperative_id
    on conflict (cooperative_id) do update
    set published = c.published + excluded.published, available = c.available + excluded.available, draft = c.draft + excluded.draft,
        archived = c.archived + excluded.archived, unpictured = c.unpictured + excluded.unpictured;
    return null;
end $$;
-- +goose StatementEnd

-- What a product counted for is taken away and what it counts for now added; most changes move nothing.
-- +goose StatementBegin
create function count_products_updated() returns trigger language plpgsql as $$
begin
    insert into product_counts as c (cooperative_id, published, available, draft, archived, unpictured)
    select * from (
        select cooperative_id,
               coalesce(sum(n) filter (where state = 'published'), 0) as published,
               coalesce(sum(n) filter (where state = 'published' and not sold_out), 0) as available,
               coalesce(sum(n) filter (where state = 'draft'), 0) as draft,
               coalesce(sum(n) filter (where state = 'archived'), 0) as archived,
               coalesce(sum(n) filter (where picture_id is null and state <> 'archived'), 0) as unpictured
        from (
            select 1 as n, cooperative_id, state, sold_out, picture_id from after
            union all
            select -1, cooperative_id, state, sold_out, picture_id from before
        ) product
        group by cooperative_id
    ) moved
    where (published, available, draft, archived, unpictured) <> (0, 0, 0, 0, 0)
    order by cooperative_id
    on conflict (cooperative_id) do update
    set published = c.published + excluded.published, available = c.available + excluded.available, draft = c.draft + excluded.draft,
        archived = c.archived + excluded.archived, unpictured = c.unpictured + excluded.unpictured;
    return null;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function count_products_deleted() returns trigger language plpgsql as $$
begin
    update product_counts c
    set published = c.published - gone.published, available = c.available - gone.available, draft = c.draft - gone.draft,
        archived = c.archived - gone.archived, unpictured = c.unpictured - gone.unpictured
    from (
        select cooperative_id, count(*) filter (where state = 'published') as published,
               count(*) filter (where state = 'published' and not sold_out) as available,
               count(*) filter (where state = 'draft') as draft, count(*) filter (where state = 'archived') as archived,
               count(*) filter (where picture_id is null and state <> 'archived') as unpictured
        from before group by cooperative_id) gone
    where gone.cooperative_id = c.cooperative_id;
    return null;
end $$;
-- +goose StatementEnd

create trigger count_products_insert after insert on products
    referencing new table as after for each statement execute function count_products_inserted();
create trigger count_products_update after update on products
    referencing old table as before new table as after for each statement execute function count_products_updated();
create trigger count_products_delete after delete on products
    referencing old table as before for each statement execute function count_products_deleted();

-- Products that are shown by lot, as they were drawn for a day.
create table drawn_products (
    shelf    text primary key,
    day      date not null,
    drawn_at timestamptz not null,
    products uuid[] not null default '{}'  -- in the order in which they are shown
);
