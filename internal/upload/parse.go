package upload

import (
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/text"
)

// parse reads a row's cells into an edit and says which columns hold something. An empty cell says
// nothing: a file never clears what is there.
func (c *comparer) parse(values map[string]string, wrong func(column, value string, e *cellError)) (e catalog.Edit, has map[string]bool) {
	has = make(map[string]bool, len(values))
	for column, value := range values {
		has[column] = value != ""
	}
	line := func(column string) string { return text.Line(values[column]) }

	e.SKU = line(colSKU)
	e.Name = spread(i18n.Text{AR: line(colNameAR), FR: line(colNameFR), EN: line(colNameEN)}, line(colName))
	e.Description = spread(i18n.Text{
		AR: values[colDescriptionAR], FR: values[colDescriptionFR], EN: values[colDescriptionEN],
	}, values[colDescription])
	e.Authorisation = line(colAuthorisation)

	if value := line(colCategory); value != "" {
		if e.Category = c.category(value); e.Category == "" {
			wrong(colCategory, value, c.noCategory)
		}
	}
	if value := line(colUnit); value != "" {
		var ok bool
		if e.UnitAmount, e.UnitCode, ok = catalog.ParseUnit(value); !ok {
			wrong(colUnit, value, wrongCell("upload.unit_unreadable", "Value", text.Cut(value, 40)))
		}
	}
	if value := line(colPrice); value != "" {
		price, problem := parsePrice(value)
		if problem != nil {
			wrong(colPrice, value, problem)
		}
		e.Price = price
	}
	if value := line(colStock); value != "" {
		stock, problem := parseStock(value)
		if problem != nil {
			wrong(colStock, value, problem)
		}
		e.Stock = &stock
	}
	if value := line(colSeason); value != "" {
		from, to, problem := parseSeason(value)
		if problem != nil {
			wrong(colSeason, value, problem)
		}
		e.SeasonFrom, e.SeasonTo = from, to
	}
	month := func(column string, to **int) {
		if value := line(column); value != "" {
			m, problem := parseMonth(value)
			if problem != nil {
				wrong(column, value, problem)
			}
			*to = m
		}
	}
	month(colSeasonFrom, &e.SeasonFrom)
	month(colSeasonTo, &e.SeasonTo)
	if value := line(colAuthorisedTill); value != "" {
		day, problem := parseDay(value)
		if problem != nil {
			wrong(colAuthorisedTill, value, problem)
		}
		e.AuthorisedTill = day
	}
	return e, has
}

// spread puts a text of unsaid language where its letters belong, unless that language is given.
func spread(given i18n.Text, unsaid string) i18n.Text {
	switch {
	case unsaid == "":
	case text.HasArabic(unsaid):
		if given.AR == "" {
			given.AR = unsaid
		}
	case given.FR == "":
		given.FR = unsaid
	}
	return given
}

// category recognises a category by its slug, its name in any language, or words that only it has.
func (c *comparer) category(value string) string {
	slug, known := c.named[wordKey(text.Words(value))]
	if !known {
		slug, _ = c.rules.Guess(i18n.Text{FR: value})
		c.named[wordKey(text.Words(value))] = slug
	}
	return slug
}

// merge puts what a row says over what is there; the reference stays, it is what told the product.
func merge(present, given catalog.Edit, has map[string]bool) catalog.Edit {
	e := present
	over := func(to *string, from string) {
		if from != "" {
			*to = from
		}
	}
	over(&e.Category, given.Category)
	over(&e.Name.AR, given.Name.AR)
	over(&e.Name.FR, given.Name.FR)
	over(&e.Name.EN, given.Name.EN)
	over(&e.Description.AR, given.Description.AR)
	over(&e.Description.FR, given.Description.FR)
	over(&e.Description.EN, given.Description.EN)
	over(&e.Authorisation, given.Authorisation)
	if has[colUnit] && !catalog.SameUnit(present.UnitAmount, present.UnitCode, given.UnitAmount, given.UnitCode) {
		e.UnitAmount, e.UnitCode = given.UnitAmount, given.UnitCode
	}
	if has[colPrice] {
		e.Price = given.Price
	}
	if has[colStock] {
		e.Stock = given.Stock
	}
	if has[colSeason] {
		e.SeasonFrom, e.SeasonTo = given.SeasonFrom, given.SeasonTo
	}
	if has[colSeasonFrom] {
		e.SeasonFrom = given.SeasonFrom
	}
	if has[colSeasonTo] {
		e.SeasonTo = given.SeasonTo
	}
	if has[colAuthorisedTill] {
		e.AuthorisedTill = given.AuthorisedTill
	}
	return e
}
