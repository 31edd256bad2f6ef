package pgtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/souk-taawon/souk/internal/postgres"
)

// Databases are named after who uses them, so that leftovers of killed processes can be told from
// what is in use, on any server:
//
//	souk_template_<schema>     a hash of the migrations
//	souk_test_<process>_<n>    a number drawn by the test process
//
// A process holds a shared advisory lock on both numbers while it lives. Databases whose number
// nobody holds are dropped by the next process.

const (
	// lockClass is the first of the two keys of all advisory locks here.
	lockClass = 0x736f756b
	// buildLock is the second key of whoever builds templates and drops leftovers.
	buildLock = 0
	// building is a template that is not finished.
	building = "souk_building"
)

// session is a test process's use of a server.
type session struct {
	server url.URL
	users  *os.File // holds the shared server; nil with DATABASE_URL
	admin  *sqlx.DB
	locks  *sql.Conn // holds the advisory locks
	schema uint32
	run    uint32
	made   atomic.Int64
}

// openSession reaches the server and sees to it that the template is there. What it opens stays
// open until the process ends.
func openSession() (*session, error) {
	serverURL := os.Getenv("DATABASE_URL")
	var users *os.File
	if serverURL == "" {
		dir, err := sharedFolder()
		if err != nil {
			return nil, fmt.Errorf("pgtest: %w", err)
		}
		if serverURL, users, err = useShared(dir, idle); err != nil {
			return nil, fmt.Errorf("pgtest: %w", err)
		}
	}
	s, err := newSession(context.Background(), serverURL)
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	s.users = users
	return s, nil
}

func newSession(ctx context.Context, serverURL string) (*session, error) {
	server, err := url.Parse(serverURL)
	if err != nil || (server.Scheme != "postgres" && server.Scheme != "postgresql") {
		return nil, errors.New("DATABASE_URL is not of the form postgres://user:password@host:port/database")
	}
	s := &session{server: *server, run: rand.Uint32()}
	if s.schema, err = schemaHash(); err != nil {
		return nil, err
	}
	// Building a template takes as long as it takes, and so does waiting for another who does it.
	q := server.Query()
	q.Set("statement_timeout", "0")
	q.Set("lock_timeout", "0")
	server.RawQuery = q.Encode()
	if s.admin, err = postgres.Open(ctx, server.String(), 4); err != nil {
		return nil, err
	}
	if s.locks, err = s.admin.DB.Conn(ctx); err != nil {
		return nil, err
	}
	if _, err := s.locks.ExecContext(ctx,
		`select pg_advisory_lock_shared($1, $2), pg_advisory_lock_shared($1, $3)`,
		lockClass, int32(s.schema), int32(s.run)); err != nil {
		return nil, err
	}
	if _, err := s.locks.ExecContext(ctx, `select pg_advisory_lock($1, $2)`, lockClass, buildLock); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	_, err = s.locks.ExecContext(ctx, `select pg_advisory_unlock($1, $2)`, lockClass, buildLock)
	return s, err
}

// schemaHash names the schema that the migrations make, ours and those of the job queue.
func schemaHash() (uint32, error) {
	h := sha256.New()
	migrations := postgres.Migrations()
	err := fs.WalkDir(migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		return 0, err
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if strings.HasPrefix(module.Path, "github.com/riverqueue/river") {
				fmt.Fprintf(h, "%s %s\n", module.Path, module.Version)
			}
		}
	}
	return binary.BigEndian.Uint32(h.Sum(nil)), nil
}

func (s *session) template() string { return fmt.Sprintf("souk_template_%08x", s.schema) }

// prepare drops what nobody uses any more and builds the template if it is missing.
func (s *session) prepare(ctx context.Context) error {
	var names []string
	if err := s.admin.SelectContext(ctx, &names,
		`select datname from pg_database where datname like 'souk\_%' order by datname`); err != nil {
		return err
	}
	found := false
	for _, name := range names {
		if name == s.template() {
			found = true
			continue
		}
		if err := s.dropUnused(ctx, name); err != nil {
			return err
		}
	}
	if found {
		return nil
	}
	return s.build(ctx)
}

// dropUnused drops a database of these tests unless a process has a lock on its number.
func (s *session) dropUnused(ctx context.Context, name string) error {
	if name == building {
		return s.drop(ctx, name)
	}
	var owner uint32
	if _, err := fmt.Sscanf(name, "souk_template_%08x", &owner); err != nil {
		var n int64
		if _, err := fmt.Sscanf(name, "souk_test_%08x_%d", &owner, &n); err != nil {
			return nil // not of these tests
		}
	}
	var unused bool
	if err := s.locks.QueryRowContext(ctx, `select pg_try_advisory_lock($1, $2)`,
		lockClass, int32(owner)).Scan(&unused); err != nil || !unused {
		return err
	}
	if err := s.drop(ctx, name); err != nil {
		return err
	}
	_, err := s.locks.ExecContext(ctx, `select pg_advisory_unlock($1, $2)`, lockClass, int32(owner))
	return err
}

func (s *session) build(ctx context.Context) error {
	if _, err := s.admin.ExecContext(ctx, `create database `+building); err != nil {
		return err
	}
	db, err := postgres.Open(ctx, s.url(building), 2)
	if err != nil {
		return err
	}
	if err := errors.Join(postgres.Migrate(ctx, db), db.Close()); err != nil {
		return err
	}
	// The name says that it is finished. A connection would stand in the way of clones.
	if _, err := s.admin.ExecContext(ctx, `alter database `+building+` allow_connections false`); err != nil {
		return err
	}
	_, err = s.admin.ExecContext(ctx, `alter database `+building+` rename to `+s.template())
	return err
}

// create clones the template for one test.
func (s *session) create(ctx context.Context) (name string, err error) {
	return s.createFrom(ctx, s.template())
}

// createEmpty makes a database without any table.
func (s *session) createEmpty(ctx context.Context) (name string, err error) {
	return s.createFrom(ctx, "template1")
}

func (s *session) createFrom(ctx context.Context, template string) (name string, err error) {
	name = fmt.Sprintf("souk_test_%08x_%d", s.run, s.made.Add(1))
	_, err = s.admin.ExecContext(ctx, `create database `+name+` template `+template+` strategy wal_log`)
	return name, err
}

// drop ends the connections to a database and drops it. Autovacuum's are not the role's to end: the server ends
// these by itself when it is asked without force, but refuses if a test's are open too.
func (s *session) drop(ctx context.Context, name string) error {
	_, err := s.admin.ExecContext(ctx, `drop database if exists `+name+` with (force)`)
	if of, ok := errors.AsType[*pq.Error](err); ok && of.Code == pqerror.InsufficientPrivilege {
		if _, err = s.admin.ExecContext(ctx, `drop database if exists `+name); err != nil {
			_, err = s.admin.ExecContext(ctx, `drop database if exists `+name+` with (force)`)
		}
	}
	return err
}

// url is the URL of another database of the server.
func (s *session) url(database string) string {
	u := s.server
	u.Path = "/" + database
	return u.String()
}
