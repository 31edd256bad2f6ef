package table_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/table"
)

func rows(list ...[]any) table.Rows { return table.Each(list, func(row []any) []any { return row }) }

func goods() table.Table {
	return table.Table{
		Name:   "المبيعات",
		Header: []string{"التعاونية", "Ventes; total", "+", "n", "x", "le", "vide"},
		Rows: rows(
			[]any{"نحلات \"الجبل\", زكزل", money.Amount(-123450), "=1+1", 12, 0.25, time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC), nil},
			[]any{"+212661234567", money.Amount(5), "@cmd", -3, -0.5, time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC), nil},
		),
		RightToLeft: true,
	}
}

func TestACSVFileOpensAsItWasMeant(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := table.WriteCSV(&b, goods()); err != nil {
		t.Fatal(err)
	}
	want := "\uFEFF" +
		"التعاونية;\"Ventes; total\";'+;n;x;le;vide\r\n" +
		"\"نحلات \"\"الجبل\"\", زكزل\";-1234,50;'=1+1;12;0,25;2026-11-27 00:30;\r\n" +
		"'+212661234567;0,05;'@cmd;-3;-0,5;2026-02-28 12:00;\r\n"
	if b.String() != want {
		t.Errorf("%q\nwant\n%q", b.String(), want)
	}
}

func TestAWorkbookOpensAsItWasMeant(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := table.WriteXLSX(&b, goods()); err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}()
	sheet := file.GetSheetName(0)
	if sheet != "المبيعات" {
		t.Errorf("the sheet is called %q", sheet)
	}
	for cell, want := range map[string]string{
		"A1": "التعاونية", "C1": "'+", "A2": "نحلات \"الجبل\", زكزل", "B2": "-1,234.50", "C2": "'=1+1", "D2": "12", "E2": "0.25",
		"F2": "2026-11-27 00:30", "G2": "", "A3": "'+212661234567", "B3": "0.05", "C3": "'@cmd", "D3": "-3", "E3": "-0.5",
	} {
		if got, err := file.GetCellValue(sheet, cell); err != nil || got != want {
			t.Errorf("%s shows %q, want %q; %v", cell, got, want, err)
		}
		if formula, err := file.GetCellFormula(sheet, cell); err != nil || formula != "" {
			t.Errorf("%s is the formula %q; %v", cell, formula, err)
		}
	}
	for cell, want := range map[string]string{"B2": "-1234.5", "D2": "12"} { // numbers that can be added up
		kind, err := file.GetCellType(sheet, cell)
		raw, rawErr := file.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true})
		if err != nil || rawErr != nil || raw != want || kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
			t.Errorf("%s holds %q of kind %v, want the number %s", cell, raw, kind, want)
		}
	}
	if view, err := file.GetSheetView(sheet, 0); err != nil || view.RightToLeft == nil || !*view.RightToLeft {
		t.Errorf("the sheet does not run from right to left: %v", err)
	}
}

func TestNoTextOfAnExportIsAFormula(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SampledFrom([]string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "", "a", "'"}).Draw(t, "start")
		text := start + rapid.StringMatching(`[ -~]{0,12}`).Draw(t, "rest")
		var b bytes.Buffer
		if err := table.WriteCSV(&b, table.Table{Header: []string{"x", text}}); err != nil {
			t.Fatal(err)
		}
		reader := csv.NewReader(&b)
		reader.Comma = ';'
		cells, err := reader.Read()
		if err != nil {
			t.Fatal(err)
		}
		if table.Typed(cells[1]) != text && !strings.ContainsAny(text, "\r\n") {
			t.Fatalf("%q comes back as %q", text, table.Typed(cells[1]))
		}
		if first, _ := utf8.DecodeRuneInString(cells[1]); strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
			t.Fatalf("%q is written as %q", text, cells[1])
		}
		plain := strings.ReplaceAll(text, "\r", "") // belongs to the ends of lines
		if cells[1] != plain && cells[1] != "'"+plain {
			t.Fatalf("%q is written as %q, more than an apostrophe apart", text, cells[1])
		}
	})
}

// full is a disk with no room left.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAnExportThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	unknown := table.Table{Header: []string{"x"}, Rows: rows([]any{true})}
	for name, write := range map[string]func(table.Table) error{
		"csv":  func(t table.Table) error { return table.WriteCSV(&bytes.Buffer{}, t) },
		"xlsx": func(t table.Table) error { return table.WriteXLSX(&bytes.Buffer{}, t) },
	} {
		if err := write(unknown); err == nil || !strings.Contains(err.Error(), "row 1: cell of type bool") {
			t.Errorf("%s with a cell of no known kind: %v", name, err)
		}
	}
	if err := table.WriteCSV(full{}, goods()); !errors.Is(err, errFull) {
		t.Errorf("csv: %v", err)
	}
	if err := table.WriteXLSX(full{}, goods()); !errors.Is(err, errFull) {
		t.Errorf("xlsx: %v", err)
	}
}

// A list that nobody holds whole: a row is asked for when the one before is written.
func TestALongTableIsWrittenAsItComes(t *testing.T) {
	t.Parallel()
	const many = 5000
	come := 0
	things := func(fn func(int) error) error {
		for i := range many {
			come = i + 1
			if err := fn(i); err != nil {
				return err
			}
		}
		return nil
	}
	long := table.Table{Header: []string{"x"}, Rows: table.Walk(things, func(i int) []any { return []any{i} })}
	var b bytes.Buffer
	if err := table.WriteCSV(&b, long); err != nil || strings.Count(b.String(), "\r\n") != many+1 {
		t.Fatalf("%d lines, %v", strings.Count(b.String(), "\r\n"), err)
	}
	b.Reset()
	if err := table.WriteXLSX(&b, long); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }() // only read
	written, err := book.GetRows(book.GetSheetName(0))
	if err != nil || len(written) != many+1 || written[many][0] != "4999" {
		t.Errorf("%d rows, %v", len(written), err)
	}
	come = 0
	if err := table.WriteCSV(full{}, long); !errors.Is(err, errFull) || come == many {
		t.Errorf("on a full disk it went on to row %d, %v", come, err)
	}
	lost := errors.New("connection lost")
	broken := table.Table{Header: []string{"x"}, Rows: table.Walk(func(func(int) error) error { return lost }, func(int) []any { return nil })}
	for _, write := range []func(io.Writer, table.Table) error{table.WriteCSV, table.WriteXLSX} {
		if err := write(&bytes.Buffer{}, broken); !errors.Is(err, lost) {
			t.Errorf("half a table is no table: %v", err)
		}
	}
}

func TestAWorkbookSaysThatItHoldsNoMoreRows(t *testing.T) {
	t.Parallel()
	endless := table.Table{Header: []string{"x"}, Rows: func(yield func([]any, error) bool) {
		for row := []any{1}; yield(row, nil); {
		}
	}}
	if err := table.WriteXLSX(io.Discard, endless); !errors.Is(err, table.ErrTooLong) {
		t.Errorf("a sheet without end: %v", err)
	}
}
