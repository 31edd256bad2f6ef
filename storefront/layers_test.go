package storefront_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// uses are, by file and the file that declares them, the names that the one takes from the other.
type uses map[string]map[string][]string

// leadTo reports whether from stands on to, directly or by way of other files.
func (u uses) leadTo(from, to string, seen map[string]bool) bool {
	for next := range u[from] {
		if next == to {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if u.leadTo(next, to, seen) {
				return true
			}
		}
	}
	return false
}

// circles are the uses that stand on themselves, in words.
func (u uses) circles() []string {
	var found []string
	for file, others := range u {
		for other, names := range others {
			if u.leadTo(other, file, make(map[string]bool)) {
				slices.Sort(names)
				found = append(found, file+" uses "+strings.Join(slices.Compact(names), ", ")+" of "+other+", which stands on "+file)
			}
		}
	}
	slices.Sort(found)
	return found
}

// TestFilesUseOnlyWhatStandsBelowThem keeps the package's files readable one after the other.
func TestFilesUseOnlyWhatStandsBelowThem(t *testing.T) {
	t.Parallel()
	files, all, err := usesOfFiles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if files < 15 || len(all["server.go"]) == 0 {
		t.Fatalf("of %d files these uses were read: %v", files, all)
	}
	for _, circle := range all.circles() {
		t.Error(circle)
	}
}

// usesOfFiles reads the package's files, without its tests, and what the compiler says of its imports.
func usesOfFiles(ctx context.Context) (int, uses, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-deps", "-export", "-json=ImportPath,Export,GoFiles,DepOnly", ".").Output()
	if err != nil {
		return 0, nil, err
	}
	exports := make(map[string]string) // what a package declares, compiled
	var parsed []*ast.File
	positions := token.NewFileSet()
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Export string
			GoFiles            []string
			DepOnly            bool
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return 0, nil, err
		}
		exports[p.ImportPath] = p.Export
		if p.DepOnly {
			continue
		}
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(positions, name, nil, parser.SkipObjectResolution)
			if err != nil {
				return 0, nil, err
			}
			parsed = append(parsed, file)
		}
	}
	info := types.Info{Uses: make(map[*ast.Ident]types.Object)}
	config := types.Config{Importer: importer.ForCompiler(positions, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	pkg, err := config.Check("storefront", positions, parsed, &info)
	if err != nil {
		return 0, nil, err
	}
	all := make(uses)
	for name, object := range info.Uses {
		if object.Pkg() != pkg {
			continue
		}
		file, declared := positions.Position(name.Pos()).Filename, positions.Position(object.Pos()).Filename
		if file == declared {
			continue
		}
		if all[file] == nil {
			all[file] = make(map[string][]string)
		}
		all[file][declared] = append(all[file][declared], object.Name())
	}
	return len(parsed), all, nil
}
