-- What pages say of all cooperatives is carried along with each change, and nothing is counted or sorted for a page.
-- +goose Up

-- Each cooperative as lists have it; owner: cooperative.
create table stalls (
    cooperative_id uuid primary key references cooperatives (id) on delete cascade,
    state          text     not null,
    commune        text     not null,
    name_ar        text     not null,
    name_fr        text     not null,
    women_only     boolean  not null,
    members        int      not null,
    women          int      not null,
    published      int      not null default 0, -- products
    shown          boolean  not null generated always as (state = 'approved' and published > 0) stored, -- to buyers
    lot            text     not null generated always as (md5(cooperative_id::text)) stored, -- when its turn is
    words          tsvector not null generated always as (to_tsvector('simple'::regconfig, name_ar || ' ' || name_fr)) stored
);
create index stalls_by_commune on stalls (commune, name_ar, cooperative_id) where shown;
create index stalls_of_women on stalls (commune, name_ar, cooperative_id) where shown and women_only;
create index stalls_by_name on stalls (name_ar, cooperative_id) where shown;
create index stalls_by_id on stalls (cooperative_id) where shown;
create index stalls_by_lot on stalls (lot) where shown;
create index stalls_by_state on stalls (state, name_ar, cooperative_id);
create index stalls_by_state_fr on stalls (state, name_fr, cooperative_id);
create index stalls_words on stalls using gin (words);

-- How many of them there are; owner: cooperative.
create table stall_counts (
    state      text not null,
    commune    text not null,
    all_of     int  not null default 0,
    all_women  int  not null default 0, -- of women alone
    shown      int  not null default 0,
    women_only int  not null default 0, -- of those shown
    members    int  not null default 0, -- of those shown
    women      int  not null default 0, -- of these members
    primary key (state, commune),
    constraint stall_counts_not_negative check (least(all_of, all_women, shown, women_only, members, women) >= 0)
);
create view stall_counts_now as
    select state, commune, count(*)::int as all_of, (count(*) filter (where women_only))::int as all_women,
           (count(*) filter (where shown))::int as shown, (count(*) filter (where shown and women_only))::int as women_only,
           coalesce(sum(members) filter (where shown), 0)::int as members, coalesce(sum(women) filter (where shown), 0)::int as women
    from stalls group by state, commune;

insert into stalls (cooperative_id, state, commune, name_ar, name_fr, women_only, members, women, published)
select c.id, c.state, c.commune, c.name_ar, c.name_fr, c.women_only, c.women + c.men, c.women, coalesce(n.published, 0)
from cooperatives c left join product_counts n on n.cooperative_id = c.id;
insert into stall_counts select * from stall_counts_now;

-- +goose StatementBegin
create function stalls_of_cooperatives() returns trigger language plpgsql as $$
begin
    insert into stalls (cooperative_id, state, commune, name_ar, name_fr, women_only, members, women)
    select id, state, commune, name_ar, name_fr, women_only, women + men, women from after order by id
    on conflict (cooperative_id) do update
        set state = excluded.state, commune = excluded.commune, name_ar = excluded.name_ar, name_fr = excluded.name_fr,
            women_only = excluded.women_only, members = excluded.members, women = excluded.women
        where (stalls.state, stalls.commune, stalls.name_ar, stalls.name_fr, stalls.women_only, stalls.members, stalls.women)
            is distinct from (excluded.state, excluded.commune, excluded.name_ar, excluded.name_fr, excluded.women_only, excluded.members, excluded.women);
    return null;
end $$;
create function stalls_of_products() returns trigger language plpgsql as $$
begin
    update stalls s set published = a.published
    from (select * from after order by cooperative_id) a
    where s.cooperative_id = a.cooperative_id and s.published <> a.published;
    return null;
end $$;
create function stalls_counted() returns trigger language plpgsql as $$
begin
    insert into stall_counts (state, commune)
    select distinct state, commune from after order by state, commune
    on conflict do nothing;
    update stall_counts t
    set all_of = t.all_of + d.all_of, all_women = t.all_women + d.all_women
    from (select state, commune, count(*) as all_of, count(*) filter (where women_only) as all_women from after group by state, commune) d
    where t.state = d.state and t.commune = d.commune;
    return null;
end $$;
-- Of those that stay as they are seen, such as one with a product more, nothing is written: else all cooperatives
-- of a commune would take turns.
create function stalls_counted_again() returns trigger language plpgsql as $$
begin
    insert into stall_counts (state, commune)
    select distinct state, commune from after order by state, commune
    on conflict do nothing;
    update stall_counts t
    set all_of = t.all_of + d.all_of, all_women = t.all_women + d.all_women, shown = t.shown + d.shown,
        women_only = t.women_only + d.women_only, members = t.members + d.members, women = t.women + d.women
    from (
        select state, commune, sum(n) as all_of, sum(n) filter (where women_only) as all_women, sum(n) filter (where shown) as shown,
               sum(n) filter (where shown and women_only) as women_only, sum(n * members) filter (where shown) as members,
               sum(n * women) filter (where shown) as women
        from (select 1 as n, * from after union all select -1, * from before) s
        group by state, commune
    ) s
    cross join lateral (
        select s.all_of, coalesce(s.all_women, 0) as all_women, coalesce(s.shown, 0) as shown, coalesce(s.women_only, 0) as women_only,
               coalesce(s.members, 0) as members, coalesce(s.women, 0) as women) d
    where t.state = s.state and t.commune = s.commune
      and (d.all_of, d.all_women, d.shown, d.women_only, d.members, d.women) <> (0, 0, 0, 0, 0, 0);
    return null;
end $$;
-- +goose StatementEnd
create trigger stalls_insert after insert on cooperatives
    referencing new table as after for each statement execute function stalls_of_cooperatives();
create trigger stalls_update after update on cooperatives
    referencing new table as after for each statement execute function stalls_of_cooperatives();
create trigger stalls_insert after insert on product_counts
    referencing new table as after for each statement execute function stalls_of_products();
create trigger stalls_update after update on product_counts
    referencing new table as after for each statement execute function stalls_of_products();
create trigger stalls_counted after insert on stalls
    referencing new table as after for each statement execute function stalls_counted();
create trigger stalls_counted_again after update on stalls
    referencing old table as before new table as after for each statement execute function stalls_counted_again();
