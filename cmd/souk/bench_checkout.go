package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/embedded"
	"github.com/souk-taawon/souk/internal/sample"
	"github.com/souk-taawon/souk/storefront"
)

// What of the bare database's orders a second come over HTTP at least, and how they are counted: in turns, so that
// whatever else the machine does falls on both.
const (
	checkoutRatio = 0.5
	checkoutTurns = 5
	checkoutTurn  = 4 * time.Second // of each
	checkoutParts = 3               // cooperatives of an order
	checkoutMany  = 100             // different baskets
)

// checkoutBuyers are how many order at once.
var checkoutBuyers = []int{1, 16}

// benchCheckout has buyers place joint orders over HTTP, and connections run the very statements of such orders. It fails
// when fewer than half as many orders come over HTTP.
func benchCheckout(ctx context.Context, args []string, stdout, stderr io.Writer) (failed error) {
	fs := flag.NewFlagSet("bench checkout", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "print JSON")
	data := fs.String("data", "", "`folder` to keep the market in for another time (default: it is thrown away)")
	turn := fs.Duration("turn", checkoutTurn, "`time` that orders are counted for, five times over HTTP and five times by bare statements")
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	dir, remove, err := benchFolder(*data)
	if err != nil {
		return err
	}
	defer closing(remove, &failed)
	steps := newSteps(stderr)
	steps.title("The market")
	a, base, end, err := openBenched(ctx, dir, sample.Size{}, steps, "127.0.0.1")
	if err != nil {
		return err
	}
	defer closing(end, &failed)
	b, err := newCheckouts(ctx, a, base, dir)
	if err != nil {
		return err
	}
	defer closing(b.bare.Close, &failed)
	if err := atRest(ctx, a, steps); err != nil {
		return err
	}
	found := checkoutFigures{Fsync: b.fsync, Statements: b.statements()}
	for _, buyers := range checkoutBuyers {
		run, err := b.compare(ctx, buyers, *turn)
		if err != nil {
			return fmt.Errorf("%d buyers: %w", buyers, err)
		}
		found.Runs = append(found.Runs, run)
	}
	if *asJSON {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		return errors.Join(out.Encode(found), found.verdict())
	}
	found.print(stdout)
	return found.verdict()
}

// checkouts is a market that orders are placed in, over HTTP and by bare statements.
type checkouts struct {
	base    string
	client  *http.Client
	baskets [][]order.Line
	orders  []*recording // one of each basket
	bare    *sqlx.DB
	fsync   string
}

// newCheckouts has plenty of everything for sale, and writes down what is asked of the database for an order of each basket.
func newCheckouts(ctx context.Context, a *app, base, dir string) (b *checkouts, err error) {
	b = &checkouts{base: base, client: &http.Client{
		Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: slices.Max(checkoutBuyers), DisableCompression: true},
	}}
	if b.fsync, err = durable(ctx, a.DB); err != nil {
		return nil, err
	}
	if err := plenty(ctx, a); err != nil {
		return nil, err
	}
	if b.baskets, err = checkoutBaskets(ctx, a.DB); err != nil {
		return nil, err
	}
	url, running, err := embedded.Attach(filepath.Join(dir, "postgres"))
	if err == nil && !running {
		err = errors.New("the market has no database")
	}
	if err != nil {
		return nil, err
	}
	if b.orders, err = recordOrders(ctx, a, url, b); err != nil {
		return nil, fmt.Errorf("write down what an order asks the database: %w", err)
	}
	b.bare, err = postgres.Open(ctx, url, slices.Max(checkoutBuyers))
	return b, err
}

// durable is an error if the database says that an order is kept before it is.
func durable(ctx context.Context, db *sqlx.DB) (fsync string, err error) {
	var set struct{ Fsync, Commit string }
	err = db.GetContext(ctx, &set, `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`)
	if err == nil && (set.Fsync != "on" || set.Commit != "on") {
		err = fmt.Errorf("the database does not keep what it commits: fsync is %s, synchronous_commit %s", set.Fsync, set.Commit)
	}
	return set.Fsync, err
}

// plenty lets the market sell as much as is asked for: nobody confirms here, so that what unconfirmed orders may hold
// together is all there is.
func plenty(ctx context.Context, a *app) error {
	if err := sample.Plenty(ctx, a.DB); err != nil {
		return err
	}
	return (&order.MeasureWorker{Orders: a.Orders}).Work(ctx, nil)
}

