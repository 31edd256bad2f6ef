package goods

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/storefront/ui"
)

// moved is a field of a product's row as it was before it was saved, and as it is; the same if it was not.
func (v catalogueView) moved(l *i18n.Locale, p catalog.Product, name string) (old, now string) {
	if v.Was == nil || v.Was.ID != p.ID {
		return "", ""
	}
	return inRow(l, *v.Was, name), inRow(l, p, name)
}

// called is a product's name with its size: rows of one thing are told apart by ear too.
func called(p ui.Page, product catalog.Product) string {
	return catalog.Called(p.L, product.Name, product.UnitAmount, product.UnitCode)
}

func inRow(l *i18n.Locale, p catalog.Product, name string) string {
	if name == "price" {
		return l.Money(p.Price)
	}
	return l.Number(p.Stock)
}

// answers are those to the question whether what jumps is meant: no, as it was; what may have been meant instead, if
// anything; and yes.
func answers(l *i18n.Locale, jump catalog.Jump) []ui.Option {
	no := func(o ui.Option) ui.Option { return said(l, "seller.product.jump_no", o) }
	keep := func(o ui.Option) ui.Option { return said(l, "seller.product.jump_keep", o) }
	yes := func(o ui.Option) ui.Option { return said(l, "seller.product.jump_yes", o) }
	switch jump.Field {
	case "price":
		offered := []ui.Option{keep(priced(l, jump.Old.Price))}
		if jump.Sized {
			offered[0] = no(priced(l, jump.Old.Price))
		}
		if likely, ok := jump.Likely(); ok {
			offered = append(offered, no(priced(l, likely)))
		}
		return append(offered, yes(priced(l, jump.New.Price)))
	case "unit":
		return []ui.Option{keep(measured(l, jump.Old)), yes(measured(l, jump.New))}
	}
	return []ui.Option{keep(counted(l, *jump.Old.Stock)), yes(counted(l, *jump.New.Stock))}
}

// said is an option in the words of an answer.
func said(l *i18n.Locale, key string, o ui.Option) ui.Option {
	return ui.Option{Value: o.Value, Label: l.T(key, "Value", o.Label)}
}

func priced(l *i18n.Locale, a money.Amount) ui.Option {
	return ui.Option{Value: ui.Typed(l, a), Label: l.Money(a)}
}

func measured(l *i18n.Locale, e catalog.Edit) ui.Option {
	return ui.Option{Value: fmt.Sprintf("%d %s", e.UnitAmount, e.UnitCode), Label: l.Unit(e.UnitAmount, e.UnitCode)}
}

func counted(l *i18n.Locale, n int) ui.Option {
	return ui.Option{Value: strconv.Itoa(n), Label: l.Number(n)}
}

// undoing is what is typed into a field to have it as it was.
func (v catalogueView) undoing(l *i18n.Locale, name string) string {
	if name == "price" {
		return ui.Typed(l, v.Was.Price)
	}
	return strconv.Itoa(v.Was.Stock)
}

// moves says what became of the fields of a row.
func moves(l *i18n.Locale, before, p catalog.Product) string {
	var said []string
	for name, what := range map[string]string{"price": l.T("seller.product.price"), "stock": l.T("seller.product.stock")} {
		if old, now := inRow(l, before, name), inRow(l, p, name); old != now {
			said = append(said, l.T("seller.catalogue.moved", "What", what, "Old", old, "New", now))
		}
	}
	slices.Sort(said)
	return strings.Join(said, " ")
}

// rowField is what a field of a product's row is called.
func rowField(p ui.Page, name string) string {
	if name == "price" {
		return p.T("seller.product.price")
	}
	return p.T("seller.product.stock")
}
