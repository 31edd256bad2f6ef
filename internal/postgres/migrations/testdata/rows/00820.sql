-- A product whose season is over.
update products set off_season = true where id = (select id from products order by id limit 1);
