package storefront

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/network"
)

// maxConnections is how many connections one instance holds. One that waits for its next request costs
// some 25 KB.
const maxConnections = 4096

// roomFor is how many connections a process holds that may have so many open files: database, search,
// pictures and files under way want some too.
func roomFor(files uint64) int {
	const others = 256
	return int(min(maxConnections, max(files/2, files-min(files, others))))
}

// openFiles is how many files this process may have open.
func openFiles() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 2 * maxConnections
	}
	return limit.Cur
}

// hearing is how much is read and thrown away of a sender who was answered before all had come. Were the
// connection closed at once, the kernel would reset it, and the browser would say so instead of showing
// the answer.
type hearing struct {
	bytes int64
	time  time.Duration
}

var (
	refusedBody = hearing{64 << 20, 30 * time.Second} // a photograph or a file that is too large
	refusedHead = hearing{64 << 10, time.Second}
)

// connections accepts connections: no more than maxConnections, and of one network no more than its
// share. Whoever comes beyond is told so, in every language, since nothing of a request is read.
type connections struct {
	net.Listener
	most       int // in all
	perAddress int // 0: no limit
	spared     func(netip.Addr) bool
	refusal    []byte
	stalled    time.Duration
	metrics    metrics
	log        *slog.Logger
	// hearings bounds how many refused senders are heard out, refusals how many that were not let in.
	hearings, refusals *gate.Gate

	mu   sync.Mutex
	open int
	of   map[netip.Prefix]int
}

func (s *Server) newConnections(listener net.Listener) *connections {
	return &connections{
		Listener: listener, most: roomFor(openFiles()), perAddress: s.config.ConnectionsPerAddress, refusal: s.refusal(), stalled: stalled, metrics: s.metrics, log: s.config.Log,
		spared:   func(address netip.Addr) bool { return s.isProxy(address) || s.spares(address) },
		hearings: gate.New(gate.Limits{AtOnce: 64, PerPerson: 4}),
		refusals: gate.New(gate.Limits{AtOnce: 64, PerPerson: 64}),
		of:       make(map[netip.Prefix]int),
	}
}

// passing are the errors of accepting a connection that go away by themselves.
var passing = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED}

// Accept is the next connection that there is room for. A machine that has no room for one more has it
// again when others end; the server would take that error for its end.
func (l *connections) Accept() (net.Conn, error) {
	const shortest, longest = 5 * time.Millisecond, time.Second
	pause := shortest
	for {
		c, err := l.Listener.Accept()
		if err != nil && slices.ContainsFunc(passing, func(e error) bool { return errors.Is(err, e) }) {
			l.log.Warn("no room for a connection", "error", err, "pause", pause)
			time.Sleep(pause)
			pause = min(2*pause, longest)
			continue
		}
		if err != nil {
			return nil, err
		}
		pause = shortest
		if buffered, ok := c.(interface{ SetWriteBuffer(bytes int) error }); ok {
			_ = buffered.SetWriteBuffer(unsent) // which fails if it was closed meanwhile
		}
		accepted := &connection{Conn: c, from: l, networks: l.counted(c)}
		if l.admit(accepted.networks) {
			return accepted, nil
		}
		l.refuse(c)
	}
}

// counted are the networks that a connection counts for.
func (l *connections) counted(c net.Conn) []network.Network {
	remote, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return nil
	}
	address := remote.AddrPort().Addr().Unmap()
	if l.perAddress == 0 || l.spared(address) {
		return nil
	}
	return network.Of(address)
}

func (l *connections) admit(networks []network.Network) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.most {
		return false
	}
	for _, n := range networks {
		if l.of[n.Prefix] >= l.perAddress*n.Share {
			return false
		}
	}
	l.open++
	for _, n := range networks {
		l.of[n.Prefix]++
	}
	l.metrics.open.Inc()
	return true
}

// crowded reports whether little room is left. Nobody then keeps a connection after an answer, so that
// those who hold many for nothing give way to those who ask for something.
func (l *connections) crowded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open >= l.most*3/4
}

func (l *connections) release(networks []network.Network) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	for _, n := range networks {
		if l.of[n.Prefix]--; l.of[n.Prefix] == 0 {
			delete(l.of, n.Prefix)
		}
	}
	l.metrics.open.Dec()
}

