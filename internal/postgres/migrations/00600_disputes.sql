-- A buyer may have her bank take back what she paid by card: the money is kept back until that is decided, and given to
-- her if it is lost; owner: payment.
-- +goose Up
create table payment_disputes (
    id                   uuid   primary key,
    attempt_id           uuid   not null references payment_attempts (id),
    provider             text   not null,
    name                 text   not null, -- the provider's own of it
    state                text   not null,
    amount_centimes      bigint not null, -- that is disputed
    fee_centimes         bigint not null default 0, -- what the provider has kept for it by now
    given_centimes       bigint not null default 0, -- of one that was lost, what its buyer was to have back, which her bank gave her
    written_off_centimes bigint not null default 0, -- and what her bank gave her beyond that
    opened_at            timestamptz not null,
    decided_at           timestamptz, -- when it was won or lost
    due_by               timestamptz, -- until when the bank is to be answered; null: nobody said
    bearer               text, -- who bears what was lost; null: that is not decided, or nothing was
    user_id              uuid references users (id), -- who decided so
    version              int    not null default 1, -- one more with each thing that happens to it
    constraint payment_disputes_name_key unique (provider, name),
    constraint payment_disputes_name_given check (btrim(name) <> ''),
    constraint payment_disputes_state_known check (state in ('asked', 'open', 'won', 'lost')),
    constraint payment_disputes_sane check (amount_centimes > 0 and fee_centimes >= 0 and given_centimes >= 0 and written_off_centimes >= 0
        and given_centimes + written_off_centimes <= case state when 'lost' then amount_centimes else 0 end),
    constraint payment_disputes_decided check ((state in ('won', 'lost')) = (decided_at is not null)),
    constraint payment_disputes_bearer_known check (bearer is null or bearer in ('cooperative', 'association') and state = 'lost' and user_id is not null)
);
create index payment_disputes_attempt on payment_disputes (attempt_id);
create index payment_disputes_unsettled on payment_disputes (id) where state in ('asked', 'open') or state = 'lost' and given_centimes + written_off_centimes < amount_centimes;

-- One that ends otherwise than was known, when what was lost is somebody's loss already, is a difference.
alter table payment_differences
    drop constraint payment_differences_reason_known,
    add constraint payment_differences_reason_known check (reason in ('differs', 'reserved', 'unfit', 'disputed'));

-- What a buyer was to have back, and had from her bank.
alter table payment_refunds
    add column dispute_id uuid references payment_disputes (id),
    add constraint payment_refunds_disputed_when_given check (dispute_id is null or state = 'succeeded');
create index payment_refunds_dispute on payment_refunds (dispute_id) where dispute_id is not null;
create or replace view payment_returns as
    select r.id, r.attempt_id, i.reference, r.amount_centimes, coalesce(r.means, a.provider) as provider, r.dispute_id is not null as disputed
    from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id where r.state = 'succeeded';
create or replace view payment_refunds_now as
    select r.id, i.reference, r.amount_centimes, a.provider, coalesce(r.means, a.provider) as means, r.means is not null as by_hand,
           r.reason, r.state, r.created_at, r.ended_at, r.given_reference, r.user_id, r.dispute_id is not null as disputed
    from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
    where r.state <> 'failed' or not exists (
        select from payment_refunds later
        where later.attempt_id = r.attempt_id and later.request = r.request and later.number > r.number);

-- For whoever opened the intents. What is left of one that was lost is nobody's loss yet, and freezes what was paid as
-- one does that is open.
create view payment_disputes_now as
    select d.id, i.reference, d.attempt_id, d.provider, d.name, d.state, d.amount_centimes, d.fee_centimes, d.given_centimes, d.written_off_centimes,
           case when d.state in ('open', 'lost') then d.amount_centimes - d.given_centimes - d.written_off_centimes else 0 end as left_centimes,
           d.opened_at, d.decided_at, d.due_by, d.bearer, d.version
    from payment_disputes d join payment_attempts a on a.id = d.attempt_id join payment_intents i on i.id = a.intent_id;

-- Owner: order.
alter table sub_orders
    add column frozen_centimes bigint not null default 0, -- of what its cooperative had earned, what is held again while the payment is disputed
    add constraint sub_orders_frozen_when_earned check (frozen_centimes = 0 or frozen_centimes > 0 and state = 'delivered' and earns_at is null);
create index sub_orders_frozen on sub_orders (cooperative_id) where frozen_centimes > 0;
-- What each cooperative does not have yet of orders whose payment is disputed, or was lost and is nobody's loss yet.
create view frozen_parts as
    select s.id, s.cooperative_id, s.order_id,
           case when s.state = 'delivered' and s.earns_at is null then s.frozen_centimes else n.items_centimes - n.commission_centimes end as amount_centimes
    from (
        select distinct reference from payment_disputes_now
        where left_centimes > 0 and (state in ('asked', 'open') or state = 'lost' and given_centimes + written_off_centimes < amount_centimes)
    ) d
    join sub_orders s on s.order_id = d.reference and s.state not in ('declined', 'cancelled', 'refused')
    cross join lateral (select items_centimes, commission_centimes from sub_orders_now where id = s.id offset 0) n;
alter table order_adjustments
    drop constraint order_adjustments_borne_by_known,
    add constraint order_adjustments_borne_by_known
        check (borne_by = 'cooperative' or borne_by = 'association' and quantity = 0 and reason in ('goodwill', 'disputed')),
    drop constraint order_adjustments_reason_known,
    add constraint order_adjustments_reason_known check (reason in ('missing', 'damaged', 'weight', 'goodwill', 'returned', 'disputed'));
