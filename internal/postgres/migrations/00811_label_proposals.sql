-- A cooperative proposes a label for one of its products, with its certificate; the association looks at the certificate,
-- and confirms or refuses. Only what is confirmed is shown. Owner: certificate.
-- +goose Up
create table label_proposals (
    id             uuid primary key,
    cooperative_id uuid        not null references cooperatives (id) on delete cascade,
    product_id     uuid        not null references products (id) on delete cascade,
    label          text        not null references labels (slug),
    certificate    text        not null,
    expires_on     date        not null,
    scan           text        not null,            -- key of the certificate's picture as it came; empty once its copy is made
    scan_state     text        not null default 'waiting',
    scan_until     date        not null,            -- the picture is kept until then
    state          text        not null default 'proposed',
    reason         text        not null default '', -- of a refusal
    proposed_by    uuid        not null,
    proposed_at    timestamptz not null,
    decided_by     uuid,
    decided_at     timestamptz,
    withdrawn_by   uuid,
    withdrawn_at   timestamptz,
    constraint label_proposals_certificate_given check (btrim(certificate) <> ''),
    constraint label_proposals_scan_state_known check (scan_state in ('waiting', 'ready', 'refused', 'gone')),
    constraint label_proposals_state_known check (state in ('proposed', 'confirmed', 'refused', 'withdrawn')),
    constraint label_proposals_decided check ( -- what is withdrawn may have been confirmed before
        (state = 'withdrawn' or (state = 'proposed') = (decided_at is null)) and (decided_at is null) = (decided_by is null)),
    constraint label_proposals_withdrawn check (
        (state = 'withdrawn') = (withdrawn_at is not null) and (withdrawn_at is null) = (withdrawn_by is null)),
    constraint label_proposals_refusal_says_why check ((state = 'refused') = (reason <> ''))
);
create unique index label_proposals_open on label_proposals (product_id, label) where state = 'proposed';
create index label_proposals_waiting on label_proposals (proposed_at, id) where state = 'proposed';
create index label_proposals_scans on label_proposals (scan_until) where scan_state <> 'gone';
create index label_proposals_product on label_proposals (product_id, proposed_at desc);
create index label_proposals_cooperative on label_proposals (cooperative_id, proposed_at);

-- For how many days before its end a label's cooperative was last reminded; 0: not yet.
alter table product_labels add column reminded smallint not null default 0;
-- For the daily jobs that look for what ends, and has ended.
create index product_labels_ending on product_labels (expires_on);