// refuse answers without holding up who comes next: the answer fits into the socket's buffer.
func (l *connections) refuse(c net.Conn) {
	l.metrics.refused.Inc()
	_ = c.SetWriteDeadline(time.Now().Add(refusedHead.time))
	if _, err := c.Write(l.refusal); err != nil {
		_ = c.Close()
		return
	}
	go func() {
		_ = l.refusals.Do(context.Background(), "", func() error { return hearOut(c, refusedHead) })
		_ = c.Close()
	}()
}

// hearOut reads what a sender still has to say, within bounds; it ends early when the sender does.
func hearOut(c net.Conn, bounds hearing) error {
	half, ok := c.(interface{ CloseWrite() error })
	if !ok {
		return nil
	}
	if err := half.CloseWrite(); err != nil {
		return err
	}
	if err := c.SetReadDeadline(time.Now().Add(bounds.time)); err != nil {
		return err
	}
	_, err := io.CopyN(io.Discard, c, bounds.bytes)
	return err
}

// connection is one that was accepted.
type connection struct {
	net.Conn
	from     *connections
	networks []network.Network
	gently   atomic.Pointer[hearing] // set when the answer was given before the request had come whole
	closed   atomic.Bool
	reading  pace // of the body that is being read; zero for whatever else is read
	writing  pace // of the answer
}

// SetReadDeadline bounds what is read next: a head, or a body by its pace.
func (c *connection) SetReadDeadline(end time.Time) error {
	c.reading = pace{}
	if time.Until(end) > proxyTimeout {
		c.reading = newPace(c.from.stalled, end)
	}
	return c.Conn.SetReadDeadline(end)
}

func (c *connection) Read(b []byte) (int, error) {
	if c.reading == (pace{}) {
		return c.Conn.Read(b)
	}
	if err := c.Conn.SetReadDeadline(c.reading.next()); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	c.reading.passed(n)
	if errors.Is(err, io.EOF) { // which the server would take for an end between two requests, and nobody hears of the body
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// SetWriteDeadline bounds the answer that is written next, by its pace.
func (c *connection) SetWriteDeadline(end time.Time) error {
	c.writing = pace{}
	if !end.IsZero() {
		c.writing = newPace(time.Until(end), end)
	}
	return c.Conn.SetWriteDeadline(end)
}

func (c *connection) Write(b []byte) (written int, err error) {
	if c.writing == (pace{}) {
		return c.Conn.Write(b)
	}
	for some := range slices.Chunk(b, piece) {
		if err := c.Conn.SetWriteDeadline(c.writing.next()); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(some)
		written += n
		if err != nil {
			return written, err
		}
		c.writing.passed(n)
	}
	return written, nil
}

// Close hears a refused sender out first, if not too many of its network are being heard.
func (c *connection) Close() error {
	if !c.closed.CompareAndSwap(false, true) {
		return nil
	}
	defer c.from.release(c.networks)
	if bounds := c.gently.Load(); bounds != nil {
		person := ""
		if len(c.networks) > 0 {
			person = c.networks[0].Prefix.String()
		}
		_ = c.from.hearings.Do(context.Background(), person, func() error { return hearOut(c.Conn, *bounds) })
	}
	return c.Conn.Close()
}

// refusal is the whole answer to a connection that there is no room for, made once.
func (s *Server) refusal() []byte {
	ctx := new(fasthttp.RequestCtx)
	c := s.app.AcquireCtx(ctx)
	defer s.app.ReleaseCtx(c)
	s.setSecureHeaders(c)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(idleTimeout.Seconds())))
	ctx.SetConnectionClose()
	ctx.SetStatusCode(http.StatusServiceUnavailable)
	ctx.SetContentType("text/html; charset=utf-8")
	var b bytes.Buffer
	err := crowdedPage(s.languages()).Render(context.Background(), &b)
	ctx.SetBody(b.Bytes())
	var answer bytes.Buffer
	w := bufio.NewWriter(&answer)
	if err == nil {
		err = ctx.Response.Write(w)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil { // a buffer never fails
		s.config.Log.Error("the page for too many connections", "error", err)
	}
	return dateLine.ReplaceAll(answer.Bytes(), nil)
}

// dateLine is the header that would tell the time of the start.
var dateLine = regexp.MustCompile(`Date: [^\r]*\r\n`)
