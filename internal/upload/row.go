package upload

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/text"
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
	OutcomeMeanwhile = "meanwhile" // left alone: the product was changed elsewhere after the preview, or nobody answered what was asked
)

// Row is one row of a catalogue file, compared with what is there.
type Row struct {
	Line      int               `json:"line"` // as the spreadsheet counts
	Kind      Kind              `json:"kind"`
	ProductID *uuid.UUID        `json:"product_id,omitempty"`
	SKU       string            `json:"sku,omitempty"`
	Name      i18n.Text         `json:"name"`
	Category  string            `json:"category,omitempty"`
	Drawing   string            `json:"drawing,omitempty"`
	State     string            `json:"state,omitempty"` // that the product has or would get
	Values    map[string]string `json:"values"`          // as typed, by column
	Changes   []catalog.Change  `json:"changes,omitempty"`
	Errors    []RowError        `json:"errors,omitempty"`
	Notes     []RowError        `json:"notes,omitempty"`   // worth knowing; nothing to repair
	SizeOf    *i18n.Text        `json:"size_of,omitempty"` // the name of what it becomes a size of
	Counts    int               `json:"counts,omitempty"`  // of the product when it was compared
	Outcome   string            `json:"outcome,omitempty"`
}

// RowError is what there is to say about a cell. Column is one that Repair takes; Suggestions
// are values that may have been meant, to be offered for repair.
type RowError struct {
	Column      string        `json:"column"`
	Value       string        `json:"value"` // as typed
	Message     fault.Message `json:"message"`
	Suggestions []string      `json:"suggestions,omitempty"`
}

// Asks reports whether a note asks if what jumps is meant.
func (e RowError) Asks() bool { return len(e.Suggestions) > 0 }

// means reports whether a value that comes for a cell says yes to what is asked about it.
func (e RowError) means(column, value string) bool {
	return e.Asks() && e.Column == column && meaning(column, value) == meaning(column, e.Suggestions[len(e.Suggestions)-1])
}

// UnmarshalJSON brings back the texts in three languages, the units and the days among a message's arguments.
func (e *RowError) UnmarshalJSON(data []byte) error {
	type plainError RowError
	if err := json.Unmarshal(data, (*plainError)(e)); err != nil {
		return fmt.Errorf("row error: %w", err)
	}
	for name, value := range e.Message.Args {
		said, ok := value.(map[string]any)
		if code, isUnit := said["Code"].(string); isUnit {
			amount, _ := said["Amount"].(json.Number)
			n, _ := amount.Int64()
			e.Message.Args[name] = i18n.Unit{Amount: int(n), Code: code}
		} else if on, isDay := said["On"].(string); isDay {
			day, err := time.Parse(time.RFC3339, on)
			if err != nil {
				return fmt.Errorf("row error: %w", err)
			}
			e.Message.Args[name] = i18n.Day{On: day}
		} else if ok {
			ar, _ := said["AR"].(string)
			fr, _ := said["FR"].(string)
			en, _ := said["EN"].(string)
			e.Message.Args[name] = i18n.Text{AR: ar, FR: fr, EN: en}
		}
	}
	return nil
}

// sure is no column of files: it keeps what the cell of a row means that was asked about and is meant.
func sure(column string) string { return column + "_meant" }

// ask asks whether what jumps is meant. The first suggestion is what it was, the last what the cell says; between them may
// be what may have been meant instead.
func (row *Row) ask(before, after catalog.Edit) {
	if then, known := readStockThen(row.Values[colStockThen]); known {
		if typed, wrong := parseStock(row.Values[colStock]); wrong == nil {
			before.Stock, after.Stock = &then.pieces, &typed
		}
	}
	row.askAll(catalog.JumpsOf(before, after, row.meant()))
}

// meant are the columns that were asked about and whose cells are meant.
func (row *Row) meant() map[string]bool {
	meant := make(map[string]bool, len(catalog.Jumping))
	for _, column := range catalog.Jumping {
		meant[column] = row.Values[column] != "" && row.Values[sure(column)] == meaning(column, row.Values[column])
	}
	return meant
}

func (row *Row) askAll(jumps catalog.Jumps) {
	for _, jump := range jumps {
		note := RowError{Column: jump.Field, Value: row.Values[jump.Field], Message: jump.Message()}
		old, now := shown(jump.Old.Price), shown(jump.New.Price) // what is kept tells no money from numbers
		switch args := note.Message.Args; {
		case jump.Sized:
			note.Message = fault.Say("upload.size_jump", "Old", old, "New", now, "Unit", args["Unit"])
		case jump.Field == colStock:
		case args["OldUnit"] == nil:
			note.Message = fault.Say("upload.price_jump", "Old", old, "New", now)
		default:
			note.Message = fault.Say("upload.unit_jump", "Old", old, "New", now, "OldUnit", args["OldUnit"], "NewUnit", args["NewUnit"])
		}
		switch jump.Field {
		case colPrice:
			note.Suggestions = []string{plain(jump.Old.Price)}
			if likely, ok := jump.Likely(); ok {
				note.Suggestions = append(note.Suggestions, plain(likely))
			}
			note.Suggestions = append(note.Suggestions, plain(jump.New.Price))
		case colUnit:
			note.Suggestions = []string{plainUnit(jump.Old), plainUnit(jump.New)}
		case colStock:
			note.Suggestions = []string{strconv.Itoa(*jump.Old.Stock), strconv.Itoa(*jump.New.Stock)}
		}
		row.Notes = append(row.Notes, note)
	}
}

// plainUnit writes a unit as someone would type it.
func plainUnit(e catalog.Edit) string { return fmt.Sprintf("%d %s", e.UnitAmount, e.UnitCode) }

// meaning is the same for cells of one of catalog.Jumping that mean the same («1250», «1 250,00»), and empty for what
// cannot be read.
func meaning(column, cell string) string {
	cell = text.Line(cell)
	switch column {
	case colPrice:
		if price, wrong := parsePrice(cell); wrong == nil {
			return price.String()
		}
	case colUnit:
		if amount, code, ok := catalog.ParseUnit(cell); ok {
			return fmt.Sprint(catalog.SmallestUnit(amount, code))
		}
	case colStock:
		if stock, wrong := parseStock(cell); wrong == nil {
			return strconv.Itoa(stock)
		}
	}
	return ""
}
