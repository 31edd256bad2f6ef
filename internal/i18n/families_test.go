package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A key that code composes is one of a family: «role.*» is said of each role. Here stands where the words are
// decided that * is, so that a constant, a row or a call more without its sentence fails; a family of nil is held
// by the test that its comment names.
var families = map[string]words{
	"actor.*": constants("internal/actor", "Kind"),
	"association.column.*": all(arguments("association/money", "term", 3), arguments("association/money", "owedCell", 1),
		arguments("association/money", "inMoney", 0), arguments("association/sales", "figure", 1)),
	"association.cooperative.means.*": constants("internal/cooperative", "State"),
	"association.event.*": all(constants("internal/cooperative", "State"), named("internal/cooperative", "Corrected"),
		texts("association/members", "eventName")),
	"association.gap.*":          arguments("association/members", "gap", 1),
	"association.gap.language.*": texts("association/members", "missingNames"),
	"association.identity.*": all(texts("internal/cooperative", "identity"), arguments("association/members", "people", 2),
		arguments("association/members", "optional", 2), arguments("association/members", "area", 2)),
	"association.giveback.*":        arguments("association/returns", "words", 1),
	"association.giveback.*_before": arguments("association/returns", "words", 1),
	"association.messages.news.*":   constants("internal/order", "BuyerNews"),
	"association.order.ask.*":       named("internal/order", "MoveDeliver", "MoveRefuse", "MoveCancel"),
	"association.order.ask.*_paid":  named("internal/order", "MoveRefuse", "MoveCancel"),
	"association.order.ask.*_text":  named("internal/order", "MoveRefuse", "MoveCancel"),
	"association.order.done.*": all(named("association/orders", "moveRenew", "moveRefund"),
		named("internal/order", "MoveConfirm", "MoveDispatch", "MoveDeliver", "MoveRefuse", "MoveCancel")),
	"association.preset.*":           texts("association/sales", "presets"),
	"association.settings.*":         nil, // storefront/association.TestEveryFieldOfTheSettingsHasItsWords
	"association.state.*":            constants("internal/cooperative", "State"),
	"association.term.*":             all(arguments("association/money", "term", 4), arguments("association/money", "equation", 2)),
	"door.required.*":                arguments("door", "required", 1, 2),
	"means.*":                        nil, // internal/market.TestEveryMeansOfPaymentHasItsWords
	"order.means_by.*":               named("internal/payment", "CashOnDelivery", "Card", "BankTransfer"),
	"order.history.*":                constants("internal/order", "MoneyKind"),
	"order.declined.*":               constants("internal/order", "Decline"),
	"order.dispute.*_body":           constants("internal/order", "disputeLetter"),
	"order.dispute.*_subject":        constants("internal/order", "disputeLetter"),
	"order.money.*_body":             constants("internal/order", "moneyLetter"),
	"order.money.*_subject":          constants("internal/order", "moneyLetter"),
	"order.news.*":                   constants("internal/order", "BuyerNews"),
	"order.news.*_subject":           constants("internal/order", "BuyerNews"),
	"order.note.*":                   all(constantsLike("internal/order", "Note"), constants("internal/order", "Reason")),
	"order.part_state.*":             all(constants("internal/order", "PartState"), named("internal/order", "EventAdjusted")),
	"order.state.*":                  all(constants("internal/order", "State"), named("internal/order", "EventAdjusted", "EventAddress")),
	"right.*":                        constants("internal/account", "Right"),
	"role.*":                         constants("internal/account", "Role"),
	"security.erased.*":              texts("association/orders", "eraseReasons"),
	"security.kind.*":                constants("internal/security", "Kind"),
	"association.transfers.column.*": constants("internal/payment/transfer", "Column"),
	"association.transfers.doubt.*":  constants("internal/payment/transfer", "Doubt"),
	"association.transfers.line.*":   constants("internal/payment/transfer", "LineState"),
	"association.returns.done.*":     named("internal/order", "MoveArrange", "MoveReceive", "MoveReject"),
	"order.mail.return_*_body":       constants("internal/order", "returnLetter"),
	"order.mail.return_*_subject":    constants("internal/order", "returnLetter"),
	"order.return_state.*":           constants("internal/order", "ReturnState"),

	"association.labels.done_*":    texts("association/members", "answers"),
	"association.labels.scan_*":    texts("association/members", "scanWord"),
	"certificate.mail.*_body":      named("internal/certificate", "Confirmed", "Refused"),
	"certificate.mail.*_subject":   named("internal/certificate", "Confirmed", "Refused"),
	"seller.label.withdraw_text_*": named("internal/certificate", "Proposed", "Confirmed"),
	"certificate.state.*":          constants("internal/certificate", "State"),
	"seller.catalogue.now_*":       named("internal/catalog", "Published", "Draft", "Archived"),
	"seller.catalogue.several_*":   named("internal/catalog", "Published", "Draft", "SoldOut"),
	"seller.money.owing.*":         constants("internal/settlement", "Owing"),
	"seller.missing.*":             firsts("seller/home", "gaps"),
	"seller.missing_do.*":          firsts("seller/home", "gaps"),
	"seller.missing_why.*":         firsts("seller/home", "gaps"),
	"seller.orders.all_*":          named("internal/order", "MoveAccept", "MoveReady", "MoveHandOver", "MoveUnaccept"),
	"seller.orders.do_*":           named("internal/order", "MoveAccept", "MoveReady", "MoveHandOver"),
	"seller.orders.together_*":     named("internal/order", "MoveAccept", "MoveReady", "MoveHandOver"),
	"seller.orders.done_*": named("internal/order", "MoveAccept", "MoveReady", "MoveHandOver", "MoveDecline", "MoveShorten",
		"MoveUnaccept", "MoveUnready", "MoveTakeBack"),
	"seller.orders.just_*":   named("internal/order", "PartAccepted", "PartReady", "PartHandedOver"),
	"seller.orders.none_*":   firsts("seller/orders", "shelves"),
	"seller.short.*":         texts("seller/orders", "shortReasons"),
	"seller.page.hint_*":     firsts("seller/home", "said"),
	"seller.page.others_*":   firsts("seller/home", "said"),
	"seller.state.*":         named("internal/catalog", "Published", "Draft", "Archived", "SoldOut"),
	"seller.state_hint.*":    named("internal/catalog", "Published", "Draft", "Archived"),
	"seller.unit.*":          texts("seller/goods", "unitCodes"),
	"seller.upload.read_*":   constants("internal/upload/sheet", "Encoding"),
	"seller.upload.reread_*": constants("internal/upload/sheet", "Encoding"),

	"settlement.owing.*":    constants("internal/settlement", "Owing"),
	"settlement.provider.*": constants("internal/settlement", "ByProvider"),

	"shop.page.*":     nil, // storefront/shop.TestEveryPageIsWholeInEveryLanguage
	"unit.*":          texts("seller/goods", "unitCodes"),
	"unit.per_*":      except(texts("seller/goods", "unitCodes"), "g", "ml"), // which no price is for one of
	"upload.column.*": all(texts("internal/upload", "columnOrder"), texts("internal/upload", "templateColumns")),
	"web.error.*":     nil, // storefront.TestEveryStatusIsSaidInEveryLanguage
}

