package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/payment"
)

// TestNoOrderIsLostOrDoubledWhateverIsKilled has buyers place joint orders of three cooperatives over HTTP, by every
// means that is offered, while the program, its database, the database's keeper and the search server are killed, and
// the database is stopped at once, at random. Every order that was acknowledged is there exactly once with all its parts
// and its money, a repeated request has the same answer, nothing is there besides, and the audit finds nothing.
//
// SOUK_CHAOS=10000 has so many orders placed while the program is killed 50 times and the database stopped at once 5
// times; without it they are few. SOUK_CHAOS_SEED repeats the order of the kills that a run has logged.
func TestNoOrderIsLostOrDoubledWhateverIsKilled(t *testing.T) {
	t.Parallel()
	plan, kills := 300, map[string]int{"program": 3, stopped: 1, "PostgreSQL": 1, "keeper": 1, "Meilisearch": 1}
	if many := os.Getenv("SOUK_CHAOS"); many != "" {
		var err error
		if plan, err = strconv.Atoi(many); err != nil {
			t.Fatal(err)
		}
		kills = map[string]int{"program": 50, stopped: 5, "PostgreSQL": 5, "keeper": 5, "Meilisearch": 5}
	}
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("SOUK_CHAOS_SEED"), strconv.FormatUint(rand.Uint64(), 10)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("SOUK_CHAOS_SEED=%d", seed)
	c := newChaos(t)
	c.open()
	c.makePlenty()
	c.findMeans()
	var buyers, others, treasurer sync.WaitGroup
	for n := range chaosBuyers {
		buyers.Go(func() { c.buy(rand.New(rand.NewPCG(seed, uint64(n)))) })
	}
	others.Go(func() { c.carry(rand.New(rand.NewPCG(seed, chaosBuyers))) })
	treasurer.Go(func() { c.keepBooks(rand.New(rand.NewPCG(seed, chaosBuyers+1))) })
	chance := rand.New(rand.NewPCG(seed, 99))
	var victims []string
	for _, victim := range slices.Sorted(maps.Keys(kills)) {
		victims = append(victims, slices.Repeat([]string{victim}, kills[victim])...)
	}
	begun := time.Now()
	for n, i := range chance.Perm(len(victims)) {
		// As many orders before each kill, at least, as after the last.
		enough := plan * (n + 1) / (len(victims) + 1)
		c.await(fmt.Sprintf("%d orders are placed", enough), func() bool { return c.acknowledged() >= enough })
		time.Sleep(time.Duration(chance.Int64N(int64(300 * time.Millisecond)))) // the moment of the kill is any
		c.kill(victims[i])
	}
	after := max(plan, c.acknowledged()+chaosBuyers) // orders go on after the last kill
	c.await(fmt.Sprintf("%d orders are placed", after), func() bool { return c.acknowledged() >= after })
	c.closed.Store(true)
	buyers.Wait()
	others.Wait()
	c.quiet.Store(true)
	treasurer.Wait()
	t.Logf("%d orders by %v acknowledged in %.0f s under kills of %v; %d requests sent again",
		c.acknowledged(), c.means, time.Since(begun).Seconds(), c.kills, c.retries.Load())
	c.check()
}

// stopped is the database that is told to end at once, without a word to anybody.
const stopped = "PostgreSQL at once"

// chaosBuyers order at once.
const chaosBuyers = 8

// chaosMeans are the means of payment that a program may name.
var chaosMeans = []string{"cash_on_delivery", "bank_transfer", "card"}

// chaos is a market under attack.
type chaos struct {
	t       *testing.T
	dir     string
	address string
	client  *http.Client
	goods   [][]string // ids, of each cooperative
	means   []string   // that are offered
	bank    *bankAccount
	closed  atomic.Bool // buyers are to go
	quiet   atomic.Bool // only the treasurer is left

	mu      sync.Mutex
	program *program
	kills   map[string]int

	ordersMu sync.Mutex
	orders   map[string]sentOrder // by key, what was acknowledged
	paid     map[string]bool      // the numbers of those that were paid by card
	retries  atomic.Int64
}

type sentOrder struct {
	body     []byte
	number   string
	means    string
	pay      string // the page where it is paid; empty: at the door
	tracking string
}

func newChaos(t *testing.T) *chaos {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return &chaos{
		t: t, dir: newFolder(t), address: address, client: &http.Client{Timeout: 20 * time.Second},
		bank: newBankAccount(), kills: make(map[string]int), orders: make(map[string]sentOrder), paid: make(map[string]bool),
	}
}

