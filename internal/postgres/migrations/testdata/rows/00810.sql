-- What a cooperative says itself, and its photograph.
update cooperatives set hours_ar = 'كل يوم من 9 إلى 17', hours_fr = 'Tous les jours de 9 h à 17 h', hours_en = 'Daily from 9 to 17'
where id = (select id from cooperatives order by id limit 1);
insert into pictures (id, cooperative_id, original_key, state, width, height, created_at)
select '0190a000-0021-7000-8000-000000000810', id, '', 'ready', 800, 600, now() from cooperatives order by id limit 1;
update cooperatives set picture_id = '0190a000-0021-7000-8000-000000000810' where id = (select id from cooperatives order by id limit 1);
