package market

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// tables says which package owns each table: it alone reads and writes it, and the others ask it.
var tables = map[string]string{
	"goose_db_version": "postgres",
	"river_job":        "job", "river_leader": "job", "river_migration": "job", "river_notification": "job", "river_queue": "job",
	"mailbox": "mail",

	"journals": "ledger", "postings": "ledger", "balances": "ledger", "account_totals": "ledger",
	"security_events": "security",
	"users":           "account", "sessions": "account", "known_devices": "account", "password_resets": "account", "signin_delays": "account",
	"settings": "settings", "settings_changes": "settings",
	"cooperatives": "cooperative", "cooperative_events": "cooperative", "cooperative_moments": "cooperative",
	"stalls": "cooperative", "stall_counts": "cooperative", "sectors": "cooperative",
	"products": "catalog", "product_labels": "catalog", "categories": "catalog", "category_clues": "catalog", "labels": "catalog", "stock_movements": "catalog",
	"product_counts": "catalog", "offered_changes": "catalog", "drawn_products": "catalog",
	"pictures": "picture", "label_proposals": "certificate", "uploads": "upload", "upload_rows": "upload", "search_engines": "finding", "search_pending": "finding",
	"places": "delivery", "delivery_zones": "delivery",
	"transfers": "payment/transfer", "transfer_statements": "payment/transfer", "transfer_lines": "payment/transfer", "transfer_receipts": "payment/transfer", "transfer_pictures": "payment/transfer", "payment_refund_accounts": "payment/transfer",
	"payment_intents": "payment", "payment_attempts": "payment", "payment_refunds": "payment", "payment_events": "payment",
	"payment_event_counts": "payment", "payment_forged": "payment", "payment_differences": "payment", "payment_days": "payment", "payment_payouts": "payment", "payment_recalls": "payment", "payment_disputes": "payment",
	"test_card_payments": "payment/testcard", "test_card_refunds": "payment/testcard",
	"baskets": "order", "basket_lines": "order", "orders": "order", "sub_orders": "order", "order_lines": "order", "order_adjustments": "order", "order_returns": "order", "order_return_lines": "order", "order_refunds": "order", "order_fee_bearers": "order",
	"carriers": "order", "order_cash": "order", "cash_counts": "order",
	"order_events": "order", "order_addresses": "order", "order_promises": "order", "order_letters": "order", "order_messages": "order", "holds": "order", "hold_lines": "order", "hold_totals": "order", "hold_turns": "order", "holds_released": "order", "holders": "order",
	"payouts": "settlement", "payout_reversals": "settlement", "standing_changes": "settlement", "unconfirmed_changes": "settlement", "account_questions": "settlement", "statement_days": "settlement",
	"sold_parts": "report", "sold_by_cooperative": "report", "sold_by_scope": "report", "sold_changes": "report", "sold_left": "report", "sold_turn": "report", "sold_moved": "report",
}

// views are what owners let everybody read.
var views = map[string]string{
	"ledger_accounts": "ledger", "ledger_movements": "ledger", "ledger_balances": "ledger", "ledger_journals": "ledger", "ledger_postings": "ledger", "ledger_sums": "ledger", "ledger_totals": "ledger", "account_totals_now": "ledger",
	"people": "account", "association": "settings", "sellers": "cooperative", "cooperative_names": "cooperative", "bank_account_changes": "cooperative", "towns": "delivery", "order_heads": "order", "order_parts": "order", "order_lines_now": "order", "sub_orders_now": "order", "frozen_parts": "order", "returning_parts": "order", "adjustment_reasons": "order", "order_fees_borne": "order", "holders_now": "order", "hold_totals_now": "order", "letters": "mail",
	"payments": "payment", "payment_receipts": "payment", "payment_returns": "payment", "payment_refunds_failed": "payment", "payment_refunds_now": "payment", "payment_requests": "payment", "payment_disputes_now": "payment", "payment_payouts_now": "payment", "payment_recalls_now": "payment", "goods": "catalog", "offered": "catalog", "order_stock": "catalog", "stock_lost": "catalog", "stock_lost_of_orders": "catalog", "stock_returned": "catalog", "product_counts_now": "catalog", "stall_counts_now": "cooperative", "cooperative_counts": "cooperative",
	"standing_now": "settlement", "account_questions_now": "settlement", "statement_days_now": "settlement",
	"sold_parts_now": "report", "sold_to_cooperatives": "report", "sold_to_scopes": "report", "sold_by_cooperative_now": "report", "sold_by_scope_now": "report",
}

