-- The changes that wait and those that are lent stand in indexes of their own: whoever claims the oldest reads
-- as many as she takes, however many came at once, and not those that others hold.
-- +goose Up
drop index search_pending_age;
create index search_pending_due on search_pending (engine, changed_at, product_id) where claimed_until is null;
create index search_pending_lent on search_pending (engine, claimed_until) where claimed_until is not null;

-- One row at a time, by its key, whatever the statistics say: right after very many changes those of the empty
-- set would have a batch's rows looked for in all of it.
create function search_lend(engine text, product_id uuid, until timestamptz) returns void language sql as $$
    update search_pending p set claimed_until = $3 where p.engine = $1 and p.product_id = $2
$$;
create function search_strike(engine text, product_id uuid) returns void language sql as $$
    delete from search_pending p where p.engine = $1 and p.product_id = $2
$$;
