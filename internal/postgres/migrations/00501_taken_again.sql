-- An order whose payment came late takes its goods a second time; owner: catalog.
-- +goose Up
alter table stock_movements add column take smallint not null default 1; -- which time the order had the product reserved
create unique index stock_movements_once_per_take on stock_movements (product_id, order_id, reason, take) where adjustment_id is null;
drop index stock_movements_once_per_order;
