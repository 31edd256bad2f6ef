-- What a cooperative's files may cost: bytes of an upload's rows and file are counted as they are written.
-- And how often a stock was set by hand or file, so that a file that was compared before does not count
-- the same pieces again: orders do not change it.
-- +goose Up
alter table uploads add column written bigint not null default 0;
alter table products add column counts int not null default 0;

-- A file that was thrown away leaves nothing behind.
delete from upload_rows r using uploads u where u.id = r.upload_id and u.state = 'discarded';
