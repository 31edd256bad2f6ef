-- What buyers send back of what was delivered to them; owner: order.
-- +goose Up
create table order_returns (
    id             uuid primary key,
    order_id       uuid not null references orders (id),
    state          text not null,
    reason         text not null default '', -- the buyer's words, if she gave any
    means          text not null default '', -- by which she wants her money back; empty: as she paid
    arrangement    text not null default '', -- how the goods come back
    why            text not null default '', -- it was refused
    key            uuid not null, -- whoever asks names it so, and may ask again
    asked_at       timestamptz not null,
    refund_by      timestamptz not null, -- the law's last moment to give the money back
    received_at    timestamptz,
    back_centimes  bigint, -- with that due back to the buyer: goods and delivery
    ended_at       timestamptz, -- given back, refused or withdrawn
    told           smallint not null default 0, -- of its time to the association: 1, that it runs out; 2, that it is over
    constraint order_returns_key_key unique (order_id, key),
    constraint order_returns_state_known check (state in ('asked', 'arranged', 'received', 'refunded', 'refused', 'withdrawn')),
    constraint order_returns_end_told check ((state in ('refunded', 'refused', 'withdrawn')) = (ended_at is not null)),
    constraint order_returns_received_told check ((state in ('received', 'refunded')) = (received_at is not null)
        and (received_at is null) = (back_centimes is null) and back_centimes >= 0)
);
create unique index order_returns_one_open on order_returns (order_id) where state in ('asked', 'arranged');
create index order_returns_order on order_returns (order_id, asked_at);
create index order_returns_unpaid on order_returns (refund_by, id) where state in ('asked', 'arranged', 'received');

create table order_return_lines (
    return_id      uuid not null references order_returns (id),
    line_id        uuid not null references order_lines (id),
    sub_order_id   uuid not null references sub_orders (id),
    cooperative_id uuid not null references cooperatives (id),
    quantity       int  not null, -- pieces, in units of sale
    sound          int,           -- of them, once they were received
    damaged        int,
    missing        int,
    restocked      boolean,       -- the sound ones are in stock again; null: their cooperative has not said
    decided_at     timestamptz,
    user_id        uuid,          -- whose word that was
    primary key (return_id, line_id),
    constraint order_return_lines_counts_sane check (quantity > 0 and (sound is null) = (damaged is null) and (sound is null) = (missing is null)
        and (sound is null or sound >= 0 and damaged >= 0 and missing >= 0 and sound + damaged + missing = quantity)),
    constraint order_return_lines_decided_once check ((restocked is null) = (decided_at is null) and (restocked is null) = (user_id is null)
        and (restocked is null or sound > 0))
);
create index order_return_lines_part on order_return_lines (sub_order_id);
create index order_return_lines_undecided on order_return_lines (cooperative_id, return_id, line_id) where sound > 0 and restocked is null;

-- What a return takes off its lines, once of each.
alter table order_adjustments
    add column return_id uuid references order_returns (id),
    add constraint order_adjustments_returned_by_a_return check ((reason = 'returned') = (return_id is not null));
create unique index order_adjustments_once_per_return on order_adjustments (return_id, line_id) where return_id is not null;

-- What comes back into stock, for each line of a return once; owner: catalog.
alter table stock_movements
    add column return_id uuid,
    add column line_id   uuid,
    drop constraint stock_movements_reason_known,
    drop constraint stock_movements_order_known,
    add constraint stock_movements_order_known check ((reason in ('count', 'return')) = (order_id is null)),
    add constraint stock_movements_reason_known check (reason in ('count', 'reserve', 'release', 'return')),
    add constraint stock_movements_returned_of_a_line check ((reason = 'return') = (return_id is not null) and (return_id is null) = (line_id is null));
create unique index stock_movements_once_per_return on stock_movements (return_id, line_id) where return_id is not null;
create view stock_returned as
    select product_id, return_id, line_id, delta, actor, user_id from stock_movements where reason = 'return';
