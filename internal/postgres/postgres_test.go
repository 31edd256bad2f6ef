package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestATransactionThatLosesADeadlockIsRunAgain(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	db.MustExec(`create table accounts (id int primary key, balance int not null)`)
	db.MustExec(`insert into accounts values (1, 0), (2, 0)`)

	// Two transactions take the same two rows in opposite order, each waiting until the other has
	// its first: PostgreSQL must end one of them.
	var bothHaveOne sync.WaitGroup
	bothHaveOne.Add(2)
	runs := make([]int, 2)
	errs := make([]error, 2)
	var done sync.WaitGroup
	for i, order := range [][2]int{{1, 2}, {2, 1}} {
		done.Go(func() {
			errs[i] = postgres.InTx(ctx, db, func(tx *sqlx.Tx) error {
				runs[i]++
				if _, err := tx.ExecContext(ctx, `update accounts set balance = balance + 1 where id = $1`, order[0]); err != nil {
					return err
				}
				if runs[i] == 1 {
					bothHaveOne.Done()
					bothHaveOne.Wait()
				}
				_, err := tx.ExecContext(ctx, `update accounts set balance = balance + 1 where id = $1`, order[1])
				return err
			})
		})
	}
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if runs[0]+runs[1] < 3 {
		t.Fatalf("no transaction was run again: %v", runs)
	}
	var sum int
	if err := db.Get(&sum, `select sum(balance) from accounts`); err != nil || sum != 4 {
		t.Fatalf("the rows were raised %d times, want 4 (%v)", sum, err)
	}
}

func TestAnErrorUndoesTheTransactionAndIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	db.MustExec(`create table jars (id int primary key)`)
	wanted := errors.New("no")
	runs := 0
	err := postgres.InTx(ctx, db, func(tx *sqlx.Tx) error {
		runs++
		tx.MustExec(`insert into jars values (1)`)
		return wanted
	})
	if !errors.Is(err, wanted) || runs != 1 {
		t.Fatalf("%v after %d runs", err, runs)
	}
	var kept int
	if err := db.Get(&kept, `select count(*) from jars`); err != nil || kept != 0 {
		t.Fatalf("%d rows stayed (%v)", kept, err)
	}
}

func TestAViolationIsKnownByItsConstraintEvenAtCommit(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	_, err := db.Exec(`update settings set decided = '[]'`)
	if !postgres.Violates(err, "settings_decided_is_an_object") {
		t.Fatalf("%v", err)
	}
	db.MustExec(`create table late (id int constraint late_key unique deferrable initially deferred)`)
	err = postgres.InTx(ctx, db, func(tx *sqlx.Tx) error {
		_, err := tx.Exec(`insert into late values (1), (1)`)
		return err
	})
	if !postgres.Violates(err, "late_key") {
		t.Fatalf("%v", err)
	}
	if postgres.Violates(errors.New("late_key"), "late_key") {
		t.Fatal("any error passes for a violation")
	}
}

func TestMigratingAgainAndTogetherChangesNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	before := tables(t, db)
	errs := make([]error, 4)
	var done sync.WaitGroup
	for i := range errs {
		done.Go(func() { errs[i] = postgres.Migrate(ctx, db) })
	}
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if after := tables(t, db); after != before {
		t.Fatalf("tables before: %s\nafter: %s", before, after)
	}
}

func TestASchemaIsKnownToBeBehindOrCurrent(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	if err := postgres.Current(ctx, db); err != nil {
		t.Fatalf("after migrating: %v", err)
	}
	db.MustExec(`delete from goose_db_version where version_id = (select max(version_id) from goose_db_version)`)
	if err := postgres.Current(ctx, db); !errors.Is(err, postgres.ErrBehind) {
		t.Fatalf("with a migration missing: %v", err)
	}
}

func tables(t *testing.T, db *sqlx.DB) string {
	t.Helper()
	var names pq.StringArray
	if err := db.Get(&names, `select array_agg(table_name::text order by table_name) from information_schema.tables where table_schema = 'public'`); err != nil {
		t.Fatal(err)
	}
	text, err := names.Value()
	if err != nil {
		t.Fatal(err)
	}
	return text.(string)
}

