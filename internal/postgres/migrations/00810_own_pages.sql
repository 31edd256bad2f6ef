-- A cooperative says itself what buyers read of it: its story, its telephone, when it is open, and a photograph. The
-- version of the program before knows neither hours nor such photographs, and leaves both as they are.
-- +goose Up
alter table cooperatives
    add column hours_ar text not null default '',
    add column hours_fr text not null default '',
    add column hours_en text not null default '';

-- A photograph is of a product or of a cooperative.
alter table pictures
    alter column product_id drop not null,
    add column cooperative_id uuid references cooperatives (id) on delete cascade,
    add constraint pictures_of_one check (num_nonnulls(product_id, cooperative_id) = 1);
create index pictures_cooperative on pictures (cooperative_id, created_at) where cooperative_id is not null;
alter table cooperatives
    add column picture_id uuid,
    add constraint cooperatives_picture foreign key (picture_id) references pictures (id);
create index cooperatives_picture on cooperatives (picture_id) where picture_id is not null; -- which a picture that goes is looked for in

create or replace view sellers as
    select c.id, c.slug, c.name_ar, c.name_fr, c.sector, c.commune, t.name_ar as commune_name_ar, t.name_fr as commune_name_fr,
           c.women, c.men, c.young, c.women_only, c.rib, c.state, c.state = 'approved' as approved, c.stripe_account, c.prepare_days, c.picture_id
    from cooperatives c left join places t on t.slug = c.commune;

-- It corrects itself what it says, and its history tells who of it did.
alter table cooperative_events
    drop constraint cooperative_events_actor_known,
    drop constraint cooperative_events_user_is_the_actors,
    add constraint cooperative_events_actor_known check (actor in ('association', 'member', 'system')),
    add constraint cooperative_events_user_is_the_actors check ((user_id is not null) = (actor <> 'system'));
