-- +goose Up
-- What is out of season stands behind what is to be had, as what is sold out does. The months turn without a row being
-- changed: a job sets this anew (catalog.TurnSeasonsWorker), and for what is written it is set at once.
alter table products add column off_season boolean not null default false;

drop index products_offers;
create index products_offers on products (cooperative_id, sold_out, off_season, sku) include (id) where state = 'published';

-- What has a season, or had one, for that job.
create index products_seasons on products (season_from, season_to, off_season) where season_from is not null or off_season;
