package market

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryKindOfJobIsWorked(t *testing.T) {
	t.Parallel()
	enlisted, err := os.ReadFile("workers.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	err = filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(source, func(n ast.Node) bool {
			declared, ok := n.(*ast.TypeSpec)
			if !ok || !isWorker(declared) {
				return true
			}
			found++
			name := source.Name.Name + "." + declared.Name.Name
			if made := source.Name.Name + ".New" + declared.Name.Name; !strings.Contains(string(enlisted), name+"{") && !strings.Contains(string(enlisted), made+"(") {
				t.Errorf("nobody enlists %s", name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 12 {
		t.Errorf("only %d workers are found", found)
	}
}

// isWorker reports whether a type is a worker of jobs: those embed river's defaults.
func isWorker(declared *ast.TypeSpec) bool {
	structure, ok := declared.Type.(*ast.StructType)
	if !ok {
		return false
	}
	for _, field := range structure.Fields.List {
		if of, ok := field.Type.(*ast.IndexExpr); ok && len(field.Names) == 0 {
			if selected, ok := of.X.(*ast.SelectorExpr); ok && selected.Sel.Name == "WorkerDefaults" {
				return true
			}
		}
	}
	return false
}
