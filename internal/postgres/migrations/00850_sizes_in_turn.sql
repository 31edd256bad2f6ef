-- Two sizes of the same quantity that were written at the same moment both stood, since neither saw the other. What a
-- cooperative writes that puts a product into a family takes turns from now on.
-- +goose Up

-- +goose StatementBegin
create or replace function product_family_inserted() returns trigger language plpgsql set enable_seqscan = off as $$
begin
    perform from cooperatives where id = new.cooperative_id for no key update;
    new.family := family_wanted(new);
    if exists (
        select from products
        where family = new.family and smallest_amount(unit_amount, unit_code) = smallest_amount(new.unit_amount, new.unit_code))
      or 20 <= (select count(*) from (select from products where family = new.family limit 20) sizes) then
        new.family := new.id;
    end if;
    return new;
end $$;

-- Puts products into the families that they want. Of what is changed together all is put where it wants to be first; then
-- what was there before stays, and the elder.
create function put_into_families(changed uuid[]) returns void language plpgsql set enable_seqscan = off as $$
begin
    perform from cooperatives
    where id = any(array(select distinct cooperative_id from products where id = any(changed)))
    order by id for no key update;
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
end $$;
create or replace function product_family_updated() returns trigger language plpgsql as $$
declare
    changed uuid[];
begin
    select array_agg(a.id) into changed
    from after a join before b on b.id = a.id
    where (a.name_ar, a.name_fr, a.category, a.unit_amount, a.unit_code, a.state, a.sized_with)
        is distinct from (b.name_ar, b.name_fr, b.category, b.unit_amount, b.unit_code, b.state, b.sized_with);
    if changed is not null then
        perform put_into_families(changed);
    end if;
    return null;
end $$;
-- +goose StatementEnd

-- Those that both stand by now: the elder is the size.
update products p set family = p.id
from (select id, row_number() over (partition by family, smallest_amount(unit_amount, unit_code) order by created_at, id) as n from products) twins
where twins.id = p.id and twins.n > 1;
