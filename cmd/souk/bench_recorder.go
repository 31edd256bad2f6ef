package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
)

// recorder writes down what is asked of a database through its connections, between begin and end.
type recorder struct {
	mu    sync.Mutex
	since time.Time // zero: nothing is written down
	steps []asked
}

// asked is one thing that was asked of a connection.
type asked struct {
	kind      askedKind
	statement string
	args      []driver.NamedValue
}

type askedKind int

const (
	query askedKind = iota
	execute
	begin
	commit
)

func (r *recorder) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.since, r.steps = time.Now(), nil
}

// end gives what was asked since begin, for that checkout.
func (r *recorder) end(of checkout) *recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	recorded := newRecording(r.steps, r.since, of)
	r.since, r.steps = time.Time{}, nil
	return recorded
}

func (r *recorder) note(kind askedKind, statement string, args []driver.NamedValue) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.since.IsZero() {
		return
	}
	kept := slices.Clone(args)
	for i := range kept {
		if b, ok := kept[i].Value.([]byte); ok {
			kept[i].Value = slices.Clone(b)
		}
	}
	r.steps = append(r.steps, asked{kind, statement, kept})
}

// conn is a connection whose questions are written down.
func (r *recorder) conn(of postgres.Conn) postgres.Conn { return &recordedConn{of, r} }

type recordedConn struct {
	postgres.Conn
	to *recorder
}

func (c *recordedConn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	c.to.note(query, statement, args)
	return c.Conn.QueryContext(ctx, statement, args)
}

func (c *recordedConn) ExecContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	c.to.note(execute, statement, args)
	return c.Conn.ExecContext(ctx, statement, args)
}

func (c *recordedConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	c.to.note(begin, "", nil)
	tx, err := c.Conn.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return &recordedTx{tx, c.to}, nil
}

type recordedTx struct {
	driver.Tx
	to *recorder
}

func (t *recordedTx) Commit() error {
	t.to.note(commit, "", nil)
	return t.Tx.Commit()
}

// recording is what was asked for one order, which can be asked again for others.
type recording struct {
	steps  []asked
	texts  []func() (before, after string) // what each order has of its own, and the same of another
	hashes []string                        // likewise, as bytes
}

var (
	uuids   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	hashed  = regexp.MustCompile(`\\x([0-9a-f]{64})`)
	numbers = regexp.MustCompile(`S-[0-9]{4}-[0-9]{8}`)
)

// newRecording finds what an order has of its own in what was asked: ids made since then, hashes, its number, its key and
// its buyer's telephone.
func newRecording(steps []asked, since time.Time, of checkout) *recording {
	r := &recording{steps: steps}
	found := make(map[string]bool)
	own := func(before string, another func() string) {
		if !found[before] {
			found[before] = true
			r.texts = append(r.texts, func() (string, string) { return before, another() })
		}
	}
	hash := func(raw string) {
		if !slices.Contains(r.hashes, raw) {
			r.hashes = append(r.hashes, raw)
		}
	}
	for _, s := range steps {
		for _, a := range s.args {
			var text string
			switch v := a.Value.(type) {
			case string:
				text = v
			case []byte:
				if len(v) == 32 && !utf8.Valid(v) {
					hash(string(v))
					continue
				}
				text = string(v)
			}
			for _, id := range uuids.FindAllString(text, -1) {
				if made := uuid.MustParse(id).Time(); !time.Unix(made.UnixTime()).Before(since.Truncate(time.Second)) {
					own(id, func() string { return postgres.NewID().String() })
				}
			}
			for _, number := range numbers.FindAllString(text, -1) {
				own(number, func() string { return fmt.Sprintf("%s%08d", number[:len("S-2611-")], mathrand.IntN(100_000_000)) })
			}
			for _, h := range hashed.FindAllStringSubmatch(text, -1) {
				if raw, err := hex.DecodeString(h[1]); err == nil {
					hash(string(raw))
				}
			}
		}
	}
	own(of.key, uuid.NewString)
	own(of.phone[1:], func() string { return aPhone()[1:] }) // it is kept with its country's code
	return r
}

// anew gives the arguments of another order in the place of this one's.
func (r *recording) anew() func(any) any {
	var pairs []string
	for _, text := range r.texts {
		before, after := text()
		pairs = append(pairs, before, after)
	}
	hashes := make(map[string][]byte, len(r.hashes))
	for _, before := range r.hashes {
		after := make([]byte, len(before))
		_, _ = rand.Read(after) // never fails, says its documentation
		hashes[before] = after
		pairs = append(pairs, hex.EncodeToString([]byte(before)), hex.EncodeToString(after))
	}
	replacer := strings.NewReplacer(pairs...)
	return func(value any) any {
		switch v := value.(type) {
		case string:
			return replacer.Replace(v)
		case []byte:
			if after, ok := hashes[string(v)]; ok {
				return after
			}
			return []byte(replacer.Replace(string(v)))
		}
		return value
	}
}

// play asks the same of the database for another order, on one connection.
func (r *recording) play(ctx context.Context, db *sqlx.DB) (err error) {
	conn, err := db.DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer closing(conn.Close, &err)
	another := r.anew()
	var tx *sql.Tx
	defer func() {
		if err != nil && tx != nil {
			_ = tx.Rollback()
		}
	}()
	for _, s := range r.steps {
		args := make([]any, len(s.args))
		for i, a := range s.args {
			args[i] = another(a.Value)
		}
		switch {
		case s.kind == begin:
			tx, err = conn.BeginTx(ctx, nil)
		case s.kind == commit:
			err, tx = tx.Commit(), nil
		case s.kind == execute && tx != nil:
			_, err = tx.ExecContext(ctx, s.statement, args...)
		case s.kind == execute:
			_, err = conn.ExecContext(ctx, s.statement, args...)
		case tx != nil:
			err = drain(tx.QueryContext(ctx, s.statement, args...))
		default:
			err = drain(conn.QueryContext(ctx, s.statement, args...))
		}
		if err != nil {
			return fmt.Errorf("%.200s: %w", s.statement, err)
		}
	}
	return nil
}

// drain reads rows to their end.
func drain(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return errors.Join(rows.Err(), rows.Close())
}
