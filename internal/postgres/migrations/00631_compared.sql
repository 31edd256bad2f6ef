-- What was found the same in a day's list of a provider is not looked for in that of another day: what came late, or was
-- learnt from the list itself, is of a later day here than there; owner: payment.
-- +goose Up
alter table payment_attempts
    add column compared_centimes bigint not null default 0, -- of received_centimes, what a provider's list had
    add constraint payment_attempts_compared_sane check (compared_centimes >= 0);
alter table payment_refunds add column compared boolean not null default false; -- a provider's list had it
