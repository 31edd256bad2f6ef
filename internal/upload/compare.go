package upload

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/text"
)

// comparer holds a cooperative's present products against the rows of a file.
type comparer struct {
	rules      catalog.Rules
	noCategory *cellError
	named      map[string]string // slug of a category by the words for it
	products   []catalog.Product
	bySKU      map[string]int   // by reference, and by folded reference where that is free
	byName     map[string][]int // by folded name, in Arabic or French
	seen       map[string]int   // line on which a product was met first
	met        map[uuid.UUID]bool
	things     things

	// orders is catalog.Service.MovedByOrders. It does not ask the transaction in which rows are read or written
	// at that moment.
	orders func(since time.Time) (map[uuid.UUID]int, error)
	moved  map[time.Time]map[uuid.UUID]int // what it said
	failed error                           // of it
}

// restart forgets which rows have come, for them to come again.
func (c *comparer) restart() {
	c.seen, c.met, c.things = map[string]int{}, map[uuid.UUID]bool{}, thingsOf(c.products)
}

// missing counts the products that no row was about.
func (c *comparer) missing() int {
	n := 0
	for _, p := range c.products {
		if p.State != catalog.Archived && !c.met[p.ID] {
			n++
		}
	}
	return n
}

// compare reads a cooperative's products as they are now, for the rows of a file to be held against.
func (s *Service) compare(ctx context.Context, q sqlx.QueryerContext, coopID uuid.UUID) (*comparer, error) {
	r, err := s.catalog.Rules(ctx, q)
	if err != nil {
		return nil, err
	}
	categories := r.Categories()
	products, err := s.catalog.OfCooperativeTx(ctx, q, coopID)
	if err != nil {
		return nil, err
	}
	c := &comparer{
		rules: r, noCategory: chooseFrom(categories), named: map[string]string{}, products: products,
		bySKU: make(map[string]int, len(products)), byName: make(map[string][]int, len(products)),
		orders: func(at time.Time) (map[uuid.UUID]int, error) { return s.catalog.MovedByOrders(ctx, coopID, at) },
		moved:  map[time.Time]map[uuid.UUID]int{},
	}
	for _, k := range categories {
		for _, name := range [...]string{k.Slug, k.Name.AR, k.Name.FR, k.Name.EN} {
			c.named[wordKey(text.Words(name))] = k.Slug
		}
	}
	c.nameByPart(categories)
	for i, p := range products {
		c.bySKU[p.SKU] = i
	}
	for i, p := range products {
		if _, taken := c.bySKU[text.Reference(p.SKU)]; !taken {
			c.bySKU[text.Reference(p.SKU)] = i
		}
		for _, name := range names(p.Name) {
			c.byName[name] = append(c.byName[name], i)
		}
	}
	c.restart()
	return c, nil
}

// nameByPart makes a category known by each word of its name that no other category has: «épices»
// is that of «Herbes et épices», but «fruits» could be fresh or dry.
func (c *comparer) nameByPart(categories []catalog.Category) {
	of := map[string]string{}
	for _, k := range categories {
		for _, name := range [...]string{k.Name.AR, k.Name.FR, k.Name.EN} {
			for _, word := range text.Words(name) {
				if slug, taken := of[word]; taken && slug != k.Slug {
					of[word] = ""
				} else {
					of[word] = k.Slug
				}
			}
		}
	}
	for word, slug := range of {
		if _, known := c.named[word]; !known && slug != "" && utf8.RuneCountInString(word) > 3 {
			c.named[word] = slug
		}
	}
}

// unlike leaves out the names by which a product was recognised: written a little otherwise they are
// no new names.
func unlike(given, present i18n.Text) i18n.Text {
	other := func(g, p string) string {
		if text.Fold(g) == text.Fold(p) {
			return ""
		}
		return g
	}
	return i18n.Text{AR: other(given.AR, present.AR), FR: other(given.FR, present.FR), EN: other(given.EN, present.EN)}
}

// names are the folded names by which a product is recognised.
func names(name i18n.Text) []string {
	var list []string
	for _, one := range [...]string{name.AR, name.FR} {
		if key := strings.Join(strings.Fields(text.Fold(one)), " "); key != "" && !slices.Contains(list, key) {
			list = append(list, key)
		}
	}
	return list
}

