package child

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrStarting is what a Probe says of a process that is at work and will answer later, such as a
// database that reads its log after a crash: it has all the time that it needs.
var ErrStarting = errors.New("it is still starting")

// Spec says what is kept running and how. Name, Command, Probe and Log have to be set.
type Spec struct {
	Name string // in the log and in errors
	// Command makes the command for one start. What it writes to output is kept for a while and told
	// when the process ends by itself.
	Command func(output io.Writer) (*exec.Cmd, error)
	// Probe asks the process whether it is well, and is nil if it is. It is asked until it is after a
	// start, and then again and again for as long as the process runs.
	Probe func(ctx context.Context) error
	// End asks the process to end. Without it it is interrupted.
	End func()
	// Failed learns of each start that came to nothing: how many in a row, and what the process wrote.
	Failed func(inARow int, output string)
	Log    *slog.Logger

	// StartWait is how long a process may say nothing, not even ErrStarting, until it answers: 30 s
	// unless set.
	StartWait time.Duration
	// Grace is how long a process has for ending when it is asked to, before it is killed, if whoever
	// stops it has as much time: 10 s unless set.
	Grace time.Duration
	// FirstTries is how often Start tries: once unless set.
	FirstTries int
	// Tries is after how many starts in a row that did not last the child is given up: never unless set.
	Tries int

	// Pace is how closely the child is looked after: Usual unless set.
	Pace Pace
}

// Pace is how closely a child is looked after.
type Pace struct {
	// A process that three times in a row, ProbeEvery apart, has not answered within ProbeWait hangs, and
	// is killed.
	ProbeEvery, ProbeWait time.Duration
	// The pause before a new start doubles each time. A process that was up for as long as Stable begins
	// the pauses, and the count of starts, anew.
	FirstPause, LongestPause, Stable time.Duration
}

// Usual is a pace at which a machine that is very busy for some seconds costs no process its life.
func Usual() Pace {
	return Pace{
		ProbeEvery: 2 * time.Second, ProbeWait: 5 * time.Second,
		FirstPause: 250 * time.Millisecond, LongestPause: 30 * time.Second, Stable: 5 * time.Second,
	}
}

const (
	missesToKill = 3
	startPoll    = 20 * time.Millisecond // between two questions whether a process is ready
	killWait     = 3 * time.Second       // a killed process is gone by then, unless the kernel cannot end it
	maxLines     = 40                    // kept of what a process wrote
)

// Child is a program that is kept running.
type Child struct {
	spec   Spec
	output tail

	meant  context.Context // ends when the child is meant to end
	cancel context.CancelFunc
	kill   chan struct{} // closed when it has no more time for that
	ended  chan struct{} // closed when it has ended and is not started again
	lost   chan error    // gets the reason when it is given up

	once sync.Once
	err  error // of Stop
}

// Start starts the child and returns when it answers. A cancelled ctx ends a start; it does nothing to
// a child that has started.
func Start(ctx context.Context, spec Spec) (*Child, error) {
	if spec.StartWait == 0 {
		spec.StartWait = 30 * time.Second
	}
	if spec.Grace == 0 {
		spec.Grace = 10 * time.Second
	}
	if spec.FirstTries == 0 {
		spec.FirstTries = 1
	}
	if spec.Pace == (Pace{}) {
		spec.Pace = Usual()
	}
	c := &Child{spec: spec, kill: make(chan struct{}), ended: make(chan struct{}), lost: make(chan error, 1)}
	c.meant, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	ready := make(chan struct{})
	go c.keep(sync.OnceFunc(func() { close(ready) }))
	select {
	case <-ready:
		return c, nil
	case err := <-c.lost:
		return nil, err
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), c.Stop(context.WithoutCancel(ctx)), c.saying(nil))
	}
}

// Lost gets the reason when the child is given up; it is not started again then.
func (c *Child) Lost() <-chan error { return c.lost }

// Stop ends the child and returns when it has gone: one that has not ended by itself within its grace, or
// when ctx ends, is killed. Later calls return what the first one did.
func (c *Child) Stop(ctx context.Context) error {
	c.once.Do(func() {
		c.cancel()
		select {
		case <-c.ended:
			return
		case <-time.After(c.spec.Grace):
		case <-ctx.Done():
		}
		close(c.kill)
		select {
		case <-c.ended:
		case <-time.After(2 * killWait):
			c.err = fmt.Errorf("%s does not end, not even killed", c.spec.Name)
		}
	})
	return c.err
}

