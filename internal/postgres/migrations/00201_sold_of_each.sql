-- What some cooperatives sold in a period is found by them, however many others sold in it.
-- +goose Up
create index sold_by_cooperative_own on sold_by_cooperative (cooperative_id, first);
drop index sold_parts_cooperative;
create index sold_parts_cooperative on sold_parts (cooperative_id, day);