// row tells what a row would do; values are its cells by column, as typed. The rows of a file must
// come in their order, so that the second of two for one product is told apart. Merged is the
// product as the row would leave it.
func (c *comparer) row(line int, values map[string]string) (row Row, merged catalog.Edit) {
	row = Row{Line: line, Values: values}
	wrong := func(column, value string, e *cellError) {
		row.Errors = append(row.Errors, RowError{column, text.Cut(value, 200), e.message, c.acceptable(column, e.suggestions)})
	}
	given, has := c.parse(values, wrong)
	row.Name, row.SKU = given.Name, given.SKU

	present, problem := c.find(given, has)
	if problem != nil {
		wrong(colSKU, "", problem)
	}
	if len(row.Errors) == 0 {
		c.onlyOnce(&row, given, present, wrong)
	}
	var before catalog.Edit
	if present != nil {
		row.ProductID, row.State, row.Counts = &present.ID, present.State, present.Counts
		c.met[present.ID] = true
		before = present.Edit()
		before.Stock = &present.Stock
		has[colStock] = has[colStock] && c.restock(&given, present, values)
		if given.SKU == "" {
			given.Name = unlike(given.Name, present.Name)
		}
		merged = merge(before, given, has)
	} else {
		merged = c.newProduct(given, has, &row)
		row.State = merged.State
	}
	row.Name, row.SKU, row.Category, row.Drawing = merged.Name, merged.SKU, merged.Category, merged.Drawing
	c.judge(&row, present, before, merged, wrong)
	of := c.sizeOf(line, present, merged, values, wrong)
	beside := of
	if present == nil && beside == nil {
		beside = c.called(merged)
	}
	if near, ok := beside.near(merged); ok && (present == nil || of != nil) && !row.Doubtful() {
		row.askAll(catalog.JumpsOfSize(near, merged, row.meant()))
	}
	row.Changes = catalog.Changes(&before, &merged)
	if of != nil {
		merged.SizeOf, row.SizeOf = of.lead, &of.name
		row.Changes = append(row.Changes, catalog.Change{Field: colSizeOf, New: text.Cut(text.Line(values[colSizeOf]), 60)})
	}
	switch {
	case len(row.Errors) > 0:
		row.Kind, row.Changes = KindWrong, nil
	case present == nil:
		row.Kind = KindNew
		if !row.Doubtful() { // else it may not come, and nothing can be a size of it yet
			c.things.add(line, merged, of)
		}
	case len(row.Changes) > 0:
		row.Kind = KindChanged
	default:
		row.Kind = KindUnchanged
	}
	return row, merged
}

// acceptable leaves out what would be refused in its turn.
func (c *comparer) acceptable(column string, suggestions []string) []string {
	if column != colPrice && column != colStock {
		return suggestions
	}
	return slices.DeleteFunc(suggestions, func(value string) (refused bool) {
		e, _ := c.parse(map[string]string{column: value}, func(string, string, *cellError) { refused = true })
		return refused || column == colStock && *e.Stock > catalog.MaxStock
	})
}

// find tells which product a row is about: by its reference, or else by an equal name and unit.
// Neither: a new one.
func (c *comparer) find(given catalog.Edit, has map[string]bool) (*catalog.Product, *cellError) {
	if given.SKU != "" {
		i, ok := c.bySKU[given.SKU]
		if !ok {
			i, ok = c.bySKU[text.Reference(given.SKU)]
		}
		if !ok {
			return nil, nil
		}
		return &c.products[i], nil
	}
	var same []int
	for _, name := range names(given.Name) {
		for _, i := range c.byName[name] {
			p := c.products[i]
			if !slices.Contains(same, i) && (!has[colUnit] || catalog.SameUnit(p.UnitAmount, p.UnitCode, given.UnitAmount, given.UnitCode)) {
				same = append(same, i)
			}
		}
	}
	switch len(same) {
	case 0:
		return nil, nil
	case 1:
		return &c.products[same[0]], nil
	}
	which := wrongCell("upload.which_product", "Count", len(same))
	for _, i := range same {
		which.suggestions = append(which.suggestions, c.products[i].SKU)
	}
	return nil, which
}

// onlyOnce tells the second row of a file for the same product, by the line of the first.
func (c *comparer) onlyOnce(row *Row, given catalog.Edit, present *catalog.Product, wrong func(column, value string, e *cellError)) {
	keys := []string{}
	column, value := colName, ""
	switch {
	case present != nil:
		keys = append(keys, "id "+present.ID.String())
	case given.SKU == "":
		for _, name := range names(given.Name) {
			amount, code := catalog.SmallestUnit(given.UnitAmount, given.UnitCode)
			keys = append(keys, fmt.Sprintf("name %s %d %s", name, amount, code))
		}
	default:
		keys = append(keys, "sku "+cmp.Or(text.Reference(given.SKU), given.SKU))
	}
	if given.SKU != "" {
		column, value = colSKU, given.SKU
	}
	for _, key := range keys {
		if first, ok := c.seen[key]; ok {
			wrong(column, value, wrongCell("upload.duplicate", "Line", first))
			return
		}
	}
	for _, key := range keys {
		c.seen[key] = row.Line
	}
}

