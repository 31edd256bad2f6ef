package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// theBinary is the program, built once; removeBinary removes it when all tests have ended.
var theBinary = sync.OnceValues(func() (string, error) {
	built.Store(true)
	dir, err := os.MkdirTemp("", "souk-binary-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "souk")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-X main.builtFrom="+itsRevision, "-o", binary, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
})

// itsRevision is what it says that it was built from: like an image, it has no history to tell it.
const itsRevision = "0123456789ab"

var built atomic.Bool

func removeBinary() error {
	if !built.Load() {
		return nil
	}
	binary, err := theBinary()
	if err != nil {
		return nil // the tests that needed it have failed
	}
	return os.RemoveAll(filepath.Dir(binary))
}

// program is the market as people run it: in a process of its own.
type program struct {
	t       *testing.T
	dir     string
	command *exec.Cmd
	out     *output
	url     string
	ended   chan error
}

// newFolder makes a data folder where another user may pass, which t.TempDir is not.
func newFolder(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("processes are found in /proc")
	}
	dir, err := os.MkdirTemp("", "souk-program-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// startProgram starts `souk demo` on a folder and an address, and gives it settings besides. It may end
// before it is open.
func startProgram(t *testing.T, dir, address string, settings ...string) *program {
	t.Helper()
	return startIn(t, "", dir, []string{"-addr", address}, settings...)
}

// startIn starts it in a folder of the machine, with flags besides.
func startIn(t *testing.T, where, dir string, flags []string, settings ...string) *program {
	t.Helper()
	binary, err := theBinary()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, dir: dir, ended: make(chan error, 1)}
	var w io.WriteCloser
	p.out, w = newOutput()
	p.command = exec.Command(binary, append([]string{"demo", "-data", dir}, flags...)...)
	p.command.Dir = where
	p.command.Env = append(os.Environ(), settings...)
	p.command.Stdout, p.command.Stderr = w, w
	p.command.WaitDelay = 10 * time.Second
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.ended <- p.command.Wait()
		_ = w.Close() // a pipe in memory
	}()
	t.Cleanup(func() { _ = p.command.Process.Kill() }) // it has ended if all went well
	return p
}

// openProgram starts a market and waits until it is open.
func openProgram(t *testing.T, dir string, settings ...string) *program {
	t.Helper()
	p := startProgram(t, dir, "127.0.0.1:0", settings...)
	if !p.opens() {
		t.Fatalf("it ended:\n%s", p.out)
	}
	return p
}

// opens waits until the market is open, or has ended.
func (p *program) opens() bool {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		if found := opened.FindStringSubmatch(p.out.String()); found != nil {
			p.url = found[1]
			eventually(p.t, "it answers", func() bool { status, _ := p.get("/readyz"); return status != 0 })
			return true
		}
		select {
		case <-p.out.news:
		case err := <-p.ended:
			p.ended <- err
			return false
		case <-deadline:
			p.t.Fatalf("it did not open:\n%s", p.out)
		}
	}
}

// end sends a signal and waits.
func (p *program) end(signal syscall.Signal) error {
	p.t.Helper()
	if err := p.command.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
	return p.wait()
}

func (p *program) wait() error {
	p.t.Helper()
	select {
	case err := <-p.ended:
		return err
	case <-time.After(patience):
		p.t.Fatalf("it does not end:\n%s", p.out)
		return nil
	}
}

// get asks for a page and gives its status, 0 if nobody answers.
func (p *program) get(path string) (status int, body string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(text)
}