// lent are tables that a package uses besides their owner, and why.
var lent = map[[2]string]string{
	// For good.
	{everything, "sample"}:   "a large market is a small one, copied by statements over all tables; the audit holds it",
	{"river_job", "payment"}: "as order", {"river_job", "payment/transfer"}: "as order",
	{"river_job", "order"}: "its audit looks for an order's jobs, and a view would stand in the way of River's own migrations",

	{"cooperatives", "settlement"}: "payouts of one cooperative take turns by the lock of its row",

	{"products", "finding"}: documents, {"product_labels", "finding"}: documents, {"categories", "finding"}: documents,
	{"cooperatives", "finding"}: documents, {"places", "finding"}: documents,
}

// joined are the texts, by file, behind whose «from» something is put that nobody reading the code finds, and why.
var joined = map[[2]string]string{
	{"internal/sample/grow.go", "alter table "}: learned, {"internal/sample/grow.go", "insert into "}: learned, {"internal/sample/grow.go", " from "}: learned,

	{"cmd/souk/store.go", "Meilisearch, started from "}: "no statement, but told to people",
}

const (
	everything = "*"

	learned   = "which tables there are it learns from the database; they are lent to it above"
	documents = "documents are made of whole rows, by a plan that its tests hold"
)

func TestEachTableIsTouchedByItsOwnerOnly(t *testing.T) {
	t.Parallel()
	var there []string
	if err := pgtest.New(t).Select(&there, `
		select table_name from information_schema.tables where table_schema = 'public'`); err != nil {
		t.Fatal(err)
	}
	for _, name := range there {
		if tables[name] == "" && views[name] == "" {
			t.Errorf("nobody owns %s: name its owner above", name)
		}
	}
	for name := range tables {
		if !slices.Contains(there, name) {
			t.Errorf("there is no table %s", name)
		}
	}
	for name := range views {
		if !slices.Contains(there, name) {
			t.Errorf("there is no view %s", name)
		}
	}

	own := make(map[string][]string) // what a package names in its statements by itself
	eachText(t, func(dir, _, text string) {
		for _, found := range named.FindAllStringSubmatch(strings.ToLower(text), -1) {
			own[dir] = append(own[dir], found[1]+found[2])
		}
	})
	used := make(map[[2]string]bool)
	statements := 0
	eachText(t, func(dir, at, text string) {
		uses, _ := usesOf(text)
		for _, u := range uses {
			statements++
			owner, view := tables[u.table], views[u.table]
			switch {
			case owner == "" && view == "":
				if u.certain && !slices.Contains(own[dir], u.table) {
					t.Errorf("%s: there is no table %s", at, u.table)
				}
			case view != "" && u.writes:
				t.Errorf("%s writes to the view %s", at, u.table)
			case view != "" || dir == owner || strings.HasPrefix(dir, owner+"/"):
			default:
				to := [2]string{u.table, dir}
				if lent[[2]string{everything, dir}] != "" {
					to[0] = everything
				}
				if used[to] = true; lent[to] == "" {
					t.Errorf("%s uses %s, which is %s's", at, u.table, owner)
				}
			}
		}
	})
	for to := range lent {
		if !used[to] {
			t.Errorf("%s does not use %s any more", to[1], to[0])
		}
	}
	if statements < 300 {
		t.Errorf("only %d tables are found in statements", statements)
	}
}