// newProduct completes a product that is not there yet, and tells what was assumed.
func (c *comparer) newProduct(given catalog.Edit, has map[string]bool, row *Row) catalog.Edit {
	note := func(column, key string, args ...any) {
		row.Notes = append(row.Notes, RowError{Column: column, Message: fault.Say(key, args...)})
	}
	e := given
	category, drawing := c.rules.Guess(e.Name)
	e.Drawing = drawing
	if e.Category == "" && !has[colCategory] {
		e.Category = category
	}
	e.Perishable = c.rules.Category(e.Category).Perishable
	if !has[colUnit] {
		amount, code, ok := unitInName(e.Name)
		if !ok {
			amount, code = 1, "piece"
			note(colUnit, "upload.unit_assumed")
		}
		e.UnitAmount, e.UnitCode = amount, code
	}
	if e.Stock == nil {
		e.Stock = new(int)
		note(colStock, "upload.stock_assumed")
	}
	e.State = catalog.Published
	if why := c.rules.Unpublishable(e); why != nil {
		e.State = catalog.Draft
		row.Notes = append(row.Notes, RowError{Column: colAuthorisation, Value: e.Authorisation, Message: *why})
	}
	return e
}

// judge holds the product as the row would leave it against the rules of the catalogue.
func (c *comparer) judge(row *Row, present *catalog.Product, before, merged catalog.Edit, wrong func(column, value string, e *cellError)) {
	state := merged
	if present != nil {
		state.State = catalog.Draft // what the row does not touch is not its fault
		if present.State == catalog.Published && c.rules.Unpublishable(merged) != nil {
			if c.rules.Unpublishable(before) == nil {
				state.State = catalog.Published
			} else {
				row.Notes = append(row.Notes, RowError{Column: colAuthorisation, Value: merged.Authorisation, Message: *c.rules.Unpublishable(merged)})
			}
		}
		if present.State == catalog.Archived {
			row.Notes = append(row.Notes, RowError{Column: colSKU, Message: fault.Say("upload.archived")})
		}
		row.ask(before, merged)
	}
	if unit := row.Values[colUnit]; catalog.IsContainer(unit) && (present == nil || before.UnitCode != merged.UnitCode || before.UnitAmount != merged.UnitAmount) {
		row.Notes = append(row.Notes, RowError{Column: colUnit, Value: unit, Message: fault.Say("upload.container_assumed", "Value", text.Cut(unit, 40))})
	}
	if lapsing := c.rules.Lapsing(merged); lapsing != nil && row.Values[colAuthorisedTill] != "" && !slices.ContainsFunc(row.Notes, func(n RowError) bool { return n.Column == colAuthorisation }) {
		row.Notes = append(row.Notes, RowError{Column: colAuthorisedTill, Value: row.Values[colAuthorisedTill], Message: *lapsing})
	}
	told := map[string]bool{}
	for _, e := range row.Errors {
		told[e.Column] = true
	}
	problems := c.rules.Problems(state)
	for _, column := range columnOrder {
		message, is := problems[column]
		if !is || told[column] || column == colSeason && (told[colSeasonFrom] || told[colSeasonTo]) {
			continue
		}
		e := &cellError{message: message}
		if column == colCategory {
			e = c.noCategory
		}
		wrong(column, row.Values[column], e)
	}
}

// columnOrder is the order in which a row's problems are told.
var columnOrder = []string{
	colName, colNameAR, colNameFR, colNameEN, colSKU, colCategory, colUnit, colPrice, colStock, colSeason, colAuthorisation,
	colDescriptionAR, colDescriptionFR, colDescriptionEN,
}

// chooseCategory says that a category is missing or unknown.
const chooseCategory = "upload.category_choose"

// chooseFrom is what to say of a row whose category is missing or unknown: those there are.
func chooseFrom(categories []catalog.Category) *cellError {
	var ar, fr, en, slugs []string
	for _, k := range categories {
		ar, fr, en, slugs = append(ar, k.Name.AR), append(fr, k.Name.FR), append(en, k.Name.EN), append(slugs, k.Slug)
	}
	choices := i18n.Text{AR: strings.Join(ar, "، "), FR: strings.Join(fr, ", "), EN: strings.Join(en, ", ")}
	e := wrongCell(chooseCategory, "Choices", choices)
	e.suggestions = slugs
	return e
}
