package embedded

import (
	"bufio"
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
	"syscall"
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
	// Log gets what happens; nothing is said if nil.
	Log *slog.Logger
}

// Server is a PostgreSQL server that this process started.
type Server struct {
	url  string
	stop func() error
}

// Start starts the server of a data folder and returns when it answers: in about a second, more if
// the server has to be downloaded. A folder that another process uses is ErrInUse. A cancelled ctx
// ends a start; it does nothing to a server that has started.
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
	lock, err := lockFolder(ctx, dir)
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
	folder := filepath.Join(dir, "server")
	as, err := serverUser(dir, folder)
	if err != nil {
		return nil, err
	}
	job := order{
		Folder: folder, User: as, Address: address,
		Fresh: cfg.Fresh, Durable: cfg.Durable, MaxConnections: cfg.MaxConnections,
	}
	stop, err := launch(ctx, job, lock, cfg.Log)
	if err != nil {
		return nil, err
	}
	return &Server{
		url: address.url(databaseName),
		stop: sync.OnceValue(func() error {
			if err := errors.Join(stop(), lock.Close()); err != nil {
				return fmt.Errorf("embedded postgres: stop: %w", err)
			}
			cfg.Log.Info("PostgreSQL stopped", "folder", dir)
			return nil
		}),
	}, nil
}

// URL is the postgres:// URL of the server's database, with its password.
func (s *Server) URL() string { return s.url }

// Stop ends the server, and every connection to it, and returns when it has gone. Later calls
// return what the first one did.
func (s *Server) Stop() error { return s.stop() }

// order is what the child is told to do, as a line of JSON on its standard input. The input stays
// open for as long as the server shall run.
type order struct {
	Folder         string
	User           *systemUser // nil: the user who runs the program
	Address        address
	Fresh, Durable bool
	MaxConnections int
}

// report is what the child says, as lines of JSON on its standard output.
type report struct {
	Downloading string // a version of PostgreSQL that is being fetched
	Ready       bool
	Version     string // of the server, when ready
	Binaries    string // where they are, when ready
	Error       string
}

// The child's open files beside the standard ones.
const (
	lockFD   = 3 // the lock, which thus is held until the server has stopped, even if the program is killed
	folderFD = 4 // the server's folder, for a user who may not pass through the folders above it
)

// launch starts the child and waits until its server is ready. The function it returns stops it.
func launch(ctx context.Context, job order, lock *os.File, log *slog.Logger) (stop func() error, err error) {
	exe, err := executable()
	if err != nil {
		return nil, err
	}
	folder, err := os.Open(job.Folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = folder.Close() }() // opened for reading only, and the child has its own
	child := exec.Command(exe)
	child.Args = []string{filepath.Base(os.Args[0]), childArgument, job.Folder} // what ps shows
	child.Dir = "/"
	child.ExtraFiles = []*os.File{lock, folder}
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	child.Stderr = os.Stderr
	stdin, err := child.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.Start(); err != nil {
		return nil, err
	}
	reports := make(chan report)
	go func() {
		defer close(reports)
		lines := json.NewDecoder(bufio.NewReader(stdout))
		for {
			var r report
			if lines.Decode(&r) != nil {
				return // it has ended, or is not a child of this package's making
			}
			reports <- r
		}
	}()
	stop = func() error {
		err := stdin.Close()
		if errors.Is(err, os.ErrClosed) {
			err = nil
		}
		for r := range reports {
			if r.Error != "" {
				err = errors.Join(err, errors.New(r.Error))
			}
		}
		if waitErr := child.Wait(); err == nil {
			err = waitErr
		}
		return err
	}
	if err := json.NewEncoder(stdin).Encode(job); err != nil {
		return nil, errors.Join(err, stop())
	}
	for {
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), stop())
		case r, more := <-reports:
			switch {
			case !more:
				return nil, errors.Join(errors.New("the child ended before the server was ready"), stop())
			case r.Error != "":
				_ = stop() // it has said what went wrong
				return nil, errors.New(r.Error)
			case r.Downloading != "":
				log.Info("downloading PostgreSQL", "version", r.Downloading)
			case r.Ready:
				log.Info("PostgreSQL started", "version", r.Version, "binaries", r.Binaries,
					"folder", filepath.Dir(job.Folder), "port", job.Address.Port)
				return stop, nil
			}
		}
	}
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
