-- What the association has decided becomes one object: a value, as text in the form in which it is kept, for each
-- field by its name in the form and in the history. Which fields there are, their bounds and what holds until
-- something is decided say the tags of Settings in internal/settings.
-- +goose Up
alter table settings add column decided jsonb not null default '{}';

update settings set decided = jsonb_build_object(
    'name_ar', name_ar, 'name_fr', name_fr, 'name_en', name_en, 'phone', phone, 'whatsapp', whatsapp, 'email', email,
    'address_ar', address_ar, 'address_fr', address_fr, 'hours_ar', hours_ar, 'hours_fr', hours_fr, 'hours_en', hours_en,
    'commission', (commission_basis_points / 100.0)::numeric(12, 2)::text,
    'free_from', (free_delivery_from_centimes / 100.0)::numeric(20, 2)::text,
    'reservation_hours', reservation_hours::text, 'buyer_months', buyer_months::text,
    'unauthorised', case when publish_without_authorisation then 'yes' else 'no' end,
    'hold_hours', hold_hours::text, 'order_products', order_products::text, 'order_pieces', order_pieces::text,
    'phone_orders', phone_orders::text, 'phone_pieces', phone_pieces::text,
    'address_orders', address_orders::text, 'address_pieces', address_pieces::text,
    'product_share', product_share::text, 'market_share', market_share::text, 'spare_share', spare_share::text, 'alarm_share', alarm_share::text);

alter table settings
    drop column name_ar, drop column name_fr, drop column name_en, drop column phone, drop column whatsapp, drop column email,
    drop column address_ar, drop column address_fr, drop column hours_ar, drop column hours_fr, drop column hours_en,
    drop column commission_basis_points, drop column free_delivery_from_centimes, drop column reservation_hours, drop column buyer_months,
    drop column publish_without_authorisation, drop column hold_hours, drop column order_products, drop column order_pieces,
    drop column phone_orders, drop column phone_pieces, drop column address_orders, drop column address_pieces,
    drop column product_share, drop column market_share, drop column spare_share, drop column alarm_share,
    add constraint settings_decided_is_an_object check (jsonb_typeof(decided) = 'object'),
    add constraint settings_numbers_e164 check (decided->>'phone' ~ '^(\+[0-9]+)?$' and decided->>'whatsapp' ~ '^(\+[0-9]+)?$');

-- What the association is called; owner: settings.
create view association as
    select decided->>'name_ar' as name_ar, decided->>'name_fr' as name_fr, decided->>'name_en' as name_en from settings;
