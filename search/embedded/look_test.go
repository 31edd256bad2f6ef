package embedded_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/embedded"
)

// contents are the files of a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		all[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhoOnlyLooksChangesNothing(t *testing.T) {
	t.Parallel()
	version := func(text string) func(string) error {
		return func(dir string) error {
			state, err := bbolt.Open(filepath.Join(dir, "state.db"), 0o600, &bbolt.Options{Timeout: time.Second})
			if err != nil {
				return err
			}
			err = state.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("index")).Put([]byte("schema"), []byte(text)) })
			return errors.Join(err, state.Close())
		}
	}
	for name, c := range map[string]struct {
		become func(dir string) error
		want   error // that or, where nothing is seen, any
		sees   []string
	}{
		"an index of this version":     {version(strconv.Itoa(search.Schema)), nil, []string{"honey", "oil"}},
		"an index of another version":  {version("0"), embedded.ErrNone, nil},
		"nothing":                      {func(dir string) error { return os.RemoveAll(dir) }, embedded.ErrNone, nil},
		"an index that cannot be read": {func(dir string) error { return spoil(filepath.Join(dir, "index-*", "store", "root.bolt")) }, nil, nil},
		"a state that cannot be read":  {func(dir string) error { return spoil(filepath.Join(dir, "state.db")) }, nil, nil},
		"an index and one left behind": {func(dir string) error {
			return os.CopyFS(filepath.Join(dir, "index-000009"), os.DirFS(filepath.Join(dir, "index-000001")))
		}, nil, []string{"honey", "oil"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "index")
			e := open(t, dir)
			put(t, e, product("honey", "Miel"), product("oil", "Huile"))
			if err := errors.Join(e.Close(), c.become(dir)); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
				if _, err := embedded.Look(dir); !errors.Is(err, c.want) {
					t.Errorf("%v", err)
				}
				if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("a folder is made: %v", err)
				}
				return
			}
			before := contents(t, dir)
			ids, err := embedded.Look(dir)
			slices.Sort(ids)
			switch {
			case c.want != nil && !errors.Is(err, c.want), c.want == nil && (err == nil) != (c.sees != nil), !slices.Equal(ids, c.sees):
				t.Errorf("it sees %v, %v", ids, err)
			}
			if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
				t.Errorf("looking changes:\n%.300s", diff)
			}
		})
	}
}

func TestWhoOnlyLooksDoesNotReadWhatIsBeingWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := open(t, dir)
	if _, err := embedded.Look(dir); !errors.Is(err, embedded.ErrBusy) {
		t.Errorf("beside a market: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.Look(dir); err != nil {
		t.Error(err)
	}
	open(t, dir)
}