// postmaster is the process id of the market's PostgreSQL, 0 if it does not run.
func (p *program) postmaster() int {
	text, err := os.ReadFile(filepath.Join(p.dir, "postgres", "server", "cluster", "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || syscall.Kill(pid, 0) != nil {
		return 0
	}
	return pid
}

// keeper is the process id of the child that PostgreSQL hangs on, 0 if there is none.
func (p *program) keeper() int { return p.find("embedded-postgresql\x00" + p.dir) }

// meilisearch is the process id of the market's search server, 0 if there is none.
func (p *program) meilisearch() int { return p.find("--db-path\x00" + p.dir) }

func (p *program) find(arguments string) int {
	for pid, line := range processesOf(p.t, p.dir) {
		if strings.Contains(line, arguments) {
			return pid
		}
	}
	return 0
}

func (p *program) send(pid int, signal syscall.Signal) {
	p.t.Helper()
	if pid == 0 {
		p.t.Fatal("there is no such process")
	}
	if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
		p.t.Fatal(err)
	}
}

// gone waits until no process works on the folder.
func (p *program) gone() {
	p.t.Helper()
	eventually(p.t, "no process is left", func() bool { return len(processesOf(p.t, p.dir)) == 0 })
}

// eventually waits for something that happens in other processes.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// processesOf lists the processes whose command line names the folder: their command lines, whose
// words end with a zero byte.
func processesOf(t *testing.T, dir string) map[int]string {
	t.Helper()
	entries, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[int]string)
	for _, entry := range entries {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(entry)))
		if err != nil || pid == os.Getpid() {
			continue
		}
		line, err := os.ReadFile(entry)
		if err == nil && strings.Contains(string(line), dir) {
			found[pid] = string(line)
		}
	}
	return found
}

func TestWhateverEndsTheProgramNoProcessStaysBehind(t *testing.T) {
	t.Parallel()
	for _, end := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		t.Run(end.String(), func(t *testing.T) {
			p := openProgram(t, newFolder(t))
			if before := processesOf(t, p.dir); len(before) < 2 {
				t.Fatalf("only %v work on the folder while the market is open", before)
			}
			if err := p.end(end); end == syscall.SIGINT && err != nil {
				t.Fatalf("Ctrl-C: %v\n%s", err, p.out)
			}
			p.gone()
		})
	}
}

func TestAKilledMarketOpensAgainAtOnceOnItsFolder(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	_ = openProgram(t, dir).end(syscall.SIGKILL)
	p := openProgram(t, dir)
	if status, body := p.get("/fr"); status != http.StatusOK {
		t.Errorf("%d: %s", status, body)
	}
	if err := p.end(syscall.SIGINT); err != nil {
		t.Errorf("Ctrl-C: %v\n%s", err, p.out)
	}
	p.gone()
}

// While the database is away the market says so, and is alive but not ready; it comes back by itself.
func TestAMarketWhoseDatabaseIsKilledComesBackByItself(t *testing.T) {
	t.Parallel()
	p := openProgram(t, newFolder(t))
	// The keeper hangs, so that nobody starts the database again at once.
	p.send(p.keeper(), syscall.SIGSTOP)
	p.send(p.postmaster(), syscall.SIGKILL)
	eventually(t, "a page says so", func() bool { // what serves a connection lives on for a moment
		status, body := p.get("/fr")
		return status == http.StatusServiceUnavailable && strings.Contains(body, "<html")
	})
	eventually(t, "it is not ready", func() bool {
		status, body := p.get("/readyz")
		return status == http.StatusServiceUnavailable && strings.Contains(body, `"database":"failing"`)
	})
	if status, body := p.get("/healthz"); status != http.StatusOK {
		t.Errorf("health answers %d: %s", status, body)
	}
	ready := func() bool { status, _ := p.get("/readyz"); return status == http.StatusOK }
	eventually(t, "it is ready again", ready)
	if status, body := p.get("/fr"); status != http.StatusOK {
		t.Errorf("afterwards a page answers %d: %s", status, body)
	}
	for name, pid := range map[string]func() int{"PostgreSQL": p.postmaster, "its keeper": p.keeper} {
		before := pid()
		p.send(before, syscall.SIGKILL)
		eventually(t, name+" is started again", func() bool { now := pid(); return now != 0 && now != before && ready() })
	}
	if err := p.end(syscall.SIGINT); err != nil {
		t.Errorf("Ctrl-C: %v\n%s", err, p.out)
	}
	p.gone()
}

// While its search server hangs, the market shows what the database has; then another server answers.
func TestAMarketWhoseSearchHangsShowsGoodsAllTheSame(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("meilisearch"); err != nil {
		t.Skip("SKIPPED: there is no meilisearch binary on the PATH to start.")
	}
	p := openProgram(t, newFolder(t))
	before := p.meilisearch()
	p.send(before, syscall.SIGSTOP)
	if status, body := p.get("/fr/products?q=miel"); status != http.StatusOK || !strings.Contains(body, "/fr/products/") {
		t.Errorf("a search answers %d: %s", status, body)
	}
	if status, body := p.get("/readyz"); status != http.StatusOK {
		t.Errorf("readiness answers %d: %s", status, body)
	}
	eventually(t, "another search server answers", func() bool {
		_, body := p.get("/readyz")
		now := p.meilisearch()
		return now != 0 && now != before && strings.Contains(body, `"search":"ok"`)
	})
	if err := p.end(syscall.SIGINT); err != nil {
		t.Errorf("Ctrl-C: %v\n%s", err, p.out)
	}
	p.gone()
}

func TestAMarketWhoseDatabaseCannotComeBackEndsAndSaysWhy(t *testing.T) {
	t.Parallel()
	p := openProgram(t, newFolder(t))
	if err := os.Remove(filepath.Join(p.dir, "postgres", "server", "cluster", "global", "pg_control")); err != nil {
		t.Fatal(err)
	}
	p.send(p.postmaster(), syscall.SIGKILL)
	err := p.wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(p.out.String(), "PostgreSQL does not stay up") {
		t.Errorf("it ends with %v:\n%s", err, p.out)
	}
	p.gone()
}

// The grace is kept whatever hangs: the database, and clients that hold connections and send nothing.
func TestAMarketEndsWithinItsGraceWhateverHangs(t *testing.T) {
	t.Parallel()
	p := openProgram(t, newFolder(t), "SHUTDOWN_TIMEOUT=4s")
	for range 10 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /fr HTTP/1.1\r\nHost: souk"); err != nil {
			t.Fatal(err)
		}
	}
	for pid := range processesOf(t, p.dir) {
		if pid != p.command.Process.Pid {
			p.send(pid, syscall.SIGSTOP)
		}
	}
	p.send(p.postmaster(), syscall.SIGSTOP)
	begun := time.Now()
	_ = p.end(syscall.SIGINT) // it may say that not everything ended in time
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
	p.gone()
}

// Two instances without a search server in common share a database, and nothing else.
func TestTwoInstancesOnOneDatabaseEachFillAnIndexOfTheirOwn(t *testing.T) {
	t.Parallel()
	first := openProgram(t, newFolder(t))
	address, err := os.ReadFile(filepath.Join(first.dir, "postgres", "url"))
	if err != nil {
		t.Fatal(err)
	}
	second := openProgram(t, newFolder(t), "DATABASE_URL="+strings.TrimSpace(string(address)))
	found := func(p *program) string {
		status, body := p.get("/api/v1/products?in_stock=true&per_page=1")
		_, total, _ := strings.Cut(body, `"total":`)
		total, _, _ = strings.Cut(total, ",")
		return fmt.Sprint(status, " ", total)
	}
	if one, two := found(first), found(second); one != two || one == "200 0" {
		t.Errorf("the first finds %q, the second %q", one, two)
	}
	// What changes reaches both.
	db, closeDB, err := place{dataDir: first.dir}.openDatabase(t.Context(), 1, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closeDB() }()
	before := found(first)
	if _, err := db.Exec(`update products set state = 'archived' where family = (select family from products where state = 'published' and stock > 0 order by id limit 1)`); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both have learnt of it", func() bool {
		one, two := found(first), found(second)
		return one == two && one != before
	})
	for _, p := range []*program{second, first} {
		if err := p.end(syscall.SIGINT); err != nil {
			t.Errorf("Ctrl-C: %v\n%s", err, p.out)
		}
	}
}
