package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
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
	damage(t, dir)
	code, stdout, stderr := souk(t, "audit", "-data", dir)
	if code != 1 || !strings.Contains(stdout, "3 violated") {
		t.Fatalf("audit of a damaged market: status %d: %s%s", code, stdout, stderr)
	}
	for _, name := range []string{
		"catalog: stock is the sum of its movements", "order: its payment is for what is due, and settled when it is delivered",
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

// The program as people run it: built, started in a process of its own, ended by Ctrl-C or killed.
func TestWhateverEndsTheProgramNoProcessStaysBehind(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("processes are counted in /proc")
	}
	binary := filepath.Join(t.TempDir(), "souk")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, end := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		t.Run(end.String(), func(t *testing.T) {
			dir, err := os.MkdirTemp("", "souk-end-")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(dir)
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
			defer cancel()
			out, w := newOutput()
			program := exec.CommandContext(ctx, binary, "demo", "-addr", "127.0.0.1:0", "-data", dir)
			program.Stdout, program.Stderr = w, w
			if err := program.Start(); err != nil {
				t.Fatal(err)
			}
			for opened.FindStringSubmatch(out.String()) == nil {
				select {
				case <-out.news:
				case <-ctx.Done():
					t.Fatalf("it did not open:\n%s", out)
				}
			}
			if before := processesOf(t, dir); len(before) < 2 {
				t.Fatalf("only %v work on the folder while the market is open", before)
			}
			if err := program.Process.Signal(end); err != nil {
				t.Fatal(err)
			}
			err = program.Wait()
			if end == syscall.SIGINT && err != nil {
				t.Fatalf("Ctrl-C: %v\n%s", err, out)
			}
			var left []string
			for ctx.Err() == nil {
				if left = processesOf(t, dir); len(left) == 0 {
					return
				}
				select {
				case <-ctx.Done():
				case <-time.After(50 * time.Millisecond):
				}
			}
			t.Fatalf("still there: %v", left)
		})
	}
}

// processesOf lists the processes whose command line names the folder.
func processesOf(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, entry := range entries {
		line, err := os.ReadFile(entry)
		if err == nil && strings.Contains(string(line), dir) && !strings.Contains(entry, fmt.Sprintf("/%d/", os.Getpid())) {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}
