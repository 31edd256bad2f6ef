-- What delivery's zones are called stands with them: another zone is a row, and no new program. The province is
-- called as the settings say, and has no name here.
-- +goose Up
alter table delivery_zones
    add column name_ar text not null default '',
    add column name_fr text not null default '',
    add column name_en text not null default '';
update delivery_zones z set name_ar = n.ar, name_fr = n.fr, name_en = n.en
from (values
    ('oriental', 'جهة الشرق', 'L’Oriental', 'Oriental region'),
    ('large-cities', 'المدن الكبرى', 'Grandes villes', 'Large cities'),
    ('elsewhere', 'باقي المغرب', 'Ailleurs au Maroc', 'Elsewhere in Morocco')
) as n (slug, ar, fr, en)
where n.slug = z.slug;
-- Another that somebody added goes by that word until it is named.
update delivery_zones set name_ar = slug, name_fr = slug, name_en = slug where slug <> 'province' and name_ar = '';
alter table delivery_zones
    add constraint delivery_zones_named check (slug = 'province' or name_ar <> '' and name_fr <> '' and name_en <> '');
