-- What moved into «decided» lost the bounds it had as columns, and postings the way by cooperative alone, by which
-- a cooperative's own postings of accounts other than its own are read.
-- +goose Up
alter table settings
    add constraint settings_commission_is_a_share check ((decided->>'commission')::numeric between 0 and 100),
    add constraint settings_free_delivery_not_negative check ((decided->>'free_from')::numeric >= 0),
    add constraint settings_reservation_positive check ((decided->>'reservation_hours')::int > 0),
    add constraint settings_buyer_months_sane check ((decided->>'buyer_months')::int between 1 and 120),
    add constraint settings_holds_sane check (
        least((decided->>'hold_hours')::int, (decided->>'order_products')::int, (decided->>'order_pieces')::int, (decided->>'phone_orders')::int,
              (decided->>'phone_pieces')::int, (decided->>'address_orders')::int, (decided->>'address_pieces')::int,
              (decided->>'product_share')::int, (decided->>'market_share')::int, (decided->>'spare_share')::int, (decided->>'alarm_share')::int) > 0
        and greatest((decided->>'product_share')::int, (decided->>'market_share')::int, (decided->>'spare_share')::int, (decided->>'alarm_share')::int) <= 100);
create index postings_cooperative on postings (cooperative_id);
