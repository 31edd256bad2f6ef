-- +goose Up
-- What a form did is known by the form's own key, so that sent twice it does it once.
alter table products add column form bytea; -- hash of the key and of what was typed
alter table products add constraint products_form_key unique (cooperative_id, form);

alter table stock_movements add column form uuid;
alter table stock_movements add constraint stock_movements_once_per_form unique (product_id, form);
