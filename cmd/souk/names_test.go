package main

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// names are what a document of the project may call by its name: files by their path, variables of the
// configuration, tables, views and constraints, identifiers as package.Name or package.Type.Member with the package by
// its name or its path, and tests by their bare name too.
type names map[string]bool

// projectNames reads the whole project, once for all documents.
func projectNames(t *testing.T) names {
	t.Helper()
	all, err := readNames()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var readNames = sync.OnceValues(func() (names, error) {
	all := make(names)
	for field := range reflect.TypeFor[config]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("env"), ",") // what follows says how it is read
		all[name] = true
	}
	const root = "../.."
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == ".git" || entry.Name() == defaultDataDir {
				return fs.SkipDir
			}
			return nil
		}
		path, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		path = filepath.ToSlash(path)
		all[path] = true
		if strings.HasSuffix(path, ".sql") {
			return all.create(file)
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		source, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		all.declare(path, source)
		return nil
	})
	return all, err
})

var created = regexp.MustCompile(`(?m)(?:^create (?:or replace )?(?:table|view)|\bconstraint) (\w+)`)

// create adds the tables, views and constraints that a migration makes.
func (n names) create(file string) error {
	statements, err := os.ReadFile(file)
	for _, found := range created.FindAllSubmatch(statements, -1) {
		n[string(found[1])] = true
	}
	return err
}

// declare adds what a file of Go declares.
func (n names) declare(path string, source *ast.File) {
	folder := strings.TrimSuffix(path[:max(strings.LastIndex(path, "/"), 0)], "/")
	add := func(name string) {
		n[strings.TrimSuffix(source.Name.Name, "_test")+"."+name] = true
		n[folder+"."+name] = true
	}
	for _, declaration := range source.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				add(typeName(d.Recv.List[0].Type) + "." + d.Name.Name)
				continue
			}
			add(d.Name.Name)
			if strings.HasSuffix(path, "_test.go") {
				n[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.ValueSpec:
					for _, name := range s.Names {
						add(name.Name)
					}
				case *ast.TypeSpec:
					add(s.Name.Name)
					for _, field := range fieldsOf(s.Type) {
						add(s.Name.Name + "." + field)
					}
				}
			}
		}
	}
}

// fieldsOf gives the fields of a struct or the methods of an interface.
func fieldsOf(of ast.Expr) (all []string) {
	var list *ast.FieldList
	switch kind := of.(type) {
	case *ast.StructType:
		list = kind.Fields
	case *ast.InterfaceType:
		list = kind.Methods
	default:
		return nil
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			all = append(all, name.Name)
		}
	}
	return all
}

// typeName is the name of a receiver's type.
func typeName(receiver ast.Expr) string {
	switch r := receiver.(type) {
	case *ast.StarExpr:
		return typeName(r.X)
	case *ast.IndexExpr:
		return typeName(r.X)
	case *ast.Ident:
		return r.Name
	}
	return ""
}

var codeLetters = regexp.MustCompile("`([^`]+)`")

// missing are the words in code letters of a text that are the name of nothing.
func (n names) missing(text string) (unknown []string) {
	for _, word := range codeLetters.FindAllStringSubmatch(text, -1) {
		if !n[word[1]] {
			unknown = append(unknown, word[1])
		}
	}
	return unknown
}

func TestADocumentNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	known := projectNames(t)
	there := "`README.md` `cmd/souk/names_test.go` `BASE_URL` `account.TestSigningOutEndsOneSession` `TestSigningOutEndsOneSession` " +
		"`account.Service.SignIn` `search/meili.oneOf` `meili.oneOf` `main.run` `web.Route.NoLang` `search.Engine.Search` `order.MaxLines` `orders` `order_lines_now`"
	if unknown := known.missing(there); len(unknown) != 0 {
		t.Errorf("not found: %q", unknown)
	}
	notThere := "`README` `names_test.go` `BASE` `account.TestOfNothing` `TestOfNothing` `account.SignIn` `order.oneOf` `Service.SignIn` `run` `orders_now`"
	if unknown := known.missing(notThere); len(unknown) != strings.Count(notThere, "`")/2 {
		t.Errorf("only %q are not found", unknown)
	}
}
