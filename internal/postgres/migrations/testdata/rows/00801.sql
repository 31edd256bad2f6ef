-- Both were typed into a form.
update cooperatives set form = '\x01' where id = '0190a000-0001-7000-8000-000000000002';
update users set form = '\x01' where id = '0190a000-0002-7000-8000-000000000003';
