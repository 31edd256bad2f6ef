package sample

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
)

// grow copies the market that the use cases have loaded until it has its size: all of it or nothing. Each
// copy has ids, names and moments of its own, and as the whole is copied with its histories, its stock and
// its ledger, what was true of the one is true of each.
func grow(ctx context.Context, db *sqlx.DB, size Size) error {
	return postgres.InTx(ctx, db, func(tx *sqlx.Tx) error {
		var copied bool
		err := tx.GetContext(ctx, &copied, `select exists (select from cooperatives where slug ~ '-2$')`)
		if err != nil || copied || size.Copies == 1 && size.Products == 0 {
			return err
		}
		g := growth{ctx: ctx, tx: tx, size: size}
		for _, step := range []func() error{g.prepare, g.copyAll, g.fillShelves, g.count, g.restore, g.countStanding} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
}

// growth is the copying under way.
type growth struct {
	ctx     context.Context
	tx      *sqlx.Tx
	size    Size
	tables  []string
	dropped []string // statements that bring back what was dropped meanwhile
}

func (g *growth) exec(statements ...string) error {
	for _, statement := range statements {
		if _, err := g.tx.ExecContext(g.ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// prepare makes the function that copies are named by, and takes away what would be asked for each of
// millions of rows: triggers, and the indexes and foreign keys, which are built again at the end.
func (g *growth) prepare() error {
	err := g.exec(`analyze`,
		`set local work_mem = '128MB'`, `set local maintenance_work_mem = '512MB'`,
		// The time that begins an id stays, so that indexes remain dense.
		`create function pg_temp.copied(id uuid, n int) returns uuid language sql immutable as $$
		     select overlay(md5(id::text || n) placing left(replace(id::text, '-', ''), 13) from 1)::uuid $$`)
	if err != nil {
		return err
	}
	if err := g.prepareSales(); err != nil {
		return err
	}
	// Whatever has a uuid in its key is the market's; what has not (categories, settings) there is once, and so is
	// what became of it.
	err = g.tx.SelectContext(g.ctx, &g.tables, `
		select distinct t.relname::text
		from pg_class t join pg_index i on i.indrelid = t.oid and i.indisprimary
		join pg_attribute a on a.attrelid = t.oid and a.attnum = any(i.indkey)
		where t.relnamespace = 'public'::regnamespace and a.atttypid = 'uuid'::regtype and t.relname <> 'settings_changes'
		order by 1`)
	if err != nil {
		return fmt.Errorf("tables: %w", err)
	}
	if err := g.takeAway(`
		select format('drop index %s', i.indexrelid::regclass) as away, pg_get_indexdef(i.indexrelid) as back
		from pg_index i join pg_class c on c.oid = i.indrelid
		where c.relnamespace = 'public'::regnamespace and c.relname !~ '^(river|goose)' and not i.indisunique
		  and c.relname <> 'postings' -- which are asked for while journals are copied
		union all
		select format('alter table %s drop constraint %I', conrelid::regclass, conname),
		       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
		order by back desc -- indexes before the keys that are checked by them`); err != nil {
		return err
	}
	return g.triggers("disable")
}

// prepareSales makes the function that tells whose a sale's copy is: the best known cooperative's own, with her products
// and by her members, as often as Size.Sales has it; then its copies'.
func (g *growth) prepareSales() error {
	var own string
	err := g.tx.GetContext(g.ctx, &own, `
		select array_agg(id) from (
		    select c.id from cooperatives c where c.slug = $1
		    union all select p.id from products p join cooperatives c on c.id = p.cooperative_id where c.slug = $1
		    union all select u.id from users u join cooperatives c on c.id = u.cooperative_id where c.slug = $1) o`, bestKnown)
	if err != nil {
		return fmt.Errorf("the best known: %w", err)
	}
	return g.exec(fmt.Sprintf(`
		create function pg_temp.sells(id uuid, n int) returns uuid language sql immutable as $$
		    select case when n <= %d and id = any('%s') then id else pg_temp.copied(id, n) end $$`, g.size.Sales, own))
}

// takeAway drops what the query names, until restore.
func (g *growth) takeAway(query string) error {
	var drop []struct{ Away, Back string }
	if err := g.tx.SelectContext(g.ctx, &drop, query); err != nil {
		return fmt.Errorf("indexes and keys: %w", err)
	}
	for _, d := range drop {
		g.dropped = append(g.dropped, d.Back)
		if err := g.exec(d.Away); err != nil {
			return err
		}
	}
	return nil
}

func (g *growth) triggers(what string) error {
	for _, table := range g.tables {
		if err := g.exec(`alter table ` + table + ` ` + what + ` trigger user`); err != nil {
			return err
		}
	}
	return nil
}

// renamed says how the copy with number n has a column, where that is neither an id, which is copied, nor a
// moment, which lies a minute further back for each copy, nor just the same.
var renamed = map[string]string{
	"cooperatives.slug":       `slug || '-' || n`,
	"cooperatives.name_ar":    `name_ar || ' ' || n`,
	"cooperatives.name_fr":    `name_fr || ' ' || n`,
	"cooperatives.ice":        `lpad((ice::numeric + n * 97000000::bigint)::text, 15, '0')`,
	"stalls.name_ar":          `name_ar || ' ' || n`,
	"stalls.name_fr":          `name_fr || ' ' || n`,
	"users.email":             `replace(email, '@', '-' || n || '@')`,
	"users.phone":             `'+212' || 600000000 + (substr(phone, 5)::bigint - 699000000) * 1000 + n`,
	"orders.buyer_phone":      buyersPhone("buyer_phone"),
	"holds.phone":             buyersPhone("phone"),
	"products.slug":           `slug || '-' || n`,
	"products.name_ar":        `name_ar || ' ' || n`,
	"products.name_fr":        `name_fr || ' ' || n`,
	"orders.number":           `number || '-' || n`,
	"orders.token_hash":       `sha256(token_hash || n::text::bytea)`,
	"payment_attempts.key":    `key || '-' || n`,
	"payment_refunds.key":     ofCopy("key"),
	"payment_refunds.request": ofCopy("request"),
	"payment_refunds.user_id": `pg_temp.sells(user_id, n)`,
	"journals.reference":      `reference || '-' || n`,
	"journals.input_hash":     journalHash,

	"hold_lines.product_id":             `pg_temp.sells(product_id, n)`,
	"order_adjustments.user_id":         `pg_temp.sells(user_id, n)`,
	"order_return_lines.cooperative_id": `pg_temp.sells(cooperative_id, n)`,
	"order_return_lines.user_id":        `pg_temp.sells(user_id, n)`,
	"order_events.user_id":              `pg_temp.sells(user_id, n)`,
	"order_lines.product_id":            `pg_temp.sells(product_id, n)`,
	"payouts.cooperative_id":            `pg_temp.sells(cooperative_id, n)`,
	"payouts.reference":                 `reference || '-' || n`,
	"postings.cooperative_id":           `pg_temp.sells(cooperative_id, n)`,
	"stock_movements.product_id":        `case when order_id is null then pg_temp.copied(product_id, n) else pg_temp.sells(product_id, n) end`,
	"stock_movements.user_id":           `case when order_id is null then pg_temp.copied(user_id, n) else pg_temp.sells(user_id, n) end`,
	"sub_orders.cooperative_id":         `pg_temp.sells(cooperative_id, n)`,
}

// ofCopy names what the copies of the ids ask for that a text names.
func ofCopy(column string) string {
	return fmt.Sprintf(`(
	select string_agg(case when word ~ '^[0-9a-f]{8}-[0-9a-f-]{27}$' then pg_temp.copied(word::uuid, n)::text else word end, ':' order by at)
	from string_to_table(%s, ':') with ordinality t (word, at))`, column)
}

// buyersPhone gives each copy buyers of its own.
func buyersPhone(column string) string {
	return fmt.Sprintf(`case when %[1]s like '+2126991%%' then '+212' || 600000000 + (substr(%[1]s, 5)::bigint - 699000000) * 1000 + n else %[1]s end`, column)
}

// journalHash is what package ledger keeps of a journal's input.
const journalHash = `(
	select sha256(convert_to('{"Kind":' || to_json(o.kind) || ',"OrderID":' || coalesce('"' || pg_temp.copied(o.order_id, n) || '"', 'null')
	    || coalesce(',"PartID":"' || pg_temp.copied(o.part_id, n) || '"', '') || coalesce(',"PaymentID":"' || pg_temp.copied(o.payment_id, n) || '"', '')
	    || coalesce(',"RefundID":"' || pg_temp.copied(o.refund_id, n) || '"', '') || coalesce(',"AdjustmentID":"' || pg_temp.copied(o.adjustment_id, n) || '"', '')
	    || coalesce(',"PayoutID":"' || pg_temp.copied(o.payout_id, n) || '"', '')
	    || ',"Postings":[' || string_agg(format('{"debit":"%s","credit":"%s","amount":%s%s}', p.debit, p.credit, p.amount, p.whose), ','
	                                     order by p.debit collate "C", p.credit collate "C", p.amount) || ']}', 'UTF8'))
	from (
	    select ` + debited + ` as debit, ` + credited + ` as credit, p.amount_centimes as amount,
	           coalesce(',"cooperative_id":"' || pg_temp.sells(p.cooperative_id, n) || '"', '') as whose
	    from postings p
	    join ledger_accounts d on d.account = p.debit
	    join ledger_accounts c on c.account = p.credit
	    where p.journal_id = o.id
	) p)`

// debited and credited are a posting's accounts as ledger.Account writes them.
const (
	debited = `replace(p.debit, 'pending_delivery', 'pending:delivery') ||
	    case d.subject when 'cooperative' then ':' || pg_temp.sells(p.cooperative_id, n) when 'provider' then ':' || p.provider else '' end`
	credited = `replace(p.credit, 'pending_delivery', 'pending:delivery') ||
	    case c.subject when 'cooperative' then ':' || pg_temp.sells(p.cooperative_id, n) when 'provider' then ':' || p.provider else '' end`
)

// carried are tables that count and countStanding fill: copies of their rows would only be taken away again, and be in
// the way of whoever reads them before the database has cleared them up.
var carried = []string{
	"balances", "holders", "offered_changes", "product_counts", "sold_by_cooperative", "sold_changes", "sold_left", "sold_parts", "standing_changes", "statement_days",
	"unconfirmed_changes",
}

// copyAll copies the rows of every table that is not carried.
func (g *growth) copyAll() error {
	for _, table := range g.tables {
		if slices.Contains(carried, table) {
			continue
		}
		if err := g.copyRows(table, fmt.Sprintf(`cross join generate_series(2, %d) as n`, g.size.Copies), nil); err != nil {
			return err
		}
		if table == "journals" {
			if err := g.takeAway(`
				select format('drop index %s', indexrelid::regclass) as away, pg_get_indexdef(indexrelid) as back
				from pg_index where indrelid = 'postings'::regclass and not indisunique`); err != nil {
				return err
			}
		}
	}
	// Whoever sold more had more; what waits for an answer is given up in time, and what may be sent back is earned.
	return g.exec(`
		insert into stock_movements (id, product_id, delta, reason, actor, at)
		select pg_temp.copied(p.id, 0), p.id, p.stock - m.delta, 'count', 'system', p.created_at
		from products p join (select product_id, sum(delta) as delta from stock_movements group by product_id) m on m.product_id = p.id
		where p.stock <> m.delta`, fmt.Sprintf(`
		insert into river_job (kind, state, args, max_attempts, priority, queue, scheduled_at)
		select kind, state, args || jsonb_build_object(about, pg_temp.copied((args->>about)::uuid, n)), max_attempts, priority, queue, scheduled_at
		from river_job
		join (values ('order_expire', 'order_id'), ('order_late', 'order_id'), ('order_close', 'order_id'), ('order_return_due', 'return_id')) k (kind, about) using (kind)
		cross join generate_series(2, %d) as n
		where state = 'scheduled'`, g.size.Copies))
}

// copyRows copies a table's rows, o, for each n that they are joined with; other says what is otherwise
// than in renamed.
func (g *growth) copyRows(table, joined string, other map[string]string) error {
	var columns []struct{ Name, Type string }
	err := g.tx.SelectContext(g.ctx, &columns, `
		select attname::text as name, format_type(atttypid, null) as type from pg_attribute
		where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
		order by attnum`, table)
	if err != nil {
		return fmt.Errorf("columns of %s: %w", table, err)
	}
	names, values := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i], values[i] = c.Name, c.Name
		switch as := cmp.Or(other[c.Name], renamed[table+"."+c.Name]); {
		case as != "":
			values[i] = as
		case c.Type == "uuid":
			values[i] = `pg_temp.copied(` + c.Name + `, n)`
		case c.Type == "timestamp with time zone":
			values[i] = c.Name + ` - n * interval '1 minute'`
		}
	}
	return g.exec(`insert into ` + table + ` (` + strings.Join(names, ", ") + `)
		select ` + strings.Join(values, ", ") + ` from ` + table + ` o ` + joined)
}

// bestKnown is the cooperative that has Size.Shelf products and Size.Sales.
const bestKnown = "nouarat-echcharaa"

// fillShelves adds products that nobody has ordered yet, like those that their cooperatives have already:
// first to the best known, then to all.
func (g *growth) fillShelves() error {
	err := g.exec(`
		create temp table shelf on commit drop as select id as product, 0 as n from products limit 0`,
		fmt.Sprintf(`
		insert into shelf
		select p.id, 1000000 + n
		from (select id from products where cooperative_id = (select id from cooperatives where slug = '%s')) p
		cross join generate_series(1, %d) as n
		order by n, p.id
		limit greatest(0, %[2]d - (select count(*) from products where cooperative_id = (select id from cooperatives where slug = '%[1]s')))`,
			bestKnown, g.size.Shelf),
		fmt.Sprintf(`
		insert into shelf
		select p.id, 2000000 + n
		from products p cross join generate_series(1, 1 + %d / (select count(*) from products)) as n
		order by n, p.id
		limit greatest(0, %[1]d - (select count(*) from products) - (select count(*) from shelf))`, g.size.Products))
	if err != nil {
		return err
	}
	const joined = `join shelf on shelf.product = o.`
	err = g.copyRows("products", joined+`id`, map[string]string{"cooperative_id": `cooperative_id`, "sku": `sku || '-' || n`})
	if err != nil {
		return err
	}
	if err := g.copyRows("product_labels", joined+`product_id`, map[string]string{"cooperative_id": `cooperative_id`}); err != nil {
		return err
	}
	return g.exec(`
		insert into stock_movements (id, product_id, delta, reason, actor, at)
		select pg_temp.copied(o.id, -n), pg_temp.copied(o.id, n), o.stock, 'count', 'system', o.created_at
		from products o join shelf on shelf.product = o.id
		where o.stock > 0`)
}

// count counts again what is counted over the whole market.
func (g *growth) count() error {
	return g.exec(`
		update hold_totals set (orders, mailed, pieces, spare, phones, addresses) =
		    (select orders, mailed, pieces, spare, phones, addresses from hold_totals_now)`,
		`delete from holders`, `insert into holders select * from holders_now`,
		`delete from product_counts`, `insert into product_counts select * from product_counts_now`,
		`update stalls s set published = n.things from product_counts n where n.cooperative_id = s.cooperative_id`,
		`delete from offered_changes`, `insert into offered_changes (products) select sum(published) from stalls where shown`,
		`delete from stall_counts`, `insert into stall_counts select * from stall_counts_now`,
		`delete from balances`,
		`insert into balances (account, cooperative_id, provider, slot, debits, credits, against_held, against_bank)
		 select account, cooperative_id, provider, 0, debits, credits, against_held, against_bank from ledger_sums`,
		`delete from account_totals`,
		`insert into account_totals (account, women_only, slot, debits, credits, against_held, against_bank)
		 select account, women_only, 0, debits, credits, against_held, against_bank from account_totals_now`,
		`delete from statement_days`, `insert into statement_days select * from statement_days_now`,
		`delete from sold_changes`, `delete from sold_left`,
		`delete from sold_parts`, `insert into sold_parts select * from sold_parts_now order by day, order_id`, `analyze sold_parts`,
		`delete from sold_by_cooperative`, `insert into sold_by_cooperative select * from sold_by_cooperative_now order by first, cooperative_id`,
		`delete from sold_by_scope`, `insert into sold_by_scope select * from sold_by_scope_now`)
}

// countStanding counts what is looked up for each cooperative by indexes, which are there again.
func (g *growth) countStanding() error {
	return g.exec(`delete from standing_changes`, `
		insert into standing_changes (women_only, unconfirmed, again, owed, unbanked, unbanked_due)
		select women_only, sum(unconfirmed), sum(again), sum(owed), sum(unbanked), sum(unbanked_due) from standing_now group by women_only`,
		`delete from unconfirmed_changes`,
		`insert into unconfirmed_changes (cooperative_id, amount) select cooperative_id, unconfirmed from standing_now where unconfirmed <> 0`)
}

func (g *growth) restore() error {
	if err := g.exec(g.dropped...); err != nil {
		return err
	}
	if err := g.triggers("enable"); err != nil {
		return err
	}
	return g.exec(`analyze`)
}
