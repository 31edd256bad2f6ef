-- What leaves an order because it is not there is nobody's any more, and not for sale again. Owner: catalog.
-- +goose Up
alter table stock_movements
    add column lost_of uuid, -- the order that had the pieces reserved, which are counted off
    add constraint stock_movements_lost_is_counted check (lost_of is null or reason = 'count' and delta < 0 and adjustment_id is null);
create unique index stock_movements_lost_once on stock_movements (lost_of, product_id) where lost_of is not null;
create view stock_lost_of_orders as
    select lost_of as order_id, product_id, -delta as quantity from stock_movements where lost_of is not null;

-- Owner: order.
alter table sub_orders
    add column lost boolean not null default false, -- its goods were not there when it left the order
    add constraint sub_orders_lost_when_gone check (not lost or state in ('declined', 'cancelled'));
create index sub_orders_lost on sub_orders (order_id) where lost;