// checkoutBaskets are some baskets of goods of three cooperatives each.
func checkoutBaskets(ctx context.Context, db *sqlx.DB) (baskets [][]order.Line, err error) {
	var goods []struct {
		ID     uuid.UUID
		Seller uuid.UUID
	}
	if err := db.SelectContext(ctx, &goods, `select id, cooperative_id as seller from offered
		where stock > 0 and in_season(season_from, season_to, $1) order by id`, int(clock.Day(time.Now()).Month())); err != nil {
		return nil, err
	}
	chance := rand.New(rand.NewPCG(1, 1)) // the same each time
	for range checkoutMany {
		var lines []order.Line
		sellers := make(map[uuid.UUID]bool)
		for _, n := range chance.Perm(len(goods)) {
			if g := goods[n]; !sellers[g.Seller] && len(lines) < checkoutParts {
				sellers[g.Seller] = true
				lines = append(lines, order.Line{ProductID: g.ID, Quantity: 1 + chance.IntN(3)})
			}
		}
		if len(lines) < checkoutParts {
			return nil, fmt.Errorf("%d cooperatives sell something", len(lines))
		}
		baskets = append(baskets, lines)
	}
	return baskets, nil
}

// recordOrders places an order of each basket at a door of the market of its own, whose questions to the database are
// written down. The first is not: what an instance reads once and keeps is no part of an order.
func recordOrders(ctx context.Context, a *app, databaseURL string, b *checkouts) (orders []*recording, err error) {
	var to recorder
	db, err := postgres.OpenThrough(ctx, databaseURL, 1, to.conn)
	if err != nil {
		return nil, err
	}
	defer closing(db.Close, &err)
	listener, err := listen(ctx, "127.0.0.1:0", "")
	if err != nil {
		return nil, err
	}
	parts := a.Parts
	parts.DB = db
	m, err := market.New(parts)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	server, err := storefront.New(storefront.Config{
		BaseURL: parts.BaseURL, Secret: parts.Secret, Demo: true, TrustedProxies: []string{"127.0.0.1"}, Log: parts.Log,
	}, storefront.Services{Market: m})
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() { err = errors.Join(err, server.Shutdown(context.WithoutCancel(ctx)), <-served) }()
	if err := b.place(ctx, "http://"+listener.Addr().String(), newCheckout(b.baskets[0])); err != nil {
		return nil, err
	}
	for _, basket := range b.baskets {
		c := newCheckout(basket)
		to.begin()
		if err := b.place(ctx, "http://"+listener.Addr().String(), c); err != nil {
			return nil, err
		}
		orders = append(orders, to.end(c))
	}
	return orders, nil
}

// checkout is an order that is sent, by a buyer who has not ordered before.
type checkout struct {
	key, phone, address string
	body                []byte
}

func newCheckout(lines []order.Line) checkout {
	c := checkout{key: uuid.NewString(), phone: aPhone(), address: anAddress()}
	sent := map[string]any{
		"buyer":    map[string]string{"name": "ليلى بنعلي", "phone": c.phone, "commune": "berkane", "address": "حي السلام، رقم 12"},
		"delivery": delivery.Home, "payment": payment.CashOnDelivery,
	}
	var list []map[string]any
	for _, l := range lines {
		list = append(list, map[string]any{"product_id": l.ProductID, "quantity": l.Quantity})
	}
	sent["lines"] = list
	c.body, _ = json.Marshal(sent) // of strings and numbers
	return c
}

// aPhone is one of ten million telephone numbers, as a buyer writes it.
func aPhone() string { return fmt.Sprintf("066%07d", rand.IntN(10_000_000)) }

// anAddress is one of sixteen million network addresses.
func anAddress() string {
	n := rand.IntN(1 << 24)
	return fmt.Sprintf("41.%d.%d.%d", n>>16, n>>8&0xff, n&0xff)
}

// place sends an order to a market, through its proxy.
func (b *checkouts) place(ctx context.Context, base string, c checkout) (err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/orders", bytes.NewReader(c.body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", c.key)
	request.Header.Set("X-Forwarded-For", c.address)
	response, err := b.client.Do(request)
	if err != nil {
		return err
	}
	defer closing(response.Body.Close, &err)
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusCreated {
		err = fmt.Errorf("an order is answered with %s: %s", response.Status, answer)
	}
	return err
}

// statements is how many statements an order of the market is, at the median.
func (b *checkouts) statements() int {
	var counts []int
	for _, o := range b.orders {
		counts = append(counts, len(o.steps))
	}
	slices.Sort(counts)
	return counts[len(counts)/2]
}

