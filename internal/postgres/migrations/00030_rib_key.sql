-- A bank account's last two digits are a key that makes the whole number divisible by 97. Accounts that
-- were entered wrongly before stay, so that what else is kept of their cooperatives can change; the
-- association's pages and the audit point them out.
-- +goose Up
-- +goose StatementBegin
create function cooperatives_rib_key() returns trigger language plpgsql as $$
begin
    if new.rib ~ '^[0-9]{24}$' and new.rib::numeric % 97 <> 0
       and (tg_op = 'INSERT' or new.rib is distinct from old.rib) then
        raise exception 'the key of the bank account does not fit it'
            using errcode = 'check_violation', constraint = 'cooperatives_rib_key';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger cooperatives_rib_key before insert or update of rib on cooperatives
    for each row execute function cooperatives_rib_key();
