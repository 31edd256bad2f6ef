package storefront

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// Bounds of what is read and thrown away of a body that was refused.
const (
	lingerBytes = 64 << 20
	lingerTime  = 30 * time.Second
)

// lingering makes connections that can be closed gently. Who sends a body that is too large is
// answered before all of it has come; were the connection then closed, the kernel would reset it,
// and the browser would say so instead of showing the answer.
type lingering struct{ net.Listener }

func (l lingering) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lingeringConn{Conn: c}, nil
}

type lingeringConn struct {
	net.Conn
	gently atomic.Bool // set when the answer was given before the request had come whole
}

// Close hears a refused sender out first, within bounds.
func (c *lingeringConn) Close() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && c.gently.Load() {
		err := half.CloseWrite()
		if err == nil {
			err = c.SetReadDeadline(time.Now().Add(lingerTime))
		}
		if err == nil {
			_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes) // ends early when the sender does
		}
		return errors.Join(err, c.Conn.Close())
	}
	return c.Conn.Close()
}
