-- Who may do what: a role is a name for a set of rights (internal/account/role.go). Everybody had all rights of
-- her cooperative or of the association, and keeps them.
-- +goose Up
alter table users drop constraint users_role_known, drop constraint users_member_of_one_cooperative;
update users set role = case role when 'member' then 'president' else 'director' end;
alter table users
    add constraint users_role_known check (role in ('president', 'manager', 'preparer', 'director', 'treasurer', 'marketing', 'support')),
    add constraint users_member_of_one_cooperative check ((role in ('president', 'manager', 'preparer')) = (cooperative_id is not null));
