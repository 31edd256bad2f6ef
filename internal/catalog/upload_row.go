package catalog

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// Kind is what a row of an uploaded file would do.
type Kind string

// The kinds of rows.
const (
	KindNew       Kind = "new"
	KindChanged   Kind = "changed"
	KindUnchanged Kind = "unchanged"
	KindWrong     Kind = "wrong" // not applied until it is repaired
)

// The outcomes of a row, once the upload has been applied.
const (
	OutcomeApplied   = "applied"
	OutcomeMeanwhile = "meanwhile" // left alone: the product was changed elsewhere after the preview
)

// UploadRow is one row of a catalogue file, compared with what is there.
type UploadRow struct {
	Line      int               `json:"line"` // as the spreadsheet counts
	Kind      Kind              `json:"kind"`
	ProductID *uuid.UUID        `json:"product_id,omitempty"`
	SKU       string            `json:"sku,omitempty"`
	Name      i18n.Text         `json:"name"`
	Category  string            `json:"category,omitempty"`
	Drawing   string            `json:"drawing,omitempty"`
	State     string            `json:"state,omitempty"` // that the product has or would get
	Values    map[string]string `json:"values"`          // as typed, by column
	Changes   []Change          `json:"changes,omitempty"`
	Errors    []RowError        `json:"errors,omitempty"`
	Notes     []RowError        `json:"notes,omitempty"`  // worth knowing; nothing to repair
	Counts    int               `json:"counts,omitempty"` // of the product when it was compared
	Outcome   string            `json:"outcome,omitempty"`
}

// Change is one field of a product, before and after. Field is sku, category, name_ar and so on,
// unit, price, stock, season, authorisation or authorised_till; a category is a slug, a unit such as
// «500 g» is for ParseUnit, a price such as «12.50» for money.Parse, a season is «10-1», a day
// «2006-01-02». What was not there is empty; a new product's Old is empty throughout.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// RowError is what there is to say about a cell. Column is one that RepairUpload takes; Suggestions
// are values that may have been meant, to be offered for repair.
type RowError struct {
	Column      string        `json:"column"`
	Value       string        `json:"value"` // as typed
	Message     fault.Message `json:"message"`
	Suggestions []string      `json:"suggestions,omitempty"`
}

// UnmarshalJSON brings back the texts in three languages among a message's arguments.
func (e *RowError) UnmarshalJSON(data []byte) error {
	type plainError RowError
	if err := json.Unmarshal(data, (*plainError)(e)); err != nil {
		return fmt.Errorf("row error: %w", err)
	}
	for name, value := range e.Message.Args {
		if text, ok := value.(map[string]any); ok {
			ar, _ := text["AR"].(string)
			fr, _ := text["FR"].(string)
			en, _ := text["EN"].(string)
			e.Message.Args[name] = i18n.Text{AR: ar, FR: fr, EN: en}
		}
	}
	return nil
}

// field is one thing that a catalogue file can change, as text and as it is copied.
type field struct {
	name string
	text func(e *Edit) string
	copy func(to, from *Edit)
}

// editable are the fields in the order in which changes are told; stock is added by the caller,
// because it moves by differences.
var editable = []field{
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

// changes tells what differs between two edits, the stock included.
func changes(before, after *Edit) []Change {
	var list []Change
	for _, f := range editable {
		if o, n := f.text(before), f.text(after); o != n {
			list = append(list, Change{f.name, o, n})
		}
	}
	if o, n := stockText(before.Stock), stockText(after.Stock); o != n {
		list = append(list, Change{"stock", o, n})
	}
	return list
}

func stockText(stock *int) string {
	if stock == nil {
		return ""
	}
	return strconv.Itoa(*stock)
}

func dayText(day *time.Time) string {
	if day == nil {
		return ""
	}
	return day.Format(time.DateOnly)
}

// jump reports whether a price moved tenfold or more, which is mostly a slip of the comma.
func jump(before, after money.Amount) bool {
	return before > 0 && after > 0 && (after >= 10*before || before >= 10*after)
}
