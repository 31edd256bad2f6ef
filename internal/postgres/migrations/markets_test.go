package migrations_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/sample"
)

var keep = flag.Bool("keep", false, "write the sample market of the present version to testdata/markets, for the versions to come")

// keptTable is one table of a kept market, a line of its file. The lines come in an order in which their rows can be
// inserted: what they refer to stands before them.
type keptTable struct {
	Table   string          `json:"table"`
	Columns []string        `json:"columns"`
	Rows    json.RawMessage `json:"rows"`
}

func TestMarketsOfLandedVersionsComeUpToDate(t *testing.T) {
	t.Parallel()
	if *keep {
		keepMarket(t)
	}
	files, err := filepath.Glob("testdata/markets/*.json.br")
	if err != nil || len(files) == 0 {
		t.Fatalf("no market is kept (%v)", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			var version int64
			if _, err := fmt.Sscanf(filepath.Base(file), "%05d.json.br", &version); err != nil {
				t.Fatal(err)
			}
			d := newDatabase(t)
			d.migrate(version)
			d.load(readMarket(t, file))
			before := d.contents()
			if len(before["orders"]) < 100 || len(before["postings"]) < 1000 {
				t.Fatalf("the market has %d orders and %d postings", len(before["orders"]), len(before["postings"]))
			}
			d.wantUpToDate()
			d.wantKept(before, version)
		})
	}
}

func readMarket(t *testing.T, file string) (tables []keptTable) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for decoder := json.NewDecoder(brotli.NewReader(f)); ; {
		var table keptTable
		if err := decoder.Decode(&table); errors.Is(err, io.EOF) {
			return tables
		} else if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
}

// load puts the market in the place of what the migrations brought along. It is whole: triggers, which would carry
// along a second time what they carried along in it, stand still meanwhile.
func (d *database) load(tables []keptTable) {
	d.t.Helper()
	do := func(table, query string, args ...any) {
		d.t.Helper()
		if _, err := d.db.Exec(query, args...); err != nil {
			d.t.Fatalf("%s: %v", table, err)
		}
	}
	all := d.inOrder()
	for _, table := range all {
		do(table, fmt.Sprintf(`alter table %q disable trigger user`, table))
	}
	for _, table := range slices.Backward(all) {
		do(table, fmt.Sprintf(`delete from %q`, table))
	}
	for _, table := range tables {
		columns := strings.Join(table.Columns, ", ")
		do(table.Table, fmt.Sprintf(`insert into %[1]q (%[2]s) overriding system value select %[2]s from json_populate_recordset(null::%[1]q, $1)`,
			table.Table, columns), string(table.Rows))
	}
	for _, table := range all {
		do(table, fmt.Sprintf(`alter table %q enable trigger user`, table))
	}
	do("river_job", `select setval(pg_get_serial_sequence('river_job', 'id'), max(id)) from river_job`)
}

func keepMarket(t *testing.T) {
	t.Helper()
	db := pgtest.New(t)
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	err = sample.Load(t.Context(), market.Parts{
		DB: db, Languages: texts, Secret: []byte("thirty-two bytes of a test secret"), BaseURL: "https://souk.example",
		Now: func() time.Time { return time.Date(2026, time.November, 26, 15, 0, 0, 0, time.UTC) },
	}, sample.Size{})
	if err != nil {
		t.Fatal(err)
	}
	var version int64
	if err := db.Get(&version, `select max(version_id) from goose_db_version`); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(fmt.Sprintf("testdata/markets/%05d.json.br", version))
	if err != nil {
		t.Fatal(err)
	}
	packed := brotli.NewWriterOptions(f, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 22}) // ids are looked up far back
	lines := json.NewEncoder(packed)
	d := &database{t: t, db: db}
	for _, table := range d.inOrder() {
		kept := keptTable{Table: table}
		var columns pq.StringArray
		err := db.Get(&columns, `
			select array_agg(format('%I', column_name) order by ordinal_position)
			from information_schema.columns
			where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'`, table)
		if err != nil {
			t.Fatal(err)
		}
		kept.Columns = columns
		if err := db.Get(&kept.Rows, fmt.Sprintf(`select coalesce(json_agg(r), '[]') from %q r`, table)); err != nil {
			t.Fatal(err)
		}
		if string(kept.Rows) == "[]" {
			continue
		}
		if err := lines.Encode(kept); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(packed.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// inOrder names the market's tables and its jobs, those that others refer to first. Where two refer to each other, the
// one that need not comes first: its rows may then refer to none of the other's.
func (d *database) inOrder() (names []string) {
	d.t.Helper()
	var tables []struct {
		Name     string
		Upon     pq.StringArray // to whose rows it refers
		Needless pq.StringArray // of these, to which it need not
	}
	err := d.db.Select(&tables, `
		select c.relname as name, array_agg(f.relname::text) filter (where f.oid is not null) as upon,
		       array_agg(f.relname::text) filter (where f.oid is not null and not a.attnotnull) as needless
		from pg_class c
		left join pg_constraint k on k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid
		left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
		left join pg_class f on f.oid = k.confrelid
		where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and (c.relname !~ '^(goose|river)_' or c.relname = 'river_job')
		group by c.relname
		order by 1`)
	if err != nil {
		d.t.Fatal(err)
	}
	for strict := true; len(names) < len(tables); {
		before := len(names)
		for _, table := range tables {
			waits := slices.ContainsFunc(table.Upon, func(other string) bool {
				return !slices.Contains(names, other) && (strict || !slices.Contains(table.Needless, other))
			})
			if !waits && !slices.Contains(names, table.Name) {
				names = append(names, table.Name)
				strict = true
			}
		}
		if len(names) == before && !strict {
			d.t.Fatal("tables need each other's rows")
		}
		strict = len(names) > before
	}
	return names
}
