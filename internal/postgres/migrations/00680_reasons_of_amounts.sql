-- An amount that the association bears is given for whatever reason the goods give; owner: order.
-- +goose Up
alter table order_adjustments
    drop constraint order_adjustments_borne_by_known,
    add constraint order_adjustments_borne_by_known
        check (borne_by = 'cooperative' or borne_by = 'association' and quantity = 0 and reason <> 'returned');
