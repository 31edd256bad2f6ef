-- An order of one network writes to as many cooperatives as it has parts, so that letters are counted, not
-- orders only.
-- +goose Up
alter table order_letters
    add column letters int not null default 1,
    add constraint order_letters_some check (letters > 0);
