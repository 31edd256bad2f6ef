-- What buyers have back by each request, of each attempt; owner: payment. What the buyer's bank gave of one is a part of it.
-- +goose Up
create view payment_requests as
select i.reference, r.attempt_id, a.provider, substr(r.request, length(i.reference::text) + 2) as key,
       a.received_centimes, a.fee_centimes,
       coalesce(max(r.amount_centimes) filter (where r.number > 0), 0) + coalesce(sum(r.amount_centimes) filter (where r.number < 1), 0) as amount_centimes,
       coalesce(sum(r.amount_centimes) filter (where r.state = 'succeeded'), 0) as given_centimes
from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
group by i.reference, r.attempt_id, a.provider, r.request, a.received_centimes, a.fee_centimes;

-- Whose goods a buyer has money back for, of a request, where the cooperatives bear what the payment's provider keeps of
-- it; owner: order.
create table order_fee_bearers (
    order_id       uuid   not null references orders (id),
    request        text   not null, -- as package payment has its key
    number         int    not null, -- the request's, among these of the order
    sub_order_id   uuid   not null references sub_orders (id),
    cooperative_id uuid   not null references cooperatives (id),
    goods_centimes bigint not null, -- that go back: the fee is shared by it
    primary key (order_id, request, sub_order_id),
    constraint order_fee_bearers_number_once unique (order_id, number, sub_order_id),
    constraint order_fee_bearers_goods_positive check (goods_centimes > 0)
);
create trigger order_fee_bearers_append_only before update or delete or truncate on order_fee_bearers
    for each statement execute function append_only();

-- What each of them bears of what the provider kept: of each request so much as the fee of all such requests until then is
-- more than that of those before, rounded down, as far as it is given; shared out by the goods, to the centime, the largest
-- remainders first. So no request changes what another costs, and all of a payment costs all of its fee; owner: order.
create view order_fees_borne as
select s.order_id, s.attempt_id, s.provider, s.cooperative_id,
       coalesce(sum(s.amount) filter (where not s.promised), 0)::bigint as amount_centimes,
       sum(s.amount) filter (where s.promised)::bigint as promised_centimes -- once all is given
from (
    select r.order_id, r.attempt_id, r.provider, r.cooperative_id, r.promised,
           r.share + case when row_number() over (partition by r.order_id, r.attempt_id, r.request, r.promised order by r.rest desc, r.cooperative_id)
               <= r.fee - sum(r.share) over (partition by r.order_id, r.attempt_id, r.request, r.promised) then 1 else 0 end as amount
    from (
        select u.order_id, u.attempt_id, u.provider, u.request, u.promised, b.cooperative_id, u.fee,
               div(u.fee * b.goods_centimes, u.goods) as share, mod(u.fee * b.goods_centimes, u.goods) as rest
        from (
            select q.order_id, q.attempt_id, q.provider, q.request, q.goods, k.promised,
                   div(q.fee_centimes * (q.before + k.back), q.received_centimes) - div(q.fee_centimes * q.before, q.received_centimes) as fee
            from (
                select b.order_id, p.attempt_id, p.provider, b.request, b.goods, p.fee_centimes::numeric, p.received_centimes, p.amount_centimes, p.given_centimes,
                       sum(p.amount_centimes) over (partition by b.order_id, p.attempt_id order by b.number) - p.amount_centimes as before
                from (select order_id, request, number, sum(goods_centimes) as goods from order_fee_bearers group by order_id, request, number) b
                join payment_requests p on p.reference = b.order_id and p.key = b.request
            ) q
            cross join lateral (values (false, q.given_centimes), (true, q.amount_centimes)) k (promised, back)
        ) u
        join order_fee_bearers b on b.order_id = u.order_id and b.request = u.request
    ) r
) s
where s.amount > 0
group by s.order_id, s.attempt_id, s.provider, s.cooperative_id;
