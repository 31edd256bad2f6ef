-- What an attempt has received of a provider that people speak for may be found to be somebody else's; owner: payment.
-- +goose Up
alter table payment_attempts
    add column undone_centimes bigint not null default 0, -- received once, and found not to be for it
    add constraint payment_attempts_undone_sane check (undone_centimes >= 0);
create index payment_attempts_waited_for on payment_attempts (provider, expires_at, id) where state in ('pending', 'waiting');
create index payment_attempts_left on payment_attempts (provider, (amount_centimes - received_centimes)) where state in ('pending', 'waiting');

-- Owner of the rest: payment/transfer. What a buyer writes on her transfer, so that it is known to be hers.
create table transfers (
    reference  uuid primary key, -- what is paid for
    code       text        not null,
    created_at timestamptz not null,
    constraint transfers_code_key unique (code),
    constraint transfers_code_written check (code ~ '^[2-9ACEFHJKMNPRTWXY]{8}$')
);

-- A file of the bank's, and how many of its lines are how far.
create table transfer_statements (
    id         uuid primary key,
    filename   text        not null,
    state      text        not null,
    file       bytea,                -- while it is asked what its columns are
    headings   text[]      not null default '{}', -- of these columns, and the first rows below them, one behind the other
    width      int         not null default 0,    -- how many columns these are
    unread     text[]      not null default '{}', -- the first of the lines that could not be read, as they stand there
    wrong_lines   int      not null default 0,    -- how many these are
    known_lines   int      not null default 0,    -- that had come in another file
    matched_lines int      not null default 0,
    asked_lines   int      not null default 0,
    foreign_lines int      not null default 0,
    aside_lines   int      not null default 0,
    booked_lines  int      not null default 0,
    user_id    uuid references users (id),
    created_at timestamptz not null,
    emptied_at timestamptz, -- since then nobody can read what it told of others
    constraint transfer_statements_state_known check (state in ('columns', 'read', 'booking', 'discarded')),
    constraint transfer_statements_file_kept check ((file is not null) = (state = 'columns'))
);

create table transfer_lines (
    id              uuid primary key,
    statement_id    uuid   not null references transfer_statements (id),
    number          int    not null, -- of the line in its file
    fingerprint     bytea  not null, -- the same line is known by it in whichever file it comes
    day             date   not null, -- of the bank
    amount_centimes bigint not null, -- below zero: it went out
    label           text   not null,
    bank_reference  text   not null,
    state           text   not null,
    doubt           text   not null default '', -- why people are asked
    candidates      uuid[] not null default '{}', -- whose it may be
    reference       uuid,                       -- whose it is, or is about to be said to be
    version         int    not null default 0,
    constraint transfer_lines_fingerprint_key unique (fingerprint),
    constraint transfer_lines_amount_moved check (amount_centimes <> 0),
    constraint transfer_lines_state_known check (state in ('matched', 'asked', 'foreign', 'aside', 'booked')),
    constraint transfer_lines_came_in check (amount_centimes > 0 or state in ('foreign', 'aside')),
    constraint transfer_lines_whose_known check ((reference is not null) = (state in ('matched', 'booked')))
);
create index transfer_lines_of_statement on transfer_lines (statement_id, state, id);
create index transfer_lines_in_state on transfer_lines (state, id);
create index transfer_lines_whose on transfer_lines (reference) where reference is not null;

-- Money that came for an attempt to pay, as a line of a statement says or somebody who looked at the account.
create table transfer_receipts (
    id              uuid primary key,
    attempt_id      uuid        not null references payment_attempts (id),
    line_id         uuid references transfer_lines (id), -- null: nobody has seen it in a file yet
    amount_centimes bigint      not null,
    day             date        not null, -- of the bank
    bank_reference  text        not null,
    user_id         uuid references users (id), -- who said so
    created_at      timestamptz not null,
    undone_by       uuid references users (id),
    undone_at       timestamptz, -- since then it is known to be somebody else's
    constraint transfer_receipts_amount_positive check (amount_centimes > 0),
    constraint transfer_receipts_undone_by_somebody check (undone_by is null or undone_at is not null)
);
create index transfer_receipts_attempt on transfer_receipts (attempt_id);
create unique index transfer_receipts_once_for_line on transfer_receipts (line_id) where undone_at is null;
create index transfer_receipts_latest on transfer_receipts (id) where undone_at is null;

-- Pictures that a buyer sends of her bank's receipt.
create table transfer_pictures (
    id           uuid primary key,
    reference    uuid        not null, -- what is paid for
    original_key text        not null, -- in the store of files; empty once it is not needed any more
    state        text        not null,
    created_at   timestamptz not null,
    constraint transfer_pictures_state_known check (state in ('waiting', 'ready', 'refused'))
);
create index transfer_pictures_reference on transfer_pictures (reference, id);

-- Where a buyer has money given back to.
create table payment_refund_accounts (
    reference  uuid primary key, -- what was paid for
    holder     text        not null,
    rib        text        not null,
    version    int         not null default 0,
    updated_at timestamptz not null,
    constraint payment_refund_accounts_rib_written check (rib ~ '^[0-9]{24}$'),
    constraint payment_refund_accounts_holder_said check (btrim(holder) <> '')
);

-- The planner keeps some values of columns in the clear, also after they were emptied: of these it keeps none.
alter table transfer_lines alter column label set statistics 0, alter column bank_reference set statistics 0;
alter table transfer_receipts alter column bank_reference set statistics 0;
alter table transfer_statements alter column headings set statistics 0, alter column unread set statistics 0;
alter table payment_refund_accounts alter column holder set statistics 0, alter column rib set statistics 0;

-- Owner: order. A buyer who has not paid yet is reminded once.
alter table orders add column reminded_at timestamptz;
