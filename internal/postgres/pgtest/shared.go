package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/souk-taawon/souk/internal/postgres/embedded"
)

// The shared server belongs to no test process but to a keeper, which the first of them starts: its
// own executable again. Whoever uses the server holds a shared lock on the file «users», which the
// kernel takes back however a process ends; the keeper asks for the exclusive lock, and so learns
// that nobody is left.
//
// The server's data goes with it. A new cluster takes half a second, and so nothing is ever found
// there that an older schema, another PostgreSQL or a crash left.

const (
	keeperArgument = "pgtest-keeper"
	// idle is how long the server waits for the next user: go test has the next package compiled
	// by then.
	idle           = 5 * time.Second
	maxServerConns = 300
)

// sharedFolder is where this user's shared server is, made if missing.
func sharedFolder() (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("souk-pgtest-%d", os.Getuid()))
	if err := os.Mkdir(dir, 0o711); err != nil && !os.IsExist(err) {
		return "", err
	}
	info, err := os.Lstat(dir) // anybody may make files in the folder above
	if err != nil {
		return "", err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(stat.Uid) != os.Getuid() || info.Mode().Perm()&0o022 != 0 {
		return "", fmt.Errorf("%s was not made by these tests: delete it", dir)
	}
	return dir, nil
}

// useShared returns the URL of the shared server, started if need be. The server stays at least
// until users is closed.
func useShared(dir string, idle time.Duration) (serverURL string, users *os.File, err error) {
	users, err = lock(dir, "users", syscall.LOCK_SH) // waits for a server that is just stopping
	if err != nil {
		return "", nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, users.Close())
		}
	}()
	starting, err := lock(dir, "starting", syscall.LOCK_EX)
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, starting.Close()) }()
	serverURL, ok, err := embedded.Attach(dataFolder(dir))
	if err != nil {
		return "", nil, err
	}
	if ok {
		return serverURL, users, nil
	}
	if err := startKeeper(dir, idle); err != nil {
		return "", nil, err
	}
	serverURL, ok, err = embedded.Attach(dataFolder(dir))
	if err == nil && !ok {
		err = errors.New("the shared PostgreSQL has gone again")
	}
	return serverURL, users, err
}

func dataFolder(dir string) string { return filepath.Join(dir, "postgres") }

func startKeeper(dir string, idle time.Duration) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	// Neither this process's output, which go test waits for, nor its terminal's signals.
	keeper := exec.Command(exe, keeperArgument, dir, idle.String())
	keeper.Dir = "/"
	keeper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := keeper.StdoutPipe()
	if err != nil {
		return err
	}
	if err := keeper.Start(); err != nil {
		return err
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err == nil && line == "ready\n" {
		return errors.Join(out.Close(), keeper.Process.Release())
	}
	rest, _ := io.ReadAll(lines) // as much of an explanation as there is
	return errors.Join(fmt.Errorf("start the shared PostgreSQL: %s%s", line, rest), keeper.Wait())
}

// keeperMain does the keeper's work if this process was started to be one.
func keeperMain() (handled bool) {
	if len(os.Args) != 4 || os.Args[1] != keeperArgument {
		return false
	}
	signal.Ignore(syscall.SIGPIPE) // whoever started it may have gone
	idle, err := time.ParseDuration(os.Args[3])
	if err == nil {
		err = keep(os.Args[2], idle, os.Stdout)
	}
	if err != nil {
		fmt.Println(err)
	}
	return true
}

// keep runs the server until nobody has used it for a while, and tells when it is ready.
func keep(dir string, idle time.Duration, tell io.Writer) error {
	data := dataFolder(dir)
	server, err := embedded.Start(context.Background(), embedded.Config{
		DataDir: data, Fresh: true, MaxConnections: maxServerConns, CreateDatabases: true,
	})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(tell, "ready") // whoever started it may have gone
	users, err := waitUnused(dir, idle)
	err = errors.Join(err, server.Stop(context.Background()), os.RemoveAll(data))
	// Not before: the kernel gives the lock back as soon as the file is closed, which also happens
	// to one that nothing refers to any more.
	if users != nil {
		err = errors.Join(err, users.Close())
	}
	return err
}

// waitUnused returns when nobody has used the server for a while. From then on new users wait,
// until the file is closed; it is nil if there is an error.
func waitUnused(dir string, idle time.Duration) (users *os.File, err error) {
	for {
		users, err := lock(dir, "users", syscall.LOCK_EX)
		if err != nil {
			return nil, err
		}
		err = flock(users, syscall.LOCK_UN)
		if err == nil {
			time.Sleep(idle)
			err = flock(users, syscall.LOCK_EX|syscall.LOCK_NB)
		}
		if err == nil {
			return users, nil
		}
		if closeErr := users.Close(); closeErr != nil || !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(err, closeErr)
		}
	}
}

// lock opens a file of the folder and locks it; closing it unlocks it.
func lock(dir, name string, how int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(f, how); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
