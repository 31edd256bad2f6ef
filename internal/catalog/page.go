package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/shown"
)

// Page is a form about a product as somebody had it before her: what it showed, and a key of its own. A
// form is filled in while orders are placed and others work, so only what she changed in it is written;
// a stock moves by the difference from what she saw; and the form does it once, however often it is sent.
// The zero Page is no page at all: then everything given is written as it is.
type Page struct {
	Key    uuid.UUID
	Sure   map[string]bool // of Jumping: what she was asked about and means, or pressed what names it
	Others []Chosen        // other sizes of the thing, which are to have its name and its category too
	shown  shown.Fields    // and the stock as a number
}

// NewPage is the page that a form about p is shown on now.
func NewPage(p Product) Page {
	page := Page{Key: postgres.NewID(), shown: shown.Fields{"stock": strconv.Itoa(p.Stock)}}
	e := p.Edit()
	for _, f := range onForms {
		page.shown.Show(f.Name, f.Text(&e))
	}
	return page
}

// ReadPage reads what Encode wrote. What cannot be read showed nothing, so that it overwrites nothing.
func ReadPage(text string) Page {
	key, fields, _ := strings.Cut(text, " ")
	page := Page{shown: shown.Read(fields)}
	if id, err := uuid.Parse(key); err == nil {
		page.Key = id
	}
	return page
}

// Encode writes the page into one hidden field of its form. Fields are those (of Change) that the form
// has beside the stock; none means all of them.
func (p Page) Encode(fields ...string) string {
	var b strings.Builder
	b.WriteString(p.Key.String())
	for _, f := range onForms {
		if len(fields) == 0 || slices.Contains(fields, f.Name) {
			fmt.Fprintf(&b, " %s:%s", f.Name, p.shown[f.Name])
		}
	}
	fmt.Fprintf(&b, " stock:%s", p.shown["stock"])
	return b.String()
}

// Stock is what the page showed of the stock.
func (p Page) Stock() int {
	n, err := strconv.Atoi(p.shown["stock"])
	if err != nil || n < 0 || n > MaxStock {
		return 0
	}
	return n
}

// Touched names the fields (those of Change) that e has otherwise than the page showed them.
func (p Page) Touched(e Edit) map[string]bool {
	touched := map[string]bool{}
	e = e.cleaned()
	for _, f := range onForms {
		touched[f.Name] = p.shown.Changed(f.Name, f.Text(&e))
	}
	touched["stock"] = e.Stock != nil && p.shown["stock"] != strconv.Itoa(*e.Stock)
	return touched
}

// onForms are the fields of a product that a form can change, but for the stock.
var onForms = append([]Field{
	{"perishable", func(e *Edit) string { return strconv.FormatBool(e.Perishable) }, func(to, from *Edit) { to.Perishable = from.Perishable }},
	{"state", func(e *Edit) string { return e.State }, func(to, from *Edit) { to.State = from.State }},
	{"prepare_days", func(e *Edit) string { return countText(e.Prepare) }, func(to, from *Edit) { to.Prepare = from.Prepare }},
}, Fields...)

// The fields that forms in a row of the catalogue can change, and those of a Page's Others.
var (
	stateOnly = onForms[1:2]
	priceOnly = slices.DeleteFunc(slices.Clone(onForms), func(f Field) bool { return f.Name != "price" })
	thingOnly = slices.DeleteFunc(slices.Clone(onForms), func(f Field) bool { return !slices.Contains(ofThing, f.Name) })
)

// ofThing are the fields that the sizes of a thing have in common.
var ofThing = []string{"name_ar", "name_fr", "name_en", "category"}

// AsThing is the page of another size's form, for a Page's Others.
func (p Page) AsThing() string { return p.Encode(ofThing...) }

// RenamesThing reports whether e has what the sizes of a thing have in common otherwise than the page showed it.
func (p Page) RenamesThing(e Edit) bool {
	touched := p.Touched(e)
	return slices.ContainsFunc(ofThing, func(name string) bool { return touched[name] })
}

// ErrChanged says that somebody else changed the same meanwhile; the error is a *Changed.
var ErrChanged = fault.New(fault.Conflict, "catalog.changed")

// Changed says which fields somebody else has changed since the page was shown that were changed on it
// too. Old is how they are now, New how they were typed. Nothing was written.
type Changed struct{ Fields []Change }

func (e *Changed) Error() string { return fmt.Sprintf("catalog: changed meanwhile: %v", e.Fields) }

// Unwrap gives what to tell a person who sees no more than a sentence.
func (e *Changed) Unwrap() error { return ErrChanged }

// merge is the locked product as the page's form leaves it, its stock included, and by how much that
// moves. The fields in given count; its state, reference and stock may be left open.
func (p Page) merge(ctx context.Context, tx *sqlx.Tx, present Product, given Edit, fields []Field) (merged Edit, delta int, err error) {
	before := present.Edit()
	merged = before
	var lost []Change
	for _, f := range fields {
		is, typed := f.Text(&before), f.Text(&given)
		becomes, clash := p.shown.Merge(f.Name, is, typed)
		switch {
		case becomes == is, typed == "" && (f.Name == "state" || f.Name == "sku"):
		case clash:
			lost = append(lost, Change{f.Name, is, typed})
		default:
			f.Copy(&merged, &given)
		}
	}
	if given.Stock != nil {
		var clash bool
		if delta, clash, err = p.stock(ctx, tx, present, *given.Stock); err != nil {
			return Edit{}, 0, err
		}
		if clash {
			lost = append(lost, Change{"stock", strconv.Itoa(present.Stock), strconv.Itoa(*given.Stock)})
		}
		stock := present.Stock + delta
		merged.Stock = &stock
		if stock < 0 {
			left := fault.New(fault.Invalid, "catalog.invalid")
			return Edit{}, 0, left.Field("stock", "catalog.stock_sold", "Left", present.Stock)
		}
	}
	if len(lost) > 0 {
		return Edit{}, 0, &Changed{lost}
	}
	if jumps := p.jumps(before, merged, given.Stock, delta); len(jumps) > 0 {
		return Edit{}, 0, jumps
	}
	return merged, delta, nil
}

// jumps are what is asked about what was done on the page; of the stock what counts is what it showed and what was typed.
func (p Page) jumps(before, after Edit, typed *int, delta int) Jumps {
	if p.shown == nil {
		return nil
	}
	after.Stock = nil
	if seen, err := strconv.Atoi(p.shown["stock"]); err == nil && delta != 0 {
		before.Stock, after.Stock = &seen, typed
	}
	return JumpsOf(before, after, p.Sure)
}

// stock is by how much the typed stock moves the present one; clash says that it cannot be told, since
// the page did not show a stock or has moved it otherwise already.
func (p Page) stock(ctx context.Context, tx *sqlx.Tx, present Product, typed int) (delta int, clash bool, err error) {
	if p.shown == nil {
		return typed - present.Stock, false, nil
	}
	seen, err := strconv.Atoi(p.shown["stock"])
	if err != nil {
		return 0, typed != present.Stock, nil
	}
	if typed == seen {
		return 0, false, nil
	}
	var moved int
	err = tx.GetContext(ctx, &moved, `select delta from stock_movements where product_id = $1 and form = $2`, present.ID, p.Key)
	switch {
	case postgres.NoRows(err):
		return typed - seen, false, nil
	case err != nil:
		return 0, false, fmt.Errorf("stock moved by this form: %w", err)
	}
	return 0, moved != typed-seen, nil
}
