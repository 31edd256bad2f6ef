package embedded

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/child"
)

// holderVariable makes this test binary a program that starts the server of the folder it names.
const holderVariable = "EMBEDDED_TEST_HOLDER"

func TestMain(m *testing.M) {
	if ChildMain() {
		return
	}
	if dir := os.Getenv(holderVariable); dir != "" {
		hold(dir)
		return
	}
	m.Run()
}

// hold starts a server, prints its URL and waits to be killed.
func hold(dir string) {
	if _, err := Start(context.Background(), Config{DataDir: dir}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("started")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// startHolder starts a server in another process.
func startHolder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), holderVariable+"="+dir)
	if _, err := program.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Process.Kill() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "started\n" {
		t.Fatalf("holder said %q, %v", line, err)
	}
	return program
}

func query(t *testing.T, serverURL, statement string) string {
	t.Helper()
	db, err := sql.Open("postgres", serverURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var answer string
	if err := db.QueryRow(statement).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return answer
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "server", "cluster", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := parsePostmaster(string(text))
	return pid
}

// keeperOf is the only process that has the folder as argument.
func keeperOf(t *testing.T, dir string) int {
	t.Helper()
	out, err := exec.Command("pgrep", "-f", childArgument+" "+dir).Output()
	if err != nil {
		t.Skipf("the child cannot be found without pgrep: %v", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func send(t *testing.T, pid int, signal syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatal(err)
	}
}

// eventually waits for something that happens in other processes.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// answers asks a server over a new connection.
func answers(serverURL string) bool { return ping(context.Background(), serverURL) == nil }

// hurried finds a process that hangs within two seconds.
func hurried() child.Pace {
	pace := child.Usual()
	pace.ProbeEvery, pace.ProbeWait = 200*time.Millisecond, 500*time.Millisecond
	return pace
}

func TestServerRunsAndKeepsItsData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "postgres")
	if _, ok, err := Attach(dir); ok || err != nil {
		t.Fatalf("attached to a folder that is not there: %v, %v", ok, err)
	}
	first, err := Start(t.Context(), Config{DataDir: dir, MaxConnections: 37, Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	query(t, first.URL(), "create table jars (honey text); insert into jars values ('thyme') returning honey")
	for setting, want := range map[string]string{
		"max_connections": "37", "fsync": "on", "listen_addresses": "127.0.0.1",
		"server_encoding": "UTF8", "lc_ctype": "C.UTF-8",
	} {
		if got := query(t, first.URL(), "show "+setting); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	if got, ok, err := Attach(dir); got != first.URL() || !ok || err != nil {
		t.Errorf("attached to %q, %v, %v; want %q", got, ok, err, first.URL())
	}
	if _, err := Start(t.Context(), Config{DataDir: dir}); !errors.Is(err, ErrInUse) ||
		!strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("a second start says %v, want ErrInUse with process %d", err, os.Getpid())
	}
	if err := errors.Join(first.Stop(context.Background()), first.Stop(context.Background())); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := Attach(dir); ok || err != nil {
		t.Errorf("attached to a stopped server: %v, %v", ok, err)
	}

	again := start(t, dir)
	if again.URL() != first.URL() {
		t.Errorf("the address changed from %s to %s", first.URL(), again.URL())
	}
	if got := query(t, again.URL(), "select honey from jars"); got != "thyme" {
		t.Errorf("kept %q", got)
	}
	if err := again.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	fresh, err := Start(t.Context(), Config{DataDir: dir, Fresh: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := query(t, fresh.URL(), "select count(*) from pg_tables where tablename = 'jars'"); got != "0" {
		t.Error("a fresh start kept old tables")
	}
	if err := fresh.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestKilledProgramLeavesNoServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := startHolder(t, dir)
	serverURL, ok, err := Attach(dir)
	if !ok || err != nil {
		t.Fatalf("attach beside another process: %v, %v", ok, err)
	}
	query(t, serverURL, "create table jars (honey text); insert into jars values ('thyme') returning honey")
	pid := postmaster(t, dir)
	if _, err := Start(t.Context(), Config{DataDir: dir}); !errors.Is(err, ErrInUse) ||
		!strings.Contains(err.Error(), strconv.Itoa(program.Process.Pid)) {
		t.Errorf("start beside another process says %v, want ErrInUse with process %d", err, program.Process.Pid)
	}
	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait() // killed
	// At once, while the child may still be stopping the server.
	s := start(t, dir)
	if alive(pid) {
		t.Error("the killed program's server still runs")
	}
	if got := query(t, s.URL(), "select honey from jars"); got != "thyme" {
		t.Errorf("kept %q", got)
	}
}

func TestServerWhoseChildWasKilledTooIsReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := startHolder(t, dir)
	orphan := postmaster(t, dir)
	child := keeperOf(t, dir)
	for _, pid := range []int{child, program.Process.Pid} {
		send(t, pid, syscall.SIGKILL)
	}
	_ = program.Wait() // killed
	query(t, start(t, dir).URL(), "select 1")
	if alive(orphan) {
		t.Error("the earlier server still runs")
	}
	if postmaster(t, dir) == orphan {
		t.Error("the folder still is the old server's")
	}
}

// Whatever is killed or hangs, the server comes back at its address, with what was committed, and no
// process of before is left.
func TestServerComesBackByItself(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells the processes of a folder")
	}
	for name, hurt := range map[string]func(t *testing.T, dir string){
		"the server is killed": func(t *testing.T, dir string) { send(t, postmaster(t, dir), syscall.SIGKILL) },
		"its keeper is killed": func(t *testing.T, dir string) { send(t, keeperOf(t, dir), syscall.SIGKILL) },
		"the server hangs":     func(t *testing.T, dir string) { send(t, postmaster(t, dir), syscall.SIGSTOP) },
		"both hang": func(t *testing.T, dir string) {
			send(t, keeperOf(t, dir), syscall.SIGSTOP)
			send(t, postmaster(t, dir), syscall.SIGSTOP)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s, err := Start(t.Context(), Config{DataDir: dir, Durable: true, pace: hurried()})
			if err != nil {
				t.Fatal(err)
			}
			query(t, s.URL(), "create table jars (honey text); insert into jars values ('thyme') returning honey")
			before := postmaster(t, dir)
			hurt(t, dir)
			eventually(t, "another server answers", func() bool { return answers(s.URL()) && postmaster(t, dir) != before })
			if got := query(t, s.URL(), "select honey from jars"); got != "thyme" {
				t.Errorf("kept %q", got)
			}
			if alive(before) {
				t.Error("the earlier server still runs")
			}
			if err := s.Stop(context.Background()); err != nil {
				t.Error(err)
			}
			cluster := filepath.Join(dir, "server", "cluster")
			for _, entry := range processes(t) {
				if livesIn(entry, cluster) {
					t.Errorf("process %d is left", entry)
				}
			}
		})
	}
}

// A keeper that hangs does not hear that its program was killed; whoever comes next ends it.
func TestFolderOfAKilledProgramWhoseKeeperHangsIsTaken(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells the keeper of a folder")
	}
	dir := t.TempDir()
	program := startHolder(t, dir)
	keeper := keeperOf(t, dir)
	send(t, keeper, syscall.SIGSTOP)
	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait() // killed
	query(t, start(t, dir).URL(), "select 1")
	if alive(keeper) {
		t.Error("the keeper of before still hangs")
	}
}

func TestServerThatCannotComeBackIsGivenUpWithTheReason(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pace := hurried()
	pace.LongestPause = pace.FirstPause
	s, err := Start(t.Context(), Config{DataDir: dir, pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "server", "cluster", "global", "pg_control")); err != nil {
		t.Fatal(err)
	}
	send(t, postmaster(t, dir), syscall.SIGKILL)
	select {
	case err := <-s.Lost():
		if !strings.Contains(err.Error(), "pg_control") {
			t.Errorf("it says %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it is not given up")
	}
	if err := s.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestServerThatHangsIsStoppedWithinItsGrace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Start(t.Context(), Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	before := postmaster(t, dir)
	send(t, before, syscall.SIGSTOP)
	// However slow the machine is, the grace is over long before anybody finds by asking that it hangs.
	begun := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_ = s.Stop(ctx) // it may say that the server was killed
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	eventually(t, "the server that hangs is gone", func() bool { return !alive(before) })
}

// processes lists the ids of all.
func processes(t *testing.T) []int {
	t.Helper()
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var list []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(filepath.Base(entry)); err == nil {
			list = append(list, pid)
		}
	}
	return list
}

func TestStalePostmasterFileDoesNotStopAStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := start(t, dir).Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	// After a reboot the process id may belong to anybody: here to another process of the same user.
	as, err := serverUser(dir, filepath.Join(dir, "server"))
	if err != nil {
		t.Fatal(err)
	}
	stranger := exec.Command("sleep", "600")
	stranger.SysProcAttr = as.credential()
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Process.Kill(); _ = stranger.Wait() }()
	cluster := filepath.Join(dir, "server", "cluster")
	stale := fmt.Sprintf("%d\n%s\n1700000000\n20001\n\n127.0.0.1\n", stranger.Process.Pid, cluster)
	if err := os.WriteFile(filepath.Join(cluster, "postmaster.pid"), []byte(stale), 0o644); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir)
	query(t, s.URL(), "select 1")
	if !alive(stranger.Process.Pid) {
		t.Error("the stranger was ended")
	}
}

func TestInterruptedFirstStartIsStartedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := filepath.Join(dir, "server")
	if err := os.MkdirAll(filepath.Join(server, "cluster"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"unfinished", "cluster/PG_VERSION"} {
		if err := os.WriteFile(filepath.Join(server, name), []byte("15\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	query(t, start(t, dir).URL(), "select 1")
}

func TestFolderWithSomethingElseIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	letter := filepath.Join(dir, "server", "cluster", "letter")
	if err := os.MkdirAll(filepath.Dir(letter), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(letter, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Config{DataDir: dir}); err == nil || !strings.Contains(err.Error(), "no PostgreSQL data") {
		t.Errorf("start says %v", err)
	}
	if !exists(letter) {
		t.Error("the letter is gone")
	}
}

func TestRootsClosedFolderHoldsAServer(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root's server runs as another user")
	}
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "a b'c", "postgres")
	query(t, start(t, dir).URL(), "select 1")
}

func TestCancelledStartLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for ctx.Err() == nil { // as soon as there is something to interrupt
			if exists(filepath.Join(dir, "server", "cluster", "PG_VERSION")) {
				cancel()
			}
		}
	}()
	if _, err := Start(ctx, Config{DataDir: dir}); !errors.Is(err, context.Canceled) {
		t.Fatalf("start says %v", err)
	}
	cancel()
	if _, ok, err := Attach(dir); ok || err != nil {
		t.Errorf("a server was left: %v, %v", ok, err)
	}
	query(t, start(t, dir).URL(), "select 1")
}
