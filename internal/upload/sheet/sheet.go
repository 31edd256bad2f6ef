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
	MaxRows  = 20_000  // that hold anything, without the headings
	MaxCells = 500     // in a row
	MaxCell  = 100_000 // bytes of one cell; a spreadsheet's holds 32,767 characters
	// headingRows is how far down the headings may begin: people put titles above.
	headingRows = 20
)

// Why a whole file is refused.
var (
	ErrTooLarge     = fault.New(fault.TooLarge, "upload.too_large", "MB", MaxBytes>>20)
	ErrTooManyRows  = fault.New(fault.Invalid, "upload.too_many_rows", "Max", MaxRows)
	ErrTooWide      = fault.New(fault.Invalid, "upload.too_wide")
	ErrLongCell     = fault.New(fault.Invalid, "upload.long_cell")
	ErrTooManyCells = fault.New(fault.Invalid, "upload.too_many_cells")
	ErrTooManyPages = fault.New(fault.Invalid, "upload.too_many_pages")
	ErrEmpty        = fault.New(fault.Invalid, "upload.empty")
	ErrEncoding     = fault.New(fault.Invalid, "upload.encoding")
	ErrBroken       = fault.New(fault.Invalid, "upload.broken")
	ErrUnpacked     = fault.New(fault.Invalid, "upload.unpacks_too_large")
	ErrLocked       = fault.New(fault.Invalid, "upload.password")
	ErrKind         = fault.New(fault.Invalid, "upload.not_a_spreadsheet")
	ErrQuote        = fault.New(fault.Invalid, "upload.quote")
)

// table is a page of a workbook, or a text file as it reads with one separator.
type table struct {
	page     string
	encoding Encoding
	walk     func(yield func(Row) error) error // calls yield for each row that holds something, until it fails
}

// Row is one row that holds something.
type Row struct {
	Line  int // as the person's own program counts: from 1, empty and heading rows included
	Cells []string
}

// Sheet is a file with its headings found.
type Sheet struct {
	Heading  Row
	Encoding Encoding // that was assumed; empty where the file leaves no doubt
	Page     string   // of a workbook
	Unread   []string // its other pages that have known headings too, or were not looked at

	walk func(yield func(Row) error) error // all rows of the table, headings included
}

// Read reads a file that may be opened; ErrTooLarge if it has more than MaxBytes.
func Read(r io.Reader) ([]byte, error) {
	var data bytes.Buffer
	if _, err := io.CopyN(&data, r, MaxBytes+1); err == nil {
		return nil, ErrTooLarge
	} else if err != io.EOF {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	return data.Bytes(), nil
}

// Open finds the headings of a file. Score says how many of a row's cells
// are known headings: the separator, the page of the workbook and the row with the highest score
// are taken, or the first row that holds something when none scores. A text file that is not UTF-8
// is read in the encoding asked for; without one, its headings decide between the two of Windows, and
// its letters where they say nothing. Whatever cannot be read is a
// *fault.Error to be shown.
func Open(filename string, data []byte, asked Encoding, score func(cells []string) int) (*Sheet, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, ErrEmpty
	}
	var tables []table
	var beyond []string
	var err error
	switch kind := kindOf(filename, data); kind {
	case "xlsx":
		tables, beyond, err = workbook(data)
	case "csv":
		tables, err = separated(data, asked)
	case locked:
		return nil, ErrLocked
	default:
		return nil, fault.New(ErrKind.Kind, ErrKind.Key, "Kind", kind)
	}
	if err != nil {
		return nil, err
	}
	found, err := best(tables, score)
	if err != nil {
		return nil, err
	}
	found.Unread = append(found.Unread, beyond...)
	return found, nil
}

// best finds the table and the row with the most known headings. A table that cannot be read only
// matters when no other has any: read with the wrong separator, quotes often do not close.
func best(tables []table, score func(cells []string) int) (*Sheet, error) {
	var found *Sheet
	var failed error
	var known []string // pages that have known headings
	top := -1
	for _, t := range tables {
		seen, scored := 0, 0
		err := t.walk(func(row Row) error {
			n := score(row.Cells)
			scored = max(scored, n)
			if n > top {
				top = n
				found = &Sheet{Heading: Row{row.Line, slices.Clone(row.Cells)}, Encoding: t.encoding, Page: t.page, walk: t.walk}
			}
			if seen++; seen == headingRows {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) && failed == nil {
			failed = err
		}
		if scored > 0 && t.page != "" {
			known = append(known, t.page)
		}
	}
	switch {
	case top <= 0 && failed != nil:
		return nil, failed
	case found == nil:
		return nil, ErrEmpty
	}
	found.Unread = slices.DeleteFunc(known, func(page string) bool { return page == found.Page })
	return found, nil
}

// errStop ends a walk early.
var errStop = errors.New("enough rows")

// Rows calls yield for each row below the headings that holds something; its cells are only valid
// during the call. An error of yield ends the walk and is returned; so does a row beyond MaxRows.
func (s *Sheet) Rows(yield func(Row) error) error { return s.RowsUpTo(MaxRows, yield) }

// RowsUpTo is Rows with another bound.
func (s *Sheet) RowsUpTo(most int, yield func(Row) error) error {
	n := 0
	return s.walk(func(row Row) error {
		if row.Line <= s.Heading.Line {
			return nil
		}
		if n++; n > most {
			return fault.New(ErrTooManyRows.Kind, ErrTooManyRows.Key, "Max", most)
		}
		return yield(row)
	})
}

// locked is the kind of a workbook that opens with a password only.
const locked = "locked"

// encrypted is the name, in UTF-16, of the part in which such a workbook lies.
var encrypted = []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")

// kindOf tells what a file is by its content; its name only helps to say what it is not.
func kindOf(filename string, data []byte) string {
	extension := strings.ToLower(strings.TrimPrefix(filepath.Ext(filename), "."))
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		if bytes.Contains(data, []byte("xl/workbook")) || bytes.Contains(data, []byte("xl/worksheets/")) || extension == "xlsx" {
			return "xlsx"
		}
		return named(extension, "zip")
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // OLE: old Excel, or a workbook with a password
		if bytes.Contains(data, encrypted) {
			return locked
		}
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
