update payment_attempts set compared_centimes = received_centimes where id = '0190a000-0014-7000-8000-000000000542';
update payment_refunds set compared = true where id = '0190a000-0015-7000-8000-000000000131';
