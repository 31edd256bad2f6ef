package child_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/child"
)

// script is a child for tests: a shell script, which notes each start in a file.
type script struct {
	dir  string
	spec child.Spec
}

func newScript(t *testing.T, text string) *script {
	t.Helper()
	s := &script{dir: t.TempDir()}
	s.spec = child.Spec{
		Name: "the mill",
		Command: func(output io.Writer) (*exec.Cmd, error) {
			if err := os.Remove(filepath.Join(s.dir, "silent")); err != nil && !os.IsNotExist(err) {
				return nil, err
			}
			c := exec.Command("sh", "-c", "echo $$ >> starts\n"+text)
			c.Dir, c.Stdout, c.Stderr, c.SysProcAttr = s.dir, output, output, child.EndWithParent()
			return c, nil
		},
		Probe: func(context.Context) error {
			if _, err := os.Stat(filepath.Join(s.dir, "silent")); err == nil {
				return errors.New("silent")
			}
			if len(s.starts(t)) == 0 {
				return errors.New("not started")
			}
			return nil
		},
		Log: slog.New(slog.DiscardHandler), Grace: 300 * time.Millisecond,
		Pace: child.Pace{
			ProbeEvery: 20 * time.Millisecond, ProbeWait: time.Second,
			FirstPause: 10 * time.Millisecond, LongestPause: 20 * time.Millisecond, Stable: time.Hour,
		},
	}
	return s
}

// starts are the process ids of all starts.
func (s *script) starts(t *testing.T) []int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "starts"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var list []int
	for _, word := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, pid)
	}
	return list
}

func (s *script) mark(t *testing.T, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !happened(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func runs(pid int) bool { return syscall.Kill(pid, 0) == nil }

func begin(t *testing.T, s *script) *child.Child {
	t.Helper()
	c, err := child.Start(t.Context(), s.spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop(context.Background()) }) // a test that wants to know has asked
	return c
}

func TestAChildThatIsKilledIsStartedAgain(t *testing.T) {
	t.Parallel()
	s := newScript(t, "exec sleep 600")
	c := begin(t, s)
	if err := syscall.Kill(s.starts(t)[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is started again", func() bool { return len(s.starts(t)) == 2 })
	if err := errors.Join(c.Stop(context.Background()), c.Stop(context.Background())); err != nil {
		t.Error(err)
	}
	for _, pid := range s.starts(t) {
		if runs(pid) {
			t.Errorf("%d still runs", pid)
		}
	}
	if n := len(s.starts(t)); n != 2 {
		t.Errorf("%d starts, one of them after its end was wanted", n)
	}
}

func TestAChildThatHangsIsKilledAndStartedAgain(t *testing.T) {
	t.Parallel()
	s := newScript(t, "trap '' INT TERM; while :; do sleep 600; done")
	begin(t, s)
	first := s.starts(t)[0]
	s.mark(t, "silent")
	eventually(t, "another takes its place", func() bool { return len(s.starts(t)) == 2 })
	if runs(first) {
		t.Error("the one that hung still runs")
	}
}

func TestAChildThatDoesNotStayUpIsGivenUpWithWhatItSaid(t *testing.T) {
	t.Parallel()
	s := newScript(t, "if [ -e broken ]; then echo no grain; exit 3; fi; exec sleep 600")
	s.spec.Tries = 4
	var failures []string
	s.spec.Failed = func(inARow int, output string) { failures = append(failures, fmt.Sprint(inARow, output)) }
	s.spec.Probe = func(context.Context) error {
		if _, err := os.Stat(filepath.Join(s.dir, "broken")); err == nil {
			return errors.New("broken")
		}
		return nil
	}
	c := begin(t, s)
	s.mark(t, "broken")
	err := <-c.Lost()
	for _, word := range []string{"the mill", "no grain", "exit status 3"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
	if got := strings.Join(failures, ", "); got != "2no grain, 3no grain, 4no grain" {
		t.Errorf("told of %s", got) // the first had been up
	}
	if err := c.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestAFirstStartThatComesToNothingSaysWhy(t *testing.T) {
	t.Parallel()
	s := newScript(t, "echo no grain; exit 3")
	s.spec.FirstTries = 2
	s.spec.Probe = func(context.Context) error { return errors.New("nobody answers") }
	if _, err := child.Start(t.Context(), s.spec); err == nil || !strings.Contains(err.Error(), "no grain") || len(s.starts(t)) != 2 {
		t.Errorf("after %d starts: %v", len(s.starts(t)), err)
	}
	program := filepath.Join(s.dir, "nothing")
	s.spec.Command = func(io.Writer) (*exec.Cmd, error) { return exec.Command(program), nil }
	s.spec.FirstTries = 1_000_000
	if _, err := child.Start(t.Context(), s.spec); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a program that is not there: %v", err)
	}
}

func TestAChildThatIsStartingHasAllTheTimeItNeeds(t *testing.T) {
	t.Parallel()
	s := newScript(t, "exec sleep 600")
	s.spec.StartWait = 1 // nothing is quicker
	asked := 0
	s.spec.Probe = func(context.Context) error {
		if asked++; asked < 10 {
			return fmt.Errorf("reading: %w", child.ErrStarting)
		}
		return nil
	}
	begin(t, s)
	if n := len(s.starts(t)); n > 1 {
		t.Errorf("%d starts", n)
	}
	s = newScript(t, "exec sleep 600")
	s.spec.StartWait = 1
	s.spec.Probe = func(context.Context) error { return errors.New("nobody answers") }
	if _, err := child.Start(t.Context(), s.spec); err == nil || !strings.Contains(err.Error(), "nobody answers") {
		t.Errorf("one that says nothing: %v", err)
	}
}

func TestACancelledStartLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newScript(t, "trap '' INT TERM; while :; do sleep 600; done")
	ctx, cancel := context.WithCancel(t.Context())
	s.spec.Probe = func(context.Context) error {
		if len(s.starts(t)) > 0 {
			cancel()
		}
		return errors.New("nobody answers")
	}
	if _, err := child.Start(ctx, s.spec); !errors.Is(err, context.Canceled) {
		t.Errorf("start says %v", err)
	}
	if pid := s.starts(t)[0]; runs(pid) {
		t.Errorf("%d still runs", pid)
	}
}
