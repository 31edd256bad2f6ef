-- The dues of a long page are read in their order from the index alone: all were read and sorted; owner: ledger.
-- +goose Up
lock table balances in access exclusive mode; -- at once: whoever reads them and posts then would wait for this, and this for her
create index balances_in_order on balances ((credits - debits) desc, cooperative_id) include (credits, debits) where account = 'payable' and credits > debits;
drop index balances_due;
alter index balances_in_order rename to balances_due;
