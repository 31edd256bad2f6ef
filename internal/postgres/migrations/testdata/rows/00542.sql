-- Of something that waits to be paid an attempt is under way whose provider is gone to by a form.
insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, provider_reference, url, form, created_at, expires_at)
select '0190a000-0014-7000-8000-000000000542', i.id, 542, i.provider, i.amount_centimes, 'waiting', i.reference || ':542', 'try-542', 'https://card.example/542', '{"oid": "542"}', '2026-11-20 10:00+00', '2026-11-20 10:30+00'
from payment_intents i where i.state = 'pending' and i.amount_centimes > 0 order by i.id limit 1;
