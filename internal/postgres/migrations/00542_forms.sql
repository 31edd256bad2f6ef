-- What a buyer's browser posts to a provider has the order's own link, by which she comes back: it goes once the attempt is
-- over; owner: payment.
-- +goose Up
update payment_attempts set form = null where state not in ('pending', 'waiting') and form is not null;
alter table payment_attempts
    add constraint payment_attempts_form_while_live check (form is null or state in ('pending', 'waiting'));
