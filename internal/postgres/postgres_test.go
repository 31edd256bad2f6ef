package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"

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
	wanted := errors.New("no")
	runs := 0
	err := postgres.InTx(ctx, db, func(tx *sqlx.Tx) error {
		runs++
		tx.MustExec(`insert into mailbox (id, recipient, subject, body, at) values (gen_random_uuid(), 'a', 'b', 'c', now())`)
		return wanted
	})
	if !errors.Is(err, wanted) || runs != 1 {
		t.Fatalf("%v after %d runs", err, runs)
	}
	var kept int
	if err := db.Get(&kept, `select count(*) from mailbox`); err != nil || kept != 0 {
		t.Fatalf("%d rows stayed (%v)", kept, err)
	}
}

func TestAViolationIsKnownByItsConstraintEvenAtCommit(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx := context.Background()
	_, err := db.Exec(`update settings set commission_basis_points = 10001`)
	if !postgres.Violates(err, "settings_commission_is_a_share") {
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
	for name, err := range map[string]error{"slow": slow, "ended": ended, "nowhere": nowhere} {
		if !postgres.Unavailable(err) {
			t.Errorf("%s: %v may not work later", name, err)
		}
	}
	_, wrong := db.ExecContext(ctx, `select nothing from nowhere`)
	for _, err := range []error{wrong, errors.New("dial"), nil} {
		if postgres.Unavailable(err) {
			t.Errorf("%v may work later", err)
		}
	}
}
