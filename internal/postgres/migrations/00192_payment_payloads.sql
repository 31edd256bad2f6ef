-- What a provider told is emptied some time after it was worked: see package payment.
-- +goose Up
create index payment_events_payloads on payment_events (worked_at) where payload <> '';
