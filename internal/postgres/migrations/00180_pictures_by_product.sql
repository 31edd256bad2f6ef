-- A picture that is deleted is looked for among all products by its foreign key.
-- +goose Up
create index products_picture on products (picture_id) where picture_id is not null;
