-- +goose Up
-- What is out of its season is not sold, as what is sold out is not. A season is two months, 1 to 12, and may pass over new
-- year; without one, each month is in season.
create function in_season(season_from int, season_to int, month int) returns boolean language sql immutable parallel safe
    return coalesce((month - season_from + 12) % 12 <= (season_to - season_from + 12) % 12, true);

create or replace view offered as
    select p.id, p.cooperative_id, p.slug, p.stock, p.season_from, p.season_to
    from products p
    join cooperatives c on c.id = p.cooperative_id
    where is_offered(p.state, c.state);

-- A search for what is to be had finds them no more, so it learns of them anew, with the other sizes of their things.
insert into search_pending (engine, product_id)
select distinct e.name, s.id
from search_engines e
cross join products p
join products s on s.family = p.family
where search_fed(e.seen_at) and p.off_season
order by 1, 2
on conflict (engine, product_id) do update
    set generation = excluded.generation, changed_at = now();
