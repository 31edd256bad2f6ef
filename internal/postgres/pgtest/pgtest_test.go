package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/postgres/embedded"
)

// Variables that make this test binary a process that uses a server until it is killed.
const (
	makesDatabase = "PGTEST_TEST_MAKES_DATABASE" // set: like a test that calls URL
	usesFolder    = "PGTEST_TEST_USES_FOLDER"    // the folder of a shared server
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(makesDatabase) != "" && len(os.Args) == 1:
		say(func() (string, error) {
			s, err := openSession()
			if err != nil {
				return "", err
			}
			return s.create(context.Background())
		})
	case os.Getenv(usesFolder) != "" && len(os.Args) == 1:
		var users *os.File
		say(func() (string, error) {
			var serverURL string
			var err error
			serverURL, users, err = useShared(os.Getenv(usesFolder), 0)
			return serverURL, err
		})
		runtime.KeepAlive(users) // closed, it would let the server go
	default:
		Main(m)
	}
}

// say prints the outcome and waits to be killed.
func say(do func() (string, error)) {
	result, err := do()
	if err != nil {
		result = err.Error()
	}
	fmt.Println(result)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// startUser starts such a process and returns what it says.
func startUser(t *testing.T, variable, value string) (user *exec.Cmd, said string) {
	t.Helper()
	user = exec.Command(os.Args[0])
	user.Env = append(os.Environ(), variable+"="+value)
	if _, err := user.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := user.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := user.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = user.Process.Kill() })
	said, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return user, strings.TrimSpace(said)
}

func kill(t *testing.T, user *exec.Cmd) {
	t.Helper()
	if err := user.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = user.Wait() // killed
}

func TestEachTestHasTheSchemaToItself(t *testing.T) {
	t.Parallel()
	one, other := New(t), New(t)
	if _, err := one.Exec(`create table jars (honey text)`); err != nil {
		t.Fatal(err)
	}
	tables := `select tablename from pg_tables where tablename in ('jars', 'goose_db_version', 'river_job') order by tablename`
	var ofOne, ofOther []string
	if err := one.Select(&ofOne, tables); err != nil {
		t.Fatal(err)
	}
	if err := other.Select(&ofOther, tables); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(ofOne, []string{"goose_db_version", "jars", "river_job"}) {
		t.Errorf("the first database has %v", ofOne)
	}
	if !slices.Equal(ofOther, []string{"goose_db_version", "river_job"}) {
		t.Errorf("the second database has %v", ofOther)
	}
}

func TestDatabaseEndsWithItsTest(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("test", func(t *testing.T) {
		db := New(t)
		if err := db.Get(&name, `select current_database()`); err != nil {
			t.Fatal(err)
		}
	})
	if slices.Contains(databases(t), name) {
		t.Errorf("%s is still there", name)
	}
}

func TestDatabasesOfAKilledProcessAreDroppedByTheNext(t *testing.T) {
	t.Parallel()
	mine := New(t)
	user, itsName := startUser(t, makesDatabase, "1")
	if !slices.Contains(databases(t), itsName) {
		t.Fatalf("the process says %s, there are %v", itsName, databases(t))
	}
	openNext(t)
	if !slices.Contains(databases(t), itsName) {
		t.Error("the database of a living process was dropped")
	}
	kill(t, user)
	// The server needs a moment to see that the killed process's connections are gone.
	eventually(t, "the database is dropped", func() bool {
		openNext(t)
		return !slices.Contains(databases(t), itsName)
	})
	if err := mine.Ping(); err != nil {
		t.Errorf("this process's database went along: %v", err)
	}
}

// openNext does what the next test process does first.
func openNext(t *testing.T) {
	t.Helper()
	s, err := openOnce()
	if err != nil {
		t.Fatal(err)
	}
	next, err := newSession(t.Context(), s.server.String())
	if err != nil {
		t.Fatal(err)
	}
	if err := next.locks.Close(); err != nil {
		t.Fatal(err)
	}
	if err := next.admin.Close(); err != nil {
		t.Fatal(err)
	}
}

func databases(t *testing.T) (names []string) {
	t.Helper()
	s, err := openOnce()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.admin.Select(&names, `select datname from pg_database`); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestSharedServerStaysForAsLongAsItIsUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, firstURL := startUser(t, usesFolder, dir)
	_, users, err := useShared(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	second, secondURL := startUser(t, usesFolder, dir)
	if firstURL != secondURL {
		t.Errorf("two servers: %s, %s", firstURL, secondURL)
	}

	kill(t, first)
	kill(t, second)
	if serverURL, ok, err := embedded.Attach(dataFolder(dir)); serverURL != firstURL || !ok || err != nil {
		t.Errorf("the server went with a process that was killed: %q, %v, %v", serverURL, ok, err)
	}
	if err := users.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server ends with its last user", func() bool {
		_, err := os.Stat(dataFolder(dir))
		return os.IsNotExist(err)
	})

	last, _ := startUser(t, usesFolder, dir)
	if _, ok, err := embedded.Attach(dataFolder(dir)); !ok || err != nil {
		t.Errorf("no new server for a new user: %v, %v", ok, err)
	}
	kill(t, last)
	eventually(t, "the server ends although its last user was killed", func() bool {
		_, err := os.Stat(dataFolder(dir))
		return os.IsNotExist(err)
	})
}

// Whoever may use the shared server finds one that answers, or a folder to start the next in: never
// one that is ending. An unreachable file is closed when the garbage is collected, and its lock goes.
func TestNobodyComesInWhileTheSharedServerEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	users, err := lock(dir, "users", syscall.LOCK_SH)
	if err != nil {
		t.Fatal(err)
	}
	says, say := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := keep(dir, 0, say)
		ended <- errors.Join(err, say.CloseWithError(err))
	}()
	if _, err := bufio.NewReader(says).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case <-done:
				return
			default:
				runtime.GC()
			}
		}
	}()
	for gone := false; !gone; {
		if err := users.Close(); err != nil {
			t.Fatal(err)
		}
		if users, err = lock(dir, "users", syscall.LOCK_SH); err != nil {
			t.Fatal(err)
		}
		_, answers, err := embedded.Attach(dataFolder(dir))
		if err != nil {
			t.Fatalf("let in to a server that is ending: %v", err)
		}
		_, err = os.Stat(dataFolder(dir))
		if gone = os.IsNotExist(err); !gone && !answers {
			t.Fatal("let in while the server's folder is being deleted")
		}
	}
	if err := errors.Join(<-ended, users.Close()); err != nil {
		t.Error(err)
	}
}

// eventually waits for something that happens in other processes.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !happened(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
