-- What is drawn below the communes stands with their zone, as their spots stand with them: the map of another
-- province is a row, and no new program. Berkane's is drawn where Berkane still stands on the map.
-- +goose Up
alter table delivery_zones
    add column map_sea   text not null default '', -- the data of a path of SVG, on the map of its communes; empty: nothing is drawn
    add column map_shore text not null default '',
    add column map_hills text not null default '',
    add constraint delivery_zones_drawn check (concat(map_sea, map_shore, map_hills) ~ '^[MmLlHhVvCcSsQqTtAaZz0-9 .,-]*$');

update delivery_zones set
    map_sea = 'M250 0C300 16 380 30 436 36S560 50 640 66V0z',
    map_shore = 'M0 348C40 300 44 246 92 204S190 96 262 6',
    map_hills = 'M96 330l28-30 26 30zM372 352l30-34 30 34zM432 344l24-26 24 26zM244 300l20-22 20 22zM492 330l22-24 22 24z'
where slug = 'province' and exists (select from places where slug = 'berkane' and zone = 'province' and map_x = 332 and map_y = 244);