func TestEachStatementNamesItsTables(t *testing.T) {
	t.Parallel()
	left := make(map[[2]string]bool)
	eachFile(t, func(_, name string, files *token.FileSet, source *ast.File) {
		for _, literal := range unended(source) {
			text, _ := strconv.Unquote(literal.Value)
			if left[[2]string{name, text}] = true; joined[[2]string{name, text}] == "" {
				t.Errorf("%s:%d: a table's name is put behind a part of a statement: let what is put there begin with «from» (or «join», …) itself",
					name, files.Position(literal.Pos()).Line)
			}
		}
	})
	for text := range joined {
		if !left[text] {
			t.Errorf("%s has no %q any more", text[0], text[1])
		}
	}
}

// unended finds the parts of statements in the code behind which the name of a table is put, by + or by fmt's verbs.
func unended(source *ast.File) (found []*ast.BasicLit) {
	before := make(map[*ast.BasicLit]bool) // a +
	ast.Inspect(source, func(n ast.Node) bool {
		if sum, ok := n.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
			last := sum.X
			if x, ok := last.(*ast.BinaryExpr); ok && x.Op == token.ADD { // a + b + c is (a + b) + c
				last = x.Y
			}
			if literal, ok := last.(*ast.BasicLit); ok {
				before[literal] = true
			}
		}
		return true
	})
	ast.Inspect(source, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, _ := strconv.Unquote(literal.Value)
			sql := notSQL.ReplaceAllString(strings.ToLower(text), " ")
			_, listed := usesOf(text)
			if before[literal] && (namesNext.MatchString(sql) || listed) ||
				statement.MatchString(verb.ReplaceAllString(sql, "x")) && (namesVerb.MatchString(sql) || listed) {
				found = append(found, literal)
			}
		}
		return true
	})
	return found
}

var (
	namesNext = regexp.MustCompile(`\b(?:from|join|into|update|truncate|copy|lock|table|only)\s+(?:\w+\.)?"?$`)
	namesVerb = regexp.MustCompile(`\b(?:from|join|into|update|truncate|copy|lock|table|only)\s+(?:\w+\.)?"?%`)
	verb      = regexp.MustCompile(`%[-+#\[\]\d]*[a-z]`)
)

func TestTheNameBehindAPartOfAStatementIsMissed(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{
		"`select 1 from ` + x":                                               1,
		"`select 1 from ` + x + ` join ` + y + ` where true`":                2,
		"`delete from \"` + x + `\"`":                                        1,
		"`lock table ` + x":                                                  1,
		"fmt.Sprintf(`update %s set x = 1`, x)":                              1,
		"`select 1 from orders o, ` + x":                                     1,
		"`select 1 where 1 in (select 1 from orders, ` + x + `)`":            1,
		"fmt.Sprintf(`select 1 from orders o, %s p`, x)":                     1,
		"`select 1 from orders order by 1, ` + x":                            0,
		"fmt.Sprintf(`select (1, %s) from orders where 1 in (1, %[1]s)`, x)": 0,
		"`select 1 ` + x + ` where true`":                                    0,
		"`select 1 from orders ` + x":                                        0,
		"`select 'from ' || ` + x":                                           0,
		"fmt.Errorf(`from %s to %s`, x, y)":                                  0,
	} {
		source, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; var _ = "+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(unended(source)); got != want {
			t.Errorf("%s: %d are found, want %d", code, got, want)
		}
	}
}

// eachText calls do with every text in the code that the program is built from: dir is the package's folder
// below internal, or from the root for others, and at the place.
func eachText(t *testing.T, do func(dir, at, text string)) {
	t.Helper()
	eachFile(t, func(dir, name string, files *token.FileSet, source *ast.File) {
		ast.Inspect(source, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					do(dir, name+":"+strconv.Itoa(files.Position(literal.Pos()).Line), text)
				}
			}
			return true
		})
	})
}

