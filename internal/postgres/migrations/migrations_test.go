// Package migrations_test brings databases of every earlier version up to date, with rows in each of their tables,
// and sees that nothing is lost, that the schema is the one of a new database and that the audit finds nothing.
//
// A migration that makes a table brings along testdata/rows/NNNNN.sql, its own number: rows as the program of that
// version writes them, inserted right after it. Rows of columns that it adds go there too. What a migration takes
// away or changes on purpose stands in moved (contents_test.go), with what became of it.
//
// testdata/markets holds whole sample markets as landed versions made them; «go test ./internal/postgres/migrations
// -keep» writes that of the present version.
package migrations_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestEachMigrationKeepsWhatItFinds(t *testing.T) {
	t.Parallel()
	d := newDatabase(t)
	made := make(map[string]int64) // by table and column, the version that it came with
	from := int64(0)
	for _, version := range d.versions() {
		before := d.contents()
		d.migrate(version)
		d.wantKept(before, from)
		for _, name := range d.columns() {
			if _, known := made[name]; !known {
				made[name] = version
			}
		}
		d.addRows(version)
		from = version
	}
	for _, name := range d.columns() {
		if !d.holds(name) {
			t.Errorf("%s came with version %05[2]d and no row has a value of it: write one into testdata/rows/%05[2]d.sql, as the program of that version does",
				name, made[name])
		}
	}
	d.wantUpToDate()
}

// landed are the versions that people had the program of.
var landed = []int64{8, 14, 92, 250}

func TestLandedVersionsComeUpToDate(t *testing.T) {
	t.Parallel()
	for _, version := range landed {
		t.Run(fmt.Sprintf("%05d", version), func(t *testing.T) {
			t.Parallel()
			d := newDatabase(t)
			for _, v := range d.versions() {
				if v <= version {
					d.migrate(v)
					d.addRows(v)
				}
			}
			before := d.contents()
			d.wantUpToDate()
			d.wantKept(before, version)
		})
	}
}

// database is one on its way up.
type database struct {
	t     *testing.T
	db    *sqlx.DB
	goose *goose.Provider
}

// newDatabase has the tables of the jobs and no others: a market that is brought up to date has them already.
func newDatabase(t *testing.T) *database {
	t.Helper()
	db := pgtest.Empty(t)
	river, err := rivermigrate.New(riverdatabasesql.New(db.DB), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := river.Migrate(t.Context(), rivermigrate.DirectionUp, nil); err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db.DB, postgres.Migrations())
	if err != nil {
		t.Fatal(err)
	}
	return &database{t: t, db: db, goose: provider}
}

func (d *database) versions() (all []int64) {
	for _, source := range d.goose.ListSources() {
		all = append(all, source.Version)
	}
	return all
}

// migrate applies the migrations up to that one.
func (d *database) migrate(version int64) {
	d.t.Helper()
	if _, err := d.goose.UpTo(d.t.Context(), version); err != nil {
		d.t.Fatalf("over the rows of the versions before: %v", err)
	}
}

// addRows adds those that the program of that version writes, if it writes any that no earlier one does.
func (d *database) addRows(version int64) {
	d.t.Helper()
	name := fmt.Sprintf("testdata/rows/%05d.sql", version)
	rows, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		err = postgres.InTx(d.t.Context(), d.db, func(tx *sqlx.Tx) error {
			_, err := tx.Exec(string(rows))
			return err
		})
	}
	if err != nil {
		d.t.Fatalf("%s: %v", name, err)
	}
}

