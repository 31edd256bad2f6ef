-- A carrier who brings no more orders is ended, and may be taken up again; owner: order.
-- +goose Up
alter table carriers add column ended_at timestamptz; -- no more cash is left with it; null: it is the association's carrier
