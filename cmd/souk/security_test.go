package main

import (
	"go/ast"
	"go/parser"
	source "go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// named is a name of a package of ours, as the table of limits writes it: its folder, a point and the
// name, with a method's type before it.
var named = regexp.MustCompile("^`([a-z0-9/]+)\\.([A-Za-z0-9_.]+)`$")

func TestTheTableOfLimitsNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, ".github", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]map[string]bool{} // by package, names of code and of tests
	rows := 0
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.TrimSpace(cells[0]) == "What" {
			continue
		}
		rows++
		if len(cells) != 4 {
			t.Errorf("%d cells instead of 4: %s", len(cells), line)
			continue
		}
		for i, cell := range cells[2:] {
			found := named.FindStringSubmatch(strings.TrimSpace(cell))
			if found == nil {
				t.Errorf("%q is not the name of a package's part: %s", cell, line)
				continue
			}
			if declared[found[1]] == nil {
				declared[found[1]] = namesIn(t, filepath.Join(root, found[1]))
			}
			isTest := strings.HasPrefix(found[2], "Test") || strings.HasPrefix(found[2], "Fuzz")
			if !declared[found[1]][found[2]] || isTest != (i == 1) {
				t.Errorf("%s: package %s has no such %s", found[2], found[1], []string{"part", "test"}[i])
			}
		}
	}
	if rows < 40 {
		t.Errorf("the table has only %d rows", rows)
	}
}

// namesIn are the names that the files of a folder declare at the top, methods as «Type.Method».
func namesIn(t *testing.T, dir string) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, path := range paths {
		file, err := parser.ParseFile(source.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				names[receiver(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.ValueSpec:
						for _, name := range s.Names {
							names[name.Name] = true
						}
					case *ast.TypeSpec:
						names[s.Name.Name] = true
					}
				}
			}
		}
	}
	return names
}

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	kind := f.Recv.List[0].Type
	if pointer, ok := kind.(*ast.StarExpr); ok {
		kind = pointer.X
	}
	if name, ok := kind.(*ast.Ident); ok {
		return name.Name + "."
	}
	return ""
}
