-- A market may rest on a day of each week, without which the days of an order are reckoned. What was promised before that was
-- decided, or another day, holds: an order keeps the day that it was placed under.
-- +goose Up

-- Owner: order.
alter table orders
    add column rest_day smallint not null default 0, -- 1 for Monday to 7; 0: none
    add constraint orders_rest_day_known check (rest_day between 0 and 7);
