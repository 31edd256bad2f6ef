package meili

import (
	"bufio"
	"context"
	"crypto/rand"
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
	"slices"
	"strings"
	"sync"
	"time"
)

// Process is a Meilisearch server that runs as a child of this program, for this program alone: on a
// port of 127.0.0.1, behind a key that nobody else knows. On Linux it ends with this program even if
// that is killed. If it ends by itself it is started again, at the same place.
type Process struct {
	url, key string
	log      *slog.Logger
	output   *tail
	answered chan struct{} // closed when the server has answered for the first time
	stopped  chan struct{} // closed when it is meant to end
	ended    chan struct{} // closed when it has ended and is not started again

	mu      sync.Mutex
	command *exec.Cmd // the last that was started
}

const (
	startWait  = 30 * time.Second
	stopWait   = 10 * time.Second
	startTries = 3
	maxLines   = 40 // of what the server wrote, to say why it ended
	// The pause before a server that has ended by itself is started again doubles each time, and begins
	// anew when it has run for longer than the longest.
	firstPause, longestPause = 250 * time.Millisecond, 30 * time.Second
	// indexingMemory is what the server may take for one batch of changes. It takes all of it for each,
	// and its own choice of two thirds of the machine makes a change of one product take half a second
	// and more instead of 60 ms.
	indexingMemory = "512MiB"
)

// Start runs the binary with its data in dataDir and returns when it answers. Data that another version
// of Meilisearch has left there is thrown away: an index can be filled again. The caller stops it.
func Start(ctx context.Context, binary, dataDir string, log *slog.Logger) (*Process, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, err
	}
	var err error
	for range startTries {
		var p *Process
		if p, err = launch(ctx, binary, dataDir, log); err == nil {
			return p, nil
		}
		if ctx.Err() != nil || errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
			break
		}
		if strings.Contains(err.Error(), "incompatible") {
			log.Warn("the search data were written by another version of Meilisearch and are thrown away", "folder", dataDir)
			if err := os.RemoveAll(database(dataDir)); err != nil {
				return nil, err
			}
		}
	}
	return nil, fmt.Errorf("starting %s: %w", binary, err)
}

// URL is where the server answers.
func (p *Process) URL() string { return p.url }

// Key is its master key.
func (p *Process) Key() string { return p.key }

// Stop ends the server and returns when it has ended.
func (p *Process) Stop() {
	p.signal(os.Interrupt)
	select {
	case <-p.ended:
	case <-time.After(stopWait):
		p.signal(os.Kill)
		<-p.ended
	}
}

// signal tells the server to end, and that it is not to be started again.
func (p *Process) signal(s os.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.isStopped() {
		close(p.stopped)
	}
	if p.command == nil || p.command.Process == nil {
		return
	}
	if err := p.command.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		_ = p.command.Process.Kill() // it cannot be asked
	}
}

func (p *Process) isStopped() bool { return isClosed(p.stopped) }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func database(dataDir string) string { return filepath.Join(dataDir, "data.ms") }

func launch(ctx context.Context, binary, dataDir string, log *slog.Logger) (*Process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	p := &Process{
		url: "http://" + address, key: rand.Text() + rand.Text(), log: log, output: &tail{},
		answered: make(chan struct{}), stopped: make(chan struct{}), ended: make(chan struct{}),
	}
	started := make(chan error, 1)
	go p.run(func() *exec.Cmd { return p.newCommand(binary, address, dataDir) }, started)
	if err := <-started; err != nil {
		return nil, err
	}
	if err := p.ready(ctx); err != nil {
		p.Stop()
		return nil, err
	}
	close(p.answered)
	return p, nil
}

func (p *Process) newCommand(binary, address, dataDir string) *exec.Cmd {
	c := exec.Command(binary,
		"--http-addr", address, "--env", "production", "--no-analytics", "--log-level", "WARN",
		"--max-indexing-memory", indexingMemory,
		"--db-path", database(dataDir), "--dump-dir", filepath.Join(dataDir, "dumps"), "--snapshot-dir", filepath.Join(dataDir, "snapshots"))
	c.Dir = dataDir
	// The key is not among the arguments, which everyone on the machine can read, and no variable that is
	// meant for another server gets through.
	c.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "MEILI_") }),
		"MEILI_MASTER_KEY="+p.key)
	c.SysProcAttr = endWithParent()
	return c
}

// run starts the server and waits for its end, again and again if it ends by itself after it has once
// answered. It reports how the first start went.
func (p *Process) run(newCommand func() *exec.Cmd, started chan<- error) {
	// The kernel ends the child when the thread that started it ends, so that thread waits for it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.ended)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		begun := time.Now()
		err := p.once(newCommand(), started)
		started = nil
		if p.isStopped() || !isClosed(p.answered) {
			return
		}
		if time.Since(begun) > longestPause {
			pause = firstPause
		}
		p.log.Error("meilisearch has ended by itself and is started again", "error", err, "pause", pause, "output", p.output.String())
		select {
		case <-p.stopped:
			return
		case <-time.After(pause):
		}
	}
}

// once runs the server until it ends.
func (p *Process) once(c *exec.Cmd, started chan<- error) error {
	read, write := io.Pipe()
	defer write.Close() // never fails
	c.Stdout, c.Stderr = write, write
	go func() {
		lines := bufio.NewScanner(read)
		for lines.Scan() {
			p.output.add(lines.Text())
			p.log.Debug("meilisearch", "line", lines.Text())
		}
		_, _ = io.Copy(io.Discard, read) // after a line that is too long
	}()
	err := p.start(c)
	if started != nil {
		started <- err
	}
	if err != nil {
		return err
	}
	return c.Wait()
}

// start starts c unless the server is meant to end.
func (p *Process) start(c *exec.Cmd) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isStopped() {
		return nil
	}
	p.command = c
	return c.Start()
}

// ready waits until the server answers, to its own key: on a port that was taken meanwhile, somebody
// else would.
func (p *Process) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/version", nil)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+p.key)
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-p.ended:
			return fmt.Errorf("it ended at once: %s", p.output)
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w: %s", ctx.Err(), p.output)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// freeAddress is a port of this machine that nobody listens on. Somebody else may take it before the
// server does; then Start tries another.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// tail keeps the last lines that the server wrote.
type tail struct {
	mu    sync.Mutex
	lines []string
}

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, line)
	if len(t.lines) > maxLines {
		t.lines = t.lines[1:]
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}
