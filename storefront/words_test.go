package storefront_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestWordsOfAPageStandBesideItsColours keeps a page's three files apart: what is said without a request stands in
// x_look.go and not in x.go, where a handler names its page and tells what it refuses or has done.
func TestWordsOfAPageStandBesideItsColours(t *testing.T) {
	t.Parallel()
	rooms := map[string]bool{"shop": true, "seller": true, "association": true, "door": true, "feed": true, "demo": true}
	seen := 0
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		isGo := strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") && !strings.HasSuffix(file, "_templ.go")
		if err != nil || !isGo || strings.HasSuffix(file, "look.go") || !rooms[strings.Split(filepath.ToSlash(file), "/")[0]] {
			return err
		}
		seen++
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range source.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && !isAsked(f) && says(f) {
				t.Errorf("%s: the words of %s belong to %s_look.go", file, f.Name.Name, strings.TrimSuffix(filepath.Base(file), ".go"))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 25 {
		t.Errorf("only %d pages were found", seen)
	}
}

// isAsked reports whether a function is given a request.
func isAsked(f *ast.FuncDecl) (yes bool) {
	ast.Inspect(f.Type, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Request" {
			yes = true
		}
		return true
	})
	return yes
}

// says reports whether a function asks for a sentence (i18n.Locale.T and N).
func says(f *ast.FuncDecl) (yes bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "T" || s.Sel.Name == "N") {
				yes = true
			}
		}
		return true
	})
	return yes
}
