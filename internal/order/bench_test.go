package order_test

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

// BenchmarkPlace places orders of three products from three cooperatives, eight buyers at a time,
// and tells how many orders that makes a second (orders/s) and how much longer an order takes than
// its bare statements, with all values made up beforehand (×bare).
func BenchmarkPlace(b *testing.B) {
	const buyers = 8
	m := newMarket(b)
	b.SetParallelism(buyers)
	shelves := make([][]uuid.UUID, 3)
	for i, cooperative := range []uuid.UUID{m.couscous, m.honey, m.soap} {
		for range 60 {
			product := m.product(cooperative, "كسكس القمح", "Couscous de blé", 26_00, false, "published")
			m.restock(product, 900_000)
			shelves[i] = append(shelves[i], product)
		}
	}
	m.exec(`analyze`)
	pick := func() []uuid.UUID {
		ids := make([]uuid.UUID, len(shelves))
		for i, shelf := range shelves {
			ids[i] = shelf[rand.IntN(len(shelf))]
		}
		return ids
	}
	place := func(ctx context.Context, products []uuid.UUID) error {
		in := m.basic()
		in.Lines = nil
		in.Source, in.IdempotencyKey = order.API, uuid.NewString()
		for _, p := range products {
			in.Lines = append(in.Lines, order.Line{ProductID: p, Quantity: 1})
		}
		_, err := m.Place(ctx, in)
		return err
	}
	bare := func(ctx context.Context, products []uuid.UUID) error {
		return m.placeBare(ctx, products, []uuid.UUID{m.couscous, m.honey, m.soap})
	}
	// Half of the orders each way, by turns, so that both meet the same tables.
	var spent [2]atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			products, started := pick(), time.Now()
			if err := place(context.Background(), products); err != nil {
				b.Error(err)
			}
			spent[0].Add(int64(time.Since(started)))
			products, started = pick(), time.Now()
			if err := bare(context.Background(), products); err != nil {
				b.Error(err)
			}
			spent[1].Add(int64(time.Since(started)))
		}
	})
	ours, theirs := float64(spent[0].Load()), float64(spent[1].Load())
	b.ReportMetric(ours/theirs, "×bare")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()*(ours+theirs)/ours, "orders/s")
}

// placeBare runs the statements of one order with one line from each of three cooperatives.
func (m *market) placeBare(ctx context.Context, products, cooperatives []uuid.UUID) error {
	now, id, random := time.Now(), postgres.NewID(), uuid.NewString()
	ids := make([]uuid.UUID, 40)
	for i := range ids {
		ids[i] = postgres.NewID()
	}
	if _, err := m.db.ExecContext(ctx, `select id, request_hash from orders where idempotency_key = $1`, random); err != nil {
		return err
	}
	if _, err := m.db.ExecContext(ctx, `
		select p.slug, z.fee_centimes, z.days_min, z.days_max
		from places p join delivery_zones z on z.slug = p.zone where p.slug = 'berkane'`); err != nil {
		return err
	}
	if _, err := m.db.ExecContext(ctx, `select decided from settings`); err != nil {
		return err
	}
	statements := []struct {
		sql  string
		args []any
	}{
		{`select id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, stock, state from products
			where id = any($1) order by id for no key update`, []any{pq.Array(products)}},
		{`with line as (select unnest($1::uuid[]) as product_id), moved as (
			update products p set stock = p.stock - 1, updated_at = $2 from line l where p.id = l.product_id returning p.id)
			insert into stock_movements (id, product_id, delta, reason, order_id, actor, at)
			select gen_random_uuid(), id, -1, 'reserve', $3, 'buyer', $2 from moved`, []any{pq.Array(products), now, id}},
		{`insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale, buyer_name, buyer_phone,
			place, delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state,
			deliver_from, deliver_to, placed_at, expires_at)
			values ($1, $2, $3, $4, 'x', 'api', 'ar', 'Fatima', '+212661234567', 'berkane', 'home', 'cash_on_delivery',
			    7800, 2000, 9800, 9800, 'placed', current_date, current_date, $5, $5)`,
			[]any{id, random, []byte(random), random, now}},
		{`insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes)
			values ($1, $7, $4, 'placed', 2600, 130), ($2, $7, $5, 'placed', 2600, 130), ($3, $7, $6, 'placed', 2600, 130)`,
			[]any{ids[0], ids[1], ids[2], cooperatives[0], cooperatives[1], cooperatives[2], id}},
		{`insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, quantity)
			values ($1, $4, $7, 'كسكس القمح', 'Couscous de blé', '', 1, 'kg', 2600, 1),
			       ($2, $5, $8, 'كسكس القمح', 'Couscous de blé', '', 1, 'kg', 2600, 1),
			       ($3, $6, $9, 'كسكس القمح', 'Couscous de blé', '', 1, 'kg', 2600, 1)`,
			[]any{ids[3], ids[4], ids[5], ids[0], ids[1], ids[2], products[0], products[1], products[2]}},
		{`insert into order_events (id, order_id, sub_order_id, state, actor, at)
			values ($1, $8, null, 'placed', 'buyer', $9), ($2, $8, $5, 'placed', 'buyer', $9), ($3, $8, $6, 'placed', 'buyer', $9), ($4, $8, $7, 'placed', 'buyer', $9)`,
			[]any{ids[6], ids[7], ids[8], ids[9], ids[0], ids[1], ids[2], id, now}},
		{`insert into payment_intents (id, reference, provider, amount_centimes, state, created_at)
			values ($1, $2, 'cash_on_delivery', 9800, 'pending', $3)`, []any{ids[10], id, now}},
		{`insert into journals (id, reference, input_hash, kind, order_id, at) values ($1, $2, 'x', 'placed', $3, $4)`,
			[]any{ids[11], "order:" + random, id, now}},
		{`insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id)
			values ($1, $5, 'buyers', 'pending_delivery', 2000, null), ($2, $5, 'buyers', 'pending', 2600, $6),
			       ($3, $5, 'buyers', 'pending', 2600, $7), ($4, $5, 'buyers', 'pending', 2600, $8)`,
			[]any{ids[12], ids[13], ids[14], ids[15], ids[11], cooperatives[0], cooperatives[1], cooperatives[2]}},
		{`select c.id, c.email, (select locale from users u where u.cooperative_id = c.id limit 1) from cooperatives c where c.id = any($1)
			union all select null, email, locale from users where role = 'director'`, []any{pq.Array(cooperatives)}},
		{`insert into river_job (args, kind, max_attempts, metadata, priority, queue, scheduled_at, state, tags)
			select $1::jsonb, 'mail_send', 25, '{}', 1, 'default', $2, 'available', '{}' from generate_series(1, 5)`,
			[]any{`{"to":"association@souk.example","subject":"طلب جديد","body":"` + bareBody + `"}`, now}},
	}
	return postgres.InTx(ctx, m.db, func(tx *sqlx.Tx) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(ctx, s.sql, s.args...); err != nil {
				return err
			}
		}
		return nil
	})
}

const bareBody = "السلام عليكم، وصل طلب جديد إلى تعاونيتكم. المرجو قبول الطلب قبل الخميس، وإلا أُلغي."
