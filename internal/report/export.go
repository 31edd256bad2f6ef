package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/money"
)

// Table is what a spreadsheet is written from. A cell is a string, int, float64, money.Amount
// (written in dirhams), time.Time (written in the market's time zone) or nil, which is empty.
type Table struct {
	Name        string // of a workbook's sheet, in the reader's language; at most 31 characters
	Header      []string
	Rows        [][]any
	RightToLeft bool // in a workbook, the first column stands on the right
}

// minute is how a moment is written: the same in every language, and sorted as text too.
const minute = "2006-01-02 15:04"

// WriteCSV writes comma-separated values in UTF-8, with the mark by which Excel knows that.
func WriteCSV(w io.Writer, t Table) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	record := make([]string, 0, len(t.Header))
	for _, name := range t.Header {
		record = append(record, harmless(name))
	}
	for i := 0; ; i++ {
		if err := out.Write(record); err != nil {
			return fmt.Errorf("write csv: %w", err)
		}
		if i == len(t.Rows) {
			break
		}
		record = record[:0]
		for _, cell := range t.Rows[i] {
			text, err := csvCell(cell)
			if err != nil {
				return fmt.Errorf("write csv: row %d: %w", i+1, err)
			}
			record = append(record, text)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

func csvCell(cell any) (string, error) {
	switch v := cell.(type) {
	case nil:
		return "", nil
	case string:
		return harmless(v), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case money.Amount:
		return v.String(), nil
	case time.Time:
		return v.In(clock.Zone).Format(minute), nil
	}
	return "", fmt.Errorf("cell of type %T", cell)
}

// harmless puts an apostrophe before a text that a spreadsheet would take for a formula, such as a
// cooperative named =HYPERLINK(…) (OWASP, «CSV Injection»).
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Widths of a workbook's columns, in characters.
const (
	minWidth = 8
	maxWidth = 50
)

// WriteXLSX writes a workbook of one sheet, its header bold and kept in sight.
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
	for i, width := range widths(t) {
		if err := stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	row := make([]any, 0, len(t.Header))
	for _, name := range t.Header {
		row = append(row, excelize.Cell{StyleID: x.bold, Value: harmless(name)})
	}
	for i := 0; ; i++ {
		if err := stream.SetRow("A"+strconv.Itoa(i+1), row); err != nil {
			return err
		}
		if i == len(t.Rows) {
			return stream.Flush()
		}
		row = row[:0]
		for _, cell := range t.Rows[i] {
			value, err := x.cell(cell)
			if err != nil {
				return fmt.Errorf("row %d: %w", i+1, err)
			}
			row = append(row, value)
		}
	}
}

func (x *xlsx) cell(cell any) (any, error) {
	switch v := cell.(type) {
	case nil, int, float64:
		return v, nil
	case string:
		return harmless(v), nil
	case money.Amount:
		return excelize.Cell{StyleID: x.money, Value: float64(v) / 100}, nil
	case time.Time:
		return excelize.Cell{StyleID: x.moment, Value: v.In(clock.Zone)}, nil
	}
	return nil, fmt.Errorf("cell of type %T", cell)
}

// widths fits each column to its longest text.
func widths(t Table) []float64 {
	longest := make([]float64, len(t.Header))
	for i, name := range t.Header {
		longest[i] = float64(max(utf8.RuneCountInString(name), minWidth))
	}
	for _, row := range t.Rows {
		for i, cell := range row[:min(len(row), len(longest))] {
			length := len(minute)
			if text, ok := cell.(string); ok {
				length = utf8.RuneCountInString(text)
			}
			longest[i] = min(max(longest[i], float64(length)), maxWidth)
		}
	}
	return longest
}
