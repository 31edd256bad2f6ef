package order_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestTheDatabaseDefendsOrders(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.IdempotencyKey = "17"
	o := m.place(in).Order
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "torn"), m.people()))
	token := order.NewToken()
	m.add(token, m.wheat, 1)
	// copyOf inserts the rows of a table again, with other values for some columns.
	copyOf := func(table string, values map[string]string) string {
		var columns []string
		m.must(m.db.Select(&columns, `
			select column_name from information_schema.columns
			where table_name = $1 and is_generated = 'NEVER'`, table))
		selected := slices.Clone(columns)
		for i, c := range columns {
			if v, ok := values[c]; ok {
				selected[i] = v
			}
		}
		return fmt.Sprintf(`insert into %s (%s) select %s from %s limit 1`, table, list(columns), list(selected), table)
	}
	id := func(more ...string) map[string]string {
		values := map[string]string{"id": "gen_random_uuid()"}
		for i := 0; i < len(more); i += 2 {
			values[more[i]] = more[i+1]
		}
		return values
	}
	honey := fmt.Sprintf("'%s'::uuid", m.part(o, m.honey).ID)
	less := func(more ...string) map[string]string { // a centime off the line, if nothing else is said
		return id(append([]string{"key", "gen_random_uuid()", "quantity", "0", "amount_centimes", "1", "released", "false"}, more...)...)
	}
	other := fmt.Sprintf("'%s'::uuid", m.barley)
	for _, c := range []struct{ constraint, statement string }{
		{"basket_lines_quantity", `update basket_lines set quantity = 0`},
		{"basket_lines_quantity", `update basket_lines set quantity = 1000`},
		{"baskets_fee_sane", `update baskets set fee_centimes = -1`},
		{"basket_lines_price", `update basket_lines set price_centimes = 0`},
		{"holds_spare_sane", `update holds set spare = pieces + 1`},
		{"hold_totals_spare_sane", `update hold_totals set spare = pieces + 1`},
		{"hold_totals_counts_sane", `update hold_totals set mailed = orders + 1`},
		{"hold_totals_counts_sane", `update hold_totals set phones = orders + 1`},
		{"hold_totals_counts_sane", `update hold_totals set addresses = orders + 1`},
		{"holders_kind_known", `update holders set kind = 'x'`},
		{"holders_not_empty", `update holders set orders = 0`},
		{"holders_mailed_sane", `update holders set mailed = orders + 1`},
		{"order_letters_some", `insert into order_letters (recipient, order_id, at, letters) select 'x', id, now(), 0 from orders`},
		{"orders_as_placed", `update orders set means_fee_centimes = 1, total_centimes = total_centimes + 1`},
		{"orders_as_placed", `update orders set means_fee_centimes = 1`},
		{"orders_number_key", copyOf("orders", id("token_hash", "'x'", "idempotency_key", "null"))},
		{"orders_token_key", copyOf("orders", id("number", "'x'", "idempotency_key", "null"))},
		{"orders_idempotency_key", copyOf("orders", id("number", "'x'", "token_hash", "'x'"))},
		{"orders_source_known", `update orders set source = 'x'`},
		{"orders_delivery_known", `update orders set delivery = 'x'`},
		{"orders_payment_named", `update orders set payment = 'X'`},
		{"orders_state_known", `update orders set state = 'x'`},
		{"orders_total_is_the_sum", copyOf("orders", id("number", "'x'", "token_hash", "'x'", "idempotency_key", "null", "total_centimes", "total_centimes + 1"))},
		{"orders_amounts_sane", `update orders set due_centimes = -1`},
		{"orders_amounts_sane", `update orders set due_centimes = total_centimes + 1`},
		{"orders_delivery_days_in_order", `update orders set deliver_to = deliver_from - 1`},
		{"orders_place_fkey", `update orders set place = 'atlantis'`},
		{"orders_as_placed", `update orders set items_centimes = items_centimes + 1, total_centimes = total_centimes + 1`},
		{"orders_as_placed", `update orders set delivery_centimes = delivery_centimes + 1, total_centimes = total_centimes + 1`},
		{"orders_as_placed", `update orders set place = 'ahfir', state = 'dispatched'; update orders set place = 'berkane'`},
		{"order_addresses_fee_sane", `insert into order_addresses select gen_random_uuid(), id, '', place, '', '', '', -1 from orders`},
		{"orders_as_placed", `update orders set number = 'x'`},
		{"orders_as_placed", `update orders set placed_at = now()`},
		{"sub_orders_one_per_cooperative", copyOf("sub_orders", id())},
		{"sub_orders_state_known", `update sub_orders set state = 'x'`},
		{"sub_orders_amounts_sane", copyOf("sub_orders", id("cooperative_id", "(select id from cooperatives where slug = 'jdida')", "items_centimes", "0"))},
		{"sub_orders_amounts_sane", copyOf("sub_orders", id("cooperative_id", "(select id from cooperatives where slug = 'jdida')", "commission_centimes", "items_centimes + 1"))},
		{"sub_orders_as_placed", `update sub_orders set items_centimes = items_centimes + 1`},
		{"sub_orders_as_placed", `update sub_orders set commission_centimes = 0`},
		{"sub_orders_as_placed", `update sub_orders set cooperative_id = (select id from cooperatives where slug = 'jdida')`},
		{"order_lines_one_per_product", copyOf("order_lines", id())},
		{"order_lines_quantity_positive", copyOf("order_lines", id("product_id", other, "quantity", "0"))},
		{"order_lines_price_positive", copyOf("order_lines", id("product_id", other, "price_centimes", "0"))},
		{"order_lines_append_only", `update order_lines set price_centimes = 1`},
		{"order_lines_append_only", `delete from order_lines`},
		{"order_adjustments_key_key", copyOf("order_adjustments", less("key", "key"))},
		{"order_adjustments_amounts_sane", copyOf("order_adjustments", less("amount_centimes", "0"))},
		{"order_adjustments_amounts_sane", copyOf("order_adjustments", less("amount_centimes", "-1"))},
		{"order_adjustments_amounts_sane", copyOf("order_adjustments", less("quantity", "-1"))},
		{"order_adjustments_borne_back_sane", copyOf("order_adjustments", less("borne_back_centimes", "-1"))},
		{"order_adjustments_releases_pieces", copyOf("order_adjustments", less("released", "true"))},
		{"order_adjustments_reason_known", copyOf("order_adjustments", less("reason", "'x'"))},
		{"order_adjustments_actor_known", copyOf("order_adjustments", less("actor", "'buyer'"))},
		{"order_adjustments_user_named", copyOf("order_adjustments", less("user_id", "null"))},
		{"order_adjustments_line_of_part", copyOf("order_adjustments", less("sub_order_id", honey))},
		{"order_adjustments_line_of_part", copyOf("order_adjustments", less("order_id", "gen_random_uuid()"))},
		{"order_adjustments_within_line", copyOf("order_adjustments", less("quantity", "2"))},
		{"order_adjustments_within_line", copyOf("order_adjustments", less("amount_centimes", "2601"))},
		{"order_adjustments_within_line", copyOf("order_adjustments", less("quantity", "1", "amount_centimes", "2599"))},
		{"order_adjustments_within_line", copyOf("order_adjustments", less("quantity", "2147483647"))},
		{"order_adjustments_append_only", `update order_adjustments set amount_centimes = 1`},
		{"order_adjustments_append_only", `delete from order_adjustments`},
		{"order_adjustments_append_only", `truncate order_adjustments`},
		{"order_events_actor_known", copyOf("order_events", id("actor", "'x'"))},
		{"order_events_user_is_the_actors", copyOf("order_events", id("actor", "'member'"))},
		{"order_events_reason_known", copyOf("order_events", id("reason", "'x'"))},
		{"order_events_append_only", `update order_events set note = 'x'`},
		{"order_events_append_only", `delete from order_events`},
		{"order_events_append_only", `truncate order_events`},
		{"sub_orders_order_id_fkey", `delete from orders`},
	} {
		if _, err := m.db.Exec(c.statement); !postgres.Violates(err, c.constraint) {
			t.Errorf("%s: %v after %s", c.constraint, err, c.statement)
		}
	}
	m.wantStates(o.ID, "placed: placed placed placed")
	m.wantClean()
}

