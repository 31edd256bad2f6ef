-- An upload's rows one by one: a page reads those that it shows, a repair writes those that it changes, and
-- nobody holds twenty thousand at once. A large upload is applied by a job.
-- +goose Up
create table upload_rows (
    upload_id  uuid not null references uploads (id) on delete cascade,
    number     int  not null,            -- in the file's order, from 1
    kind       text not null,
    rank       int  not null,            -- how far up it stands on the page
    product_id uuid,                     -- that it is about, once there is one
    outcome    text not null default '', -- once applied
    sku        text not null default '', -- of a new product, once applied; state likewise
    state      text not null default '',
    row        json not null,            -- as it was compared: nothing asks into it
    primary key (upload_id, number),
    constraint upload_rows_kind_known check (kind in ('new', 'changed', 'unchanged', 'wrong')),
    constraint upload_rows_outcome_known check (outcome in ('', 'applied', 'meanwhile'))
);
create index upload_rows_shown on upload_rows (upload_id, rank, number) where kind <> 'unchanged';

insert into upload_rows (upload_id, number, kind, rank, product_id, outcome, sku, state, row)
select u.id, r.number, r.row ->> 'kind',
       case when r.row ->> 'kind' = 'wrong' or r.row ->> 'outcome' = 'meanwhile' then 0
            when r.row ->> 'kind' = 'changed' then 2 else 3 end,
       (r.row ->> 'product_id')::uuid, coalesce(r.row ->> 'outcome', ''), coalesce(r.row ->> 'sku', ''), coalesce(r.row ->> 'state', ''), r.row
from uploads u cross join lateral json_array_elements(u.rows) with ordinality as r (row, number);

alter table uploads drop column rows;
alter table uploads drop constraint uploads_state_known;
alter table uploads add constraint uploads_state_known check (state in ('previewed', 'applying', 'applied', 'discarded'));
