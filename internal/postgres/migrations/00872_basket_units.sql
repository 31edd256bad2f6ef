-- +goose Up
-- In which quantity what lies in a basket was sold when it was put in, so that another is told as another price is.
alter table basket_lines
    add column unit_amount int, -- null: put in by a program that did not keep it
    add column unit_code text,
    add constraint basket_lines_unit check ((unit_amount is null) = (unit_code is null) and unit_amount > 0);
