-- +goose Up

-- Each table has one package that reads and writes it. These views are what its owner lets the others read.

-- Of whoever signs in, what others write beside her deeds or to her; owner: account.
create view people as
    select id, name, email, locale, cooperative_id, role, created_at, disabled_at is not null as ended from users;

-- The places that people live in and orders go to; owner: delivery.
create view towns as
    select slug, name_ar, name_fr, postcode from places;

-- A cooperative as it stands beside its goods, orders and money; owner: cooperative. Who does not read the name of
-- its commune does not pay for it: the join then falls away.
create view sellers as
    select c.id, c.slug, c.name_ar, c.name_fr, c.sector, c.commune, t.name_ar as commune_name_ar, t.name_fr as commune_name_fr,
           c.women, c.men, c.young, c.women_only, c.rib, c.state, c.state = 'approved' as approved
    from cooperatives c left join places t on t.slug = c.commune;

-- When a cooperative's bank account was changed, with the last digits; owner: cooperative.
create view bank_account_changes as
    select id, cooperative_id, rib_before, rib_after, user_id, at from cooperative_events where kind = 'rib';

-- An order without whatever tells who ordered; owner: order.
create view order_heads as
    select id, number, link, state, place, sample, placed_at from orders;

-- What a cooperative has of an order; owner: order.
create view order_parts as
    select id, order_id, cooperative_id, state, items_centimes, commission_centimes from sub_orders;

-- What the kept mail is about; owner: mail.
create view letters as
    select about from mailbox where about is not null;

-- A product as it stands in baskets and orders; owner: catalog. The join falls away as above.
create view goods as
    select p.id, p.cooperative_id, p.slug, p.category, k.drawing as category_drawing, p.name_ar, p.name_fr, p.name_en, p.stock, p.drawing, p.picture_id,
           p.state = 'published' as published
    from products p left join categories k on k.slug = p.category;

-- What orders took from stock and gave back; owner: catalog.
create view order_stock as
    select order_id, product_id, delta from stock_movements where order_id is not null;
