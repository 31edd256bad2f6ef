-- What an event was signed with.
update payment_events set seal = '\x01' where (provider, id) = (select provider, id from payment_events order by provider, id limit 1);
