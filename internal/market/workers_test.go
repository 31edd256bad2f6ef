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

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/testcard"
)

func TestEveryKindOfJobIsWorked(t *testing.T) {
	t.Parallel()
	enlisted, err := os.ReadFile("workers.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	eachSource(t, func(source *ast.File) {
		ast.Inspect(source, func(n ast.Node) bool {
			declared, ok := n.(*ast.TypeSpec)
			if !ok || !isWorker(declared) {
				return true
			}
			found++
			name := source.Name.Name + "." + declared.Name.Name
			if made := source.Name.Name + ".New" + declared.Name.Name; !strings.Contains(string(enlisted), name+"{") && !strings.Contains(string(enlisted), made+"(") {
				t.Errorf("nobody enlists %s: add it to addWorkers", name)
			}
			return true
		})
	})
	if found < 12 {
		t.Errorf("only %d workers are found", found)
	}
}

func TestEveryKindOfJobIsInserted(t *testing.T) {
	t.Parallel()
	kinds := make(map[string]bool) // the arguments of a job, by whether some are made
	eachSource(t, func(source *ast.File) {
		for _, d := range source.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "Kind" && f.Recv != nil {
				if of, ok := f.Recv.List[0].Type.(*ast.Ident); ok && strings.HasSuffix(of.Name, "Args") {
					kinds[source.Name.Name+"."+of.Name] = false
				}
			}
		}
	})
	eachSource(t, func(source *ast.File) {
		ast.Inspect(source, func(n ast.Node) bool {
			made, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			name := ""
			switch of := made.Type.(type) {
			case *ast.Ident:
				name = source.Name.Name + "." + of.Name
			case *ast.SelectorExpr:
				if from, ok := of.X.(*ast.Ident); ok {
					name = from.Name + "." + of.Sel.Name
				}
			}
			if _, known := kinds[name]; known {
				kinds[name] = true
			}
			return true
		})
	})
	for name, inserted := range kinds {
		if !inserted {
			t.Errorf("nobody inserts %s: whatever causes it does, or periodic has it come again by itself", name)
		}
	}
	if len(kinds) < 12 {
		t.Errorf("only %d kinds of jobs are found", len(kinds))
	}
}

// eachSource hands over every file of the packages under internal, but for tests.
func eachSource(t *testing.T, fn func(source *ast.File)) {
	t.Helper()
	err := filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err == nil {
			fn(source)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
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

// Of a paid order nothing is prepared before its event is worked: ten thousand letters must not stand before it.
func TestNoLetterKeepsMoneyWaiting(t *testing.T) {
	t.Parallel()
	for _, args := range []interface {
		river.JobArgs
		InsertOpts() river.InsertOpts
	}{payment.EventArgs{}, payment.RefundArgs{}, payment.CloseArgs{}, payment.AskArgs{}, testcard.TellArgs{}} {
		if queue := args.InsertOpts().Queue; queue != job.Money || queue == (mail.SendArgs{}).InsertOpts().Queue {
			t.Errorf("%s waits in %q", args.Kind(), queue)
		}
	}
}
