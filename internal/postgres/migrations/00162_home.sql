-- Where the market is at home is data: the nearest zone is called «province», whichever that is, and where each of
-- its communes is drawn on the map stands with the commune.
-- +goose Up
alter table places drop constraint places_zone_fkey;
update delivery_zones set slug = 'province' where slug = 'berkane';
update places set zone = 'province' where zone = 'berkane';
alter table places
    add constraint places_zone_fkey foreign key (zone) references delivery_zones (slug),
    add column map_x     int, -- on a map of 640 by 480 with north above; null: not drawn
    add column map_y     int,
    add column map_above boolean not null default false, -- its name stands above the spot, where it hides no other
    add constraint places_on_the_map check ((map_x is null) = (map_y is null) and map_x between 0 and 640 and map_y between 0 and 480);

update places p set map_x = d.x, map_y = d.y, map_above = d.above
from (values
    ('berkane', 332, 244, false),
    ('ahfir', 578, 186, false),
    ('saidia', 436, 58, false),
    ('madagh', 304, 124, false),
    ('rislane', 150, 408, false),
    ('tafoughalt', 226, 352, false),
    ('aklim', 186, 258, false),
    ('sidi-slimane-echcharaa', 262, 216, true),
    ('zegzel', 304, 314, false),
    ('fezouane', 472, 258, false),
    ('ain-reggada', 388, 176, true),
    ('laatamna', 482, 122, false),
    ('boughriba', 160, 146, false),
    ('chouihia', 64, 282, false),
    ('sidi-bouhria', 330, 436, false),
    ('aghbal', 560, 280, false),
    ('jraoua', 404, 216, false)
) as d (slug, x, y, above)
where p.slug = d.slug;

-- The history of settings tells the zone's fields by its name.
alter table settings_changes disable trigger settings_changes_append_only;
update settings_changes
set fields = array_replace(array_replace(array_replace(fields, 'fee_berkane', 'fee_province'), 'min_berkane', 'min_province'), 'max_berkane', 'max_province')
where fields && array['fee_berkane', 'min_berkane', 'max_berkane'];
alter table settings_changes enable trigger settings_changes_append_only;

-- near says that a place is in the nearest zone.
create or replace view towns as
    select slug, name_ar, name_fr, postcode, zone = (select slug from delivery_zones order by position limit 1) as near from places;
create or replace view association as
    select decided->>'name_ar' as name_ar, decided->>'name_fr' as name_fr, decided->>'name_en' as name_en,
           decided->>'province_ar' as province_ar, decided->>'province_fr' as province_fr, decided->>'province_en' as province_en from settings;
