package upload

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
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
	Notes     []RowError        `json:"notes,omitempty"`  // worth knowing; nothing to repair
	Counts    int               `json:"counts,omitempty"` // of the product when it was compared
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
