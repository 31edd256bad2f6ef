-- Who did something is said by a word in the record of security events too, as in the other histories (00191). Until
-- now a missing account stood for whoever had not signed in and for the market itself alike.
-- +goose Up

-- A stranger has no word: null is whoever had not signed in. An event that came from no network is the market's own.
alter table security_events add column actor text;
alter table security_events disable trigger security_events_append_only;
update security_events e set actor = case
    when e.actor_id is null then 'system'
    when exists (select from users u where u.id = e.actor_id and u.cooperative_id is not null) then 'member'
    else 'association' end
where e.actor_id is not null or e.address = '';
alter table security_events enable trigger security_events_append_only;
alter table security_events
    add constraint security_events_actor_known check (actor in ('member', 'association', 'system'));