// wantUpToDate brings it up to date the way a program does at its start, and wants it to be like a new one, and
// sound.
func (d *database) wantUpToDate() {
	d.t.Helper()
	if err := postgres.Migrate(d.t.Context(), d.db); err != nil {
		d.t.Fatal(err)
	}
	got, want := readSchema(d.t, d.db), readSchema(d.t, pgtest.New(d.t))
	for _, line := range got {
		if !slices.Contains(want, line) {
			d.t.Errorf("a new database does not have: %s", line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			d.t.Errorf("unlike a new database it lacks: %s", line)
		}
	}
	var unheld []string
	if err := d.db.Select(&unheld, `select format('%s of %s', conname, conrelid::regclass) from pg_constraint where not convalidated`); err != nil {
		d.t.Fatal(err)
	}
	if len(unheld) > 0 {
		d.t.Errorf("constraints that the rows from before need not meet: %v", unheld)
	}
	checks, err := market.Audit(d.t.Context(), d.db)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, check := range checks {
		if !check.OK() {
			d.t.Errorf("audit: %s: %q", check.Name, check.Problems)
		}
	}
	d.wantMadeAsNow()
	d.wantJobsWorked()
}

// wantMadeAsNow wants each generated value to be what a row that is written now has: a migration that replaces a
// function makes anew what was made by it, or changes nothing of what comes out.
func (d *database) wantMadeAsNow() {
	d.t.Helper()
	var made []struct{ Table, Column, Expression string }
	if err := d.db.Select(&made, `
		select table_name as "table", column_name as "column", generation_expression as expression
		from information_schema.columns where table_schema = 'public' and is_generated = 'ALWAYS'`); err != nil {
		d.t.Fatal(err)
	}
	for _, m := range made {
		var others int
		if err := d.db.Get(&others, fmt.Sprintf(`select count(*) from %q where %q is distinct from (%s)`, m.Table, m.Column, m.Expression)); err != nil {
			d.t.Fatal(err)
		}
		if others > 0 {
			d.t.Errorf("%s.%s of %d rows is not what it would be of new ones", m.Table, m.Column, others)
		}
	}
}

// wantJobsWorked wants each job that waits to be of a kind that somebody still works: one inserts no others.
func (d *database) wantJobsWorked() {
	d.t.Helper()
	m, err := market.New(market.Parts{DB: d.db, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		d.t.Fatal(err)
	}
	var kinds []string
	if err := d.db.Select(&kinds, `select distinct kind from river_job order by kind`); err != nil {
		d.t.Fatal(err)
	}
	for _, kind := range kinds {
		err := postgres.InTx(d.t.Context(), d.db, func(tx *sqlx.Tx) error {
			return m.Jobs.InsertTx(d.t.Context(), tx, waiting{kind}, nil)
		})
		if err != nil {
			d.t.Errorf("a job that waits since before: %v", err)
		}
	}
}

// waiting is a job of which only the kind is known.
type waiting struct{ kind string }

func (w waiting) Kind() string { return w.kind }

// columns names the market's tables and their columns, as «table.column».
func (d *database) columns() (names []string) {
	d.t.Helper()
	if err := d.db.Select(&names, `
		select format('%s.%s', c.table_name, c.column_name)
		from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
		where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.table_name <> 'goose_db_version' and c.table_name !~ '^river_'
		order by 1`); err != nil {
		d.t.Fatal(err)
	}
	return names
}

// holds reports whether a row has a value in that column.
func (d *database) holds(name string) bool {
	d.t.Helper()
	table, column := split(name)
	var one int
	err := d.db.Get(&one, fmt.Sprintf(`select 1 from %q where %q is not null limit 1`, table, column))
	if errors.Is(err, sql.ErrNoRows) {
		return false
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return true
}

// readSchema is what PostgreSQL tells of columns, constraints, indexes, triggers, functions and views.
func readSchema(t *testing.T, db *sqlx.DB) (s []string) {
	t.Helper()
	err := db.Select(&s, `
		select format('column %s.%s %s default %s, null %s, generated %s', table_name, column_name, data_type, column_default, is_nullable, generation_expression)
		from information_schema.columns where table_schema = 'public'
		union all
		select format('constraint %s on %s: %s, valid %s', conname, conrelid::regclass, pg_get_constraintdef(oid), convalidated)
		from pg_constraint where connamespace = 'public'::regnamespace
		union all
		select format('index %s', indexdef) from pg_indexes where schemaname = 'public'
		union all
		select format('trigger %s, %s', pg_get_triggerdef(g.oid), g.tgenabled)
		from pg_trigger g join pg_class c on c.oid = g.tgrelid
		where c.relnamespace = 'public'::regnamespace and not g.tgisinternal
		union all
		select format('function %s', pg_get_functiondef(oid)) from pg_proc where pronamespace = 'public'::regnamespace and prokind <> 'a'
		union all
		select format('view %s: %s', viewname, definition) from pg_views where schemaname = 'public'
		order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
