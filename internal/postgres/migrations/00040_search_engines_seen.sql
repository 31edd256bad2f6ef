-- A search engine that nobody has seen for a week is fed no more, and forgotten after two: instances come
-- and go, each with an index of its own, and what waits for those that went would grow for ever. In
-- between no transaction feeds it, so that its row can be deleted beside changes of products. One that
-- comes back is filled anew.
-- +goose Up
alter table search_engines add column seen_at timestamptz not null default now();

create function search_fed(seen_at timestamptz) returns boolean language sql stable as $$
    select seen_at > now() - interval '7 days'
$$;

-- +goose StatementBegin
create or replace function search_pending_products() returns trigger language plpgsql as $$
begin
    insert into search_pending (engine, product_id)
    select e.name, c.id
    from search_engines e cross join (select distinct id from changed) c
    where search_fed(e.seen_at)
    order by e.name, c.id
    on conflict (engine, product_id) do update
        set generation = excluded.generation, changed_at = now();
    return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function search_pending_labels() returns trigger language plpgsql as $$
begin
    insert into search_pending (engine, product_id)
    select e.name, c.product_id
    from search_engines e cross join (select distinct product_id from changed) c
    where search_fed(e.seen_at)
    order by e.name, c.product_id
    on conflict (engine, product_id) do update
        set generation = excluded.generation, changed_at = now();
    return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function search_pending_cooperatives() returns trigger language plpgsql as $$
begin
    insert into search_pending (engine, product_id)
    select e.name, p.id
    from search_engines e cross join products p
    where search_fed(e.seen_at) and p.cooperative_id in (select id from changed)
    order by e.name, p.id
    on conflict (engine, product_id) do update
        set generation = excluded.generation, changed_at = now();
    return null;
end $$;
-- +goose StatementEnd