// keep starts the process again and again. It tells when it is ready for the first time.
func (c *Child) keep(ready func()) {
	// The kernel ends a child when the thread that started it ends: see EndWithParent.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(c.ended)
	pace, pause, inARow, tries := c.spec.Pace, c.spec.Pace.FirstPause, 0, c.spec.FirstTries
	for {
		var up time.Time
		err := c.run(func() {
			up, tries = time.Now(), c.spec.Tries
			ready()
		})
		if c.meant.Err() != nil {
			return
		}
		if !up.IsZero() && time.Since(up) >= pace.Stable {
			pause, inARow = pace.FirstPause, 0
		}
		inARow++
		if c.spec.Failed != nil && up.IsZero() {
			c.spec.Failed(inARow, c.output.String())
		}
		if inARow == tries || unstartable(err) && up.IsZero() && tries == c.spec.FirstTries {
			c.lost <- fmt.Errorf("%s does not stay up: %w", c.spec.Name, c.saying(err))
			return
		}
		c.spec.Log.Error(c.spec.Name+" has ended by itself and is started again", "error", c.saying(err), "pause", pause)
		select {
		case <-c.meant.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, pace.LongestPause)
	}
}

// unstartable reports whether a program cannot be started at all, so that trying again is no use.
func unstartable(err error) bool {
	return errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission)
}

// saying adds to an error what the process wrote.
func (c *Child) saying(err error) error {
	text := c.output.String()
	switch {
	case text == "":
		return err
	case err == nil:
		return errors.New(text)
	}
	return fmt.Errorf("%w: %s", err, text)
}

// run runs the process once, until it ends or is meant to end, and tells when it is up.
func (c *Child) run(up func()) error {
	c.output.reset()
	command, err := c.spec.Command(&c.output)
	if err != nil {
		return err
	}
	// A grandchild that holds the output must not keep its end from being noticed.
	command.WaitDelay = killWait
	if err := command.Start(); err != nil {
		return err
	}
	// ctx ends with the process, or when it is meant to end.
	ctx, cancel := context.WithCancelCause(c.meant)
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := command.Wait()
		if err == nil {
			err = errors.New("it ended without an error")
		}
		cancel(err)
	}()
	err = c.watch(ctx, up)
	if c.meant.Err() != nil {
		c.end(command, done)
	}
	// If it has not ended yet, it hangs. Its own children go with it.
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	_ = command.Process.Kill() // it may have ended
	select {
	case <-done:
	case <-time.After(killWait + command.WaitDelay):
		err = errors.Join(err, errors.New("it does not end, not even killed"))
	}
	return err
}

// watch asks the process whether it is well until it hangs or ctx ends, and says what happened.
func (c *Child) watch(ctx context.Context, up func()) error {
	for quiet := time.Now(); ; {
		err := c.probe(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, ErrStarting):
			quiet = time.Now()
		case err != nil && time.Since(quiet) > c.spec.StartWait:
			return fmt.Errorf("it does not answer: %w", err)
		}
		if err == nil {
			break
		}
		sleep(ctx, startPoll)
	}
	up()
	for misses := 0; ; {
		if sleep(ctx, c.spec.Pace.ProbeEvery); ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := c.probe(ctx)
		if err == nil || errors.Is(err, ErrStarting) {
			misses = 0
			continue
		}
		if misses++; misses == missesToKill {
			return fmt.Errorf("it answers no more: %w", err)
		}
	}
}

// probe asks once. A question that does not end by itself is left alone.
func (c *Child) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.spec.Pace.ProbeWait)
	defer cancel()
	answer := make(chan error, 1)
	go func() { answer <- c.spec.Probe(ctx) }()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// end asks the process to end and waits until it has or is to be killed.
func (c *Child) end(command *exec.Cmd, done <-chan struct{}) {
	if c.spec.End != nil {
		c.spec.End()
	} else if err := command.Process.Signal(os.Interrupt); err != nil {
		return
	}
	select {
	case <-done:
	case <-c.kill:
		c.spec.Log.Error(c.spec.Name + " does not end when it is asked to, and is killed")
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// tail keeps the last lines that a process wrote.
type tail struct {
	mu    sync.Mutex
	lines []string
	rest  []byte // of a line that has not ended
}

// Write never fails.
func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rest = append(t.rest, text...)
	for {
		n, line, err := bufio.ScanLines(t.rest, len(t.rest) > bufio.MaxScanTokenSize)
		if n == 0 || err != nil {
			return len(text), nil
		}
		t.lines = append(t.lines, string(line))
		t.lines = t.lines[max(0, len(t.lines)-maxLines):]
		t.rest = t.rest[n:]
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(strings.Join(append(t.lines[:len(t.lines):len(t.lines)], string(t.rest)), "\n"))
}

func (t *tail) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines, t.rest = nil, nil
}
