-- What was given back to a buyer may come back to its provider, and be given again: a refund has a journal for each;
-- owner: ledger.
-- +goose Up
drop index journals_refund;
create index journals_refund on journals (refund_id) where refund_id is not null;
