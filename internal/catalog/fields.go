package catalog

import (
	"fmt"
	"strconv"
	"time"
)

// Change is one field of a product, before and after. Field is sku, category, name_ar and so on,
// unit, price, stock, season, authorisation or authorised_till; a category is a slug, a unit such as
// «500 g» is for ParseUnit, a price such as «12.50» for money.Parse, a season is «10-1», a day
// «2006-01-02». What was not there is empty; a new product's Old is empty throughout.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// Field is one thing of a product that can be changed, as text and as it is copied.
type Field struct {
	Name string
	Text func(e *Edit) string
	Copy func(to, from *Edit)
}

// Fields are what a catalogue file can change, in the order in which changes are told. The stock is none
// of them, because it moves by differences.
var Fields = []Field{
	{"sku", func(e *Edit) string { return e.SKU }, func(to, from *Edit) { to.SKU = from.SKU }},
	{"name_ar", func(e *Edit) string { return e.Name.AR }, func(to, from *Edit) { to.Name.AR = from.Name.AR }},
	{"name_fr", func(e *Edit) string { return e.Name.FR }, func(to, from *Edit) { to.Name.FR = from.Name.FR }},
	{"name_en", func(e *Edit) string { return e.Name.EN }, func(to, from *Edit) { to.Name.EN = from.Name.EN }},
	{"category", func(e *Edit) string { return e.Category }, func(to, from *Edit) { to.Category = from.Category }},
	{"unit", func(e *Edit) string {
		if e.UnitCode == "" {
			return ""
		}
		return fmt.Sprintf("%d %s", e.UnitAmount, e.UnitCode)
	}, func(to, from *Edit) { to.UnitAmount, to.UnitCode = from.UnitAmount, from.UnitCode }},
	{"price", func(e *Edit) string {
		if e.Price == 0 {
			return ""
		}
		return e.Price.String()
	}, func(to, from *Edit) { to.Price = from.Price }},
	{"season", func(e *Edit) string {
		if e.SeasonFrom == nil || e.SeasonTo == nil {
			return ""
		}
		return fmt.Sprintf("%d-%d", *e.SeasonFrom, *e.SeasonTo)
	}, func(to, from *Edit) { to.SeasonFrom, to.SeasonTo = from.SeasonFrom, from.SeasonTo }},
	{"authorisation", func(e *Edit) string { return e.Authorisation }, func(to, from *Edit) { to.Authorisation = from.Authorisation }},
	{"authorised_till", func(e *Edit) string { return dayText(e.AuthorisedTill) }, func(to, from *Edit) { to.AuthorisedTill = from.AuthorisedTill }},
	{"description_ar", func(e *Edit) string { return e.Description.AR }, func(to, from *Edit) { to.Description.AR = from.Description.AR }},
	{"description_fr", func(e *Edit) string { return e.Description.FR }, func(to, from *Edit) { to.Description.FR = from.Description.FR }},
	{"description_en", func(e *Edit) string { return e.Description.EN }, func(to, from *Edit) { to.Description.EN = from.Description.EN }},
}

// Changes tells what differs between two edits, the stock included.
func Changes(before, after *Edit) []Change {
	var list []Change
	for _, f := range Fields {
		if o, n := f.Text(before), f.Text(after); o != n {
			list = append(list, Change{f.Name, o, n})
		}
	}
	if o, n := countText(before.Stock), countText(after.Stock); o != n {
		list = append(list, Change{"stock", o, n})
	}
	return list
}

func countText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func dayText(day *time.Time) string {
	if day == nil {
		return ""
	}
	return day.Format(time.DateOnly)
}
