package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/postgres/embedded"
)

// The tests of this package use one demonstration, started by the first that needs it, as a visitor
// would start it. When all have ended, the audit must find nothing.
var theMarket = sync.OnceValues(func() (*demoMarket, error) {
	started.Store(true)
	dir, err := os.MkdirTemp("", "souk-market-")
	if err != nil {
		return nil, err
	}
	return openMarket(dir)
})

var started atomic.Bool

func TestMain(m *testing.M) {
	if embedded.ChildMain() {
		return
	}
	code := m.Run()
	if started.Load() {
		if err := auditAndClose(theMarket()); err != nil {
			fmt.Fprintln(os.Stderr, "after all tests:", err)
			code = 1
		}
	}
	if err := removeBinary(); err != nil {
		fmt.Fprintln(os.Stderr, "after all tests:", err)
		code = 1
	}
	os.Exit(code)
}

// auditAndClose checks every invariant of the market that the tests have used, and ends it.
func auditAndClose(mk *demoMarket, err error) error {
	if err != nil {
		return nil // the tests that needed it have failed
	}
	var report bytes.Buffer
	if code := run(context.Background(), []string{"audit", "-data", mk.dir}, &report, &report); code != 0 {
		err = fmt.Errorf("souk audit:\n%s", &report)
	}
	return errors.Join(err, mk.close(), os.RemoveAll(mk.dir))
}

// demoMarket is a demonstration that runs in this process.
type demoMarket struct {
	url, dir string
	output   *output
	stop     context.CancelFunc
	ended    chan int
}

// output keeps what a command prints and lets others wait for a line.
type output struct {
	mu    sync.Mutex
	lines []string
	news  chan struct{}
}

func newOutput() (*output, io.WriteCloser) {
	r, w := io.Pipe()
	o := &output{news: make(chan struct{}, 1)}
	go func() {
		scanner := bufio.NewScanner(r)
		for scanner.Scan() {
			o.mu.Lock()
			o.lines = append(o.lines, scanner.Text())
			o.mu.Unlock()
			select {
			case o.news <- struct{}{}:
			default:
			}
		}
	}()
	return o, w
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.lines, "\n")
}

var opened = regexp.MustCompile(`The market is open: (http://\S+)/`)

// openMarket runs `souk demo` on a free port and waits until it says where it is open.
func openMarket(dir string, flags ...string) (*demoMarket, error) {
	ctx, stop := context.WithCancel(context.Background())
	out, w := newOutput()
	mk := &demoMarket{dir: dir, output: out, stop: stop, ended: make(chan int, 1)}
	go func() {
		mk.ended <- run(ctx, append([]string{"demo", "-addr", "127.0.0.1:0", "-data", dir}, flags...), w, w)
		_ = w.Close() // a pipe in memory
	}()
	deadline := time.After(patience)
	for {
		if found := opened.FindStringSubmatch(out.String()); found != nil {
			mk.url = found[1]
			return mk, nil
		}
		select {
		case <-out.news:
		case code := <-mk.ended:
			stop()
			return nil, fmt.Errorf("souk demo ended with %d:\n%s", code, out)
		case <-deadline:
			stop()
			return nil, fmt.Errorf("souk demo did not open:\n%s", out)
		}
	}
}

// close presses Ctrl-C and waits.
func (mk *demoMarket) close() error {
	mk.stop()
	if code := <-mk.ended; code != 0 {
		return fmt.Errorf("souk demo ended with %d:\n%s", code, mk.output)
	}
	return nil
}

// visit is for tests that use the common market.
func visit(t *testing.T) *demoMarket {
	t.Helper()
	mk, err := theMarket()
	if err != nil {
		t.Fatal(err)
	}
	return mk
}

// souk runs a command line on a data folder and gives its status and what it printed.
func souk(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, &out, &errs)
	return code, out.String(), errs.String()
}
