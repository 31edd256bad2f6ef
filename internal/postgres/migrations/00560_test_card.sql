-- A demonstration's card, which moves no money, knows its payments and what was given back as a provider elsewhere would;
-- owner: testcard.
-- +goose Up
create table test_card_payments (
    reference text primary key,
    key text not null,
    amount_centimes bigint not null,
    description text not null,
    locale text not null,
    back text not null, -- where the buyer goes on
    state text not null default 'open',
    created_at timestamptz not null,
    decided_at timestamptz,
    constraint test_card_payments_key_key unique (key),
    constraint test_card_payments_amount_sane check (amount_centimes > 0),
    constraint test_card_payments_state_known check (state in ('open', 'later', 'paid', 'refused', 'closed')),
    constraint test_card_payments_decided check ((state in ('paid', 'refused', 'closed')) = (decided_at is not null))
);
create table test_card_refunds (
    reference text primary key,
    key text not null,
    payment text not null,
    amount_centimes bigint not null,
    at timestamptz not null,
    constraint test_card_refunds_key_key unique (key),
    constraint test_card_refunds_amount_sane check (amount_centimes > 0),
    constraint test_card_refunds_payment_fkey foreign key (payment) references test_card_payments (reference)
);
create index test_card_payments_decided_at on test_card_payments (decided_at) where state = 'paid';
create index test_card_refunds_at on test_card_refunds (at);
create index test_card_refunds_payment on test_card_refunds (payment);
