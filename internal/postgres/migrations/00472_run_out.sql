-- What has run out is found by when it does, as sessions are: these tables were read whole every hour or day.
-- +goose Up
create index password_resets_expiry on password_resets (expires_at);            -- owner: account
create index known_devices_used on known_devices (last_used_at);                -- owner: account
create index pictures_waiting on pictures (created_at) where state = 'waiting'; -- owner: picture
create index uploads_age on uploads (created_at);                               -- owner: upload
