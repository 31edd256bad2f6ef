package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/lib/pq"
)

// TestNoOrderIsLostOrDoubledWhateverIsKilled has buyers order over HTTP while the program, its database,
// the database's keeper and the search server are killed at random. Every order that was acknowledged is
// there exactly once, a repeated request has the same answer, and the audit finds nothing.
//
// Each is killed twice; SOUK_CHAOS=10m goes on for ten minutes. SOUK_CHAOS_SEED repeats the order of the
// kills that a run has logged.
func TestNoOrderIsLostOrDoubledWhateverIsKilled(t *testing.T) {
	t.Parallel()
	long, err := time.ParseDuration(cmp.Or(os.Getenv("SOUK_CHAOS"), "0s"))
	if err != nil {
		t.Fatal(err)
	}
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("SOUK_CHAOS_SEED"), strconv.FormatUint(rand.Uint64(), 10)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("SOUK_CHAOS_SEED=%d", seed)
	c := newChaos(t)
	c.open()
	c.makePlenty()
	var buyers sync.WaitGroup
	for n := range 4 {
		buyers.Go(func() { c.buy(rand.New(rand.NewPCG(seed, uint64(n)))) })
	}
	chance := rand.New(rand.NewPCG(seed, 99))
	for until := time.Now().Add(long); !t.Failed(); {
		for _, n := range chance.Perm(2 * len(c.victims)) {
			before := c.acknowledged()
			eventually(t, "orders go on", func() bool { return c.acknowledged() >= before+5 || t.Failed() })
			time.Sleep(time.Duration(chance.Int64N(int64(time.Second)))) // the moment of the kill is any
			c.kill(c.victims[n%len(c.victims)])
		}
		if time.Now().After(until) {
			break
		}
	}
	eventually(t, "orders go on after the last kill", func() bool {
		before := c.acknowledged()
		time.Sleep(100 * time.Millisecond)
		return c.acknowledged() > before
	})
	c.closed.Store(true)
	buyers.Wait()
	c.check()
}

// chaos is a market under attack.
type chaos struct {
	t       *testing.T
	dir     string
	address string
	client  *http.Client
	victims []string
	goods   []string // ids
	closed  atomic.Bool

	mu      sync.Mutex
	program *program
	kills   map[string]int

	ordersMu sync.Mutex
	orders   map[string]sentOrder // by key, what was acknowledged
	retries  atomic.Int64
}

type sentOrder struct {
	body   []byte
	number string
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
		victims: []string{"program", "PostgreSQL", "keeper"},
		kills:   make(map[string]int), orders: make(map[string]sentOrder),
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
	if c.program.meilisearch() != 0 && len(c.victims) == 3 {
		c.victims = append(c.victims, "Meilisearch")
	}
}

// kill ends one part of the market with SIGKILL. The program itself is started again, as an outer
// supervisor would; all else comes back by itself, or the program ends and says why.
func (c *chaos) kill(victim string) {
	c.t.Helper()
	p := c.program
	pid := map[string]func() int{
		"program": func() int { return p.command.Process.Pid }, "PostgreSQL": p.postmaster,
		"keeper": p.keeper, "Meilisearch": p.meilisearch,
	}[victim]()
	if pid != 0 { // it may be away at this moment
		c.kills[victim]++
		p.send(pid, syscall.SIGKILL)
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
		`update products set stock = stock + 1000000 where state = 'published'`,
		`update settings set decided = decided || '{"market_share": "100", "product_share": "100"}'`,
	} {
		if _, err := db.Exec(statement); err != nil {
			c.t.Fatal(err)
		}
	}
	err = db.Select(&c.goods, `
		select p.id from products p join cooperatives c on c.id = p.cooperative_id
		where p.state = 'published' and c.state = 'approved' order by p.id`)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := closeDB(); err != nil {
		c.t.Fatal(err)
	}
}

// buy places one order after the other.
func (c *chaos) buy(chance *rand.Rand) {
	for !c.closed.Load() && !c.t.Failed() {
		key := fmt.Sprintf("%016x", chance.Uint64())
		body, err := json.Marshal(map[string]any{
			"lines": []map[string]any{
				{"product_id": c.goods[chance.IntN(len(c.goods))], "quantity": 1 + chance.IntN(3)},
			},
			"buyer":    map[string]string{"name": "ليلى بنعلي", "phone": fmt.Sprintf("066%07d", chance.IntN(1e7)), "commune": "berkane", "address": "حي السلام، رقم 12"},
			"delivery": "home", "payment": "cash_on_delivery",
		})
		if err != nil {
			c.t.Error(err)
			return
		}
		c.place(key, body)
		if chance.IntN(3) == 0 {
			c.place(key, body) // an impatient finger
		}
	}
}

// place sends an order until it is answered for good, as a buyer whose line is bad would.
func (c *chaos) place(key string, body []byte) {
	for patience := time.Now().Add(2 * time.Minute); !c.t.Failed(); {
		status, answer := c.send(key, body)
		if status == http.StatusCreated {
			c.acknowledge(key, body, answer)
			return
		}
		if status != 0 && status != http.StatusServiceUnavailable {
			c.t.Errorf("an order is answered with %d: %s", status, answer)
		}
		c.retries.Add(1)
		if time.Now().After(patience) {
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
	c.orders[key] = sentOrder{body, placed.Number}
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
	db, closeDB, err := place{dataDir: c.dir}.openDatabase(c.t.Context(), 1, slog.New(slog.DiscardHandler))
	if err != nil {
		c.t.Fatal(err)
	}
	var there struct{ Found, Different int }
	if err := db.Get(&there, `
		select count(*) as found, count(distinct number) as different from orders where number = any($1)`, pq.Array(numbers)); err != nil {
		c.t.Fatal(err)
	}
	if there.Found != len(numbers) || there.Different != len(numbers) {
		c.t.Errorf("%d orders were acknowledged; %d are there, %d different ones", len(numbers), there.Found, there.Different)
	}
	var lines struct{ Orders, Lines int }
	if err := db.Get(&lines, `
		select count(distinct o.id) as orders, count(l.*) as lines
		from orders o join sub_orders s on s.order_id = o.id join order_lines l on l.sub_order_id = s.id where o.number = any($1)`, pq.Array(numbers)); err != nil {
		c.t.Fatal(err)
	}
	if lines.Orders != len(numbers) || lines.Lines != len(numbers) {
		c.t.Errorf("%d orders of one line each have %d lines", lines.Orders, lines.Lines)
	}
	if err := closeDB(); err != nil {
		c.t.Fatal(err)
	}
	if code, stdout, stderr := souk(c.t, "audit", "-data", c.dir); code != 0 {
		c.t.Errorf("audit: %s%s", stdout, stderr)
	}
	c.t.Logf("%d orders acknowledged under kills of %v; %d requests sent again", len(numbers), c.kills, c.retries.Load())
	if err := c.program.end(syscall.SIGINT); err != nil {
		c.t.Errorf("Ctrl-C: %v\n%s", err, c.program.out)
	}
	c.program.gone()
}
