package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/souk-taawon/souk/internal/fault"
)

// Limits of a file.
const (
	MaxBytes = 8 << 20
	MaxRows  = 20_000 // that hold anything, without the headings
	MaxCells = 500    // in a row
	// headingRows is how far down the headings may begin: people put titles above.
	headingRows = 20
)

// Why a whole file is refused.
var (
	ErrTooLarge    = fault.New(fault.TooLarge, "upload.too_large", "MB", MaxBytes>>20)
	ErrTooManyRows = fault.New(fault.Invalid, "upload.too_many_rows", "Max", MaxRows)
	ErrTooWide     = fault.New(fault.Invalid, "upload.too_wide")
	ErrEmpty       = fault.New(fault.Invalid, "upload.empty")
	ErrEncoding    = fault.New(fault.Invalid, "upload.encoding")
	ErrBroken      = fault.New(fault.Invalid, "upload.broken")
	ErrUnpacked    = fault.New(fault.Invalid, "upload.unpacks_too_large")
	ErrKind        = fault.New(fault.Invalid, "upload.not_a_spreadsheet")
	ErrQuote       = fault.New(fault.Invalid, "upload.quote")
)

// walker calls yield for each row of a table that holds something, until yield fails.
type walker func(yield func(Row) error) error

// Row is one row that holds something.
type Row struct {
	Line  int // as the person's own program counts: from 1, empty and heading rows included
	Cells []string
}

// Sheet is a file with its headings found.
type Sheet struct {
	Heading Row
	walk    walker // all rows of the table, headings included
}

// Open reads a file of at most MaxBytes and finds its headings. Score says how many of a row's cells
// are known headings: the separator, the page of the workbook and the row with the highest score
// are taken, or the first row that holds something when none scores. Whatever cannot be read is a
// *fault.Error to be shown.
func Open(filename string, r io.Reader, score func(cells []string) int) (*Sheet, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, ErrTooLarge
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, ErrEmpty
	}
	var tables []walker
	switch kind := kindOf(filename, data); kind {
	case "xlsx":
		tables, err = workbook(data)
	case "csv":
		tables, err = separated(data)
	default:
		return nil, fault.New(ErrKind.Kind, ErrKind.Key, "Kind", kind)
	}
	if err != nil {
		return nil, err
	}
	return best(tables, score)
}

// best finds the table and the row with the most known headings. A table that cannot be read only
// matters when no other has any: read with the wrong separator, quotes often do not close.
func best(tables []walker, score func(cells []string) int) (*Sheet, error) {
	var found *Sheet
	var failed error
	top := -1
	for _, walk := range tables {
		seen := 0
		err := walk(func(row Row) error {
			if n := score(row.Cells); n > top {
				top = n
				found = &Sheet{Heading: Row{row.Line, slices.Clone(row.Cells)}, walk: walk}
			}
			if seen++; seen == headingRows {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) && failed == nil {
			failed = err
		}
	}
	switch {
	case top <= 0 && failed != nil:
		return nil, failed
	case found == nil:
		return nil, ErrEmpty
	}
	return found, nil
}

// errStop ends a walk early.
var errStop = errors.New("enough rows")

// Rows calls yield for each row below the headings that holds something; its cells are only valid
// during the call. An error of yield ends the walk and is returned.
func (s *Sheet) Rows(yield func(Row) error) error {
	n := 0
	return s.walk(func(row Row) error {
		if row.Line <= s.Heading.Line {
			return nil
		}
		if n++; n > MaxRows {
			return ErrTooManyRows
		}
		return yield(row)
	})
}

// kindOf tells what a file is by its content; its name only helps to say what it is not.
func kindOf(filename string, data []byte) string {
	extension := strings.ToLower(strings.TrimPrefix(filepath.Ext(filename), "."))
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		if bytes.Contains(data, []byte("xl/workbook")) || bytes.Contains(data, []byte("xl/worksheets/")) || extension == "xlsx" {
			return "xlsx"
		}
		return named(extension, "zip")
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // OLE: old Excel, or a password
		return named(extension, "xls")
	case bytes.HasPrefix(data, []byte("%PDF")):
		return "pdf"
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}): // UTF-16
		return "csv"
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	switch {
	case kind == "text/html", kind == "text/xml":
		return strings.TrimPrefix(kind, "text/")
	case strings.HasPrefix(kind, "text/"):
		return "csv"
	case kind == "application/octet-stream" && (extension == "csv" || extension == "txt" || !bytes.ContainsRune(data, 0)):
		return "csv" // in some encoding
	case kind == "application/octet-stream":
		return named(extension, "binary")
	}
	return strings.TrimPrefix(kind[strings.Index(kind, "/")+1:], "x-")
}

// named is a file's extension when it is one that says something.
func named(extension, otherwise string) string {
	if extension == "" || extension == "csv" || extension == "xlsx" || len(extension) > 5 {
		return otherwise
	}
	return extension
}

// put hands a row on if it holds anything and is no wider than anyone's table.
func put(row Row, yield func(Row) error) error {
	switch {
	case len(row.Cells) > MaxCells:
		return fault.New(ErrTooWide.Kind, ErrTooWide.Key, "Line", row.Line, "Max", MaxCells)
	case blank(row.Cells):
		return nil
	}
	return yield(row)
}

// blank reports whether a row holds nothing, read with whichever separator.
func blank(cells []string) bool {
	for _, cell := range cells {
		if strings.Trim(cell, " \t\r\n;,\u00a0") != "" {
			return false
		}
	}
	return true
}
