-- Labels that end on one day have an order too, in which their list goes on from one of them.
-- +goose Up
drop index product_labels_ending;
create index product_labels_ending on product_labels (expires_on, (md5(product_id::text || label)::uuid)); -- as catalog.SoonEnding has it
