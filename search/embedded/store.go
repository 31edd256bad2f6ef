package embedded

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/souk-taawon/souk/search"
)

// ErrBusy: another program has the folder of the index open.
var ErrBusy = errors.New("the search index is in use by another program")

// store is the folder of an engine: index folders, of which one is live, and a small database that says
// which, and that is also the lock on all of it.
//
//	state.db        live = "index-000002", schema = "1"
//	index-000002/
//	index-000003/   being filled by a rebuild, or left behind by one that was interrupted
type store struct {
	dir   string
	state *bbolt.DB
}

const (
	stateFile    = "state.db"
	folderPrefix = "index-"
	lockWait     = 2 * time.Second
)

func openStore(dir string, log *slog.Logger) (*store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, stateFile)
	state, err := openState(file, false)
	if err != nil && !errors.Is(err, bolterrors.ErrTimeout) && !errors.Is(err, os.ErrPermission) {
		log.Warn("the state of the search index cannot be read, and the index is built anew", "file", file, "error", err)
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		state, err = openState(file, false)
	}
	if err != nil {
		return nil, opening(file, err)
	}
	return &store{dir, state}, nil
}

func openState(file string, readOnly bool) (state *bbolt.DB, err error) {
	err = safely(func() (err error) {
		state, err = bbolt.Open(file, 0o600, &bbolt.Options{Timeout: lockWait, ReadOnly: readOnly})
		return err
	})
	return state, err
}

// opening says why the state in a file could not be opened.
func opening(file string, err error) error {
	if errors.Is(err, bolterrors.ErrTimeout) {
		return fmt.Errorf("%w: %s", ErrBusy, filepath.Dir(file))
	}
	return fmt.Errorf("opening %s: %w", file, err)
}

// safely makes an error of a panic, with which the libraries answer some files that a full disk or a
// crash has spoilt.
func safely(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it is spoilt: %v", r)
		}
	}()
	return f()
}

// openIndex opens an index, and reads some of it to see whether it can be read.
func openIndex(path string, readOnly bool) (index bleve.Index, err error) {
	err = safely(func() (err error) {
		if index, err = bleve.OpenUsing(path, map[string]any{"read_only": readOnly}); err != nil {
			return err
		}
		_, err = index.Search(bleve.NewSearchRequestOptions(bleve.NewMatchAllQuery(), 1, 0, false))
		return err
	})
	if err != nil && index != nil {
		_ = safely(index.Close) // it is thrown away
	}
	return index, err
}

func (s *store) close() error { return s.state.Close() }

func (s *store) path(folder string) string { return filepath.Join(s.dir, folder) }

func bucket() []byte { return []byte("index") }
func schema() []byte { return []byte(strconv.Itoa(search.Schema)) }

// live is the folder of the live index; "" if there is none of this version.
func (s *store) live() (folder string, err error) {
	err = s.state.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket(bucket()); b != nil && string(b.Get([]byte("schema"))) == string(schema()) {
			folder = string(b.Get([]byte("live")))
		}
		return nil
	})
	return folder, err
}

// openLive opens the live index, or makes an empty one if there is none that can be used, and removes all
// others.
func (s *store) openLive(log *slog.Logger) (folder string, index bleve.Index, err error) {
	if folder, err = s.live(); err != nil {
		return "", nil, err
	}
	if folder != "" {
		if index, err = openIndex(s.path(folder), false); err != nil {
			log.Warn("the search index cannot be read and is built anew", "folder", s.path(folder), "error", err)
			folder = ""
		}
	}
	if folder == "" {
		if folder, index, err = s.create(); err != nil {
			return "", nil, err
		}
		if err = s.setLive(folder); err != nil {
			return "", nil, errors.Join(err, index.Close())
		}
	}
	return folder, index, s.removeOthers(folder)
}

// create makes an empty index in a folder of its own.
func (s *store) create() (folder string, index bleve.Index, err error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return "", nil, err
	}
	last := 0
	for _, entry := range entries {
		if n, err := strconv.Atoi(strings.TrimPrefix(entry.Name(), folderPrefix)); err == nil {
			last = max(last, n)
		}
	}
	folder = fmt.Sprintf("%s%06d", folderPrefix, last+1)
	mapping, err := newMapping()
	if err != nil {
		return "", nil, err
	}
	if index, err = bleve.New(s.path(folder), mapping); err != nil {
		return "", nil, fmt.Errorf("making the index %s: %w", s.path(folder), err)
	}
	return folder, index, nil
}

// setLive writes down which index is live; after a crash it is this one or the one before.
func (s *store) setLive(folder string) error {
	return s.state.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket())
		if err != nil {
			return err
		}
		return errors.Join(b.Put([]byte("live"), []byte(folder)), b.Put([]byte("schema"), schema()))
	})
}

func (s *store) remove(folder string) error { return os.RemoveAll(s.path(folder)) }

func (s *store) removeOthers(live string) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), folderPrefix) && entry.Name() != live {
			err = errors.Join(err, s.remove(entry.Name()))
		}
	}
	return err
}
