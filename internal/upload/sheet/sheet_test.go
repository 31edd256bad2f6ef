package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/upload/sheet"
)

// score knows two headings.
func score(cells []string) int {
	n := 0
	for _, cell := range cells {
		if cell == "Produit" || cell == "Prix" {
			n++
		}
	}
	return n
}

// table reads a whole file: its headings, then each row as «line: cell|cell».
func table(filename string, data []byte) (rows []string, err error) {
	if data, err = sheet.Read(bytes.NewReader(data)); err != nil {
		return nil, err
	}
	s, err := sheet.Open(filename, data, "", score)
	if err != nil {
		return nil, err
	}
	rows = append(rows, fmt.Sprintf("%d: %s", s.Heading.Line, strings.Join(s.Heading.Cells, "|")))
	err = s.Rows(func(row sheet.Row) error {
		rows = append(rows, fmt.Sprintf("%d: %s", row.Line, strings.Join(row.Cells, "|")))
		return nil
	})
	return rows, err
}

func TestSeparatedFiles(t *testing.T) {
	t.Parallel()
	utf16 := func(text string) string {
		b := []byte{0xff, 0xfe}
		for _, r := range text {
			b = append(b, byte(r), byte(r>>8))
		}
		return string(b)
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"semicolons, decimal commas": {"Produit;Prix\nMiel;12,50\nPollen;1,5\n", []string{"1: Produit|Prix", "2: Miel|12,50", "3: Pollen|1,5"}},
		"commas, quoted decimals":    {"Produit,Prix\nMiel,\"12,50\"\n", []string{"1: Produit|Prix", "2: Miel|12,50"}},
		"tabs":                       {"Produit\tPrix\r\nMiel; fin, doux\t12\r\n", []string{"1: Produit|Prix", "2: Miel; fin, doux|12"}},
		"a byte order mark":          {"\ufeffProduit;Prix\nMiel;1\n", []string{"1: Produit|Prix", "2: Miel|1"}},
		"UTF-16 as Excel saves it":   {utf16("Produit\tPrix\r\nعسل\t1\r\n"), []string{"1: Produit|Prix", "2: عسل|1"}},
		"its own word":               {"sep=,\r\nProduit,Prix\r\nMiel,1\r\n", []string{"2: Produit|Prix", "3: Miel|1"}},
		"titles above, gaps between": {"Notre liste\n\n;;\nProduit;Prix\n\nMiel;1\n;;;\nPollen;2\n", []string{"4: Produit|Prix", "6: Miel|1", "8: Pollen|2"}},
		"text over several lines":    {"Produit;Prix\n\"Miel\nde \"\"thym\"\"\";1\nPollen;2\n", []string{"1: Produit|Prix", "2: Miel\nde \"thym\"|1", "4: Pollen|2"}},
		"stray quotes":               {"Produit;Prix\nMiel \"fin\";1\n", []string{"1: Produit|Prix", "2: Miel \"fin\"|1"}},
		"lines of an old Macintosh":  {"Produit;Prix\rMiel;1\r", []string{"1: Produit|Prix", "2: Miel|1"}},
		"uneven rows":                {"Produit;Prix\nMiel\nPollen;2;3;4\n", []string{"1: Produit|Prix", "2: Miel", "3: Pollen|2|3|4"}},
		"unknown headings":           {"A;B\n1;2\n", []string{"1: A|B", "2: 1|2"}},
	} {
		got, err := table("liste.csv", []byte(c.text))
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q %v, want %q", name, got, err, c.want)
		}
	}
}

func TestFilesOfWindows(t *testing.T) {
	t.Parallel()
	letters := map[sheet.Encoding]*charmap.Charmap{sheet.Windows1252: charmap.Windows1252, sheet.Windows1256: charmap.Windows1256}
	for name, c := range map[string]struct {
		text  string
		saved sheet.Encoding
	}{
		"French":                      {"Produit;Prix\nMiel d’oranger à l’ancienne, séché;120,50 €\n", sheet.Windows1252},
		"French in capitals":          {"Produit;Prix\nPÂTÉ D’ÉPICES CRÉÉES À ÉPERNAY;10\n", sheet.Windows1252},
		"Arabic":                      {"الاسم;الثمن\nعسل الزعتر 500 غ;120\n", sheet.Windows1256},
		"Arabic beside French":        {"Produit;Prix\nHuile d’olive pressée à froid, زيت;75\n", sheet.Windows1256},
		"letters that only 1256 has":  {"Produit;Prix\nگرگاع;75\n", sheet.Windows1256},
		"an accent that both write é": {"Produit;Prix\nThé;75\n", sheet.Windows1252},
	} {
		data, err := letters[c.saved].NewEncoder().String(c.text)
		if err != nil {
			t.Fatal(err)
		}
		for _, asked := range []sheet.Encoding{"", c.saved, "koi8-r"} {
			s, err := sheet.Open("liste.csv", []byte(data), asked, score)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var got strings.Builder
			for _, rows := range []func(func(sheet.Row) error) error{
				func(yield func(sheet.Row) error) error { return yield(s.Heading) }, s.Rows,
			} {
				_ = rows(func(row sheet.Row) error {
					got.WriteString(strings.Join(row.Cells, ";") + "\n")
					return nil
				})
			}
			if s.Encoding != c.saved || got.String() != c.text {
				t.Errorf("%s, asked for %q: %s %q", name, asked, s.Encoding, got.String())
			}
		}
		other, err := sheet.Open("liste.csv", []byte(data), c.saved.Other(), score)
		if err != nil || other.Encoding != c.saved.Other() {
			t.Errorf("%s, asked for the other: %+v %v", name, other, err)
		}
	}
}

func TestHeadingsTellTheEncodingBeforeLettersDo(t *testing.T) {
	t.Parallel()
	// Most letters are French capitals, but the only heading that is known is Arabic.
	data, err := charmap.Windows1256.NewEncoder().String("كود;الثمن\n")
	if err != nil {
		t.Fatal(err)
	}
	data += strings.Repeat("CAF\xc9 \xc9PIC\xc9;1\n", 20)
	s, err := sheet.Open("liste.csv", []byte(data), "", func(cells []string) int { return strings.Count(strings.Join(cells, "|"), "الثمن") })
	if err != nil || s.Encoding != sheet.Windows1256 || s.Heading.Line != 1 {
		t.Errorf("%+v %v", s, err)
	}
}

func TestPagesThatAreNotReadAreNamed(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	for page, cells := range map[string][]string{
		"Sheet1": {"Bienvenue"}, "Huiles": {"Produit"}, "Miels": {"Produit", "Prix"}, "Archive": {"Produit", "Prix"},
	} {
		if _, err := book.NewSheet(page); err != nil {
			t.Fatal(err)
		}
		if err := book.SetSheetRow(page, "A1", &cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SetSheetVisible("Archive", false); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	s, err := sheet.Open("a.xlsx", file.Bytes(), "", score)
	if err != nil || s.Page != "Miels" || !slices.Equal(s.Unread, []string{"Huiles"}) {
		t.Errorf("%+v %v", s, err)
	}
}

func TestWhatIsNoTable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, data, kind string
		want             error
	}{
		"old Excel":           {"a.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "xls", sheet.ErrKind},
		"with a password":     {"a.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00", "", sheet.ErrLocked},
		"Word":                {"a.docx", "PK\x03\x04....word/document.xml", "docx", sheet.ErrKind},
		"PDF":                 {"a.csv", "%PDF-1.4", "pdf", sheet.ErrKind},
		"JPEG":                {"a.csv", "\xff\xd8\xff\xe1....", "jpeg", sheet.ErrKind},
		"PNG":                 {"a.xlsx", "\x89PNG\x0d\x0a\x1a\x0a", "png", sheet.ErrKind},
		"a web page":          {"a.xls", "<!DOCTYPE html><table>", "html", sheet.ErrKind},
		"a program":           {"a.bin", "\x7fELF\x00\x01\x02", "bin", sheet.ErrKind},
		"damaged UTF-8":       {"a.csv", "Produit;Prix\nPâte de dattes séch\xe9es;1\n", "", sheet.ErrEncoding},
		"no text in Windows":  {"a.csv", "Pri\xe8re;Prix\x01\n", "", sheet.ErrEncoding},
		"UTF-16 without mark": {"a.csv", "P\x00r\x00i\x00x\x00", "", sheet.ErrEncoding},
		"nothing":             {"a.csv", "", "", sheet.ErrEmpty},
		"nothing but marks":   {"a.csv", "\ufeff;;\n,,\n", "", sheet.ErrEmpty},
		"a swallowing quote":  {"a.csv", "Produit;Prix\nA \"b\" c;1\n\"Miel;1\nPollen;2\n", "", sheet.ErrQuote},
		"a quote half way":    {"a.csv", "Produit;Prix\n\"Pollen\" pur;2\nMiel;1\n", "", sheet.ErrQuote},
		"a quote to the end":  {"a.csv", "Produit;Prix\n\"Miel;1\nPollen;2\n", "", sheet.ErrQuote},
	} {
		_, err := table(c.file, []byte(c.data))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		} else if kind := fault.As(err).Args["Kind"]; c.kind != "" && kind != c.kind {
			t.Errorf("%s: told as %v, want %s", name, kind, c.kind)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	rows := "Produit;Prix\n" + strings.Repeat("Miel;1\n\n", sheet.MaxRows)
	if got, err := table("a.csv", []byte(rows)); err != nil || len(got) != sheet.MaxRows+1 {
		t.Errorf("as many rows as are allowed: %d %v", len(got), err)
	}
	if _, err := table("a.csv", []byte(rows+"Miel;1\n")); !errors.Is(err, sheet.ErrTooManyRows) {
		t.Errorf("one more: %v", err)
	}
	if _, err := table("a.csv", make([]byte, sheet.MaxBytes+1)); !errors.Is(err, sheet.ErrTooLarge) {
		t.Errorf("too many bytes: %v", err)
	}
}

// pack makes a workbook by hand out of its parts.
func pack(t testing.TB, parts map[string]io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for name, content := range parts {
		var w io.Writer
		var err error
		if size, ok := content.(said); ok {
			w, err = archive.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, UncompressedSize64: uint64(size)})
		} else {
			w, err = archive.Create(name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// said is a part that says it unpacks to so many bytes.
type said int64

func (said) Read([]byte) (int, error) { return 0, io.EOF }

// workbook is one with a single page, whose XML is given.
func workbook(t testing.TB, page io.Reader, more map[string]io.Reader) []byte {
	t.Helper()
	const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const packages = "http://schemas.openxmlformats.org/package/2006/"
	parts := map[string]io.Reader{
		"[Content_Types].xml": strings.NewReader(`<Types xmlns="` + packages + `content-types"></Types>`),
		"_rels/.rels": strings.NewReader(`<Relationships xmlns="` + packages + `relationships"><Relationship Id="r1" Type="` +
			relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
		"xl/workbook.xml": strings.NewReader(`<workbook xmlns="` + main + `" xmlns:r="` + relations +
			`"><sheets><sheet name="P" sheetId="1" r:id="r1"/></sheets></workbook>`),
		"xl/_rels/workbook.xml.rels": strings.NewReader(`<Relationships xmlns="` + packages + `relationships"><Relationship Id="r1" Type="` +
			relations + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`),
		"xl/worksheets/sheet1.xml": page,
	}
	for name, content := range more {
		parts[name] = content
	}
	return pack(t, parts)
}

func rowXML(n int, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, n)
	for _, cell := range cells {
		b.WriteString(cell)
	}
	return b.String() + `</row>`
}

func text(at, value string) string {
	return `<c r="` + at + `" t="inlineStr"><is><t>` + value + `</t></is></c>`
}

func page(rows ...string) io.Reader {
	return strings.NewReader(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` +
		strings.Join(rows, "") + `</sheetData></worksheet>`)
}

func TestWorkbooks(t *testing.T) {
	t.Parallel()
	data := workbook(t, page(
		rowXML(2, text("B2", "Produit"), text("D2", "Prix")),
		rowXML(5, text("B5", "Miel"), `<c r="D5"><v>12.5</v></c>`),
		rowXML(6, text("A6", " ")),
	), nil)
	got, err := table("a.xlsx", data)
	if want := []string{"2: |Produit||Prix", "5: |Miel||12.5"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q %v, want %q", got, err, want)
	}
}

// A workbook that was damaged on its way would otherwise be read as far as it goes.
func TestADamagedWorkbookIsRefused(t *testing.T) {
	t.Parallel()
	rows := []string{rowXML(1, text("A1", "Produit"), text("B1", "Prix"))}
	for i := range 3000 {
		rows = append(rows, rowXML(i+2, text(fmt.Sprintf("A%d", i+2), fmt.Sprintf("Miel %x", i*i*7919))))
	}
	data := workbook(t, page(rows...), nil)
	for at := len(data) / 4; at < len(data)*3/4; at += len(data) / 10 {
		damaged := bytes.Clone(data)
		damaged[at] ^= 0x55
		if got, err := table("a.xlsx", damaged); fault.As(err) == nil {
			t.Errorf("damaged at %d: %d rows, %v", at, len(got), err)
		}
	}
}

// A cell in the last column on every row costs a hundred kilobytes packed and ten seconds unpacked.
func TestWideRowsAreRefused(t *testing.T) {
	t.Parallel()
	data := workbook(t, page(rowXML(1, text("A1", "Produit"), text("B1", "Prix")), rowXML(3, text("XFD3", "x"))), nil)
	_, err := table("a.xlsx", data)
	if !errors.Is(err, sheet.ErrTooWide) || fault.As(err).Args["Line"] != 3 {
		t.Errorf("workbook: %v", err)
	}
	_, err = table("a.csv", []byte("Produit;Prix\n"+strings.Repeat(";", sheet.MaxCells)+"\n"))
	if !errors.Is(err, sheet.ErrTooWide) {
		t.Errorf("text: %v", err)
	}
}

// The last row of a page can be far below the others.
func TestLongPagesStayCheap(t *testing.T) {
	t.Parallel()
	data := workbook(t, page(rowXML(1, text("A1", "Produit")), rowXML(1_048_576, text("A1048576", "Pollen"))), nil)
	got, err := table("a.xlsx", data)
	if want := []string{"1: Produit", "1048576: Pollen"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q %v", got, err)
	}
}

func FuzzCSV(f *testing.F) {
	for _, text := range []string{
		"Produit;Prix\nMiel;12,50\n", "\ufeffProduit,Prix\n\"a\nb\",1\n", "sep=;\n", "sep=", "\"", "a\"b;c\n\"d", "\xff\xfeP\x00", "\xfe\xff", ";;\n\n", "\r\r\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, "a.csv", data) })
}

func FuzzXLSX(f *testing.F) {
	book := excelize.NewFile()
	for cell, value := range map[string]any{"A1": "Produit", "B1": "Prix", "A2": "Miel", "B2": 12.5, "C2": true} {
		if err := book.SetCellValue("Sheet1", cell, value); err != nil {
			f.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := errors.Join(book.Write(&b), book.Close()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(workbook(f, page(rowXML(1, text("A1", "Produit"))), nil))
	f.Add([]byte("PK\x03\x04xl/workbook"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, "a.xlsx", data) })
}

// FuzzPage reads workbooks that unpack well and whose page is anything.
func FuzzPage(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`, `<sst><si><t>Produit</t></si></sst>`)
	f.Add(`<worksheet><sheetData><row r="-1"><c r="ZZZZ99" t="s"><v>99</v></c></row><row r="1048577"/></sheetData></worksheet>`, `<sst/>`)
	f.Add(`<worksheet><sheetData><row><c t="inlineStr"><is><r><t>a</t></r></is></c><c t="b"><v>1</v></c><c t="d"><v>x</v></c></row>`, ``)
	f.Fuzz(func(t *testing.T, sheetXML, textsXML string) {
		fuzzed(t, "a.xlsx", workbook(t, strings.NewReader(sheetXML), map[string]io.Reader{"xl/sharedStrings.xml": strings.NewReader(textsXML)}))
	})
}

// fuzzed reads any bytes: they are a table within the limits or are refused with a sentence.
func fuzzed(t *testing.T, filename string, data []byte) {
	s, err := sheet.Open(filename, data, "", score)
	if err != nil {
		if fault.As(err) == nil {
			t.Fatalf("no sentence for %v", err)
		}
		return
	}
	n := 0
	err = s.Rows(func(sheet.Row) error { n++; return nil })
	if err != nil && fault.As(err) == nil {
		t.Fatalf("no sentence for %v", err)
	}
	if n > sheet.MaxRows {
		t.Fatalf("%d rows", n)
	}
}
