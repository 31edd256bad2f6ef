package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/static"
)

// developCommand is what reloads templates as well: templ writes their words beside them when they are edited, and
// starts the demo again when Go code is.
const developCommand = `go tool templ generate -log-level warn -watch -cmd "go run ./cmd/souk demo -dev"`

// templWatches is set by templ's watch: pages then take their words from what it writes.
const templWatches = "TEMPL_DEV_MODE"

// refuseEdited keeps a market from showing words that do not belong to the program.
func refuseEdited() error {
	if os.Getenv(templWatches) != "" {
		return errors.New(templWatches + " is set: pages would take their words from the folder for temporary files; only demo -dev does that")
	}
	return nil
}

// workshop is the project's folder, out of which the demo takes what somebody is at work on: texts, and styles,
// scripts and drawings.
type workshop struct {
	dir     string
	mu      sync.Mutex
	shelves []*shelf
}

// shelf is one folder of it.
type shelf struct {
	dir    string
	reload func(fs.FS) error
	stamp  string // of its files as they were read last
	err    error  // what was wrong with them
}

// openWorkshop finds the project's folder: this one or one above it.
func openWorkshop(dir string) (*workshop, error) {
	if os.Getenv(templWatches) != "" {
		if _, file, _, _ := runtime.Caller(0); !filepath.IsAbs(file) {
			return nil, errors.New("templates reload only in a program that knows where it was built: leave -trimpath out of GOFLAGS")
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for {
		if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && strings.HasPrefix(string(text), "module github.com/souk-taawon/souk\n") {
			return &workshop{dir: dir}, nil
		}
		if dir == filepath.Dir(dir) {
			return nil, errors.New("-dev reads texts and styles from the source folder: start it there")
		}
		dir = filepath.Dir(dir)
	}
}

// reads has the workshop take up the languages, and what pages are dressed with.
func (w *workshop) reads(texts *i18n.Bundle) {
	w.shelves = []*shelf{
		{dir: filepath.Join(w.dir, "internal/i18n/locales"), reload: texts.Reload},
		{dir: filepath.Join(w.dir, "storefront/static"), reload: static.Reload},
	}
}

// reread takes up what was edited since it was called last. Its error says what cannot be read; the rest goes on as
// it was.
func (w *workshop) reread() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var problems []error
	for _, s := range w.shelves {
		stamp, err := stampOf(s.dir)
		if err != nil {
			return err
		}
		if stamp != s.stamp {
			s.stamp, s.err = stamp, s.reload(os.DirFS(s.dir))
		}
		problems = append(problems, s.err)
	}
	return errors.Join(problems...)
}

// stampOf changes whenever a file of the folder does.
func stampOf(dir string) (string, error) {
	var stamp strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(&stamp, path, info.Size(), info.ModTime().UnixNano())
		return nil
	})
	return stamp.String(), err
}

// welcome says what reloads, and what else would have to be started for the rest.
func (w *workshop) welcome(s *steps) {
	s.plain("")
	s.plain("Texts, styles, scripts and drawings come from %s, anew at each request.", w.dir)
	if os.Getenv(templWatches) != "" {
		s.plain("So do the words of templates; after a change of Go code the demo is started again.")
		return
	}
	s.plain("To have templates and Go code reload too, stop this and start")
	s.plain("  %s", developCommand)
}
