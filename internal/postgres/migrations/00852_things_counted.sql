-- What buyers are told of a cooperative and of the market is how many things are offered, whatever their sizes, as search
-- counts them; until now it was each size. Their number is carried as that of the products is.
-- +goose Up

alter table product_counts add column things int not null default 0; -- of those published
create or replace view product_counts_now as
    select cooperative_id,
           count(*) filter (where state = 'published')::int as published,
           count(*) filter (where state = 'published' and not sold_out)::int as available,
           count(*) filter (where state = 'draft')::int as draft,
           count(*) filter (where state = 'archived')::int as archived,
           count(*) filter (where picture_id is null and state <> 'archived')::int as unpictured,
           count(distinct family) filter (where state = 'published')::int as things
    from products
    group by cooperative_id;

-- A thing counts once it has a size that is published, and until it has none. Two who publish sizes of it at once take turns,
-- else it would count for both.
-- +goose StatementBegin
create function things_counted() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    families uuid[];
    owners   uuid[];
    moves    bigint[]; -- by how many sizes that are published it has more
begin
    if tg_op = 'INSERT' then
        select array_agg(family), array_agg(cooperative_id), array_agg(n) into families, owners, moves
        from (select family, cooperative_id, count(*) as n from after where state = 'published' group by family, cooperative_id) m;
    elsif tg_op = 'DELETE' then
        select array_agg(family), array_agg(cooperative_id), array_agg(n) into families, owners, moves
        from (select family, cooperative_id, -count(*) as n from before where state = 'published' group by family, cooperative_id) m;
    else
        select array_agg(family), array_agg(cooperative_id), array_agg(n) into families, owners, moves
        from (
            select family, cooperative_id, sum(n) as n
            from (
                select family, cooperative_id, 1 as n from after where state = 'published'
                union all
                select family, cooperative_id, -1 from before where state = 'published') size
            group by family, cooperative_id having sum(n) <> 0) m;
    end if;
    if families is null then
        return null;
    end if;
    perform from cooperatives where id = any(owners) order by id for no key update;
    update product_counts c set things = c.things + d.things
    from (
        select owner, sum((there > 0)::int - (there - n > 0)::int) as things
        from (
            select m.owner, m.n, (
                select count(*) from (select state from products where family = m.family offset 0) p -- by the families' index and no other
                where state = 'published') as there
            from unnest(families, owners, moves) as m (family, owner, n)) f
        group by owner) d
    where c.cooperative_id = d.owner and d.things <> 0;
    return null;
end $$;
create or replace function stalls_of_products() returns trigger language plpgsql as $$
begin
    update stalls s set published = a.things
    from (select * from after order by cooperative_id) a
    where s.cooperative_id = a.cooperative_id and s.published <> a.things;
    return null;
end $$;
-- +goose StatementEnd
-- By their names they come after a cooperative's products are counted and before a product finds another family, which is a
-- change of its own.
create trigger count_things_insert after insert on products
    referencing new table as after for each statement execute function things_counted();
create trigger count_things_update after update on products
    referencing old table as before new table as after for each statement execute function things_counted();
create trigger count_things_delete after delete on products
    referencing old table as before for each statement execute function things_counted();

update product_counts c set things = n.things from product_counts_now n where n.cooperative_id = c.cooperative_id;