// compare counts the orders of so many buyers, and of as many connections that run the same statements, by turns.
func (b *checkouts) compare(ctx context.Context, buyers int, turn time.Duration) (checkoutRun, error) {
	var overHTTP, bare counted
	for range checkoutTurns {
		err := overHTTP.count(ctx, buyers, turn, func(ctx context.Context, chance *rand.Rand) error {
			return b.place(ctx, b.base, newCheckout(b.baskets[chance.IntN(len(b.baskets))]))
		})
		if err != nil {
			return checkoutRun{}, err
		}
		err = bare.count(ctx, buyers, turn, func(ctx context.Context, chance *rand.Rand) error {
			return b.orders[chance.IntN(len(b.orders))].play(ctx, b.bare)
		})
		if err != nil {
			return checkoutRun{}, fmt.Errorf("the bare statements: %w", err)
		}
	}
	run := checkoutRun{Buyers: buyers, HTTP: overHTTP.rate(), Bare: bare.rate()}
	run.Ratio = run.HTTP.PerSecond / run.Bare.PerSecond
	return run, nil
}

// counted is how long each of many orders took, and all of them together.
type counted struct {
	took []time.Duration
	all  time.Duration
}

// count has so many do something again and again for some time.
func (c *counted) count(ctx context.Context, many int, turn time.Duration, do func(context.Context, *rand.Rand) error) error {
	var (
		mu    sync.Mutex
		errs  []error
		hands sync.WaitGroup
	)
	before, begun := uint64(len(c.took)), time.Now()
	for n := range many {
		chance := rand.New(rand.NewPCG(uint64(n), before))
		hands.Go(func() {
			for time.Since(begun) < turn {
				at := time.Now()
				err := do(ctx, chance)
				took := time.Since(at)
				mu.Lock()
				c.took = append(c.took, took)
				if err != nil {
					errs = append(errs, err)
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	hands.Wait()
	c.all += time.Since(begun)
	return errors.Join(errs...)
}

func (c *counted) rate() checkoutRate {
	slices.Sort(c.took)
	at := func(share float64) float64 {
		return float64(c.took[int(share*float64(len(c.took)-1))].Microseconds()) / 1000
	}
	return checkoutRate{Orders: len(c.took), PerSecond: float64(len(c.took)) / c.all.Seconds(), P50: at(0.5), P99: at(0.99)}
}

// checkoutFigures are what was measured.
type checkoutFigures struct {
	Fsync      string        `json:"fsync"`
	Statements int           `json:"statements"` // of an order, begin and commit included
	Runs       []checkoutRun `json:"runs"`
}

// checkoutRun is what so many buyers, and as many connections, came to.
type checkoutRun struct {
	Buyers int          `json:"buyers"`
	HTTP   checkoutRate `json:"http"`
	Bare   checkoutRate `json:"bare_sql"`
	Ratio  float64      `json:"ratio"`
}

type checkoutRate struct {
	Orders    int     `json:"orders"` // that were placed
	PerSecond float64 `json:"orders_per_second"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
}

func (f checkoutFigures) print(w io.Writer) {
	_, _ = fmt.Fprintf(w, "Joint orders of %d cooperatives; an order is %d statements; fsync is %s.\n\n", checkoutParts, f.Statements, f.Fsync)
	_, _ = fmt.Fprintf(w, "%6s  %28s  %28s  %6s\n", "", "over HTTP", "the same statements, bare", "")
	_, _ = fmt.Fprintf(w, "%6s  %10s %8s %8s  %10s %8s %8s  %6s\n", "buyers", "orders/s", "p50 ms", "p99 ms", "orders/s", "p50 ms", "p99 ms", "ratio")
	for _, r := range f.Runs {
		_, _ = fmt.Fprintf(w, "%6d  %10.1f %8.1f %8.1f  %10.1f %8.1f %8.1f  %6.2f\n", r.Buyers,
			r.HTTP.PerSecond, r.HTTP.P50, r.HTTP.P99, r.Bare.PerSecond, r.Bare.P50, r.Bare.P99, r.Ratio)
	}
	_, _ = fmt.Fprintf(w, "\nA ratio below %.1f fails.\n", checkoutRatio)
}

// verdict is errFailed if too few orders come over HTTP.
func (f checkoutFigures) verdict() error {
	worst := slices.MinFunc(f.Runs, func(a, b checkoutRun) int { return cmp.Compare(a.Ratio, b.Ratio) })
	if worst.Ratio < checkoutRatio {
		return errFailed
	}
	return nil
}
