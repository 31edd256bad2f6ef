-- Why something was taken off, for whoever tells of its journal; owner: order.
-- +goose Up
create view adjustment_reasons as select id, reason from order_adjustments;
