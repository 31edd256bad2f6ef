package market

import (
	"cmp"
	"database/sql/driver"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

// functions says whose the functions of the database are, those of triggers too, but for River's.
var functions = map[string]string{
	"append_only": "postgres", "moment_after": "postgres", "folded": "postgres",

	"ledger_carry": "ledger", "account_totals_move": "ledger", "cooperative_slot": "ledger",
	"security_events_kept": "security", "person_words": "account",
	"cooperatives_rib_key": "cooperative", "stalls_of_cooperatives": "cooperative", "stalls_of_products": "cooperative",
	"stalls_counted": "cooperative", "stalls_counted_again": "cooperative",
	"is_offered": "catalog", "in_season": "catalog", "product_words": "catalog", "product_label_cooperative": "catalog",
	"count_products_inserted": "catalog", "count_products_updated": "catalog", "count_products_deleted": "catalog", "offered_counted": "catalog", "things_counted": "catalog",
	"reference": "catalog", "without_measure": "catalog", "smallest_amount": "catalog", "smallest_unit": "catalog", "family_written": "catalog",
	"family_wanted": "catalog", "put_into_families": "catalog", "product_family_inserted": "catalog", "product_family_updated": "catalog",
	"search_fed": "finding", "search_lend": "finding", "search_strike": "finding",
	"search_pending_products": "finding", "search_pending_labels": "finding", "search_pending_cooperatives": "finding",
	"search_pending_family":  "finding",
	"payment_events_counted": "payment",
	"order_day":              "order", "order_words": "order", "order_unconfirmed": "order", "part_unanswered": "order", "commission_left": "order",
	"orders_as_placed": "order", "sub_orders_as_placed": "order", "sub_orders_placed_at": "order", "sub_orders_dated": "order",
	"order_events_as_written": "order", "order_addresses_as_written": "order", "order_adjustments_within": "order", "holds_carry": "order",
	"standing_by_orders": "settlement", "standing_by_postings": "settlement", "standing_by_balances": "settlement", "standing_by_cooperatives": "settlement",
	"account_questions_of": "settlement", "account_questions_by_changes": "settlement", "account_questions_by_payouts": "settlement",
	"account_questions_by_reversals": "settlement", "account_questions_by_cooperatives": "settlement", "account_questions_by_new_cooperatives": "settlement",
	"statement_days_by_postings": "settlement",
	"sold_by_orders":             "report", "sold_by_postings": "report", "sold_by_cooperatives": "report", "sold_sum": "report",
}

// lentInside are tables that a function or a view of the database uses besides its owner's, and why. A function also
// uses the tables whose changes start it.
var lentInside = map[[2]string]string{
	{everything, "append_only"}: "keeps any table's rows from being changed, and reads none",

	{"cooperatives", "offered"}:                 "what is offered is said in one place, of a product and of its cooperative",
	{"cooperatives", "product_family_inserted"}: turn, {"cooperatives", "put_into_families"}: turn, {"cooperatives", "things_counted"}: turn,
	{"places", "sellers"}: "the name of the commune, which nobody pays for who does not read it",

	{"stalls", "offered_counted"}: told, {"product_counts", "stalls_of_products"}: told,
	{"products", "search_pending_products"}: told, {"product_labels", "search_pending_labels"}: told, {"cooperatives", "search_pending_cooperatives"}: told,
	{"products", "search_pending_family"}:       told,
	{"products", "search_pending_labels"}:       "all sizes of a thing become pending at once, by their family",
	{"products", "search_pending_cooperatives"}: "all goods of a cooperative become pending at once",

	{"cooperatives", "account_totals_move"}: told,
	{"cooperatives", "ledger_carry"}:        women, {"cooperatives", "account_totals_now"}: women,

	{"orders", "standing_by_orders"}: told, {"postings", "standing_by_postings"}: told, {"balances", "standing_by_balances"}: told,
	{"cooperatives", "standing_by_cooperatives"}: told,
	{"cooperatives", "standing_by_orders"}:       women, {"cooperatives", "standing_by_postings"}: women, {"cooperatives", "standing_by_balances"}: women,
	{"journals", "standing_by_orders"}: posted, {"postings", "standing_by_orders"}: posted, {"journals", "standing_by_postings"}: posted,
	{"cooperatives", "standing_now"}: anew, {"balances", "standing_now"}: anew,

	{"cooperatives", "account_questions_by_cooperatives"}: told, {"cooperatives", "account_questions_by_new_cooperatives"}: told,
	{"cooperative_events", "account_questions_by_changes"}: told,
	{"cooperatives", "account_questions_now"}:              anew, {"cooperative_events", "account_questions_now"}: anew, {"balances", "account_questions_now"}: anew,

	{"postings", "statement_days_by_postings"}: told, {"postings", "statement_days_now"}: anew,

	{"orders", "sold_by_orders"}: told, {"postings", "sold_by_postings"}: told, {"cooperatives", "sold_by_cooperatives"}: told,
	{"journals", "sold_by_postings"}: posted,
}

const (
	told   = "each change there starts it, in the same transaction, so that what is carried is never behind"
	women  = "what is carried is split by whose cooperatives are women's, and the lock 220 keeps that as it is meanwhile"
	posted = "whose order the postings are of, by keys, before the transaction that posts them ends"
	turn   = "its row is locked, so that what puts goods into families, or counts these, takes turns; nothing of it is read"
	anew   = "what should be carried, of a cooperative by keys; the audit holds the one against the other"
)

var dynamic = regexp.MustCompile(`\bexecute\b`)

func TestEachFunctionAndViewTouchesTheTablesOfItsOwnerOnly(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var there []struct {
		Name, Body string
		Starts     pq.StringArray // by changes of these tables
	}
	err := db.Select(&there, `
		select p.proname as name, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as body,
		       array(select distinct t.tgrelid::regclass::text from pg_trigger t where t.tgfoid = p.oid and not t.tgisinternal) as starts
		from pg_proc p
		where p.pronamespace = 'public'::regnamespace and p.proname !~ '^river_'
		  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')`)
	if err != nil {
		t.Fatal(err)
	}
	touched := make(map[string][]string) // tables by the function or view
	for _, f := range there {
		if functions[f.Name] == "" {
			t.Errorf("nobody owns the function %s: name its owner above", f.Name)
		}
		if dynamic.MatchString(strings.ToLower(f.Body)) {
			t.Errorf("the function %s puts its statements together: nobody sees what they touch", f.Name)
		}
		touched[f.Name] = f.Starts
		uses, _ := usesOf(f.Body)
		for _, u := range uses {
			touched[f.Name] = append(touched[f.Name], u.table)
		}
	}
	for name := range functions {
		if _, found := touched[name]; !found {
			t.Errorf("there is no function %s", name)
		}
	}
	var read []struct{ View, Table string }
	err = db.Select(&read, `
		select view_name as view, table_name as table from information_schema.view_table_usage where view_schema = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range read {
		touched[r.View] = append(touched[r.View], r.Table)
	}

	used := make(map[[2]string]bool)
	for _, by := range slices.Sorted(maps.Keys(touched)) {
		for _, table := range touched[by] {
			owner, of := tables[table], cmp.Or(functions[by], views[by])
			if owner == "" || owner == of {
				continue // else a view, which is for everybody, or a name that the function gives by itself
			}
			to := [2]string{table, by}
			if lentInside[[2]string{everything, by}] != "" {
				to[0] = everything
			}
			if used[to] = true; lentInside[to] == "" {
				t.Errorf("%s, which is %s's, uses %s, which is %s's", by, of, table, owner)
			}
		}
	}
	for to := range lentInside {
		if !used[to] {
			t.Errorf("%s does not use %s any more", to[1], to[0])
		}
	}
	if len(there) < 40 || len(read) < 40 {
		t.Errorf("only %d functions are found, and %d tables in views", len(there), len(read))
	}
}

// A table is analysed by the server itself, and a copy of it restored, with no search path: the functions that its indexes
// are of name what they call so that they find it. Each table has a session of its own, since one that has used an index keeps
// what it found.
func TestTablesAreAnalysedWithoutASearchPath(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var tables []string
	if err := db.Select(&tables, `
		select distinct format('%I.%I', n.nspname, c.relname)
		from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
		where i.indexprs is not null and n.nspname = 'public'`); err != nil {
		t.Fatal(err)
	}
	if len(tables) < 3 {
		t.Fatalf("only %v have an index of a function", tables)
	}
	for _, table := range tables {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.ExecContext(t.Context(), `set search_path = ''; analyze `+table); err != nil {
			t.Errorf("%s: %v", table, err)
		}
		if err := conn.Raw(func(any) error { return driver.ErrBadConn }); err != nil && !errors.Is(err, driver.ErrBadConn) { // it is nobody's after that
			t.Error(err)
		}
		_ = conn.Close()
	}
}