// A statement of which the plan fears that it is much would be compiled for a second, and then read a few rows.
func TestStatementsAreNotCompiled(t *testing.T) {
	t.Parallel()
	var jit string
	if err := pgtest.New(t).Get(&jit, `show jit`); err != nil || jit != "off" {
		t.Errorf("jit is %q, %v", jit, err)
	}
}

func TestWhatMayWorkLaterIsToldFromWhatIsWrong(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	_, slow := db.ExecContext(ctx, `set statement_timeout = 20; select pg_sleep(5)`)
	conn, err := db.Connx(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, ended := conn.ExecContext(ctx, `select pg_terminate_backend(pg_backend_pid())`)
	_ = conn.Close()
	_, nowhere := postgres.Open(ctx, "postgres://souk@127.0.0.1:1/souk?sslmode=disable", 1)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	_, mute := postgres.Open(ctx, fmt.Sprintf("postgres://souk@%s/souk?sslmode=disable", silent.Addr()), 1)
	full := fmt.Errorf("write: %w", &pq.Error{Code: "53100"})
	file := &fs.PathError{Op: "write", Path: "picture", Err: syscall.ENOSPC}
	standby := fmt.Errorf("write: %w", &pq.Error{Code: "25006"})
	for name, err := range map[string]error{
		"slow": slow, "ended": ended, "nowhere": nowhere, "mute": mute, "full": full, "no room for a file": file, "standby": standby,
	} {
		if !postgres.Unavailable(err) {
			t.Errorf("%s: %v may not work later", name, err)
		}
	}
	if !postgres.DiskFull(full) || !postgres.DiskFull(file) || postgres.DiskFull(slow) || postgres.DiskFull(nil) {
		t.Error("a full disk is not told from other things")
	}
	_, wrong := db.ExecContext(ctx, `select nothing from nowhere`)
	for _, err := range []error{wrong, errors.New("dial"), nil} {
		if postgres.Unavailable(err) {
			t.Errorf("%v may work later", err)
		}
	}
}

// A server that hangs keeps its connections and says nothing more: here one behind a line that is cut.
func TestAnAnswerThatDoesNotComeIsNotWaitedForWithoutEnd(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	line, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	var cut atomic.Bool
	server := u.Host
	go func() {
		for {
			near, err := line.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", server)
			if err != nil {
				_ = near.Close()
				return
			}
			go func() { _, _ = io.Copy(far, near) }()
			go func() {
				for buffer := make([]byte, 4<<10); ; {
					n, err := far.Read(buffer)
					if err != nil {
						_ = near.Close()
						return
					}
					if !cut.Load() {
						_, _ = near.Write(buffer[:n])
					}
				}
			}()
		}
	}()
	u.Host = line.Addr().String()
	q := u.Query()
	q.Set("statement_timeout", "100")
	u.RawQuery = q.Encode()
	db, err := postgres.Open(t.Context(), u.String(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := postgres.Writable(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	cut.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	answered := make(chan error, 1)
	go func() {
		_, err := db.ExecContext(ctx, `select 1`)
		answered <- err
	}()
	select {
	case err := <-answered:
		if err == nil {
			t.Error("it answered")
		}
	case <-time.After(time.Minute):
		t.Error("it is waited for without end")
	}
}

func TestADatabaseThatOnlyReadsTakesNoOrders(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if err := postgres.Writable(t.Context(), db); err != nil {
		t.Error(err)
	}
	db.MustExec(`alter database ` + name(t, db) + ` set default_transaction_read_only = on`)
	db.SetMaxIdleConns(0) // the setting is for new connections
	if err := postgres.Writable(t.Context(), db); err == nil {
		t.Error("it passes for one that takes changes")
	}
}

func name(t *testing.T, db *sqlx.DB) (name string) {
	t.Helper()
	if err := db.Get(&name, `select current_database()`); err != nil {
		t.Fatal(err)
	}
	return name
}