// open starts the program, again if it has ended, and waits until it is ready.
func (c *chaos) open() {
	c.t.Helper()
	for tries := 0; ; tries++ {
		p := startProgram(c.t, c.dir, c.address)
		if p.opens() {
			c.mu.Lock()
			c.program = p
			c.mu.Unlock()
			break
		}
		// Somebody may have killed what it was just starting.
		if tries == 3 {
			c.t.Fatalf("it does not start:\n%s", p.out)
		}
	}
}

// await waits for something that may take as long as many kills.
func (c *chaos) await(what string, happened func() bool) {
	c.t.Helper()
	for before, deadline := c.acknowledged(), time.Now().Add(patience); !happened(); time.Sleep(5 * time.Millisecond) {
		if now := c.acknowledged(); now > before {
			before, deadline = now, time.Now().Add(patience)
		}
		if c.t.Failed() || time.Now().After(deadline) {
			c.closed.Store(true)
			c.t.Fatalf("waited in vain: %s; it says:\n%s", what, c.program.out)
		}
	}
}

// kill ends one part of the market with SIGKILL. The program itself is started again, as an outer
// supervisor would; all else comes back by itself, or the program ends and says why.
func (c *chaos) kill(victim string) {
	c.t.Helper()
	p, signal := c.program, syscall.SIGKILL
	if victim == stopped {
		signal = syscall.SIGQUIT // what pg_ctl stop -m immediate sends
	}
	find := map[string]func() int{
		"program": func() int { return p.command.Process.Pid }, "PostgreSQL": p.postmaster, stopped: p.postmaster,
		"keeper": p.keeper, "Meilisearch": p.meilisearch,
	}[victim]
	pid := find()
	for deadline := time.Now().Add(patience); pid == 0 && victim != "Meilisearch" && time.Now().Before(deadline); pid = find() {
		time.Sleep(5 * time.Millisecond) // it is away at this moment
	}
	if pid != 0 { // not every machine has a Meilisearch
		c.kills[victim]++
		p.send(pid, signal)
	}
	if victim == "program" {
		_ = p.wait()
		c.open()
	}
	select {
	case err := <-p.ended:
		if victim != "program" {
			c.t.Logf("the program ended after the kill of %s: %v\n%s", victim, err, p.out)
			c.open()
		}
	default:
	}
}

// makePlenty lets the market sell as much as is asked for, and takes the bounds of unconfirmed orders away:
// here nobody confirms.
func (c *chaos) makePlenty() {
	c.t.Helper()
	db, closeDB, err := place{dataDir: c.dir}.openDatabase(c.t.Context(), 1, slog.New(slog.DiscardHandler))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, statement := range []string{
		`insert into stock_movements (id, product_id, delta, reason, actor, at)
		 select gen_random_uuid(), id, 1000000, 'count', 'system', now() from products where state = 'published'`,
		`update products set stock = stock + 1000000, season_from = null, season_to = null, off_season = false where state = 'published'`,
		`update settings set decided = decided || '{"market_share": "100", "product_share": "100"}'`,
	} {
		if _, err := db.Exec(statement); err != nil {
			c.t.Fatal(err)
		}
	}
	rows, err := db.Query(`select array_agg(id::text order by id) from offered group by cooperative_id order by cooperative_id`)
	if err != nil {
		c.t.Fatal(err)
	}
	for rows.Next() {
		var goods pq.StringArray
		if err := rows.Scan(&goods); err != nil {
			c.t.Fatal(err)
		}
		c.goods = append(c.goods, goods)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		c.t.Fatal(err)
	}
	if err := closeDB(); err != nil {
		c.t.Fatal(err)
	}
}

// findMeans asks by which means orders can be paid: by each that an order is taken for.
func (c *chaos) findMeans() {
	c.t.Helper()
	chance := rand.New(rand.NewPCG(1, 1))
	for _, means := range chaosMeans {
		key, body := newKey(chance), c.basket(chance, means)
		switch status, answer := c.send(key, body); status {
		case http.StatusCreated:
			c.means = append(c.means, means)
			c.acknowledge(key, body, answer)
		case http.StatusUnprocessableEntity: // it is not offered
		default:
			c.t.Fatalf("an order by %s is answered with %d: %s", means, status, answer)
		}
	}
}

func newKey(chance *rand.Rand) string { return fmt.Sprintf("%016x", chance.Uint64()) }