// TestEachFamilyOfKeysIsSaidWhole also finds a family that is not listed, and one that is no more.
func TestEachFamilyOfKeysIsSaidWhole(t *testing.T) {
	t.Parallel()
	said, code := readLanguages(t)["ar"], readSource(t)
	composed := code.composed(said)
	for pattern, where := range composed {
		if _, listed := families[pattern]; !listed {
			t.Errorf("%s: what may %s be? Its words belong into families", where, pattern)
		}
	}
	for pattern, of := range families {
		if composed[pattern] == "" {
			t.Errorf("no code composes %s", pattern)
		}
		if of == nil {
			continue
		}
		list := of(code)
		if len(list) == 0 {
			t.Errorf("%s has no words", pattern)
		}
		for _, word := range list {
			if key := strings.Replace(pattern, "*", word, 1); said[key] == nil {
				t.Errorf("no language says %q", key)
			}
		}
	}
}

// source is the project's code without its tests, by folder; one of storefront is named by its way from there.
type source struct {
	positions *token.FileSet
	files     map[string][]*ast.File
	constants map[string]map[string]constant // by folder and name
}

type constant struct{ kind, value string }

// words are what a source decides.
type words func(source) []string

func readSource(t *testing.T) source {
	t.Helper()
	s := source{token.NewFileSet(), make(map[string][]*ast.File), make(map[string]map[string]constant)}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(s.positions, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		folder = strings.TrimPrefix(filepath.ToSlash(folder), "storefront/")
		s.files[folder] = append(s.files[folder], file)
		s.constantsOf(folder, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s source) constantsOf(folder string, file *ast.File) {
	if s.constants[folder] == nil {
		s.constants[folder] = make(map[string]constant)
	}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			spec := spec.(*ast.ValueSpec)
			kind, _ := spec.Type.(*ast.Ident)
			for i, value := range spec.Values {
				text, ok := literal(value)
				if !ok {
					continue
				}
				c := constant{value: text}
				if kind != nil {
					c.kind = kind.Name
				}
				s.constants[folder][spec.Names[i].Name] = c
			}
		}
	}
}

