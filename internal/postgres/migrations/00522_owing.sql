-- Whoever is paid is looked for among those that owe; owner: ledger.
-- +goose Up
create index balances_owing on balances (cooperative_id) where account = 'cooperative_owes' and debits > credits;
