-- Who made a move of an order is said by a word. Until now it was told by whether a user was named: none was
-- the buyer, or the market itself, whose notes tell it.
-- +goose Up
alter table order_events add column actor text;
alter table order_events disable trigger order_events_as_written;
update order_events e set actor = case
    when e.user_id is null and e.note in ('expired', 'unconfirmed') then 'system'
    when e.user_id is null then 'buyer'
    when exists (select from users u where u.id = e.user_id and u.cooperative_id is not null) then 'member'
    else 'association' end;
alter table order_events enable trigger order_events_as_written;
alter table order_events
    alter column actor set not null,
    add constraint order_events_actor_known check (actor in ('buyer', 'member', 'association', 'system')),
    add constraint order_events_user_is_the_actors check ((user_id is not null) = (actor in ('member', 'association')));

-- +goose StatementBegin
create or replace function order_events_as_written() returns trigger language plpgsql as $$
begin
    if (new.id, new.order_id, new.sub_order_id, new.state, new.actor, new.user_id, new.at, new.note)
       is distinct from (old.id, old.order_id, old.sub_order_id, old.state, old.actor, old.user_id, old.at, '')
       or not exists (select from orders where id = old.order_id and erased_at is not null) then
        raise exception 'table order_events is append-only'
            using errcode = 'restrict_violation', constraint = 'order_events_append_only';
    end if;
    return new;
end $$;
-- +goose StatementEnd
