-- An attempt has received whatever its provider says, also another amount than it asks for; owner: payment.
-- +goose Up
alter table payment_attempts
    drop constraint payment_attempts_received_when_succeeded,
    add constraint payment_attempts_received_when_succeeded
        check (received_centimes >= 0 and (received_centimes > 0) = (state = 'succeeded'));
