-- A photograph as it came says where it was taken: it is kept until its smaller copies are made, and no
-- longer. What still lies there is cleared by a job.
-- +goose Up
alter table pictures alter column original_key set default ''; -- empty: it is gone
create index pictures_originals on pictures (created_at) where original_key <> '';
create index pictures_created on pictures (created_at);