var beginning = regexp.MustCompile(`^[a-z_]+\.([a-z_]+\.)*([a-z_]+_)?$`)

// composed are the keys that code puts together, what it puts in as *, each with a place where it does.
func (s source) composed(said map[string]message) map[string]string {
	found := make(map[string]string)
	known := func(begins string) bool {
		for key := range said {
			if strings.HasPrefix(key, begins) {
				return true
			}
		}
		return false
	}
	s.each(func(n ast.Node) bool {
		sum, ok := n.(*ast.BinaryExpr)
		if !ok || sum.Op != token.ADD {
			return true
		}
		parts := summands(sum)
		if begins, ok := literal(parts[0]); !ok || !beginning.MatchString(begins) || !known(begins) {
			return true
		}
		var pattern strings.Builder
		for _, part := range parts {
			text, ok := literal(part)
			if !ok {
				text = "*"
			}
			pattern.WriteString(text)
		}
		if before, after, ok := strings.Cut(pattern.String(), "*"); ok {
			open := before + "*"
			if of, listed := families[open]; !listed || of != nil { // else another test knows what comes after it too
				open += after[strings.LastIndex(after, "*")+1:]
			}
			found[open] = s.positions.Position(n.Pos()).String()
		}
		return false
	})
	return found
}

func (s source) each(visit func(ast.Node) bool) {
	for _, files := range s.files {
		for _, file := range files {
			ast.Inspect(file, visit)
		}
	}
}

func summands(e ast.Expr) []ast.Expr {
	if sum, ok := e.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		return append(summands(sum.X), summands(sum.Y)...)
	}
	return []ast.Expr{e}
}

// constants are those of a type in a folder.
func constants(folder, kind string) words {
	return func(s source) (list []string) {
		for _, c := range s.constants[folder] {
			if c.kind == kind {
				list = append(list, c.value)
			}
		}
		return list
	}
}

// constantsLike are those in a folder whose names begin so.
func constantsLike(folder, begins string) words {
	return func(s source) (list []string) {
		for name, c := range s.constants[folder] {
			if strings.HasPrefix(name, begins) {
				list = append(list, c.value)
			}
		}
		return list
	}
}

// named are these constants of a folder.
func named(folder string, names ...string) words {
	return func(s source) (list []string) {
		for _, name := range names {
			list = append(list, s.constants[folder][name].value)
		}
		return list
	}
}

// texts are all that stand in a folder's declaration of that name.
func texts(folder, name string) words {
	return func(s source) (list []string) {
		s.inside(folder, name, func(n ast.Node) {
			if text, ok := s.text(folder, n); ok {
				list = append(list, text)
			}
		})
		return list
	}
}

// firsts are the first of each row of a folder's table of that name.
func firsts(folder, name string) words {
	return func(s source) (list []string) {
		s.inside(folder, name, func(n ast.Node) {
			if row, ok := n.(*ast.CompositeLit); ok && len(row.Elts) > 0 {
				if text, ok := s.text(folder, row.Elts[0]); ok {
					list = append(list, text)
				}
			}
		})
		return list
	}
}

// arguments are the texts that calls of a function in its folder pass at these places, the first being 0.
func arguments(folder, function string, places ...int) words {
	return func(s source) (list []string) {
		for _, file := range s.files[folder] {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if called, ok := call.Fun.(*ast.Ident); !ok || called.Name != function {
					return true
				}
				for i, argument := range call.Args {
					if text, ok := s.text(folder, argument); ok && slices.Contains(places, i) {
						list = append(list, text)
					}
				}
				return true
			})
		}
		return list
	}
}

// all are the words of several.
func all(of ...words) words {
	return func(s source) (list []string) {
		for _, each := range of {
			list = append(list, each(s)...)
		}
		return list
	}
}

// except are the words but these.
func except(of words, but ...string) words {
	return func(s source) []string {
		return slices.DeleteFunc(of(s), func(word string) bool { return slices.Contains(but, word) })
	}
}

// inside visits what stands in a folder's declaration of that name.
func (s source) inside(folder, name string, visit func(ast.Node)) {
	look := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool { visit(n); return true })
	}
	for _, file := range s.files[folder] {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Name.Name == name {
					look(decl.Body)
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					if spec, ok := spec.(*ast.ValueSpec); ok && spec.Names[0].Name == name {
						for _, value := range spec.Values {
							look(value)
						}
					}
				}
			}
		}
	}
}

// text is what a literal or a constant of the folder says.
func (s source) text(folder string, n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		text, ok := literal(n)
		return text, ok && text != ""
	case *ast.Ident:
		c, ok := s.constants[folder][n.Name]
		return c.value, ok
	}
	return "", false
}

func literal(n ast.Expr) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
