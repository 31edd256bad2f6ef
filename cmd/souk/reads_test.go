package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/embedded"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/sample"
	"github.com/souk-taawon/souk/internal/settlement"
)

// The two markets whose pages are read: whatever there is many of, there is four times as much of in the second.
var (
	readSmall = sample.Size{Copies: 4, Shelf: 600, Sales: 4}
	readLarge = sample.Size{Copies: 24, Shelf: 3600, Sales: 24}
)

// heldPerCopy is how many orders more wait to be confirmed in each copy of a market: those of the sample are too few to
// be seen.
const heldPerCopy = 12

// fewPerCopy is how many rows of a table in each copy of a market tell nothing: of so few all are read sooner than one is
// looked up.
const fewPerCopy = 3

// mayRead is how many rows a statement may read in the large market that reads so many in the small one.
func mayRead(small int) int { return small + small/4 + 25 }

// A list that does not fill its page in the small market reads more in the large one: a few rows for each that is
// shown, of no more than a page has and one that tells whether there are more. An order is shown with how many parts and
// events it has: four parts and their four moves each, and its own. An entry of a statement is two postings, their journal,
// an order or a payout and who recorded it, with the balance of another day. A part says since when it is as it is, which
// its order's moves tell, as they tell what happened to it last; a message is told of an order, its parts, its place, and
// what holds or pays it; a return of its order, and of what was taken off that.
const (
	pageful   = 51
	perLine   = 6
	perOrder  = 30
	perEntry  = 7
	perPart   = 15
	perReturn = 9
	perNews   = 15
)

func readPerLine(statement string) int {
	switch {
	case strings.Contains(statement, "(select count(*) from order_events where order_id = o.id)"):
		return perOrder
	case strings.HasPrefix(statement, "with entry as"):
		return perEntry
	case strings.Contains(statement, "(select max(at) from order_events where order_id = s.order_id"):
		return perPart
	case strings.HasPrefix(statement, "select distinct on (sub_order_id)"):
		return perOrder
	case strings.Contains(statement, "r.back_centimes as back"):
		return perReturn
	case strings.Contains(statement, "m.id as message_id"):
		return perNews
	}
	return perLine
}

// readMore are statements that read more for there being more, and why. What does no longer is taken out.
var readMore = []exception{
	{`from (select from product_labels l cross join lateral`, `labels that end soon are counted to a hundred, however many there are`, true},
	{`from (select from orders o where o.state = w.state limit`, `orders that are not over are counted to a hundred, however many there are`, true},
	{`from ((select * from security_events where`, `the record is so short here that all of it is sorted`, true},
	{`select id, expires_at as at from orders where true and state = $1`, `a third of the orders wait here to be confirmed, and are sorted: elsewhere few do, and an index has their order`, true},
	{`with given as materialized ( select p.id from (select * from products where id > $1`, `so many are looked at as an answer has, however few of them are offered`, true},
	{`from order_messages where sent_at is null limit`, `messages that wait are counted to a hundred, however many there are`, true},
	{`select m.id as message_id`, `so few messages wait here that all are sorted: elsewhere an index has their order`, true},
	{`group by cooperative_id ) s where (paid, earned, under_way, orders) <> (0, 0, 0, 0)`, `what was sold is drawn as spread over all cooperatives: what each sold in a period is read once, and after that only of those that changed`, false},
	{`from ledger_balances where account = 'payable' and credits > debits) o where $1 = ''`, `so few are owed anything here that all of them may be sorted: elsewhere an index has their order`, true},
	{`not exists ( select from ledger_balances b where b.account = 'cooperative_owes'`, `so few are owed anything here that all of them are sorted: elsewhere an index has their order`, true},
	{`from users u where u.cooperative_id is null and person_words`, `of the association's own people, all whose name begins so are sorted`, false},
	{`from order_return_lines b join order_lines l on l.id = b.line_id`, `so few lines are sent back here that all are read: elsewhere an index has those of a return`, true},
	{`from order_return_lines b where b.cooperative_id = $1 and b.sound > 0`, `so few lines are sent back here that all are read: elsewhere an index has those that a cooperative decides about`, true},
	{`returning_parts where cooperative_id = $1`, `what is being sent back of a cooperative's goods is read, and so few lines are here that all are`, true},
	{`from hold_lines l cross join lateral`, `what unconfirmed orders hold of a product is added up, of which there is no more than its share of the stock`, true},
	{`select state, count(*) as count from sub_orders where cooperative_id = $1 and state in`, `what a cooperative has under way is counted for its menu, as long as it is under way`, true},
}

