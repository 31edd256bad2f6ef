package security_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/souk-taawon/souk/internal/security"
)

// A kind that is not among Kinds cannot be looked for in the record.
func TestEveryKindOfEventIsOffered(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Kind" {
			return true
		}
		declared++
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(security.Kinds, security.Kind(text)) {
			t.Errorf("%s is not among Kinds", text)
		}
		return true
	})
	if declared != len(security.Kinds) {
		t.Errorf("%d kinds are declared, %d offered", declared, len(security.Kinds))
	}
}
