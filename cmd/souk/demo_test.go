package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

func TestASecondCopyOnTheSameFolderSaysSoAndEnds(t *testing.T) {
	t.Parallel()
	mk := visit(t)
	code, _, stderr := souk(t, "demo", "-addr", "127.0.0.1:0", "-data", mk.dir)
	if code != 1 || !strings.Contains(stderr, "another souk") || !strings.Contains(stderr, mk.dir) {
		t.Fatalf("status %d: %s", code, stderr)
	}
}

func TestATakenAddressIsToldWithTheWayToChooseAnother(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := filepath.Join(t.TempDir(), "data")
	code, _, stderr := souk(t, "demo", "-addr", taken.Addr().String(), "-data", dir)
	if code != 1 || !strings.Contains(stderr, "taken") || !strings.Contains(stderr, "-addr") {
		t.Fatalf("status %d: %s", code, stderr)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Fatalf("a data folder was made all the same: %v", err)
	}
}

func TestASecondStartKeepsTheDataAndAFreshOneStartsOver(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "souk-restart-") // t.TempDir lies where another user may not pass
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)

	first, err := openMarket(dir)
	if err != nil {
		t.Fatal(err)
	}
	client := newAPIClient(first.url)
	placed := client.order(t, client.product(t, "عسل"), 1)
	if err := first.close(); err != nil {
		t.Fatal(err)
	}

	second, err := openMarket(dir)
	if err != nil {
		t.Fatal(err)
	}
	tracking := newAPIClient(second.url).get(t, "/api/v1/orders/"+token(placed.TrackingURL))
	if tracking.Status != http.StatusOK || !strings.Contains(tracking.Body, placed.Number) {
		t.Fatalf("after a second start the order answers %d: %s", tracking.Status, tracking.Body)
	}
	if code, stdout, stderr := souk(t, "reindex", "-data", dir); code != 0 || !strings.Contains(stdout, "running market") {
		t.Fatalf("reindex beside the market: status %d: %s%s", code, stdout, stderr)
	}
	if err := second.close(); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"audit", "migrate", "reindex"} {
		if code, stdout, stderr := souk(t, command, "-data", dir); code != 0 {
			t.Fatalf("%s without a running market: status %d: %s%s", command, code, stdout, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "index", "state.db")); err == nil { // otherwise a Meilisearch has the index
		spoilIndex(t, dir)
	}
	damage(t, dir)
	code, stdout, stderr := souk(t, "audit", "-data", dir)
	if code != 1 || !strings.Contains(stdout, "3 violated") {
		t.Fatalf("audit of a damaged market: status %d: %s%s", code, stdout, stderr)
	}
	for _, name := range []string{
		"catalog: stock is the sum of its movements", "payment: what was paid was received in an attempt",
		"the search index holds the products that buyers may see, and no others",
	} {
		if !strings.Contains(stdout, "FAIL      1  "+name) {
			t.Errorf("audit does not find that not %s: %s", name, stdout)
		}
	}

	third, err := openMarket(dir, "-fresh")
	if err != nil {
		t.Fatal(err)
	}
	gone := newAPIClient(third.url).get(t, "/api/v1/orders/"+token(placed.TrackingURL))
	if gone.Status != http.StatusNotFound {
		t.Fatalf("after -fresh the order still answers %d", gone.Status)
	}
	if err := third.close(); err != nil {
		t.Fatal(err)
	}
}

// makeOld makes an index one that another version of the program has written.
// spoilIndex has the embedded engine's index be old, missing and unreadable, and looks at what is said of it.
func spoilIndex(t *testing.T, dir string) {
	t.Helper()
	for how, spoil := range map[string]func(testing.TB, string){"is of another version": makeOld, "is missing": removeIndex} {
		spoil(t, filepath.Join(dir, "index"))
		before := filesIn(t, filepath.Join(dir, "index"))
		if code, stdout, stderr := souk(t, "audit", "-data", dir); code != 0 || !strings.Contains(stdout, "ok        0  the search index is new or of an earlier version") {
			t.Fatalf("audit of a market whose index %s: status %d: %s%s", how, code, stdout, stderr)
		}
		if _, stdout, stderr := souk(t, "doctor", "-data", dir); !strings.Contains(stdout, "is still to be filled") {
			t.Fatalf("doctor of a market whose index %s: %s%s", how, stdout, stderr)
		}
		if after := filesIn(t, filepath.Join(dir, "index")); !maps.Equal(after, before) {
			t.Fatalf("audit and doctor of a market whose index %s leave %d files of %d, or others", how, len(after), len(before))
		}
		if code, stdout, stderr := souk(t, "reindex", "-data", dir); code != 0 {
			t.Fatalf("reindex: status %d: %s%s", code, stdout, stderr)
		}
	}
	state := filepath.Join(dir, "index", "state.db")
	kept := filesIn(t, filepath.Join(dir, "index"))[state]
	for _, text := range []string{strings.Repeat("?", len(kept)), kept} {
		if err := os.WriteFile(state, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, stdout, _ := souk(t, "audit", "-data", dir); (code == 0) != (text == kept) || strings.Contains(stdout, "1 violated") != (text != kept) {
			t.Fatalf("audit of a market whose index is spoilt, or whole again: status %d: %s", code, stdout)
		}
	}
}

func makeOld(t testing.TB, dir string) {
	t.Helper()
	state, err := bbolt.Open(filepath.Join(dir, "state.db"), 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	err = state.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("index")).Put([]byte("schema"), []byte("0")) })
	if err := errors.Join(err, state.Close()); err != nil {
		t.Fatal(err)
	}
}

// filesIn are the files of a folder and what is in them; none where there is no folder.
func filesIn(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		all[name] = string(text)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return all
}

func removeIndex(t testing.TB, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
}

// damage leaves in a market that does not run three things that are untrue.
func damage(t *testing.T, dir string) {
	t.Helper()
	db, closeDB, err := place{dataDir: dir}.openDatabase(context.Background(), 1, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`update products set stock = stock + 1 where id = (select id from products where state = 'published' order by id limit 1)`,
		`update payment_intents set amount_centimes = amount_centimes + 1 where id = (select id from payment_intents where state = 'succeeded' order by id limit 1)`,
		`update products set state = 'archived' where id = (select id from products where state = 'published' order by id desc limit 1)`,
		`delete from search_pending`, // as if the index had been told
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Error(err)
		}
	}
	if err := closeDB(); err != nil {
		t.Fatal(err)
	}
}
