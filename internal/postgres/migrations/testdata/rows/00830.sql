-- A product that its cooperative made a size of another.
update products set sized_with = family where id = (select id from products order by id limit 1);
