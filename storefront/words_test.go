package storefront_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/i18n"
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
			name := file
			if f, ok := d.(*ast.FuncDecl); ok {
				if name = f.Name.Name; isAsked(f) {
					continue
				}
			}
			if says(d) {
				t.Errorf("%s: the words of %s belong to %s_look.go", file, name, strings.TrimSuffix(filepath.Base(file), ".go"))
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

// words are the methods of a language that say something to its reader; those of a page are T and N of them.
var words = func() (words []string) {
	for method := range reflect.TypeFor[*i18n.Locale]().Methods() {
		if method.Type.NumOut() == 1 && method.Type.Out(0).Kind() == reflect.String && !slices.Contains(silent, method.Name) {
			words = append(words, method.Name)
		}
	}
	return words
}()

// silent are the others that give a text: what the language is called by programs, and a name that the catalogue has.
var silent = []string{"Code", "Dir", "Reads", "Text"}

// says reports whether a declaration says something to a reader: it names one of the words of a language or a page.
func says(d ast.Decl) (yes bool) {
	speakers := make(map[string]bool) // variables
	speaks := func(x ast.Expr) bool {
		switch x := x.(type) {
		case *ast.Ident:
			return speakers[x.Name]
		case *ast.SelectorExpr:
			return x.Sel.Name == "L" || x.Sel.Name == "Locale"
		}
		return false
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			at := n.Type
			if star, ok := at.(*ast.StarExpr); ok {
				at = star.X
			}
			if s, ok := at.(*ast.SelectorExpr); ok && (s.Sel.Name == "Locale" || s.Sel.Name == "Page") {
				for _, name := range n.Names {
					speakers[name.Name] = true
				}
			}
		case *ast.AssignStmt:
			for i, x := range n.Rhs {
				if name, ok := n.Lhs[i].(*ast.Ident); ok && speaks(x) {
					speakers[name.Name] = true
				}
			}
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "T" || s.Sel.Name == "N") {
				yes = true
			}
		case *ast.SelectorExpr:
			if speaks(n.X) && slices.Contains(words, n.Sel.Name) {
				yes = true
			}
		}
		return true
	})
	return yes
}

func TestWordsAreFoundInCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		`func f(l *i18n.Locale) string { return l.Number(1) }`:                     true,
		`func f(l *i18n.Locale) string { return l.Money(1) }`:                      true,
		`func f(p ui.Page) string { return p.L.Date(now) }`:                        true,
		`func f(p ui.Page) string { say := p.T; return say("x") }`:                 true,
		`func f(l *i18n.Locale) string { t := l.T; return t("x") }`:                true,
		`func f(p ui.Page) string { l := p.L; return l.Percent(1) }`:               true,
		`func f(v view) string { return v.Page.T("x") }`:                           true,
		`var f = func(l *i18n.Locale) string { return l.DateTime(now) }`:           true,
		`func f(l *i18n.Locale) string { return l.Code() + l.Text(name) }`:         false,
		`func f(at time.Time) string { return at.Month().String() + v.Number() }`:  false,
		`func f(l *i18n.Locale) []data { return ordered(places, l) }`:              false,
		`func f() view { return view{Number: 1, Date: time.Date(1, 1, 1, 0, 0)} }`: false,
	} {
		source, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; "+code, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := says(source.Decls[0]); got != want {
			t.Errorf("%s: %t", code, got)
		}
	}
}
