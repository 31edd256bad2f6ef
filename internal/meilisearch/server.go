package meilisearch

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/child"
)

// Server is a Meilisearch server that runs as a child of this program, for this program alone: on a
// port of 127.0.0.1, behind keys that nobody else knows. On Linux it ends with this program even if
// that is killed. If it ends by itself, or hangs, it is started again, at the same place.
type Server struct {
	binary, dataDir string
	master          string // key
	access          Access

	address  atomic.Pointer[string]
	answered atomic.Bool // and so keeps its address
	log      *slog.Logger
	child    *child.Child
}

const (
	// firstTries is how often a start is tried: its port may be taken meanwhile, its data unreadable.
	firstTries = 4
	// triesToEmpty is after how many starts in a row that came to nothing the data are thrown away.
	triesToEmpty = 3
	// indexingMemory is what the server may take for one batch of changes. It takes all of it for each,
	// and its own choice of two thirds of the machine makes a change of one product take half a second
	// and more instead of 60 ms.
	indexingMemory = "512MiB"
)

// Access is what a key opens.
type Access struct {
	Actions []string // in Meilisearch's words
	Index   string   // the name of an index, or the beginning of names with a star
	Looks   bool     // whoever asks only looks: data that cannot be read stay as they are
}

// Start runs the binary with its data in dataDir and returns when it answers to a key for the access. Data
// that it cannot read, which another version of Meilisearch or a full disk has left there, are thrown away, unless
// the access only looks: an index can be filled again. The caller stops it.
func Start(ctx context.Context, binary, dataDir string, access Access, log *slog.Logger) (*Server, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, err
	}
	s := &Server{binary: binary, dataDir: dataDir, master: rand.Text() + rand.Text(), access: access, log: log}
	var err error
	s.child, err = child.Start(ctx, child.Spec{
		Name: "meilisearch", Command: s.command, Probe: s.probe, Failed: s.failed, Log: log,
		FirstTries: firstTries,
	})
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", binary, err)
	}
	return s, nil
}

// URL is where the server answers.
func (s *Server) URL() string { return "http://" + *s.address.Load() }

// Key opens what Start was told, and nothing else. The server computes it from the master key and the key's id.
func (s *Server) Key() string {
	mac := hmac.New(sha256.New, []byte(s.master))
	mac.Write([]byte(s.keyID()))
	return hex.EncodeToString(mac.Sum(nil))
}

// keyID is another for another access: the server keeps its keys with its data, and changes none.
func (s *Server) keyID() string {
	return uuid.NewSHA1(uuid.Nil, []byte(s.access.Index+" "+strings.Join(s.access.Actions, " "))).String()
}

// Stop ends the server and returns when it has ended. When ctx ends it is killed.
func (s *Server) Stop(ctx context.Context) error { return s.child.Stop(ctx) }

func (s *Server) database() string { return filepath.Join(s.dataDir, "data.ms") }

func (s *Server) command(output io.Writer) (*exec.Cmd, error) {
	if !s.answered.Load() {
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		s.address.Store(&address)
	}
	c := exec.Command(s.binary,
		"--http-addr", *s.address.Load(), "--env", "production", "--no-analytics", "--log-level", "WARN",
		"--max-indexing-memory", indexingMemory,
		"--db-path", s.database(), "--dump-dir", filepath.Join(s.dataDir, "dumps"), "--snapshot-dir", filepath.Join(s.dataDir, "snapshots"))
	c.Dir = s.dataDir
	c.Env = child.Environment("MEILI_MASTER_KEY=" + s.master) // not among the arguments, which everyone on the machine can read
	c.Stdout, c.Stderr = output, output
	c.SysProcAttr = child.EndWithParent()
	return c, nil
}

// failed clears away what may be in the way of the next start.
func (s *Server) failed(inARow int, output string) {
	if inARow != triesToEmpty && !strings.Contains(output, "incompatible") {
		return
	}
	if s.access.Looks {
		return
	}
	s.log.Warn("the search data cannot be read, such as those of another version of Meilisearch, and are thrown away", "folder", s.dataDir)
	if err := os.RemoveAll(s.database()); err != nil {
		s.log.Error("throw the search data away", "error", err)
	}
}

// client follows no redirect: the key goes to the server that it is for, and to no other.
var client = http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// probe asks the server whether it has the program's key, and makes it where it has not: with data that are new,
// or of before there was one. It asks with its own master key: on a port that was taken meanwhile, somebody else
// would answer.
func (s *Server) probe(ctx context.Context) error {
	status, err := s.ask(ctx, http.MethodGet, "/keys/"+s.keyID(), nil)
	if err != nil {
		return err
	}
	if status == http.StatusNotFound {
		body, err := json.Marshal(map[string]any{
			"uid": s.keyID(), "name": "souk", "actions": s.access.Actions, "indexes": []string{s.access.Index}, "expiresAt": nil,
		})
		if err != nil {
			return err
		}
		if status, err = s.ask(ctx, http.MethodPost, "/keys", body); err != nil {
			return err
		}
	}
	if status != http.StatusOK && status != http.StatusCreated {
		return fmt.Errorf("it answers %d %s", status, http.StatusText(status))
	}
	s.answered.Store(true)
	return nil
}

func (s *Server) ask(ctx context.Context, method, path string, body []byte) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, method, s.URL()+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+s.master)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// freeAddress is a port of this machine that nobody listens on. Somebody else may take it before the
// server does; then the next try has another.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
