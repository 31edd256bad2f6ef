-- What the means by which an order is paid costs its buyer. She may choose another means until it is paid, and the fee
-- with it; owner: order.
-- +goose Up
alter table orders
    add column means_fee_centimes bigint not null default 0,
    add column means_fee_back_centimes bigint not null default 0, -- of that, what was given back after it was delivered
    add constraint orders_means_fee_sane check (means_fee_centimes >= 0 and means_fee_back_centimes between 0 and means_fee_centimes) not valid,
    drop constraint orders_total_is_the_sum,
    add constraint orders_total_is_the_sum check (total_centimes = items_centimes + delivery_centimes + means_fee_centimes) not valid;
alter table orders validate constraint orders_means_fee_sane;
alter table orders validate constraint orders_total_is_the_sum;

-- +goose StatementBegin
create or replace function orders_as_placed() returns trigger language plpgsql as $$
begin
    if (new.items_centimes, new.delivery_centimes, new.total_centimes - new.means_fee_centimes, new.number, new.placed_at)
       is distinct from (old.items_centimes, old.delivery_centimes, old.total_centimes - old.means_fee_centimes, old.number, old.placed_at)
       or new.means_fee_centimes <> old.means_fee_centimes and old.state <> 'awaiting_payment'
       or old.erased_at is not null and new.erased_at is distinct from old.erased_at then
        raise exception 'an order stays as it was placed'
            using errcode = 'restrict_violation', constraint = 'orders_as_placed';
    end if;
    return new;
end $$;
-- +goose StatementEnd

-- The accounts of these fees, beside whichever there are; owner: ledger.
-- +goose StatementBegin
do $$
declare
    accounts text;
    known    text;
begin
    select string_agg(format('(%L, %L, %L, %L)', account, side, class, subject), ', '), string_agg(quote_literal(account), ', ')
    into accounts, known
    from (
        select * from ledger_accounts
        union all
        values ('pending_means_fee', 'credit', 'liability', ''), ('held_means_fee', 'credit', 'liability', ''), ('means_fees', 'credit', 'income', '')
    ) a;
    execute 'create or replace view ledger_accounts (account, side, class, subject) as values ' || accounts;
    alter table postings drop constraint postings_accounts_known;
    execute format('alter table postings add constraint postings_accounts_known check (debit in (%1$s) and credit in (%1$s)) not valid', known);
    alter table postings validate constraint postings_accounts_known;
end $$;
-- +goose StatementEnd
