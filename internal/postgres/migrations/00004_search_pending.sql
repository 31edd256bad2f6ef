-- The pending set: which products each search engine has still to learn about. Statement-level
-- triggers fill it in the transaction that changes a product, so nothing can be forgotten.
-- +goose Up
create table search_engines (
    name          text primary key,
    registered_at timestamptz not null default now()
);

-- Numbers that only differ: a product that leaves the set and comes back must not look unchanged to a
-- worker that was slow.
create sequence search_generations;

create table search_pending (
    engine        text   not null references search_engines (name) on delete cascade,
    product_id    uuid   not null,  -- no foreign key: a deleted product has to leave the index too
    generation    bigint not null default nextval('search_generations'), -- never the same twice
    changed_at    timestamptz not null default now(),
    claimed_until timestamptz,
    primary key (engine, product_id)
);
create index search_pending_age on search_pending (engine, changed_at);

-- +goose StatementBegin
create function search_pending_products() returns trigger language plpgsql as $$
begin
    insert into search_pending (engine, product_id)
    select e.name, c.id
    from search_engines e cross join (select distinct id from changed) c
    order by e.name, c.id
    on conflict (engine, product_id) do update
        set generation = excluded.generation, changed_at = now();
    return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function search_pending_labels() returns trigger language plpgsql as $$
begin
    insert into search_pending (engine, product_id)
    select e.name, c.product_id
    from search_engines e cross join (select distinct product_id from changed) c
    order by e.name, c.product_id
    on conflict (engine, product_id) do update
        set generation = excluded.generation, changed_at = now();
    return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function search_pending_cooperatives() returns trigger language plpgsql as $$
begin
    insert into search_pending (engine, product_id)
    select e.name, p.id
    from search_engines e cross join products p
    where p.cooperative_id in (select id from changed)
    order by e.name, p.id
    on conflict (engine, product_id) do update
        set generation = excluded.generation, changed_at = now();
    return null;
end $$;
-- +goose StatementEnd

create trigger search_pending_insert after insert on products
    referencing new table as changed for each statement execute function search_pending_products();
create trigger search_pending_update after update on products
    referencing new table as changed for each statement execute function search_pending_products();
create trigger search_pending_delete after delete on products
    referencing old table as changed for each statement execute function search_pending_products();
create trigger search_pending_insert after insert on product_labels
    referencing new table as changed for each statement execute function search_pending_labels();
create trigger search_pending_update after update on product_labels
    referencing new table as changed for each statement execute function search_pending_labels();
create trigger search_pending_delete after delete on product_labels
    referencing old table as changed for each statement execute function search_pending_labels();
create trigger search_pending_update after update on cooperatives
    referencing new table as changed for each statement execute function search_pending_cooperatives();