// basket is an order of goods of three cooperatives.
func (c *chaos) basket(chance *rand.Rand, means string) []byte {
	var lines []map[string]any
	for _, seller := range chance.Perm(len(c.goods))[:chaosParts] {
		goods := c.goods[seller]
		lines = append(lines, map[string]any{"product_id": goods[chance.IntN(len(goods))], "quantity": 1 + chance.IntN(3)})
	}
	body, err := json.Marshal(map[string]any{
		"lines":    lines,
		"buyer":    map[string]string{"name": "ليلى بنعلي", "phone": fmt.Sprintf("066%07d", chance.IntN(1e7)), "commune": "berkane", "address": "حي السلام، رقم 12"},
		"delivery": "home", "payment": means,
	})
	if err != nil {
		c.t.Error(err)
	}
	return body
}

// chaosParts are the cooperatives of an order.
const chaosParts = 3

// buy places one order after the other.
func (c *chaos) buy(chance *rand.Rand) {
	for !c.closed.Load() && !c.t.Failed() {
		key, body := newKey(chance), c.basket(chance, c.means[chance.IntN(len(c.means))])
		c.place(key, body)
		if chance.IntN(3) == 0 {
			c.place(key, body) // an impatient finger
		}
		o := c.order(key)
		if o.pay != "" && chance.IntN(5) > 0 { // not everybody who wants to pay does
			if o.means == payment.BankTransfer {
				c.transfer(chance, o)
				continue
			}
			c.pay(o)
		}
		if chance.IntN(12) == 0 {
			c.changeHerMind(o)
		}
	}
}

// cardPage is the address of the page of the test card.
var cardPage = regexp.MustCompile(`(/\w\w)?/demo/card/[\w-]+`)

// pay pays an order by card: until the market has answered, and as often as that takes.
func (c *chaos) pay(o sentOrder) {
	for deadline := time.Now().Add(patience); !c.t.Failed(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Errorf("order %s cannot be paid at %s", o.number, o.pay)
			return
		}
		status, at, body := c.visit(http.MethodGet, o.pay, nil)
		page := cardPage.FindString(at + " " + body)
		switch {
		case status != http.StatusOK:
			continue
		case page != "":
			status, _, _ = c.visit(http.MethodPost, "http://"+c.address+page, url.Values{"choice": {"pay"}})
		}
		// Where it asks no more, or says that something was chosen, the answer to another try was lost.
		if status == http.StatusOK || status == http.StatusConflict {
			c.ordersMu.Lock()
			defer c.ordersMu.Unlock()
			c.paid[o.number] = true
			return
		}
	}
}

// visit asks for a page and gives the status, the address and the text of that to which it leads; the status is 0 if the
// line broke.
func (c *chaos) visit(method, address string, form url.Values) (status int, at, body string) {
	request, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Error(err)
		return 0, "", ""
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := c.client.Do(request)
	if err != nil {
		return 0, "", ""
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, "", ""
	}
	return response.StatusCode, response.Request.URL.String(), string(text)
}

