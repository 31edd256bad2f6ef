-- Who holds goods by unconfirmed orders, and how many such orders there are, is carried and no more counted of all of
-- them for each page that says it; owner: order.
-- +goose Up

-- What the holds of one telephone number or network address come to. Whoever changes a row has the row of hold_totals
-- locked before (holds_carry), so that holders are locked in no order of their own.
create table holders (
    kind   text   not null, -- phone or address
    who    text   not null, -- the telephone number, or the address's mark in hexadecimal digits
    orders int    not null, -- those that were confirmed by mail among them
    mailed int    not null, -- confirmed by mail
    pieces bigint not null,
    since  timestamptz not null, -- when the oldest of the orders was placed
    primary key (kind, who),
    constraint holders_kind_known check (kind in ('phone', 'address')),
    constraint holders_not_empty check (orders > 0),
    constraint holders_mailed_sane check (mailed between 0 and orders)
);
create index holders_by_pieces on holders (kind, pieces desc, since, who);

alter table hold_totals
    add column orders     int not null default 0, -- the number of holds
    add column mailed     int not null default 0, -- of them, those that were confirmed by mail
    add column phones     int not null default 0, -- the number of holders of each kind
    add column addresses  int not null default 0,
    add column held_up    int not null default 0, -- products of which as much is held as may be, as they were counted last
    add column held_up_at timestamptz,
    add constraint hold_totals_counts_sane check (mailed between 0 and orders and phones between 0 and orders and addresses between 0 and orders);

-- By these the oldest and the latest of a holder are found.
drop index holds_phone;
drop index holds_address;
create index holds_phone on holds (phone, at);
create index holds_address on holds (address, at);

-- What should be carried.
create view holders_now as
select kind, who, count(*) as orders, count(confirmed_at) as mailed, sum(pieces) as pieces, min(at) as since
from holds cross join lateral (values ('phone', phone), ('address', encode(address, 'hex'))) w (kind, who)
where who is not null
group by kind, who;
create view hold_totals_now as
select count(*) as orders, count(confirmed_at) as mailed, coalesce(sum(pieces), 0) as pieces, coalesce(sum(spare), 0) as spare,
       count(distinct phone) as phones, count(distinct address) as addresses
from holds;

-- +goose StatementBegin
create function holds_carry() returns trigger language plpgsql as $$
begin
    perform from hold_totals for no key update;
    if tg_op <> 'INSERT' then
        with gone as (
            delete from holders
            where (kind, who) in (('phone', old.phone), ('address', encode(old.address, 'hex'))) and orders = 1
            returning kind
        ), less as (
            update holders
            set orders = orders - 1, mailed = mailed - (old.confirmed_at is not null)::int, pieces = pieces - old.pieces,
                since = coalesce(case kind
                    when 'phone' then (select min(at) from holds where phone = old.phone)
                    else (select min(at) from holds where address = old.address) end, since)
            where (kind, who) in (('phone', old.phone), ('address', encode(old.address, 'hex'))) and orders > 1
        )
        update hold_totals
        set orders = orders - 1, mailed = mailed - (old.confirmed_at is not null)::int,
            phones = phones - (select count(*) from gone where kind = 'phone'),
            addresses = addresses - (select count(*) from gone where kind = 'address');
    end if;
    if tg_op <> 'DELETE' then
        with more as (
            insert into holders (kind, who, orders, mailed, pieces, since)
            select kind, who, 1, (new.confirmed_at is not null)::int, new.pieces, new.at
            from (values ('phone', new.phone), ('address', encode(new.address, 'hex'))) w (kind, who)
            where who is not null
            on conflict (kind, who) do update
            set orders = holders.orders + 1, mailed = holders.mailed + excluded.mailed, pieces = holders.pieces + excluded.pieces,
                since = least(holders.since, excluded.since)
            returning kind, orders
        )
        update hold_totals
        set orders = orders + 1, mailed = mailed + (new.confirmed_at is not null)::int,
            phones = phones + (select count(*) from more where kind = 'phone' and orders = 1),
            addresses = addresses + (select count(*) from more where kind = 'address' and orders = 1);
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger holds_carry after insert or delete or update of phone, address, pieces, at, confirmed_at on holds
    for each row execute function holds_carry();

insert into holders (kind, who, orders, mailed, pieces, since) select kind, who, orders, mailed, pieces, since from holders_now;
update hold_totals set (orders, mailed, phones, addresses) = (select orders, mailed, phones, addresses from hold_totals_now);
