-- Whoever's honey was sent back bears the fee on it.
insert into order_fee_bearers (order_id, request, number, sub_order_id, cooperative_id, goods_centimes) values
    ('0190a000-0009-7000-8000-000000000520', 'return:0190a000-0022-7000-8000-000000000591', 1, '0190a000-000a-7000-8000-000000000520', '0190a000-0001-7000-8000-000000000002', 11000);
