-- A commune of this market's own: those of Morocco come with a later migration.
insert into places (slug, name_ar, name_fr, zone, latitude, longitude, postcode) values
    ('ouled-sghir', 'أولاد الصغير', 'Ouled Sghir', 'berkane', 34.9, -2.3, '63302');
update settings set commission_basis_points = 500, free_delivery_from_centimes = 60000;