// eachFile calls do with every file of that code, by its name from the root.
func eachFile(t *testing.T, do func(dir, name string, files *token.FileSet, source *ast.File)) {
	t.Helper()
	const root = "../.."
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "_templ.go") ||
			strings.HasSuffix(filepath.Dir(file), "test") { // such as storetest, which serves tests
			return err
		}
		source, err := parser.ParseFile(files, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		do(strings.TrimPrefix(path.Dir(name), "internal/"), name, files, source)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// use is one of a table in a statement.
type use struct {
	table   string
	writes  bool
	certain bool // that it is a table at all, even if none has that name
}

var (
	notSQL    = regexp.MustCompile(`(?s)'(?:[^']|'')*'|--[^\n]*|\b(?:extract|substring|trim|overlay|position)\s*(\()\s*\w+\s+from\b|\bdistinct\s+from\b`)
	statement = regexp.MustCompile(`(?s)^\s*(?:select\s|insert\s+into\s|merge\s+into\s|update\s+\w+\s+(?:\w+\s+)?set\s|delete\s+from\s|with\s+\w+.*\sas\s|copy\s.*\sfrom\s|truncate\s)`)
	named     = regexp.MustCompile(`\b([a-z_]\w*)(?:\s*\([a-z_0-9, ]*\))?\s+as\s+(?:not\s+)?(?:materialized\s+)?\(|create temp(?:orary)? table (?:if not exists )?(\w+)`)
	part      = regexp.MustCompile(`[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)?|[^\sa-z_]`)
)

// keywords stand where a table could and name none; ends are those that end a list of tables.
var (
	keywords = append(strings.Fields(`as on left join right full inner cross natural using lateral only when then else end from with stdin`), ends...)
	ends     = strings.Fields(`where group order having limit offset for union except intersect returning set values select window fetch ;`)
)

// list is what the commas of a text, or of a parenthesis in it, are between.
type list int

const (
	unsaid   list = iota // in a part of a statement, which another one may go before
	ofTables             // those of a query
	ofOthers             // columns, values
)

// usesOf finds the tables in a text, if it is a statement of SQL or a part of one, and says whether a list of them
// goes on with what is put behind the text, or in it by a verb of fmt.
func usesOf(text string) (uses []use, goesOn bool) {
	sql := strings.ToLower(text)
	whole := statement.MatchString(sql)
	sql = strings.NewReplacer(`"`, "", "public.", "").Replace(notSQL.ReplaceAllString(sql, " $1 "))
	ours := make(map[string]bool) // named by the statement itself
	for _, found := range named.FindAllStringSubmatch(sql, -1) {
		ours[found[1]] = true
	}
	words := part.FindAllString(sql, -1)
	at := func(i int) string {
		if i < 0 || i >= len(words) {
			return ""
		}
		return words[i]
	}
	isName := func(word string) bool {
		return word != "" && (word[0] == '_' || 'a' <= word[0] && word[0] <= 'z') && !slices.Contains(keywords, word)
	}
	add := func(i int, writes bool) {
		name := at(i)
		if !isName(name) || (at(i+1) == "(" && !writes) || ours[name] ||
			strings.HasPrefix(name, "pg_") || strings.HasPrefix(name, "information_schema.") {
			return
		}
		uses = append(uses, use{table: name, writes: writes, certain: whole})
	}
	lists := []list{unsaid} // the text's, and those of the parentheses that are open, the innermost last
	if whole {
		lists[0] = ofOthers
	}
	due := false // a table of a query is what comes next, or several in parentheses
	for i, word := range words {
		next := i + 1
		for at(next) == "only" || at(next) == "lateral" {
			next++
		}
		here, inner := due, &lists[len(lists)-1]
		if due = false; here {
			add(i, false)
			goesOn = goesOn || word == "%" && at(i-1) == ","
		}
		switch word {
		case "(":
			lists, due = append(lists, ofOthers), here
			if here {
				lists[len(lists)-1] = ofTables
			}
		case ")":
			if lists = lists[:len(lists)-1]; len(lists) == 0 {
				lists = []list{unsaid}
			}
		case "only", "lateral":
			due = here
		case "from", "join":
			if at(i-1) == "delete" {
				add(next, true)
			} else {
				*inner, due = ofTables, true
			}
		case "using": // of a join it is before columns
			if (slices.Contains(words[:i], "delete") || slices.Contains(words[:i], "merge")) && (at(next) != "(" || at(next+2) != "," && at(next+2) != ")") {
				*inner, due = ofTables, true
			}
		case "with":
			if here {
				*inner = ofOthers
			}
		case ",":
			due = *inner == ofTables || *inner == unsaid && tables[at(next)] != ""
		case "table": // as a query; behind create, lock and their like it stands otherwise
			if i == 0 || slices.Contains([]string{"(", ")", ";", "union", "except", "intersect", "all"}, at(i-1)) {
				add(next, false)
			}
		case "into", "copy":
			add(next, true)
		case "truncate", "lock", "alter", "drop":
			*inner = ofOthers
			for slices.Contains([]string{"table", "if", "exists", "only"}, at(next)) {
				next++
			}
			add(next, true)
			for word != "alter" && at(next+1) == "," {
				next += 2
				add(next, true)
			}
		case "update":
			if before := at(i - 1); before != "for" && before != "key" && before != "do" && before != "on" {
				add(next, true)
			}
		default:
			if slices.Contains(ends, word) {
				*inner = ofOthers
			}
		}
	}
	return uses, goesOn || due && at(len(words)-1) == ","
}

func TestTablesAreFoundInStatements(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`select o.id from orders o join only sub_orders s on s.order_id = o.id where o.x is distinct from s.y`: {"orders", "sub_orders"},
		`with due as (select * from payouts) insert into journals select extract(year from at) from due`:       {"payouts", "journals!"},
		`update products set x = 'from users' where id in (select unnest($1::uuid[])) for no key update`:       {"products!"},
		`delete from sessions s using users u where u.id = s.user_id -- from orders`:                           {"sessions!", "users"},
		`select (select count(*) from pg_class), a from (select 1) b, settings s, lateral unnest(x) y`:         {"settings"},
		` join places p on p.slug = o.place`:               {"places"},
		`, settings s where true`:                          {"settings"},
		`insert into mailbox (id, labels) values ($1)`:     {"mailbox!"},
		`select exists (select from orders where sample)`:  {"orders"},
		`on conflict (id) do update set name = 'x'`:        nil,
		`copy postings (id) from stdin`:                    {"postings!"},
		`select "at" from "users" u join "orders" on true`: {"users", "orders"},
		`delete from public.users`:                         {"users!"},
		`lock table users in exclusive mode`:               {"users!"},
		`lock users`:                                       {"users!"},
		`lock table only "users", orders`:                  {"users!", "orders!"},
		`alter table if exists products disable trigger x`: {"products!"},
		`drop table orders`:                                {"orders!"},
		`table orders`:                                     {"orders"},
		`with due as (table only payouts) table due union all table "orders" order by 1`: {"payouts", "orders"},
		`a table orders nothing`:                                   nil,
		`select from orders o, payouts`:                            {"orders", "payouts"},
		`select from orders, known_devices`:                        {"orders", "known_devices"},
		`select 1 where 1 in (select id, 1 from orders, journals)`: {"orders", "journals"},
		`select from (sessions s join orders o on true)`:           {"sessions", "orders"},
		`select from users join ((payouts p join orders o using (id)) cross join places), journals limit 1`:               {"users", "payouts", "orders", "places", "journals"},
		`select (extract(day from at)), places from lateral (select holds, 1 from orders) o, only payouts`:                {"orders", "payouts"},
		`select from (values (1, 2)) v (a, places), unnest($1, $2) with ordinality as u (a, b), holds order by a, places`: {"holds"},
		`select from (with x as (select 1), y as (select places, uploads from x) select places, x from x, y) z, uploads`:  {"uploads"},
		`update orders set a = 1, holds = 2 from users u, payouts where true returning a, holds`:                          {"orders!", "users", "payouts"},
		`delete from sessions s using (select 1) x, users join orders using (id, holds), (places p cross join labels)`:    {"sessions!", "users", "orders", "places", "labels"},
		`delete from only sessions where a in (1, 2)`:                                                                     {"sessions!"},
		`merge into orders o using payouts p on true when matched then delete`:                                            {"orders!", "payouts"},
		`, payouts`:     {"payouts"},
		`) x, payouts)`: {"payouts"},
	} {
		var got []string
		uses, _ := usesOf(text)
		for _, u := range uses {
			name := u.table
			if u.writes {
				name += "!"
			}
			got = append(got, name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%v, want %v", text, got, want)
		}
	}
}
