-- Places people live in, what it costs to deliver there, and the market's own settings.
-- +goose Up
create table delivery_zones (
    slug                 text primary key,
    position             int    not null,
    fee_centimes         bigint not null,
    days_min             int    not null,
    days_max             int    not null,
    perishables_allowed  boolean not null,
    constraint delivery_zones_fee_not_negative check (fee_centimes >= 0),
    constraint delivery_zones_days_in_order check (days_min >= 0 and days_max >= days_min)
);

create table places (
    slug      text primary key,
    name_ar   text not null,
    name_fr   text not null,
    zone      text not null references delivery_zones (slug),
    latitude  double precision not null,
    longitude double precision not null,
    postcode  text not null default ''
);
create index places_zone on places (zone);

-- One row: what the association's members have decided.
create table settings (
    only_row                       boolean primary key default true,
    commission_basis_points        int    not null default 500,
    free_delivery_from_centimes    bigint not null default 50000,
    reservation_hours              int    not null default 72,
    publish_without_authorisation  boolean not null default false,
    constraint settings_only_row check (only_row),
    constraint settings_commission_is_a_share check (commission_basis_points between 0 and 10000),
    constraint settings_free_delivery_not_negative check (free_delivery_from_centimes >= 0),
    constraint settings_reservation_positive check (reservation_hours > 0)
);
insert into settings default values;

insert into delivery_zones (slug, position, fee_centimes, days_min, days_max, perishables_allowed) values
    ('berkane',      1, 2000, 1, 3, true),
    ('oriental',     2, 3000, 2, 4, false),
    ('large-cities', 3, 3500, 2, 5, false),
    ('elsewhere',    4, 4500, 3, 7, false);
