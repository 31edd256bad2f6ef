-- An order that was placed while nobody worked on Sundays.
update orders set rest_day = 7 where id = (select id from orders order by id limit 1);
