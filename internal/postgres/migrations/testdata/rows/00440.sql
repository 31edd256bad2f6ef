insert into sold_left (order_id) select id from orders order by id limit 1;
