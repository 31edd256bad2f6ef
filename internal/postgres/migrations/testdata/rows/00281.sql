-- Its sums are what they are since the version that holds now.
insert into sold_moved (cooperative_id, version) select '0190a000-0001-7000-8000-000000000001', version from sold_turn;
