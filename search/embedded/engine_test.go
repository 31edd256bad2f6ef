package embedded_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/embedded"
	"github.com/souk-taawon/souk/search/searchtest"
	"github.com/souk-taawon/souk/search/text"
)

func open(t testing.TB, dir string) *embedded.Engine {
	t.Helper()
	e, err := embedded.Open(dir, text.Builtin(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func fresh(t *testing.T) search.Engine { return open(t, t.TempDir()) }

func TestBuyersFindWhatTheyMean(t *testing.T) {
	t.Parallel()
	searchtest.Relevance(t, fresh(t))
}

func TestConformance(t *testing.T) {
	t.Parallel()
	searchtest.Run(t, fresh)
}

func product(id, name string) search.Document { return search.Document{ID: id, NameFR: name} }

func put(t *testing.T, e *embedded.Engine, docs ...search.Document) {
	t.Helper()
	if err := e.Put(t.Context(), search.Each(docs)); err != nil {
		t.Fatal(err)
	}
}

// expect expects that exactly these products are found.
func expect(t *testing.T, e *embedded.Engine, text string, ids ...string) {
	t.Helper()
	got, err := e.Search(t.Context(), search.Query{Text: text, Lang: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.IDs(), ids) {
		t.Errorf("«%s» finds %v, expected %v", text, got.IDs(), ids)
	}
}

func reopen(t *testing.T, e *embedded.Engine, dir string) *embedded.Engine {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, dir)
}

func folders(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "index-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestWhatWasPutIsThereAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := open(t, dir)
	put(t, e, product("honey", "Miel"), product("oil", "Huile"))
	e = reopen(t, e, dir)
	expect(t, e, "miel", "honey")
	err := e.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
		yield(product("almonds", "Amandes"), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(folders(t, dir)); n != 1 {
		t.Errorf("a rebuild leaves %d indexes", n)
	}
	e = reopen(t, e, dir)
	expect(t, e, "miel")
	expect(t, e, "amandes", "almonds")
}

func TestARebuildThatWasKilledLeavesTheOldIndex(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := open(t, dir)
	put(t, e, product("honey", "Miel"))
	copied := filepath.Join(t.TempDir(), "search")
	err := e.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
		for i := range 1_500 {
			if !yield(product(fmt.Sprint("p", i), "Amandes"), nil) {
				return
			}
		}
		// What a kill at this moment leaves on the disk.
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(folders(t, copied)); n != 2 {
		t.Fatalf("%d indexes were there, expected 2", n)
	}
	survivor := open(t, copied)
	expect(t, survivor, "miel", "honey")
	if n := len(folders(t, copied)); n != 1 {
		t.Errorf("%d indexes are left, expected 1", n)
	}
}

func TestAFolderBelongsToOneProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := open(t, dir)
	if _, err := embedded.Open(dir, text.Builtin(), slog.New(slog.DiscardHandler)); !errors.Is(err, embedded.ErrBusy) {
		t.Errorf("a second program: %v, expected %v", err, embedded.ErrBusy)
	}
	put(t, e, product("honey", "Miel"))
	expect(t, reopen(t, e, dir), "miel", "honey")
}

func TestAnIndexThatCannotBeReadIsReplacedByAnEmptyOne(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(folder string) error{
		"it is gone":                       os.RemoveAll,
		"it is empty":                      func(f string) error { return errors.Join(os.RemoveAll(f), os.Mkdir(f, 0o700)) },
		"it is incomplete":                 func(f string) error { return os.RemoveAll(filepath.Join(f, "store")) },
		"it is nonsense":                   func(f string) error { return os.WriteFile(filepath.Join(f, "index_meta.json"), []byte("?"), 0o600) },
		"its list of segments is nonsense": func(f string) error { return spoil(filepath.Join(f, "store", "root.bolt")) },
		"its segments are nonsense":        func(f string) error { return spoil(filepath.Join(f, "store", "*.zap")) },
		"its state is nonsense":            func(f string) error { return spoil(filepath.Join(filepath.Dir(f), "state.db")) },
		"its state is cut short":           func(f string) error { return os.Truncate(filepath.Join(filepath.Dir(f), "state.db"), 100) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			e := open(t, dir)
			put(t, e, product("honey", "Miel"))
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			if err := damage(folders(t, dir)[0]); err != nil {
				t.Fatal(err)
			}
			e = open(t, dir)
			if n, err := e.Count(t.Context()); n != 0 || err != nil {
				t.Errorf("%d documents, %v", n, err)
			}
			put(t, e, product("oil", "Huile"))
			expect(t, e, "huile", "oil")
		})
	}
}

// spoil overwrites files with what is none of theirs, at their length.
func spoil(pattern string) error {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		return fmt.Errorf("%d files like %s: %w", len(files), pattern, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err == nil {
			err = os.WriteFile(file, bytes.Repeat([]byte{'x'}, int(info.Size())), 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func TestAClosedEngineSaysSo(t *testing.T) {
	t.Parallel()
	e := open(t, t.TempDir())
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Search(t.Context(), search.Query{}); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("search: %v", err)
	}
	if err := e.Put(t.Context(), search.Each(nil)); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("put: %v", err)
	}
	if err := e.Rebuild(t.Context(), func(func(search.Document, error) bool) {}); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("rebuild: %v", err)
	}
	if err := e.Health(t.Context()); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("health: %v", err)
	}
}
