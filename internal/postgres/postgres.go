package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// Open connects to the database at a postgres:// URL with a pool of at most maxConns connections. A
// connection is there within 3 s or is an error. Statements are ended by the server after 30 s and wait
// 5 s for a lock at most: a cancelled context would cost lib/pq the whole connection, so the server's own
// limits come first. The URL may choose otherwise.
func Open(ctx context.Context, databaseURL string, maxConns int) (*sqlx.DB, error) {
	return open(ctx, databaseURL, maxConns, "30s", nil)
}

// OpenThrough is Open with connections as through makes them of the driver's.
func OpenThrough(ctx context.Context, databaseURL string, maxConns int, through func(Conn) Conn) (*sqlx.DB, error) {
	return open(ctx, databaseURL, maxConns, "30s", through)
}

// Conn is all that database/sql asks of a connection of this market's driver.
type Conn interface {
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

// changed makes other connections of those that a connector makes.
type changed struct {
	driver.Connector
	through func(Conn) Conn
}

func (c *changed) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := conn.(Conn)
	if !ok {
		return nil, fmt.Errorf("postgres: a connection of %T lacks what database/sql asks of it", conn)
	}
	return c.through(whole), nil
}

// OpenPatient is Open for work on whole tables, which nobody waits for: a statement may take its time.
func OpenPatient(ctx context.Context, databaseURL string, maxConns int) (*sqlx.DB, error) {
	return open(ctx, databaseURL, maxConns, "0", nil)
}

func open(ctx context.Context, databaseURL string, maxConns int, statementTimeout string, through func(Conn) Conn) (*sqlx.DB, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("postgres: database URL: %w", errors.Unwrap(err)) // the URL itself holds a password
	}
	q := u.Query()
	for name, value := range map[string]string{
		"statement_timeout": statementTimeout, "lock_timeout": "5s",
		"idle_in_transaction_session_timeout": "60s", "timezone": "UTC", "connect_timeout": "3",
		"jit": "off", // compiling takes up to a second, for statements that read a page and were expected to read on
	} {
		if !q.Has(name) {
			q.Set(name, value)
		}
	}
	u.RawQuery = q.Encode()
	connector, err := pq.NewConnector(u.String())
	if err != nil {
		return nil, fmt.Errorf("postgres: open: %w", err)
	}
	connector.Dialer(&dialer{patience: patience(q.Get("statement_timeout"))})
	var connections driver.Connector = connector
	if through != nil {
		connections = &changed{connector, through}
	}
	db := sqlx.NewDb(sql.OpenDB(connections), "postgres")
	db.SetMaxOpenConns(maxConns)
	db.SetMaxIdleConns(maxConns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("postgres: connect: %w", err), db.Close())
	}
	return db, nil
}

// attempts is how often InTx tries a transaction that lost a race with another.
const attempts = 8

// InTx runs fn in one READ COMMITTED transaction and commits it; an error of fn rolls it back.
// A transaction that the server ended for the sake of another (serialization failure, deadlock) is
// run again, so fn must not have effects outside it, and must reset what it gathers.
func InTx(ctx context.Context, db *sqlx.DB, fn func(tx *sqlx.Tx) error) error {
	for try := 1; ; try++ {
		err := once(ctx, db, fn)
		if err == nil || try == attempts || !lostRace(err) {
			return err
		}
		pause := time.Duration(rand.Int64N(int64(10*time.Millisecond) << try))
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(pause):
		}
	}
}

func once(ctx context.Context, db *sqlx.DB, fn func(tx *sqlx.Tx) error) error {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // no-op after Commit
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func lostRace(err error) bool {
	var e *pq.Error
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// Unavailable reports whether the database could not be reached, or could not do in time or for want of
// room what it was asked: later it may.
func Unavailable(err error) bool {
	var e *pq.Error
	if errors.As(err, &e) {
		switch e.Code {
		case "55P03", "57014", // lock or statement took too long
			"57P01", "57P02", "57P03", // shutting down, crashed, starting
			"53200", "53300", // out of memory, too many connections
			"25006": // it only reads: another has taken its place
			return true
		}
		return e.Code.Class() == "08" || lostRace(err) || DiskFull(err)
	}
	var network *net.OpError
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || DiskFull(err)
}

// DiskFull reports whether err says that a disk is full or fails: the database's, or one of this machine.
func DiskFull(err error) bool {
	var e *pq.Error
	if errors.As(err, &e) {
		return e.Code == "53100" || e.Code == "58030"
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// Writable is nil if the database can be reached and takes changes, and not only reads.
func Writable(ctx context.Context, db *sqlx.DB) error {
	var readOnly bool
	if err := db.GetContext(ctx, &readOnly, `select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean`); err != nil {
		return fmt.Errorf("ask the database: %w", err)
	}
	if readOnly {
		return errors.New("the database only reads")
	}
	return nil
}

// Violates reports whether err is the violation of the named constraint.
func Violates(err error, constraint string) bool {
	var e *pq.Error
	return errors.As(err, &e) && e.Constraint == constraint
}

// NoRows reports whether err says that a query found nothing.
func NoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// NewID makes an id (UUIDv7): made by the application so that several databases could, and in
// order of time so that indexes stay dense. No meaning is attached to that order.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// FormHash is by what a form is known that comes again with the same in it, of the form's key and what was typed; nil
// if it was typed into none.
func FormHash(form uuid.UUID, typed any) ([]byte, error) {
	if form == uuid.Nil {
		return nil, nil
	}
	content, err := json.Marshal(typed)
	if err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	sum := sha256.Sum256(append(form[:], content...))
	return sum[:], nil
}

// NullID writes «nobody», the nil id, as null.
func NullID(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }
