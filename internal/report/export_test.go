package report_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/report"
)

func table() report.Table {
	return report.Table{
		Name:   "المبيعات",
		Header: []string{"التعاونية", "Ventes; total", "+", "n", "x", "le", "vide"},
		Rows: [][]any{
			{"نحلات \"الجبل\", زكزل", money.Amount(-123450), "=1+1", 12, 0.25, time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC), nil},
			{"+212661234567", money.Amount(5), "@cmd", -3, -0.5, time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC), nil},
		},
		RightToLeft: true,
	}
}

func TestACSVFileOpensAsItWasMeant(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := report.WriteCSV(&b, table()); err != nil {
		t.Fatal(err)
	}
	want := "\uFEFF" +
		"التعاونية,Ventes; total,'+,n,x,le,vide\r\n" +
		"\"نحلات \"\"الجبل\"\", زكزل\",-1234.50,'=1+1,12,0.25,2026-11-27 00:30,\r\n" +
		"'+212661234567,0.05,'@cmd,-3,-0.5,2026-02-28 12:00,\r\n"
	if b.String() != want {
		t.Errorf("%q\nwant\n%q", b.String(), want)
	}
}

func TestAWorkbookOpensAsItWasMeant(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := report.WriteXLSX(&b, table()); err != nil {
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
		start := rapid.SampledFrom([]string{"=", "+", "-", "@", "\t", "\r", "", "a", "'"}).Draw(t, "start")
		text := start + rapid.StringMatching(`[ -~]{0,12}`).Draw(t, "rest")
		var b bytes.Buffer
		if err := report.WriteCSV(&b, report.Table{Header: []string{"x", text}}); err != nil {
			t.Fatal(err)
		}
		cells, err := csv.NewReader(&b).Read()
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny((cells[1] + " ")[:1], "=+-@\t\r") {
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
	unknown := report.Table{Header: []string{"x"}, Rows: [][]any{{true}}}
	for name, write := range map[string]func(report.Table) error{
		"csv":  func(t report.Table) error { return report.WriteCSV(&bytes.Buffer{}, t) },
		"xlsx": func(t report.Table) error { return report.WriteXLSX(&bytes.Buffer{}, t) },
	} {
		if err := write(unknown); err == nil || !strings.Contains(err.Error(), "row 1: cell of type bool") {
			t.Errorf("%s with a cell of no known kind: %v", name, err)
		}
	}
	if err := report.WriteCSV(full{}, table()); !errors.Is(err, errFull) {
		t.Errorf("csv: %v", err)
	}
	if err := report.WriteXLSX(full{}, table()); !errors.Is(err, errFull) {
		t.Errorf("xlsx: %v", err)
	}
}

func TestTheReportIsExportedInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := b.sales(t, report.Filter{})
	for code, want := range map[string]string{
		"ar": "nahlat,زكزل,نعم,10,10,2,1400.00,1400.00,1400.00,0.00,140.00\r\n",
		"fr": "nahlat,Zegzel,oui,10,10,2,1400.00,1400.00,1400.00,0.00,140.00\r\n",
		"en": "nahlat,Zegzel,yes,10,10,2,1400.00,1400.00,1400.00,0.00,140.00\r\n",
	} {
		sheet := s.Table(bundle.Locale(code))
		var out bytes.Buffer
		if err := report.WriteCSV(&out, sheet); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) || len(sheet.Header) != len(sheet.Rows[0]) || sheet.RightToLeft != (code == "ar") {
			t.Errorf("%s: %s", code, out.String())
		}
	}
}
