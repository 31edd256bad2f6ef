-- +goose Up
-- What a form did is known by the form's own key, so that sent twice it does it once: as with products.
alter table cooperatives add column form bytea; -- hash of the key and of what was typed
alter table cooperatives add constraint cooperatives_form_key unique (form);
alter table users add column form bytea;
alter table users add constraint users_form_key unique (form);