// place sends an order until it is answered for good, as a buyer whose line is bad would.
func (c *chaos) place(key string, body []byte) {
	for deadline := time.Now().Add(patience); !c.t.Failed(); {
		status, answer := c.send(key, body)
		if status == http.StatusCreated {
			c.acknowledge(key, body, answer)
			return
		}
		if status != 0 && status != http.StatusServiceUnavailable {
			c.t.Errorf("an order is answered with %d: %s", status, answer)
		}
		c.retries.Add(1)
		if time.Now().After(deadline) {
			c.t.Errorf("nobody answers an order: %d %s", status, answer)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// send sends it once; the status is 0 if the line broke.
func (c *chaos) send(key string, body []byte) (status int, answer []byte) {
	request, err := http.NewRequest(http.MethodPost, "http://"+c.address+"/api/v1/orders", bytes.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 0, nil
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := c.client.Do(request)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer func() { _ = response.Body.Close() }()
	if answer, err = io.ReadAll(response.Body); err != nil {
		return 0, nil
	}
	return response.StatusCode, answer
}

func (c *chaos) acknowledge(key string, body, answer []byte) {
	var placed apiOrder
	if err := json.Unmarshal(answer, &placed); err != nil || placed.Number == "" {
		c.t.Errorf("%v: %s", err, answer)
	}
	c.ordersMu.Lock()
	defer c.ordersMu.Unlock()
	if before, known := c.orders[key]; known && before.number != placed.Number {
		c.t.Errorf("request %s became order %s and then %s", key, before.number, placed.Number)
	}
	sent := sentOrder{body: body, number: placed.Number, means: placed.Payment.Means, pay: placed.Payment.URL, tracking: placed.TrackingURL}
	c.orders[key] = sent
}

func (c *chaos) order(key string) sentOrder {
	c.ordersMu.Lock()
	defer c.ordersMu.Unlock()
	return c.orders[key]
}

func (c *chaos) acknowledged() int {
	c.ordersMu.Lock()
	defer c.ordersMu.Unlock()
	return len(c.orders)
}

// check compares what was acknowledged with what is there.
func (c *chaos) check() {
	c.t.Helper()
	keys, numbers := make([]string, 0, len(c.orders)), make([]string, 0, len(c.orders))
	for key, o := range c.orders {
		keys, numbers = append(keys, key), append(numbers, o.number)
	}
	for _, key := range keys[:min(len(keys), 500)] {
		c.place(key, c.orders[key].body)
	}
	db, closeDB, err := place{dataDir: c.dir, patient: true}.openDatabase(c.t.Context(), 1, slog.New(slog.DiscardHandler))
	if err != nil {
		c.t.Fatal(err)
	}
	var there struct{ Found, Different, All, Whole int }
	if err := db.Get(&there, `
		with acknowledged as materialized (select number from unnest($1::text[]) as a (number))
		select count(a.number) as found, count(distinct a.number) as different,
		       count(*) as all, count(*) filter (where l.parts = $2 and l.lines = $2 and m.placed = o.total_centimes and i.intents = 1) as whole
		from orders o
		cross join lateral (
		    select count(distinct s.id) as parts, count(*) as lines
		    from sub_orders s join order_lines l on l.sub_order_id = s.id where s.order_id = o.id) l
		cross join lateral (
		    select sum(amount) as placed from ledger_movements where order_id = o.id and kind = 'placed' and account = 'buyers') m
		cross join lateral (
		    select count(*) as intents from payment_intents where reference = o.id) i
		left join acknowledged a on a.number = o.number
		where not o.sample`, pq.Array(numbers), chaosParts); err != nil {
		c.t.Fatal(err)
	}
	if n := len(numbers); there.Found != n || there.Different != n || there.All != n || there.Whole != n {
		c.t.Errorf("%d orders were acknowledged; %d are there, %d different ones, among %d in all, of which %d are whole and have their money's trail",
			n, there.Found, there.Different, there.All, there.Whole)
	}
	c.checkPaid(db)
	c.checkBank(db)
	if err := closeDB(); err != nil {
		c.t.Fatal(err)
	}
	if code, stdout, stderr := souk(c.t, "audit", "-data", c.dir); code != 0 {
		c.t.Errorf("audit: %s%s", stdout, stderr)
	}
	if err := c.program.end(syscall.SIGINT); err != nil {
		c.t.Errorf("Ctrl-C: %v\n%s", err, c.program.out)
	}
	c.program.gone()
}

// patience is how long it is waited at the end for what jobs do.
func (c *chaos) patience() time.Duration {
	if os.Getenv("SOUK_CHAOS") != "" {
		return 6 * time.Minute
	}
	return 5 * time.Second
}

// checkPaid waits until what was paid by card has come: an event that was being worked when the program was killed is
// taken up again after some minutes, for which a short run does not wait.
func (c *chaos) checkPaid(db *sqlx.DB) {
	c.t.Helper()
	wait := c.patience() // for the next to come
	numbers := slices.Collect(maps.Keys(c.paid))
	var left struct{ Missing, Lost int }
	for before, patience := len(numbers), time.Now().Add(wait); ; time.Sleep(100 * time.Millisecond) {
		if err := db.Get(&left, `
			with waiting as materialized (
			    select coalesce(args->>'name', args->>'id') as name from river_job
			    where kind in ('test_card_tell', 'payment_event') and state in ('available', 'running', 'retryable', 'scheduled')
			)
			select count(*) as missing, count(*) filter (where not exists (
			           select from payment_attempts a join waiting w on w.name = a.provider_reference where a.intent_id = i.id)) as lost
			from orders o join payment_intents i on i.reference = o.id
			where o.number = any($1) and case
			    when o.state = 'cancelled' then not exists (select from payments where reference = o.id and received_centimes > 0)
			    else i.state <> 'succeeded' or not exists (select from ledger_journals where order_id = o.id and kind = 'paid') end`, pq.Array(numbers)); err != nil {
			c.t.Fatal(err)
		}
		if left.Missing < before {
			before, patience = left.Missing, time.Now().Add(wait)
		}
		if left.Missing == 0 || left.Lost > 0 || time.Now().After(patience) {
			break
		}
	}
	if left.Lost > 0 || left.Missing > 0 && os.Getenv("SOUK_CHAOS") != "" {
		c.t.Errorf("of %d orders that were paid by card %d are not, and of %d nobody will hear", len(numbers), left.Missing, left.Lost)
	}
	c.t.Logf("%d orders were paid by card; of %d it was to be learnt still", len(numbers), left.Missing)
}