// readWhole are statements for lines of a file that read all of a table of which they show less, and why. What does no
// longer is taken out.
var readWhole = []exception{
	{`from stalls where state = w.state`, `five hundred are most of the cooperatives here, and all are as good`, true},
	{`select e.id, e.kind, coalesce(e.actor`, `five hundred are most of the record here, and all are as good`, true},
	{`join orders o on o.id = w.id`, `five hundred are most of the orders here, and all are as good`, true},
	{`from sellers c where (c.state <> 'pending' or exists`, `those to whom nothing is owed are half of all`, false},
	{`group by cooperative_id ) s where (paid, earned, under_way, orders) <> (0, 0, 0, 0)`, `see readMore: a page may have read it before`, true},
}

// exception is a part of a statement, why it may read more, and whether it does only sometimes: for an answer that is kept
// for some seconds a fast machine asks once, and where two plans are as good either may be taken.
type exception struct {
	statement, why string
	sometimes      bool
}

// TestPagesReadWhatTheyShow asks every page that the bench asks, as whom it is for, and places an order, in a market and
// in one six times as large: as many queries answer it, and none of them reads more rows for there being more.
func TestPagesReadWhatTheyShow(t *testing.T) {
	t.Parallel()
	server, err := embedded.Start(t.Context(), embedded.Config{DataDir: newFolder(t), CreateDatabases: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	folders := [2]string{newFolder(t), newFolder(t)}
	databases, err := loadTwice(t.Context(), server.URL(), folders)
	if err != nil {
		t.Fatal(err)
	}
	var found [2]map[string]*pageReads
	var both sync.WaitGroup
	for i, size := range []sample.Size{readSmall, readLarge} {
		both.Go(func() {
			var err error
			if found[i], err = readMarket(t, folders[i], databases[i], size); err != nil {
				t.Errorf("the market of %d copies: %v", size.Copies, err)
			}
		})
	}
	both.Wait()
	if t.Failed() {
		return
	}
	compareReads(t, found[0], found[1])
}

// compareReads tells of each page that reads more in the large market, by which statement.
func compareReads(t *testing.T, small, large map[string]*pageReads) {
	all, needed, neededWhole := 0, make([]bool, len(readMore)), make([]bool, len(readWhole))
	for name, page := range large {
		before := small[name]
		all += len(page.asked)
		for statement, tables := range page.whole {
			if !page.file || known(readWhole, neededWhole, statement) {
				continue
			}
			t.Errorf("%s reads all of %s for %d lines by\n\t%s", name, tables, page.shown[statement], statement)
		}
		if page.stays {
			continue
		}
		// Where one part of a list ends and the next begins, both are asked; and in the small market a page onward may
		// be the first.
		differs := before.stays || strings.HasSuffix(name, onward) && max(len(before.asked), len(page.asked))-min(len(before.asked), len(page.asked)) == 1
		if len(before.asked) != len(page.asked) && !differs && !page.file {
			t.Errorf("%s asks %d queries in the small market and %d in the large one:\n\t%s\nand\n\t%s", name,
				len(before.asked), len(page.asked), strings.Join(before.asked, "\n\t"), strings.Join(page.asked, "\n\t"))
		}
		for statement, rows := range page.rows {
			first := small[strings.TrimSuffix(name, onward)] // of which it is a page: the last one may be short
			if page.file || rows <= mayRead(max(before.rows[statement], first.rows[statement])) {
				continue
			}
			if shown := page.shown[statement]; shown <= pageful && rows <= readPerLine(statement)*shown {
				continue
			}
			if known(readMore, needed, statement) {
				continue
			}
			t.Errorf("%s reads %d rows in the small market and, to show %d, %d in the large one by\n\t%s", name, before.rows[statement], page.shown[statement], rows, statement)
		}
	}
	for name, page := range large {
		for other, same := range large {
			if name < other && page.body == same.body && !page.stays && !same.stays && !strings.HasSuffix(other, changed) {
				t.Errorf("%s and %s are answered the same: one of them asks nothing", name, other)
			}
		}
	}
	for i, m := range readMore {
		if !needed[i] && !m.sometimes {
			t.Errorf("no page reads more by «%s» any longer: take it out of the list", m.statement)
		}
	}
	for i, m := range readWhole {
		if !neededWhole[i] && !m.sometimes {
			t.Errorf("no file reads a whole table by «%s» any longer: take it out of the list", m.statement)
		}
	}
	if all < 3*len(large) {
		t.Errorf("%d pages ask no more than %d queries: they are not seen", len(large), all)
	}
}

// known reports whether a statement is one of a list's, and notes which.
func known(list []exception, needed []bool, statement string) bool {
	i := slices.IndexFunc(list, func(m exception) bool { return strings.Contains(statement, m.statement) })
	if i >= 0 {
		needed[i] = true
	}
	return i >= 0
}

// pageReads is what the answer to a page reads.
type pageReads struct {
	file  bool                // of everything: it reads more where there is more, some hundred rows with each query
	stays bool                // it is the page before, which leads nowhere
	body  string              // what is answered
	asked []string            // the statements, in their order
	rows  map[string]int      // that are read, by statement
	shown map[string]int      // of those, what the statement gives
	whole map[string][]string // the tables of which it reads all, though it gives fewer rows
}

// readMarket opens a market of that size in a database of its own and asks its pages.
func readMarket(t *testing.T, dir, direct string, size sample.Size) (_ map[string]*pageReads, err error) {
	ctx := t.Context()
	seen := &spy{}
	through, err := seen.before(t, direct)
	if err != nil {
		return nil, err
	}
	c, err := readConfig()
	if err != nil {
		return nil, err
	}
	c.DatabaseURL, c.MeiliURL, c.BlobURL = through, "", ""
	public, err := listen(ctx, "127.0.0.1:0", "")
	if err != nil {
		return nil, err
	}
	d := &demonstration{config: c, size: size, dir: dir, public: public, steps: newSteps(io.Discard), end: newEnding(c.ShutdownTimeout)}
	defer closing(d.end.within(1, d.open.closeBy), &err)
	a, err := d.prepare(ctx, false)
	if err != nil {
		return nil, errors.Join(err, public.Close())
	}
	served := make(chan error, 1)
	go func() { served <- a.server.Serve(public) }() // nothing but its doors: no job asks anything meanwhile
	defer func() { err = errors.Join(err, a.server.Shutdown(ctx), <-served) }()
	if err := holdGoods(ctx, a, heldPerCopy*size.Copies); err != nil {
		return nil, err
	}
	if err := (&settlement.FoldWorker{Settlements: a.Settlements}).Work(ctx, nil); err != nil {
		return nil, err
	}
	if _, err := a.DB.ExecContext(ctx, `vacuum unconfirmed_changes`); err != nil { // as by itself, a little later
		return nil, err
	}
	if err := (&report.FoldWorker{Reports: a.Reports}).Work(ctx, nil); err != nil {
		return nil, err
	}
	if err := (&catalog.DrawShelvesWorker{Catalog: a.Catalog}).Work(ctx, nil); err != nil {
		return nil, err
	}
	v, err := newAsker(ctx, a, d.base())
	if err != nil {
		return nil, err
	}
	explaining, err := postgres.Open(ctx, direct, 1)
	if err != nil {
		return nil, err
	}
	defer closing(explaining.Close, &err)
	fixed, err := tables(ctx, explaining, false)
	if err != nil {
		return nil, err
	}
	few, err := tablesOfFew(ctx, explaining, fewPerCopy*size.Copies)
	if err != nil {
		return nil, err
	}
	fixed = append(fixed, few...)
	found := make(map[string]*pageReads)
	for _, p := range v.pages {
		prepare := func(ctx context.Context) error { return v.prepare(ctx, &p) }
		found[p.name], err = readPage(ctx, p, seen, explaining, fixed, prepare, func(ctx context.Context) ([]byte, error) {
			body, _, err := v.get(ctx, p.as, p.path, false)
			return body, err
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.path, err)
		}
	}
	checkout := &placing{asker: v}
	found["placing an order"], err = readPage(ctx, benchPage{}, seen, explaining, fixed, checkout.prepare, checkout.send)
	if err != nil {
		return nil, fmt.Errorf("placing an order: %w", err)
	}
	return found, nil
}

// tables are those that grow with the market, or those that do not, as package sample tells them: what has an id in its
// key is the market's.
func tables(ctx context.Context, db *sqlx.DB, growing bool) (names []string, err error) {
	err = db.SelectContext(ctx, &names, `
		select t.relname::text from pg_class t join pg_index i on i.indrelid = t.oid and i.indisprimary
		join pg_attribute a on a.attrelid = t.oid and a.attnum = any(i.indkey)
		where t.relnamespace = 'public'::regnamespace
		group by t.relname having bool_or(a.atttypid = 'uuid'::regtype) = $1`, growing)
	return names, err
}

// tablesOfFew are those that have no more than so many rows.
func tablesOfFew(ctx context.Context, db *sqlx.DB, most int) (names []string, err error) {
	err = db.SelectContext(ctx, &names, `
		select relname::text from pg_class
		where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples between 0 and $1`, most)
	return names, err
}

// holdGoods places so many orders, each of another cooperative and of the one with the most products, under a telephone
// number and from an address of its own.
func holdGoods(ctx context.Context, a *app, orders int) error {
	var products, hers []uuid.UUID
	err := a.DB.SelectContext(ctx, &products, `
		select p.id from sellers c cross join lateral (
		    select id from offered where cooperative_id = c.id and stock >= 5 and in_season(season_from, season_to, extract(month from now())::int) order by id limit 1) p
		order by p.id limit $1`, orders)
	if err == nil {
		err = a.DB.SelectContext(ctx, &hers, `
			select id from offered
			where cooperative_id = (select cooperative_id from goods group by 1 order by count(*) desc limit 1) and stock >= 5 and in_season(season_from, season_to, extract(month from now())::int) and id <> all($2)
			order by id limit $1`, orders, pq.Array(products))
	}
	if err == nil && min(len(products), len(hers)) < orders {
		err = fmt.Errorf("%d cooperatives and %d products of one for %d orders", len(products), len(hers), orders)
	}
	if err != nil {
		return err
	}
	for n, id := range products {
		_, err := a.Orders.Place(ctx, order.PlaceInput{
			Lines:    []order.Line{{ProductID: id, Quantity: 1}, {ProductID: hers[n], Quantity: 1}},
			Buyer:    order.Buyer{Name: "Nadia", Phone: fmt.Sprintf("06621%05d", n), Place: "berkane", Address: "Hay Essalam"},
			Delivery: delivery.Home, Payment: payment.CashOnDelivery, Locale: "fr", Source: order.Shop, From: fmt.Sprintf("192.0.%d.%d", n/256, n%256),
		})
		if err != nil {
			return fmt.Errorf("order %d of %d: %w", n, orders, err)
		}
	}
	return nil
}

// placing is a checkout, filled in.
type placing struct {
	*asker
	form url.Values
}

var shown = regexp.MustCompile(`name="shown" value="(\d+)">\s*<input type="hidden" name="units" value="(\w+)">\s*<input type="hidden" name="contents" value="(\w+)"`)

// prepare fills the basket and the form, an hour after all goods were counted.
func (p *placing) prepare(ctx context.Context) error {
	if err := p.fillAgain(ctx); err != nil {
		return err
	}
	page, _, err := p.get(ctx, nobody, "/fr/checkout", false)
	if err != nil {
		return err
	}
	sum := shown.FindSubmatch(page)
	if sum == nil {
		return errors.New("the checkout shows no sum")
	}
	p.form = url.Values{
		"name": {"Nadia"}, "phone": {somebodys()}, "place": {"berkane"}, "address": {"Hay Essalam"}, "shown": {string(sum[1])}, "units": {string(sum[2])}, "contents": {string(sum[3])},
		"delivery": {delivery.Home}, "payment": {payment.CashOnDelivery}, "fee_" + payment.CashOnDelivery: {"0"},
	}
	_, err = p.app.DB.ExecContext(ctx, `update hold_totals set counted_at = counted_at - interval '1 hour'`)
	return err
}

// send places the order and asks for its confirmation.
func (p *placing) send(ctx context.Context) ([]byte, error) {
	confirmation, err := p.post(ctx, nobody, "/fr/checkout", p.form)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(confirmation, "/orders/") {
		return nil, fmt.Errorf("it leads to %s", confirmation)
	}
	body, _, err := p.get(ctx, nobody, strings.TrimPrefix(confirmation, p.base), false)
	return body, err
}

// readPage asks a page some times: what is kept for a while is not read each time, so the fewest queries count, and
// of each statement the most rows that it reads for one answer.
func readPage(ctx context.Context, p benchPage, seen *spy, explaining *sqlx.DB, fixed []string,
	prepare func(context.Context) error, ask func(context.Context) ([]byte, error)) (*pageReads, error) {
	read := &pageReads{file: p.file, stays: p.stays, rows: make(map[string]int), shown: make(map[string]int), whole: make(map[string][]string)}
	pageCost := ofPage
	if p.file {
		pageCost = 1
	}
	var known []asking
	for n := range 3 {
		if err := prepare(ctx); err != nil {
			return nil, err
		}
		seen.take()
		body, err := ask(ctx)
		if err != nil {
			return nil, err
		}
		read.body = string(body)
		queries := seen.take()
		if n == 0 || len(queries) < len(read.asked) {
			read.asked = nil
			for _, q := range queries {
				read.asked = append(read.asked, q.name())
			}
		}
		rows, shown := make(map[string]int), make(map[string]int)
		for _, q := range queries {
			at := slices.IndexFunc(known, q.equals)
			if at < 0 {
				taken, err := explained(ctx, explaining, q, pageCost)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", q.name(), err)
				}
				q.rows, q.shown = int(taken.read(fixed)), int(taken.Rows)
				if whole := taken.whole(fixed, taken.Rows+pageful); len(whole) > 0 {
					read.whole[q.name()] = whole
				}
				at, known = len(known), append(known, q)
			}
			rows[q.name()] += known[at].rows
			shown[q.name()] += known[at].shown
		}
		for name := range rows {
			if rows[name] > read.rows[name] {
				read.rows[name], read.shown[name] = rows[name], shown[name]
			}
		}
	}
	return read, nil
}

// loadTwice gives the URLs of two databases of the server, each with the sample market of these folders: loaded
// once, it is copied.
func loadTwice(ctx context.Context, serverURL string, folders [2]string) (databases [2]string, err error) {
	db, err := postgres.OpenPatient(ctx, serverURL, 1)
	if err != nil {
		return databases, err
	}
	defer closing(db.Close, &err)
	if databases[0], err = createDatabase(ctx, db, serverURL, "small", "template1"); err != nil {
		return databases, err
	}
	key, err := secret(folders[0])
	if err != nil {
		return databases, err
	}
	if err := os.Link(filepath.Join(folders[0], secretFile), filepath.Join(folders[1], secretFile)); err != nil {
		return databases, err
	}
	if err := loadSample(ctx, databases[0], key); err != nil {
		return databases, err
	}
	databases[1], err = createDatabase(ctx, db, serverURL, "large", "small")
	return databases, err
}

// createDatabase gives the URL of a new database of the server, a copy of another.
func createDatabase(ctx context.Context, db *sqlx.DB, serverURL, name, of string) (string, error) {
	u, err := url.Parse(serverURL)
	if err != nil {
		return "", err
	}
	u.Path = name
	_, err = db.ExecContext(ctx, `create database `+name+` template `+of)
	return u.String(), err
}

func loadSample(ctx context.Context, databaseURL string, key []byte) (err error) {
	db, err := postgres.OpenPatient(ctx, databaseURL, 4)
	if err != nil {
		return err
	}
	defer closing(db.Close, &err)
	if err := postgres.Migrate(ctx, db); err != nil {
		return err
	}
	if err := spread(ctx, db); err != nil {
		return err
	}
	texts, err := i18n.Load()
	if err != nil {
		return err
	}
	return sample.Load(ctx, market.Parts{
		DB: db, Languages: texts, Log: slog.New(slog.DiscardHandler), Secret: key, BaseURL: "http://souk.test", Now: time.Now,
	}, sample.Size{})
}

// spread has tables that grow with the market keep a tenth of the rows on a page. To look up some lines by their key or
// to read all of a table and join that is decided by the number of its pages: with few of them, nothing would tell what
// is looked up where there are many. What the planner knows of them is of when the market was filled, so that it takes the
// same each time.
func spread(ctx context.Context, db *sqlx.DB) error {
	growing, err := tables(ctx, db, true)
	if err != nil {
		return err
	}
	for _, name := range growing {
		if _, err := db.ExecContext(ctx, `alter table `+pq.QuoteIdentifier(name)+` set (fillfactor = 10, autovacuum_enabled = off)`); err != nil {
			return err
		}
	}
	return nil
}

// plan is a step of a plan and those below it, as PostgreSQL explains them.
type plan struct {
	Table   string  `json:"Relation Name"`
	Type    string  `json:"Node Type"`
	Rows    float64 `json:"Actual Rows"` // of each loop, at the mean
	Loops   float64 `json:"Actual Loops"`
	Removed float64 `json:"Rows Removed by Filter"`
	Recheck float64 `json:"Rows Removed by Index Recheck"`
	Cond    string  `json:"Index Cond"`
	Plans   []plan
}

// read is how many rows the plan reads of tables that grow; the others, such as that of towns, are small.
func (p plan) read(fixed []string) (rows float64) {
	switch kind := p.Type; {
	case slices.Contains(fixed, p.Table):
	case slices.Contains([]string{"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan", "Tid Scan", "Sample Scan"}, kind):
		rows = (p.Rows + p.Removed + p.Recheck) * p.Loops
	}
	for _, below := range p.Plans {
		rows += below.read(fixed)
	}
	return rows
}

// whole are the tables that grow of which a step of the plan reads all rows, if those are more than so many.
func (p plan) whole(fixed []string, most float64) (names []string) {
	if p.Table != "" && p.Cond == "" && p.Type != "Bitmap Heap Scan" && p.Rows+p.Removed > most && !slices.Contains(fixed, p.Table) {
		names = append(names, p.Table)
	}
	for _, below := range p.Plans {
		names = append(names, below.whole(fixed, most)...)
	}
	return names
}

// ofPage is what a page of a table costs that is read after the one before, for a page of a list: half of what it does, so
// that where it is only just better to look up some lines by their key, that is seen too.
const ofPage = 0.5

// explained runs a statement again, undone at once, and tells how: by the plan that would be taken in a market ten
// times as large, since each table has as many pages as it would have there (see spread), and where each that is read
// after the one before costs so much. Nothing is told of a statement that writes what can be there only once.
func explained(ctx context.Context, db *sqlx.DB, q asking, pageCost float64) (plan, error) {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return plan{}, err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `select set_config('seq_page_cost', $1::text, true)`, pageCost); err != nil {
		return plan{}, err
	}
	var text []byte
	err = tx.GetContext(ctx, &text, `explain (analyze, timing off, costs off, format json) `+q.statement, q.args...)
	if twice := new(pq.Error); errors.As(err, &twice) && twice.Code.Name() == "unique_violation" {
		return plan{}, nil
	}
	if err != nil {
		return plan{}, err
	}
	var of []struct{ Plan plan }
	if err := json.Unmarshal(text, &of); err != nil {
		return plan{}, err
	}
	return of[0].Plan, nil
}

