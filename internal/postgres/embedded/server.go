package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/souk-taawon/souk/internal/child"
)

// Config says which server to start.
type Config struct {
	// DataDir is the folder that everything is kept in; it is made if missing.
	DataDir string
	// Fresh deletes what an earlier server left in the folder.
	Fresh bool
	// Durable makes commits survive a crash of the machine. Tests do without: it is slower.
	Durable bool
	// MaxConnections is 100 unless set.
	MaxConnections int
	// CreateDatabases lets the role of the server's URL make databases beside its own, as tests want to. It
	// holds for a new server.
	CreateDatabases bool
	// Log gets what happens; nothing is said if nil.
	Log *slog.Logger

	pace child.Pace // for tests
}

// Server is a PostgreSQL server that this process keeps running.
type Server struct {
	url          string
	dir          string
	child        *child.Child
	lock, folder *os.File
	log          *slog.Logger
	once         sync.Once
	err          error // of Stop
}

const (
	// tries is how many starts in a row may not last until the server is given up: in about half a minute.
	tries = 8
	grace = 10 * time.Second // for its end
)

// Start starts the server of a data folder and returns when it answers: in about a second, more if
// the server has to be downloaded or has to read its log after a crash. A folder that another process
// uses is ErrInUse. A cancelled ctx ends a start; it does nothing to a server that has started.
//
// A server that ends by itself or hangs is started again at the same address.
func Start(ctx context.Context, cfg Config) (_ *Server, err error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.MaxConnections == 0 {
		cfg.MaxConnections = 100
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("embedded postgres: %w", err)
		}
	}()
	dir, err := filepath.Abs(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	// Passable for the server's user, in case there is one; nothing in it can be listed or read.
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, err
	}
	folder := filepath.Join(dir, "server")
	lock, err := lockFolder(ctx, dir, folder)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Close())
		}
	}()
	address, err := prepareAddress(dir)
	if err != nil {
		return nil, err
	}
	as, err := serverUser(dir, folder)
	if err != nil {
		return nil, err
	}
	open, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, open.Close())
		}
	}()
	k := &keeper{
		order: order{
			Folder: folder, User: as, Address: address, Grace: grace * 2 / 3,
			Fresh: cfg.Fresh, Durable: cfg.Durable, MaxConnections: cfg.MaxConnections, CreateDatabases: cfg.CreateDatabases,
		},
		lock: lock, folder: open, log: cfg.Log,
	}
	c, err := child.Start(ctx, child.Spec{
		Name: "PostgreSQL", Command: k.command, Probe: k.probe, End: k.end, Log: cfg.Log,
		StartWait: time.Minute, Grace: grace, Tries: tries, Pace: cfg.pace,
	})
	if err != nil {
		return nil, err
	}
	return &Server{url: address.url(databaseName), dir: dir, child: c, lock: lock, folder: open, log: cfg.Log}, nil
}

// URL is the postgres:// URL of the server's database, with the password of the role that owns it, which
// has no rights beyond it.
func (s *Server) URL() string { return s.url }

// Lost gets the reason when the server has ended and does not come back.
func (s *Server) Lost() <-chan error { return s.child.Lost() }

// Stop ends the server, and every connection to it, and returns when it has gone. One that has not ended
// within some seconds, or when ctx ends, is killed: it loses nothing. Later calls return what the first
// one did.
func (s *Server) Stop(ctx context.Context) error {
	s.once.Do(func() {
		if err := errors.Join(s.child.Stop(ctx), s.lock.Close(), s.folder.Close()); err != nil {
			s.err = fmt.Errorf("embedded postgres: stop: %w", err)
			return
		}
		s.log.Info("PostgreSQL stopped", "folder", s.dir)
	})
	return s.err
}

// order is what the child is told to do, as a line of JSON on its standard input. The input stays
// open for as long as the server shall run.
type order struct {
	Folder         string
	User           *systemUser // nil: the user who runs the program
	Address        address
	Grace          time.Duration // for the server's own end
	Fresh, Durable bool
	MaxConnections int

	CreateDatabases bool
}

// report is what the child says, as lines of JSON on its standard output: that it downloads
// PostgreSQL, and that it starts the server. What goes wrong it says on its standard error.
type report struct {
	Downloading bool
	Version     string
	Binaries    string // where they are
}

// The child's open files beside the standard ones.
const (
	lockFD   = 3 // the lock, which thus is held until the server has stopped, even if the program is killed
	folderFD = 4 // the server's folder, for a user who may not pass through the folders above it
)

// keeper starts the child that the server hangs on.
type keeper struct {
	order        order
	lock, folder *os.File
	log          *slog.Logger

	state atomic.Int32   // of the child that runs: preparing, downloading or serving
	input io.WriteCloser // of that child
}

// What a child does: it makes a cluster if there is none, fetches the server, which takes as long as it
// takes, and starts it.
const (
	preparing = iota
	downloading
	serving
)

func (k *keeper) command(output io.Writer) (*exec.Cmd, error) {
	exe, err := executable()
	if err != nil {
		return nil, err
	}
	c := exec.Command(exe)
	c.Args = []string{filepath.Base(os.Args[0]), childArgument, k.order.Folder} // what ps shows
	c.Dir = "/"
	c.Env = child.Environment()
	c.ExtraFiles = []*os.File{k.lock, k.folder}
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	c.Stderr = output
	if k.input, err = c.StdinPipe(); err != nil {
		return nil, err
	}
	if err := json.NewEncoder(k.input).Encode(k.order); err != nil { // fits into the pipe
		return nil, err
	}
	says, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	k.state.Store(preparing)
	go k.listen(says)
	k.order.Fresh = false // what the next child finds is this one's
	return c, nil
}

// listen hears what a child says, until it has ended.
func (k *keeper) listen(says io.Reader) {
	for lines := json.NewDecoder(says); ; {
		var r report
		if lines.Decode(&r) != nil {
			return
		}
		if r.Downloading {
			k.log.Info("downloading PostgreSQL", "version", r.Version)
			k.state.Store(downloading)
			continue
		}
		k.log.Info("PostgreSQL starts", "version", r.Version, "binaries", r.Binaries,
			"folder", filepath.Dir(k.order.Folder), "port", k.order.Address.Port)
		k.state.Store(serving)
	}
}

// end has the child end the server: its input closes.
func (k *keeper) end() { _ = k.input.Close() } // it may be closed already

// probe asks the server for a new connection, which one that hangs or is full does not give.
func (k *keeper) probe(ctx context.Context) error {
	switch k.state.Load() {
	case preparing:
		return errors.New("it has not been started yet")
	case downloading:
		return child.ErrStarting
	}
	err := ping(ctx, k.order.Address.url(databaseName))
	var refused *pq.Error
	switch {
	case !errors.As(err, &refused):
		return err
	case refused.Code == pqerror.CannotConnectNow:
		return fmt.Errorf("%w: %w", child.ErrStarting, err)
	case isStranger(refused):
		return err
	}
	return nil // too many connections, for instance: it answers
}

// executable is the program itself. On Linux this works also where the file is gone or lies behind
// closed folders, as after go run.
func executable() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// discardInput reads r to its end, which comes when the program closes it or dies.
func discardInput(r io.Reader) <-chan struct{} {
	closed := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, r)
		close(closed)
	}()
	return closed
}
