package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNone says that there is no index of this version.
var ErrNone = errors.New("there is no search index of this version")

// Look lists the ids of all documents of the index that is kept in dir, for a program that only looks: nothing is
// changed, whatever is there. The error is ErrNone if Open would begin with an empty index since there is none or
// another version wrote it, and ErrBusy if another program has the folder open.
func Look(dir string) (ids []string, err error) {
	file := filepath.Join(dir, stateFile)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	state, err := openState(file, true)
	if err != nil {
		return nil, opening(file, err)
	}
	store := &store{dir, state}
	defer func() { err = errors.Join(err, store.close()) }()
	folder, err := store.live()
	if err != nil {
		return nil, err
	}
	if folder == "" {
		return nil, ErrNone
	}
	index, err := openIndex(store.path(folder), true)
	if err != nil {
		return nil, fmt.Errorf("reading the index %s: %w", store.path(folder), err)
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	return listIDs(index)
}