func list(columns []string) (text string) {
	for i, c := range columns {
		if i > 0 {
			text += ", "
		}
		text += c
	}
	return text
}

// Each of these leaves something untrue behind; the audit has to name it.
func TestTheAuditFindsWhatContradictsOrders(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		damage string
		want   string // the check that has to fail
	}{
		"a part less": {`update sub_orders set items_centimes = items_centimes - 1 where state = 'placed'`,
			"order: the whole is the sum of its parts"},
		"a cheaper line": {`update order_lines set price_centimes = price_centimes - 1`,
			"order: a part is the sum of its lines"},
		"another's product": {`update products set cooperative_id = (select id from cooperatives where slug = 'jdida')`,
			"order: a part holds only its own cooperative's products"},
		"a discount": {`update orders set due_centimes = due_centimes - 1`,
			"order: due is what is left of the parts, with delivery"},
		"a fee of the means that nobody agreed to": {`update orders set means_fee_centimes = 1, total_centimes = total_centimes + 1, due_centimes = due_centimes + 1`,
			"order: the ledger holds what the orders say"},
		"a discount on a line": {`update order_adjustments set amount_centimes = amount_centimes + 1`,
			"order: due is what is left of the parts, with delivery"},
		"more taken off a line than it had": {`update order_adjustments set quantity = 3`,
			"order: no more is taken off a line than it had, and no piece without its worth"},
		"worth without a piece": {`update order_adjustments set quantity = 2`,
			"order: no more is taken off a line than it had, and no piece without its worth"},
		"a piece less for the same price": {`update order_adjustments set amount_centimes = 2599`,
			"order: no more is taken off a line than it had, and no piece without its worth"},
		"an adjustment of another's part": {`update order_adjustments set sub_order_id = (select id from sub_orders where state = 'accepted')`,
			"order: an adjustment is of a line of its part and order, and a part that is under way keeps some worth"},
		"a part that is nothing": {`update order_adjustments set quantity = 2, amount_centimes = 5200`,
			"order: an adjustment is of a line of its part and order, and a part that is under way keeps some worth"},
		"an adjustment that the ledger knows otherwise": {`update order_adjustments set amount_centimes = amount_centimes - 1`,
			"order: an adjustment stands in the ledger, in stock and in the history"},
		"an adjustment whose pieces are nowhere": {`update order_adjustments set released = false`,
			"order: an adjustment stands in the ledger, in stock and in the history"},
		"pieces that are lost and for sale": {`delete from stock_movements where reason = 'count' and adjustment_id is not null`,
			"order: an adjustment stands in the ledger, in stock and in the history"},
		"an adjustment of another month": {`update journals set at = at - interval '1 month' where kind = 'adjusted'`,
			"order: an adjustment stands in the ledger, in stock and in the history"},
		"an adjustment that its journal does not name": {`update journals set adjustment_id = null where kind = 'adjusted'`,
			"order: the journal of an adjustment names it, and no other does"},
		"an adjustment that a sale names": {`update journals set adjustment_id = gen_random_uuid() where kind = 'placed'`,
			"order: the journal of an adjustment names it, and no other does"},
		"an adjustment whose journal is of no part": {`update journals set part_id = null where kind = 'adjusted'`,
			"order: an adjustment stands in the ledger, in stock and in the history"},
		"money received that the ledger does not know": {`insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, received_centimes, created_at, ended_at)
				select gen_random_uuid(), id, 1, provider, amount_centimes, 'succeeded', 'x', amount_centimes, now(), now() from payment_intents`,
			"order: what was received and what was given back stands in the ledger once, by its name"},
		"money in the ledger that no payment brought": {`
				insert into journals (id, reference, input_hash, kind, order_id, at) select gen_random_uuid(), 'again', '', 'paid', order_id, at from journals where kind = 'placed';
				insert into postings (id, journal_id, debit, credit, amount_centimes, provider)
				select gen_random_uuid(), id, 'received', 'buyers', 1, 'cash_on_delivery' from journals where reference = 'again'`,
			"order: what was received and what was given back stands in the ledger once, by its name"},
		"more of a gift back than was given": {`update order_adjustments set borne_back_centimes = 1`,
			"order: no more of what the association bore on a line comes back than it bore"},
		"pieces back that the buyer had already": {`insert into order_events (id, order_id, sub_order_id, state, note, actor, user_id, at)
				select gen_random_uuid(), order_id, sub_order_id, 'delivered', '', actor, user_id, at - interval '1 minute' from order_adjustments`,
			"order: what an adjustment takes off comes back unless the buyer had it"},
		"pieces that did not come back": {`update order_adjustments set released = false`,
			"order: what an adjustment takes off comes back unless the buyer had it"},
		"an adjustment by nobody": {`update order_adjustments set user_id = gen_random_uuid()`,
			"order: an adjustment is made by the association or by a member of the part's cooperative"},
		"an adjustment by another cooperative": {`update order_adjustments set actor = 'member', user_id = (select user_id from order_events where state = 'accepted')`,
			"order: an adjustment is made by the association or by a member of the part's cooperative"},
		"an adjustment by a member as the association": {`update order_adjustments set user_id = (select user_id from order_events where state = 'accepted')`,
			"order: an adjustment is made by the association or by a member of the part's cooperative"},
		"an adjustment that no history tells": {`delete from order_events where state = 'adjusted'`,
			"order: an adjustment stands in the ledger, in stock and in the history"},
		"an adjustment that is gone": {`delete from order_adjustments`,
			"order: reserved stock is what active parts hold"},
		"ahead of its parts": {`update orders set state = 'delivered'`,
			"order: its state agrees with the states of its parts"},
		"behind its parts": {`update sub_orders set state = 'cancelled'`,
			"order: its state agrees with the states of its parts"},
		"a history without its end": {`delete from order_events where state = 'accepted'`,
			"order: the last entry of a history is the present state"},
		"goods released behind its back": {`insert into stock_movements (id, product_id, delta, reason, order_id, actor, at)
				select gen_random_uuid(), product_id, 1, 'release', order_id, 'system', now() from stock_movements where reason = 'reserve'`,
			"order: reserved stock is what active parts hold"},
		"goods that the market took by itself": {`update stock_movements set actor = 'system' where reason = 'reserve'`,
			"order: goods are taken by the buyer, and come back by whoever took them off the order"},
		"goods that came back by nobody's doing": {`update stock_movements set actor = 'system', user_id = null where reason = 'release'`,
			"order: goods are taken by the buyer, and come back by whoever took them off the order"},
		"goods reserved for nobody": {`insert into stock_movements (id, product_id, delta, reason, order_id, actor, at)
				select gen_random_uuid(), id, -1, 'reserve', gen_random_uuid(), 'buyer', now() from products`,
			"order: reserved stock is what active parts hold"},
		"no payment": {`delete from payment_intents`,
			"order: its payment is for what is due, and settled when it is delivered"},
		"a payment of another amount": {`update payment_intents set amount_centimes = amount_centimes + 1`,
			"order: its payment is for what is due, and settled when it is delivered"},
		"a payment that nobody wrote down": {`update payment_intents set state = 'succeeded', settled_at = now()`,
			"order: the ledger holds what the orders say"},
		"a payment of less than is due": {`update payment_intents set state = 'succeeded', settled_at = now(), amount_centimes = amount_centimes - 1`,
			"order: its payment is for what is due, and settled when it is delivered"},
		"a payment that is off": {`update payment_intents set state = 'cancelled'`,
			"order: its payment is for what is due, and settled when it is delivered"},
		"a payment for nothing": {`insert into payment_intents (id, reference, provider, amount_centimes, state, created_at)
				select gen_random_uuid(), gen_random_uuid(), provider, amount_centimes, state, created_at from payment_intents`,
			"order: its payment is for what is due, and settled when it is delivered"},
		"a payment by other means": {`update payment_intents set provider = 'transfer'`,
			"order: its payment is for what is due, and settled when it is delivered"},
		"a change of where it goes that says nothing": {`insert into order_events (id, order_id, state, note, actor, at)
				select gen_random_uuid(), id, 'address', '', 'buyer', now() from orders`,
			"order: a history tells each change of where it goes, with the fee that it had until then"},
		"another fee of a place that nobody was asked for": {`
				with changed as (
				    insert into order_events (id, order_id, state, note, actor, at) select gen_random_uuid(), id, 'address', '', 'buyer', now() from orders returning id, order_id)
				insert into order_addresses select c.id, c.order_id, '', o.place, '', '', '', o.delivery_centimes + 1 from changed c join orders o on o.id = c.order_id`,
			"order: a history tells each change of where it goes, with the fee that it had until then"},
		"an expiry that will not come": {`delete from river_job where kind = 'order_expire'`,
			"order: what waits for an answer has its expiry before it"},
		"more given beyond a share than anybody has": {`update hold_totals set pieces = pieces + 1, spare = spare + 1`,
			"order: all that is held is the sum of the holds"},
		"a telephone number that holds and is not counted": {`update hold_totals set orders = orders + 1, phones = phones + 1`,
			"order: all that is held is the sum of the holds"},
		"a telephone number of which nobody knows that it holds": {`insert into holds (order_id, phone, pieces, at) select id, '+212600000000', 1, now() from orders`,
			"order: what a telephone number or an address holds is the sum of its holds"},
		"a holder who holds nothing": {`insert into holders (kind, who, orders, mailed, pieces, since) values ('phone', '+212600000000', 1, 0, 1, now())`,
			"order: what a telephone number or an address holds is the sum of its holds"},
		"a sale of another month": {`update journals set at = at - interval '1 month'`,
			"order: its sale is recorded once, for the moment when it was placed"},
		"a sale twice": {`insert into journals (id, reference, input_hash, kind, order_id, at)
				select gen_random_uuid(), 'again', '', kind, order_id, at from journals where kind = 'placed'`,
			"order: its sale is recorded once, for the moment when it was placed"},
		"no journal": {`delete from postings; delete from journals`,
			"order: the ledger holds what the orders say"},
		"a posting to another cooperative": {`update postings set cooperative_id = (select id from cooperatives where slug = 'jdida') where cooperative_id is not null`,
			"order: the ledger holds what the orders say"},
		"a journal too many": {`
				insert into journals (id, reference, input_hash, kind, order_id, at) select gen_random_uuid(), 'again', '', kind, order_id, at from journals where kind = 'placed';
				insert into postings (id, journal_id, debit, credit, amount_centimes)
				select gen_random_uuid(), id, 'buyers', 'commission', 1 from journals where reference = 'again'`,
			"order: the ledger holds what the orders say"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.place(m.basic()).Order
			p := m.part(o, m.honey)
			m.must(m.Move(t.Context(), order.MoveAccept, p.ID, m.of(m.honey)))
			m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "torn"), m.people()))
			m.wantClean()
			m.exec(`
				do $$ declare t text; begin
				    for t in select tablename from pg_tables where schemaname = 'public' loop
				        execute format('alter table %I disable trigger user', t);
				    end loop;
				end $$;` + c.damage)
			checks, err := order.Audit(t.Context(), m.db)
			m.must(err)
			for _, check := range checks {
				if check.Name == c.want {
					if check.OK() {
						t.Errorf("%q found nothing", check.Name)
					}
					return
				}
			}
			t.Errorf("there is no check %q", c.want)
		})
	}
}
