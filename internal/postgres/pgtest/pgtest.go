package pgtest

import (
	"context"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/embedded"
)

// MaxConns is the size of a test's pool: many tests run beside each other.
const MaxConns = 10

// openOnce reaches the server when the first test of this process wants a database. It is a
// variable of the package because a test brings nothing along but its testing.TB.
var openOnce func() (*session, error)

// Main runs a package's tests; TestMain does nothing else.
func Main(m *testing.M) {
	if embedded.ChildMain() || keeperMain() {
		return
	}
	openOnce = sync.OnceValues(openSession)
	m.Run()
}

// New makes a database for the test and opens it. Both end with the test.
func New(t testing.TB) *sqlx.DB {
	t.Helper()
	return open(t, URL(t))
}

// Empty makes a database like New, but without the schema.
func Empty(t testing.TB) *sqlx.DB {
	t.Helper()
	return open(t, makeDatabase(t, (*session).createEmpty))
}

func open(t testing.TB, url string) *sqlx.DB {
	t.Helper()
	db, err := postgres.Open(context.Background(), url, MaxConns)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// URL makes a database for the test and returns its postgres:// URL. The database is dropped at
// the end of the test, with the connections that are still open.
func URL(t testing.TB) string {
	t.Helper()
	return makeDatabase(t, (*session).create)
}

func makeDatabase(t testing.TB, create func(*session, context.Context) (name string, err error)) (url string) {
	t.Helper()
	if openOnce == nil {
		t.Fatal("the package's TestMain must call pgtest.Main")
	}
	s, err := openOnce()
	if err != nil {
		t.Fatal(err)
	}
	name, err := create(s, context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.drop(context.Background(), name); err != nil {
			t.Error(err)
		}
	})
	return s.url(name)
}
