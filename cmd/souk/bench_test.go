package main

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/storefront"
)

func TestTheBenchAsksEveryPage(t *testing.T) {
	t.Parallel()
	left := maps.Clone(benched)
	maps.Copy(left, benchedFiles)
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	server, err := storefront.New(storefront.Config{
		BaseURL: "http://souk.test", Secret: make([]byte, 32), Demo: true, Log: slog.New(slog.DiscardHandler),
	}, storefront.Services{Market: &market.Market{Parts: market.Parts{Languages: texts}}}) // nothing is asked yet
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range server.Routes() {
		if route.Method != http.MethodGet || route.NoLang && route.Path == "/" || slices.Contains(notBenched, route.Path) {
			continue
		}
		if len(benched[route.Path])+len(benchedFiles[route.Path]) == 0 {
			t.Errorf("bench_pages.go does not say what is to be asked of %s", route.Path)
		}
		delete(left, route.Path)
	}
	for path := range left {
		t.Errorf("bench_pages.go asks %s, which there is not", path)
	}
}

func TestAPageMayNotTakeMuchLongerInALargeMarket(t *testing.T) {
	t.Parallel()
	small := map[string]timing{"/quick": {ms: 1, bytes: 100}, "/grows": {ms: 10, bytes: 100}, "/heavy": {ms: 10, bytes: 100}, "/slow": {ms: 50, bytes: 100}, "/all.csv": {ms: 1, bytes: 100, file: true}, "/onward": {ms: 1, bytes: 100}, "/brisk": {ms: 1, bytes: 100}}
	large := map[string]timing{"/quick": {ms: 2.9, bytes: 100}, "/grows": {ms: 21, bytes: 100}, "/heavy": {ms: 11, bytes: 50 << 10}, "/slow": {ms: 61, bytes: 100}, "/all.csv": {ms: 900, bytes: 9 << 20, file: true}, "/onward": {ms: 9, bytes: 100, stays: true}, "/brisk": {ms: 3.1, bytes: 100}}
	found := compared(small, large)
	var over []string
	for _, c := range found.Pages {
		if !c.fits() {
			over = append(over, c.Path)
		}
	}
	if want := []string{"/slow", "/grows", "/heavy", "/brisk"}; !slices.Equal(over, want) {
		t.Errorf("too much: %v, not %v", over, want)
	}
	if len(found.Files) != 1 || found.verdict() == nil {
		t.Errorf("files %v, verdict %v", found.Files, found.verdict())
	}
}

// Whatever runs the statements of an order by themselves places an order, too, and not a part of one.
func TestTheBenchOfTheCheckoutPlacesWholeOrders(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	code, stdout, stderr := souk(t, "bench", "checkout", "-json", "-turn", "50ms", "-data", dir)
	var found checkoutFigures
	if err := json.Unmarshal([]byte(stdout), &found); err != nil {
		t.Fatalf("%d: %v: %s%s", code, err, stdout, stderr)
	}
	if want := map[error]int{nil: 0, errFailed: 1}[found.verdict()]; code != want || found.Fsync != "on" || len(found.Runs) != len(checkoutBuyers) {
		t.Errorf("it ends with %d, not %d, and says %+v", code, want, found)
	}
	placed := 1 + checkoutMany // to be written down
	for _, r := range found.Runs {
		placed += r.HTTP.Orders + r.Bare.Orders
	}
	db, closeDB, err := place{dataDir: dir}.openDatabase(t.Context(), 1, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := closeDB(); err != nil {
			t.Error(err)
		}
	}()
	var whole int
	err = db.Get(&whole, `
		select count(*) from orders o
		where not o.sample
		  and (select count(*) from sub_orders s join order_lines l on l.sub_order_id = s.id where s.order_id = o.id) = $1
		  and (select count(*) from order_events where order_id = o.id) = 1 + $1
		  and (select -sum(delta) from stock_movements where order_id = o.id) = (
		          select sum(l.quantity) from sub_orders s join order_lines l on l.sub_order_id = s.id where s.order_id = o.id)
		  and exists (select from payment_intents where reference = o.id and amount_centimes = o.due_centimes)
		  and exists (select from ledger_journals where order_id = o.id and reference = 'order:' || o.id || ':placed')
		  and exists (select from holds where order_id = o.id)
		  and exists (select from river_job where kind = 'order_expire' and args->>'order_id' = o.id::text)`, checkoutParts)
	if err != nil || whole != placed {
		t.Errorf("%d orders were placed, %d are whole: %v", placed, whole, err)
	}
}

func TestACheckoutMayNotTakeMuchLongerThanItsStatements(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		ratios []float64
		fails  bool
	}{{[]float64{0.5, 0.9}, false}, {[]float64{0.9, 0.49}, true}} {
		var found checkoutFigures
		for _, r := range test.ratios {
			found.Runs = append(found.Runs, checkoutRun{Ratio: r})
		}
		if fails := found.verdict() != nil; fails != test.fails {
			t.Errorf("%v: fails is %t", test.ratios, fails)
		}
	}
}
