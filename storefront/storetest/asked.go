package storetest

import (
	"context"
	"database/sql/driver"
	"sync/atomic"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

// Asked is how many statements the market's database was asked so far.
func (m *Market) Asked() int { return int(m.asked.Load()) }

// database makes the market's, which ends with its test.
func (m *Market) database() *sqlx.DB {
	db, err := postgres.OpenThrough(context.Background(), pgtest.URL(m.t), pgtest.MaxConns, func(c postgres.Conn) postgres.Conn { return &countedConn{c, &m.asked} })
	must(m.t, err)
	m.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			m.t.Error(err)
		}
	})
	return db
}

// countedConn counts what the database is asked through it.
type countedConn struct {
	postgres.Conn
	asked *atomic.Int64
}

func (c *countedConn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	c.asked.Add(1)
	return c.Conn.QueryContext(ctx, statement, args)
}

func (c *countedConn) ExecContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	c.asked.Add(1)
	return c.Conn.ExecContext(ctx, statement, args)
}
