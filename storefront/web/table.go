package web

import (
	"io"

	"github.com/souk-taawon/souk/internal/table"
)

// SpreadsheetTypes are the kinds of spreadsheets that pages offer, and how browsers know them.
var SpreadsheetTypes = map[string]string{
	"csv":  "text/csv; charset=utf-8",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// Table answers with a table as a spreadsheet to be kept; a kind that is none of SpreadsheetTypes is
// ErrNotFound. The name comes without its ending.
func (r *Request) Table(name, kind string, t table.Table) error {
	write := map[string]func(io.Writer, table.Table) error{"csv": table.WriteCSV, "xlsx": table.WriteXLSX}[kind]
	if write == nil {
		return ErrNotFound
	}
	return r.Attachment(name+"."+kind, SpreadsheetTypes[kind], func(w io.Writer) error { return write(w, t) })
}
