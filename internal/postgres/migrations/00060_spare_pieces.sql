-- Where strangers hold their share, a last piece can still be bought; but all such pieces come out of one
-- pool, and for a short while. A customer's lines are counted together, too.
-- +goose Up
alter table settings
    add column spare_share int not null default 10, -- percent of all goods, given beyond the other shares
    add constraint settings_spare_sane check (spare_share between 1 and 100);
alter table holds
    add column site  bytea,                  -- HMAC of the customer's whole network, where an address is a part of it
    add column spare int not null default 0, -- of its pieces, given beyond a share
    add constraint holds_spare_sane check (spare between 0 and pieces);
create index holds_site on holds (site);
alter table hold_totals
    add column spare bigint not null default 0, -- the sum of holds
    add constraint hold_totals_spare_sane check (spare between 0 and pieces);
