package upload

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// things are what the rows of a file can be sizes of: what the cooperative sells, and what new rows bring.
type things struct {
	present map[uuid.UUID]*thing // by family
	bySKU   map[string]*thing    // those of new rows, by folded reference
	byName  map[string]*thing    // and by folded name, the first that has it
	made    map[int]uuid.UUID    // ids of new products, by line
}

// thing is one, with its sizes.
type thing struct {
	lead  uuid.UUID            // one of its products
	name  i18n.Text            // of that one
	code  string               // the smallest unit that all of them are told in
	sizes map[int]money.Amount // what each costs
}

func thingsOf(products []catalog.Product) things {
	t := things{map[uuid.UUID]*thing{}, map[string]*thing{}, map[string]*thing{}, map[int]uuid.UUID{}}
	for _, p := range products {
		if p.State == catalog.Archived {
			continue
		}
		if t.present[p.Family] == nil {
			t.present[p.Family] = &thing{lead: p.ID, name: p.Name, sizes: map[int]money.Amount{}}
		}
		t.present[p.Family].add(p.UnitAmount, p.UnitCode, p.Price)
	}
	return t
}

func (t *thing) add(amount int, code string, price money.Amount) {
	amount, t.code = catalog.SmallestUnit(amount, code)
	t.sizes[amount] = price
}

// near is the size of a thing, or of none, that is the nearest to another than it.
func (t *thing) near(e catalog.Edit) (near catalog.Edit, ok bool) {
	amount, code := catalog.SmallestUnit(e.UnitAmount, e.UnitCode)
	if t == nil || t.code != code {
		return near, false
	}
	off := func(other int) int { return max(amount-other, other-amount) }
	for _, other := range slices.Sorted(maps.Keys(t.sizes)) {
		if other != amount && (!ok || off(other) < off(near.UnitAmount)) {
			near, ok = catalog.Edit{UnitAmount: other, UnitCode: code, Price: t.sizes[other]}, true
		}
	}
	return near, ok
}

// add makes a new product known, for the rows below: as a size of a thing that its row named, or as one of its own.
func (t *things) add(line int, e catalog.Edit, of *thing) {
	id := postgres.NewID()
	t.made[line] = id
	if of == nil {
		of = &thing{lead: id, name: e.Name, sizes: map[int]money.Amount{}}
	}
	of.add(e.UnitAmount, e.UnitCode, e.Price)
	if e.SKU != "" {
		t.bySKU[text.Reference(e.SKU)] = of
	}
	for _, name := range names(e.Name) {
		if t.byName[name] == nil {
			t.byName[name] = of
		}
	}
}

// sizeOf is the thing of which a row becomes a size, since it names another product of it by reference or name, one that is
// there or new in a row above. It is nil if the row names none, or is one already.
func (c *comparer) sizeOf(line int, present *catalog.Product, merged catalog.Edit, values map[string]string, wrong func(column, value string, e *cellError)) *thing {
	value := text.Line(values[colSizeOf])
	if value == "" {
		return nil
	}
	of, problem := c.thing(value)
	if problem != nil {
		wrong(colSizeOf, value, problem)
		return nil
	}
	if present != nil && c.things.present[present.Family] == of {
		return nil
	}
	amount, code := catalog.SmallestUnit(merged.UnitAmount, merged.UnitCode)
	_, taken := of.sizes[amount]
	switch {
	case merged.UnitCode == "": // told already
	case code != of.code:
		wrong(colSizeOf, value, &cellError{message: catalog.ErrNotAlike.Message})
	case taken:
		wrong(colSizeOf, value, &cellError{message: catalog.ErrOneSize.Message})
	case len(of.sizes) >= catalog.MaxSizes:
		wrong(colSizeOf, value, &cellError{message: catalog.ErrManySizes.Message})
	case present != nil:
		of.sizes[amount] = merged.Price
	}
	return of
}

// called is the thing that a new product comes beside by its name alone, or nil. One that is called so only without the measure
// is not found.
func (c *comparer) called(e catalog.Edit) *thing {
	for _, name := range names(e.Name) {
		for _, i := range c.byName[name] {
			if p := c.products[i]; p.Category == e.Category && c.things.present[p.Family] != nil {
				return c.things.present[p.Family]
			}
		}
		if of := c.things.byName[name]; of != nil {
			return of
		}
	}
	return nil
}

// thing is the one that a cell names.
func (c *comparer) thing(value string) (*thing, *cellError) {
	known := func(i int, ok bool) *thing {
		if !ok {
			return nil
		}
		return c.things.present[c.products[i].Family]
	}
	i, ok := c.bySKU[value]
	if !ok {
		i, ok = c.bySKU[text.Reference(value)]
	}
	if t := known(i, ok); t != nil {
		return t, nil
	}
	if t := c.things.bySKU[text.Reference(value)]; t != nil {
		return t, nil
	}
	var found *thing
	var skus []string
	for _, name := range names(i18n.Text{FR: value}) {
		for _, i := range c.byName[name] {
			if t := known(i, true); t != nil && t != found {
				found, skus = t, append(skus, c.products[i].SKU)
			}
		}
		if found == nil {
			found = c.things.byName[name]
		}
	}
	switch {
	case len(skus) > 1:
		return nil, &cellError{message: fault.Say("upload.which_product", "Count", len(skus)), suggestions: skus}
	case found == nil:
		return nil, wrongCell("upload.size_of_unknown", "Value", text.Cut(value, 40))
	}
	return found, nil
}
