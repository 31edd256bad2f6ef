-- Who decided, corrected, paid or moved goods is said by a word, as in the history of an order (00130). Until now it
-- was told by whether a user was named: none was the market itself or, of goods that an order took, its buyer.
-- +goose Up

-- The tables are append-only: a column is filled by being rewritten.
alter table cooperative_events add column actor text;
alter table cooperative_events
    alter column actor type text using case when user_id is null then 'system' else 'association' end,
    alter column actor set not null,
    add constraint cooperative_events_actor_known check (actor in ('association', 'system')),
    add constraint cooperative_events_user_is_the_actors check ((user_id is not null) = (actor = 'association'));
alter table settings_changes add column actor text;
alter table settings_changes
    alter column actor type text using case when user_id is null then 'system' else 'association' end,
    alter column actor set not null,
    add constraint settings_changes_actor_known check (actor in ('association', 'system')),
    add constraint settings_changes_user_is_the_actors check ((user_id is not null) = (actor = 'association'));
alter table payouts add column actor text;
alter table payouts
    alter column actor type text using case when user_id is null then 'system' else 'association' end,
    alter column actor set not null,
    add constraint payouts_actor_known check (actor in ('association', 'system')),
    add constraint payouts_user_is_the_actors check ((user_id is not null) = (actor = 'association'));
alter table payout_reversals add column actor text;
alter table payout_reversals
    alter column actor type text using case when user_id is null then 'system' else 'association' end,
    alter column actor set not null,
    add constraint payout_reversals_actor_known check (actor in ('association', 'system')),
    add constraint payout_reversals_user_is_the_actors check ((user_id is not null) = (actor = 'association'));

-- Goods are taken by the buyer who orders them. They come back by whoever took them off the order or ended its
-- cooperative's part, as the order's history tells.
alter table stock_movements add column actor text;
alter table stock_movements disable trigger stock_movements_append_only;
update stock_movements m set actor = case
    when m.reason = 'reserve' then 'buyer'
    when m.user_id is null then 'system'
    when exists (select from users u where u.id = m.user_id and u.cooperative_id is not null) then 'member'
    else 'association' end;
update stock_movements m set actor = e.actor, user_id = e.user_id
from products p, sub_orders s, order_events e
where m.reason = 'release' and p.id = m.product_id and s.order_id = m.order_id and s.cooperative_id = p.cooperative_id
  and e.sub_order_id = s.id and e.state = case when m.adjustment_id is null then s.state else 'adjusted' end;
alter table stock_movements enable trigger stock_movements_append_only;
alter table stock_movements
    alter column actor set not null,
    add constraint stock_movements_actor_known check (actor in ('buyer', 'member', 'association', 'system')),
    add constraint stock_movements_user_is_the_actors check ((user_id is not null) = (actor in ('member', 'association')));

create or replace view bank_account_changes as
    select id, cooperative_id, rib_before, rib_after, user_id, at, actor from cooperative_events where kind = 'rib';
create or replace view order_stock as
    select order_id, product_id, delta, adjustment_id, actor, user_id from stock_movements where order_id is not null;
