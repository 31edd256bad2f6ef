-- How many products are offered is carried along, since the front page tells it.
-- +goose Up

-- Their number is the sum of these. Each change adds a row, so that nobody waits for another, and now and then one takes
-- the place of many; owner: catalog.
create table offered_changes (
    id       uuid primary key default gen_random_uuid(),
    products int  not null
);
insert into offered_changes (products) select coalesce(sum(published), 0) from stalls where shown;

-- +goose StatementBegin
create function offered_counted() returns trigger language plpgsql as $$
declare
    more bigint := 0;
    less bigint := 0;
begin
    if tg_op <> 'DELETE' then
        select coalesce(sum(published), 0) into more from after where shown;
    end if;
    if tg_op <> 'INSERT' then
        select coalesce(sum(published), 0) into less from before where shown;
    end if;
    if more <> less then
        insert into offered_changes (products) values (more - less);
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger offered_counted_insert after insert on stalls
    referencing new table as after for each statement execute function offered_counted();
create trigger offered_counted_update after update on stalls
    referencing old table as before new table as after for each statement execute function offered_counted();
create trigger offered_counted_delete after delete on stalls
    referencing old table as before for each statement execute function offered_counted();
