-- Why a cooperative declined is told to each reader in his own language, and its words beside it as they are; owner: order.
-- +goose Up
alter table order_events
    add column reason text not null default '', -- of a part that was declined, as its cooperative chose it; '': its own words alone
    add constraint order_events_reason_known check (reason in ('', 'sold_out', 'damaged', 'no_time'));
-- +goose StatementBegin
create or replace function order_events_as_written() returns trigger language plpgsql as $$
begin
    if (new.id, new.order_id, new.sub_order_id, new.state, new.reason, new.actor, new.user_id, new.at, new.note)
       is distinct from (old.id, old.order_id, old.sub_order_id, old.state, old.reason, old.actor, old.user_id, old.at, '')
       or not exists (select from orders where id = old.order_id and erased_at is not null) then
        raise exception 'table order_events is append-only'
            using errcode = 'restrict_violation', constraint = 'order_events_append_only';
    end if;
    return new;
end $$;
-- +goose StatementEnd
