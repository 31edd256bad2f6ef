-- What moved into «decided» lost the bounds it had as columns, and postings the way by cooperative alone, by which
-- a cooperative's own postings of accounts other than its own are read.
-- +goose Up
alter table settings
    add constraint settings_commission_is_a_share check ((decided->>'commission')::numeric between 0 and 100),
    add constraint settings_free_delivery_not_negative check ((decided->>'free_from')::numeric >= 0),
    add constraint settings_reservation_positive check ((decided->>'reservation_hours')::int > 0);
create index postings_cooperative on postings (cooperative_id);
