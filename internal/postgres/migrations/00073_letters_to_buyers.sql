-- Whether the link to confirm an order was mailed to its buyer: of one who gives a mailbox to which much was
-- written, or from whose network much was, it is not.
-- +goose Up
alter table holds add column letter boolean not null default false;
update holds h set letter = true from orders o where o.id = h.order_id and o.buyer_email <> '';
