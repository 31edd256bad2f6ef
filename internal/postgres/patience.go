package postgres

import (
	"context"
	"net"
	"strconv"
	"time"
)

// answerMargin is how much later than the server's own limit of a statement its answer may come.
const answerMargin = 5 * time.Second

// patience is how long an answer to a statement is waited for: a little longer than the server works on
// one. It is 0, for ever, if the server has no limit or nobody can tell it.
func patience(statementTimeout string) time.Duration {
	limit, err := time.ParseDuration(statementTimeout)
	if ms, numeric := strconv.ParseUint(statementTimeout, 10, 31); numeric == nil {
		limit, err = time.Duration(ms)*time.Millisecond, nil
	}
	if err != nil || limit <= 0 {
		return 0
	}
	return limit + answerMargin
}

// dialer makes connections that give up on a server that has stopped answering: a cancelled context only
// asks such a server to end a statement, and the statement would be waited for without end.
type dialer struct {
	net.Dialer
	patience time.Duration
}

func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil || d.patience == 0 {
		return conn, err
	}
	return &patientConn{Conn: conn, patience: d.patience}, nil
}

func (d *dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

type patientConn struct {
	net.Conn
	patience time.Duration
	limited  bool // by the driver, while it connects
}

func (c *patientConn) SetDeadline(t time.Time) error {
	c.limited = !t.IsZero()
	return c.Conn.SetDeadline(t)
}

func (c *patientConn) Read(b []byte) (int, error) {
	if !c.limited {
		if err := c.SetReadDeadline(time.Now().Add(c.patience)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(b)
}
