package table

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
)

// Table is what a spreadsheet is written from. A cell is a string, int, float64, money.Amount
// (written in dirhams), time.Time (written in the market's time zone) or nil, which is empty.
type Table struct {
	Name        string // of a workbook's sheet, in the reader's language; at most 31 characters
	Header      []string
	Rows        Rows
	RightToLeft bool // in a workbook, the first column stands on the right
}

// Rows come one at a time, so that a long table is never held whole: see Each and Walk. An error ends them.
type Rows = iter.Seq2[[]any, error]

// Each makes a row of each thing in a list.
func Each[T any](list []T, row func(T) []any) Rows {
	return func(yield func([]any, error) bool) {
		for _, thing := range list {
			if !yield(row(thing), nil) {
				return
			}
		}
	}
}

// Walk makes a row of each thing that each hands to its function.
func Walk[T any](each func(fn func(T) error) error, row func(T) []any) Rows {
	return func(yield func([]any, error) bool) {
		err := each(func(thing T) error {
			if !yield(row(thing), nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// errEnough ends a walk early.
var errEnough = errors.New("enough rows")

// rows are those of t, each with its number from 1; none if there are none.
func (t Table) rows(write func(number int, row []any) error) error {
	if t.Rows == nil {
		return nil
	}
	number := 0
	for row, err := range t.Rows {
		number++
		if err == nil {
			err = write(number, row)
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", number, err)
		}
	}
	return nil
}

// minute is how a moment is written: the same in every language, and sorted as text too.
const minute = "2006-01-02 15:04"

// WriteCSV writes what Excel opens with the right letters, columns and numbers wherever a comma is the decimal
// sign, as in Morocco: UTF-8 with a byte order mark, semicolons, decimal commas.
func WriteCSV(w io.Writer, t Table) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	record := make([]string, 0, len(t.Header))
	for _, name := range t.Header {
		record = append(record, Harmless(name))
	}
	if err := out.Write(record); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	err := t.rows(func(_ int, row []any) error {
		record = record[:0]
		for _, cell := range row {
			written, err := csvCell(cell)
			if err != nil {
				return err
			}
			record = append(record, written)
		}
		return out.Write(record)
	})
	out.Flush()
	if err := cmp.Or(err, out.Error()); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

func csvCell(cell any) (string, error) {
	decimal := func(number string) string { return strings.Replace(number, ".", ",", 1) }
	switch v := cell.(type) {
	case nil:
		return "", nil
	case string:
		return Harmless(v), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return decimal(strconv.FormatFloat(v, 'f', -1, 64)), nil
	case money.Amount:
		return decimal(v.String()), nil
	case time.Time:
		return v.In(clock.Zone).Format(minute), nil
	}
	return "", fmt.Errorf("cell of type %T", cell)
}

// formula begins what a spreadsheet takes for a formula, or with Excel in Japanese, whose signs are wide
// (OWASP, «CSV Injection»).
const formula = "=+-@\t\r\n＝＋－＠"

// Harmless puts an apostrophe before a text that a spreadsheet would take for a formula, such as a
// cooperative named =HYPERLINK(…), and before one that looks as if it had got one, so that Typed gives back both.
func Harmless(s string) string {
	bare := strings.TrimLeft(s, "'")
	if first, _ := utf8.DecodeRuneInString(bare); bare != "" && strings.ContainsRune(formula, first) {
		return "'" + s
	}
	return s
}

// Typed is a text that comes back, without the apostrophe of Harmless.
func Typed(s string) string {
	if typed, ok := strings.CutPrefix(s, "'"); ok && Harmless(typed) != typed {
		return typed
	}
	return s
}

// Widths of a workbook's columns, in characters, and how many rows they are measured by.
const (
	minWidth = 8
	maxWidth = 50
	measured = 200
)

// ErrTooLong says that a table has more rows than a workbook holds; a CSV file holds any number.
var ErrTooLong = fault.New(fault.Invalid, "table.too_many_rows")

// WriteXLSX writes a workbook of one sheet, its header bold and kept in sight; ErrTooLong.
func WriteXLSX(w io.Writer, t Table) (err error) {
	file := excelize.NewFile()
	defer func() {
		if closing := file.Close(); err == nil && closing != nil {
			err = fmt.Errorf("write xlsx: %w", closing)
		}
	}()
	var x xlsx
	sheet := cmp.Or(t.Name, file.GetSheetName(0))
	if err := file.SetSheetName(file.GetSheetName(0), sheet); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	if err := file.SetSheetView(sheet, 0, &excelize.ViewOptions{RightToLeft: &t.RightToLeft}); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	if err := x.styles(file); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	stream, err := file.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	if err := x.write(stream, t); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	if _, err := file.WriteTo(w); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	return nil
}

// xlsx knows the styles that cells are written in.
type xlsx struct {
	bold, money, moment int
}

func (x *xlsx) styles(file *excelize.File) (err error) {
	if x.bold, err = file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return err
	}
	const twoDecimals = 4 // «#,##0.00», one of the formats that every spreadsheet has
	if x.money, err = file.NewStyle(&excelize.Style{NumFmt: twoDecimals}); err != nil {
		return err
	}
	format := "yyyy-mm-dd hh:mm"
	x.moment, err = file.NewStyle(&excelize.Style{CustomNumFmt: &format})
	return err
}

func (x *xlsx) write(stream *excelize.StreamWriter, t Table) error {
	var first [][]any // until the widths are known, which must be written before any row
	longest := headerWidths(t.Header)
	begin := func() error {
		for i, width := range longest {
			if err := stream.SetColWidth(i+1, i+1, width); err != nil {
				return err
			}
		}
		if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return err
		}
		header := make([]any, len(t.Header))
		for i, name := range t.Header {
			header[i] = excelize.Cell{StyleID: x.bold, Value: Harmless(name)}
		}
		if err := stream.SetRow("A1", header); err != nil {
			return err
		}
		for i, row := range first {
			if err := setRow(stream, i+1, row); err != nil {
				return err
			}
		}
		return nil
	}
	begun := false
	err := t.rows(func(number int, row []any) error {
		if number >= excelize.TotalRows { // the header is one
			return ErrTooLong
		}
		cells, err := x.cells(row)
		if err != nil {
			return err
		}
		if number <= measured {
			first = append(first, cells)
			widen(longest, row)
			return nil
		}
		if !begun {
			begun = true
			if err := begin(); err != nil {
				return err
			}
		}
		return setRow(stream, number, cells)
	})
	if err == nil && !begun {
		err = begin()
	}
	if err != nil {
		return err
	}
	return stream.Flush()
}

// setRow writes the row with that number below the header.
func setRow(stream *excelize.StreamWriter, number int, cells []any) error {
	return stream.SetRow("A"+strconv.Itoa(number+1), cells)
}

func (x *xlsx) cells(row []any) (cells []any, err error) {
	cells = make([]any, len(row))
	for i, cell := range row {
		if cells[i], err = x.cell(cell); err != nil {
			return nil, err
		}
	}
	return cells, nil
}

func (x *xlsx) cell(cell any) (any, error) {
	switch v := cell.(type) {
	case nil, int, float64:
		return v, nil
	case string:
		return Harmless(v), nil
	case money.Amount:
		return excelize.Cell{StyleID: x.money, Value: float64(v) / 100}, nil
	case time.Time:
		return excelize.Cell{StyleID: x.moment, Value: v.In(clock.Zone)}, nil
	}
	return nil, fmt.Errorf("cell of type %T", cell)
}

func headerWidths(header []string) []float64 {
	longest := make([]float64, len(header))
	for i, name := range header {
		longest[i] = float64(max(utf8.RuneCountInString(name), minWidth))
	}
	return longest
}

// widen fits each column to its longest text.
func widen(longest []float64, row []any) {
	for i, cell := range row[:min(len(row), len(longest))] {
		length := len(minute)
		if written, ok := cell.(string); ok {
			length = utf8.RuneCountInString(written)
		}
		longest[i] = min(max(longest[i], float64(length)), maxWidth)
	}
}
