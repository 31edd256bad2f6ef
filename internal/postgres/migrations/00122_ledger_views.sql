-- What other packages read of the ledger besides its movements.
-- +goose Up

-- What each account holds; owner: ledger.
create view ledger_balances as
    select account, cooperative_id, provider, debits, credits from balances;

-- What happened to money, and what each was about; owner: ledger.
create view ledger_journals as
    select id, reference, kind, order_id, part_id, payment_id, payout_id, at from journals;

-- What each moved; owner: ledger.
create view ledger_postings as
    select id, journal_id, debit, credit, amount_centimes, cooperative_id, provider, at from postings;
