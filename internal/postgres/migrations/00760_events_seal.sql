-- +goose Up
-- What a provider signed covers values without their names: whoever has it can give them other names. It stands for one
-- event.
alter table payment_events add column seal bytea;
create unique index payment_events_seal on payment_events (provider, seal) where seal is not null;
