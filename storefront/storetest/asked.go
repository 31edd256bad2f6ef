package storetest

import (
	"context"
	"database/sql/driver"
	"fmt"
	"sync/atomic"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

// asked counts what the database is asked through the connections that it makes.
type asked struct {
	driver.Connector
	statements atomic.Int64
}

// Asked is how many statements the market's database was asked so far.
func (m *Market) Asked() int { return int(m.asked.statements.Load()) }

// database makes the market's, which ends with its test.
func (m *Market) database() *sqlx.DB {
	db, err := postgres.OpenThrough(context.Background(), pgtest.URL(m.t), pgtest.MaxConns, func(c driver.Connector) driver.Connector {
		m.asked.Connector = c
		return &m.asked
	})
	must(m.t, err)
	m.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			m.t.Error(err)
		}
	})
	return db
}

func (a *asked) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := a.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := conn.(wholeConn)
	if !ok {
		return nil, fmt.Errorf("a connection of %T cannot be counted", conn)
	}
	return &countedConn{whole, a}, nil
}

// wholeConn is all that database/sql asks of a connection of this market's driver.
type wholeConn interface {
	driver.Conn
	driver.QueryerContext
	driver.ExecerContext
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	driver.NamedValueChecker
}

type countedConn struct {
	wholeConn
	of *asked
}

func (c *countedConn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	c.of.statements.Add(1)
	return c.wholeConn.QueryContext(ctx, statement, args)
}

func (c *countedConn) ExecContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	c.of.statements.Add(1)
	return c.wholeConn.ExecContext(ctx, statement, args)
}
