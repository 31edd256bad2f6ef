insert into sold_changes (order_id) select id from orders;
insert into sold_changes (cooperative_id) select id from cooperatives;
