package upload

import (
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/upload"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
)

// figures are the columns of a file that hold short figures.
var figures = []string{"price", "stock", "unit", "season_from", "season_to"}

// mistake says what is wrong with a cell. Which categories there are stands in the list beside it.
func mistake(p ui.Page, e upload.RowError) string {
	if e.Column == "category" {
		return p.T("seller.upload.choose_category")
	}
	return p.L.Message(e.Message)
}

// keyboard is the one that a telephone should show for a column.
func keyboard(column string) string {
	switch column {
	case "price":
		return "decimal"
	case "stock":
		return "numeric"
	}
	return "text"
}

// proposal is what stands in the field for repairing a cell: what was probably meant, or what was
// typed, also just now. A name is told with the row rather than with the mistake.
func proposal(p ui.Page, v uploadView, row upload.Row, e upload.RowError) string {
	value := e.Value
	switch {
	case len(e.Suggestions) == 1:
		value = e.Suggestions[0]
	case value == "" && e.Column == "name":
		value = p.L.Text(row.Name)
	}
	return v.typed(row, e.Column, value)
}

// suggestion says the value that may have been meant and is suggested at that place. Of what is asked about the last is
// what the cell says.
func suggestion(p ui.Page, v uploadView, asked bool, e upload.RowError, place int) string {
	words := v.words(p, e.Column, e.Suggestions[place])
	switch {
	case !asked:
		return words
	case place < len(e.Suggestions)-1:
		return p.T("seller.product.jump_no", "Value", words)
	}
	return p.T("seller.product.jump_yes", "Value", words)
}

// picture is the drawing that a row's product has or would get.
func (v uploadView) picture(row upload.Row) ui.Picture {
	var id uuid.UUID
	if row.ProductID != nil {
		id = *row.ProductID
	}
	instead := ""
	for _, c := range v.Categories {
		if c.Slug == row.Category {
			instead = c.Drawing
		}
	}
	return ui.PictureFor(nil, row.Drawing, instead, id)
}

// rowClass is the colour of a row's edge.
func rowClass(row upload.Row) string {
	switch {
	case row.Kind == upload.KindWrong:
		return "bad"
	case row.Outcome == upload.OutcomeMeanwhile || row.Outcome == "" && row.Doubtful():
		return "ask"
	case row.Kind == upload.KindNew:
		return "new"
	}
	return "mod"
}

// wrongClass colours the figure of the rows to repair while there are some.
func wrongClass(n int) string {
	if n == 0 {
		return ""
	}
	return "wrong"
}

// doubtful is the sentence under the figure of new or of changed rows, of which so many are asked about.
func doubtful(p ui.Page, n int, none string) string {
	if n == 0 {
		return p.T(none)
	}
	return p.N("seller.upload.doubtful", n)
}

// later says what is left for another time beside the button that publishes: what the figures above say is to be corrected
// or checked.
func later(p ui.Page, s upload.Summary) (left string) {
	if s.Wrong > 0 {
		left += " · " + p.N("seller.upload.later", s.Wrong)
	}
	if s.Doubtful > 0 {
		left += " · " + p.N("seller.upload.later_checked", s.Doubtful)
	}
	return left
}

// joined writes a list in the reader's punctuation.
func joined(p ui.Page, list []string) string { return strings.Join(list, p.T("shop.comma")) }

// uploadWay are the steps from a file to the shop; now is the one that is done next, from 0.
func uploadWay(p ui.Page, now int) []ui.Step {
	return ui.Steps(now, p.T("seller.upload.step_file"), p.T("seller.upload.step_check"), p.T("seller.upload.step_publish"))
}

// told is one change as the page says it.
type told struct{ Label, Old, New string }

// changesOf are a row's changes in the reader's words. Of a new product only what a buyer would ask
// first is told: its price and for how much, how many there are, where it will stand; and of what it is a size.
func changesOf(p ui.Page, v uploadView, row upload.Row) []told {
	var list []told
	unit := ""
	for _, c := range row.Changes {
		label, old, now := p.T("upload.column."+c.Field), v.words(p, c.Field, c.Old), v.words(p, c.Field, c.New)
		if c.Field == "size_of" && row.SizeOf != nil {
			label, now = p.T("seller.upload.size_of"), p.L.Text(*row.SizeOf)
		}
		if row.Kind == upload.KindNew {
			switch c.Field {
			case "unit":
				if amount, code, ok := catalog.ParseUnit(c.New); ok {
					unit = seller.PerUnit(p, amount, code)
				}
				continue
			case "price":
				if unit != "" {
					now += " " + unit
				}
			case "stock", "category", "size_of":
			default:
				continue
			}
		}
		list = append(list, told{Label: label, Old: old, New: now})
	}
	return list
}

// words says a change's value as the reader would.
func (v uploadView) words(p ui.Page, field, value string) string {
	return seller.FieldWords(p.L, v.Categories, field, value)
}