// asking is a statement that the database was asked, and its arguments as text; nil is null.
type asking struct {
	statement   string
	args        []any
	rows, shown int // once it is explained: what it reads, and what it gives
}

// name is the statement in a line.
func (q asking) name() string { return strings.Join(strings.Fields(q.statement), " ") }

func (q asking) equals(other asking) bool {
	return q.statement == other.statement && slices.Equal(q.args, other.args)
}

// spy stands before a database and notes what it is asked.
type spy struct {
	mu    sync.Mutex
	asked []asking
}

// take gives what was asked since it was taken last.
func (s *spy) take() []asking {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

func (s *spy) note(q asking) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, q)
}

// before gives the URL by which the database is reached through the spy until the test ends.
func (s *spy) before(t *testing.T, databaseURL string) (string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	t.Cleanup(func() { _ = listener.Close() }) // nothing can be lost
	server := u.Host
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go s.pass(client, server)
		}
	}()
	u.Host = listener.Addr().String()
	return u.String(), nil
}

// pass brings a connection's messages to the server and its answers back.
func (s *spy) pass(client net.Conn, address string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	_ = s.messages(server, bufio.NewReader(client))
}

// messages passes on what a client says, once it is noted (PostgreSQL's «Message Formats»): its statements are in
// messages of the types Query and Parse, their arguments in Bind.
func (s *spy) messages(to io.Writer, from *bufio.Reader) error {
	head := make([]byte, 4) // of the first message, which has no type
	for parsed := ""; ; head = make([]byte, 5) {
		if _, err := io.ReadFull(from, head); err != nil {
			return err
		}
		length := head[len(head)-4:]
		body := make([]byte, binary.BigEndian.Uint32(length)-4)
		if _, err := io.ReadFull(from, body); err != nil {
			return err
		}
		whole := slices.Concat(head, body)
		switch {
		case len(head) == 4:
		case head[0] == 'Q':
			s.asks(asking{statement: cString(&body)})
		case head[0] == 'P':
			cString(&body) // its name
			parsed = cString(&body)
		case head[0] == 'B':
			s.asks(asking{statement: parsed, args: arguments(body)})
		}
		if _, err := to.Write(whole); err != nil {
			return err
		}
	}
}

var said = regexp.MustCompile(`^\s*(select|with|update|delete|insert)\s`)

// asks notes a statement that reads or writes.
func (s *spy) asks(q asking) {
	if said.MatchString(q.statement) {
		s.note(q)
	}
}

// cString takes a string off the head of a message.
func cString(body *[]byte) string {
	text, rest, _ := strings.Cut(string(*body), "\x00")
	*body = []byte(rest)
	return text
}

// arguments are those of a Bind, which lib/pq writes as text.
func arguments(body []byte) (args []any) {
	cString(&body) // the portal
	cString(&body) // the statement
	number := func() (n int) {
		n, body = int(binary.BigEndian.Uint16(body)), body[2:]
		return n
	}
	body = body[2*number():] // how each is written
	for range number() {
		length := int32(binary.BigEndian.Uint32(body))
		body = body[4:]
		if length < 0 {
			args = append(args, nil)
			continue
		}
		args = append(args, string(body[:length]))
		body = body[length:]
	}
	return args
}
