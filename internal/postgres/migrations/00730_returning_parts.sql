-- +goose Up
-- What is held of a cooperative's goods for as long as some of them are being sent back; owner: order. Whoever asks for one
-- cooperative's reads what is being sent back of hers, not of a whole country. Nothing of it has been counted yet.
create index order_return_lines_uncounted on order_return_lines (cooperative_id) where sound is null;
create or replace view returning_parts as
    select n.id, b.cooperative_id, n.items_centimes - n.commission_centimes as amount_centimes
    from (
        select distinct b.sub_order_id, b.cooperative_id
        from order_return_lines b join order_returns r on r.id = b.return_id
        where b.sound is null and r.state in ('asked', 'arranged')
    ) b
    cross join lateral (
        select id, items_centimes, commission_centimes from sub_orders_now where id = b.sub_order_id and earns_at is not null offset 0) n;
