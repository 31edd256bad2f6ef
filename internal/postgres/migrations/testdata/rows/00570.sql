-- What was to be asked for again is given in cash, and somebody has said so.
with given as (
    update payment_refunds set means = 'cash_on_delivery', given_reference = 'receipt 12', user_id = '0190a000-0002-7000-8000-000000000001'
    where state = 'succeeded' returning id
)
update payment_refunds set means = 'cash_on_delivery' where id = '0190a000-0015-7000-8000-000000000400';
