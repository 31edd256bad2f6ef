package sheet_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/upload/sheet"
)

// allocated measures how much memory fn asks for in all.
func allocated(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// repeated gives text n times without keeping it.
func repeated(before, text string, n int, behind string) io.Reader {
	return io.MultiReader(strings.NewReader(before), &repeater{text: text, n: n}, strings.NewReader(behind))
}

type repeater struct {
	text string
	n    int
	left string
}

func (r *repeater) Read(p []byte) (int, error) {
	filled := 0
	for filled < len(p) {
		if r.left == "" {
			if r.n == 0 {
				break
			}
			r.n--
			r.left = r.text
		}
		n := copy(p[filled:], r.left)
		r.left = r.left[n:]
		filled += n
	}
	if filled == 0 {
		return 0, io.EOF
	}
	return filled, nil
}

const (
	worksheet = `<worksheet><sheetData>`
	headings  = `<row r="1"><c r="A1" t="inlineStr"><is><t>Produit</t></is></c></row>`
)

// Files of some kilobytes that would have cost some hundred megabytes or many seconds.
func TestSmallFilesCostLittle(t *testing.T) {
	part := func(name string, content io.Reader) map[string]io.Reader { return map[string]io.Reader{name: content} }
	rels := `<Relationships><Relationship Id="r1" Type="/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="/sharedStrings" Target="sharedStrings.xml"/></Relationships>`
	texts := func(content io.Reader) map[string]io.Reader {
		return map[string]io.Reader{"xl/_rels/workbook.xml.rels": strings.NewReader(rels), "xl/sharedStrings.xml": content}
	}
	many := map[string]io.Reader{}
	for i := range 20_000 {
		many[fmt.Sprintf("xl/media/%d", i)] = strings.NewReader("")
	}
	for name, c := range map[string]struct {
		file string
		data []byte
		want error
	}{
		"eight megabytes of separators": {"a.csv", []byte("sku;produit;prix\n" + strings.Repeat(";", 7_900_000)), sheet.ErrTooWide},
		"separators between quotes":     {"a.csv", []byte("Produit;Prix\n" + strings.Repeat("\"\n\";", 1_900_000)), sheet.ErrTooWide},
		"one cell of seven megabytes":   {"a.csv", []byte("Produit;Prix\n" + strings.Repeat("x", 7_000_000)), sheet.ErrLongCell},
		"a quote that is never closed":  {"a.csv", []byte("Produit;Prix\nMiel;\"9\n" + strings.Repeat("Pollen;1\n", 800_000)), sheet.ErrQuote},
		"a quote that is closed late":   {"a.csv", []byte("Produit;Prix\nMiel;\"9\n" + strings.Repeat("Pollen;1\n", 800_000) + "\";1\n"), sheet.ErrQuote},
		"a hundred thousand rows":       {"a.csv", []byte("Produit;Prix\n" + strings.Repeat("Miel;1\n", 100_000)), sheet.ErrTooManyRows},
		"a hundred thousand pages": {"a.xlsx", workbook(t, page(), part("xl/workbook.xml", repeated(
			`<workbook><sheets>`, `<sheet name="P" sheetId="1" r:id="r1"/>`, 50_000, `</sheets></workbook>`))), sheet.ErrTooManyPages},
		"pages without a name": {"a.xlsx", workbook(t, page(), part("xl/workbook.xml", repeated(
			`<workbook><sheets>`, `<sheet/>`, 102_000, `</sheets></workbook>`))), sheet.ErrTooManyPages},
		"shared texts":                           {"a.xlsx", workbook(t, page(), texts(repeated(`<sst>`, `<si/>`, 1_700_000, `</sst>`))), sheet.ErrUnpacked},
		"shared texts in pieces":                 {"a.xlsx", workbook(t, page(), texts(repeated(`<sst><si>`, `<r><t>x</t></r>`, 200_000, `</si></sst>`))), sheet.ErrUnpacked},
		"one long shared text":                   {"a.xlsx", workbook(t, page(), texts(repeated(`<sst><si><t>`, `x`, 1_000_000, `</t></si></sst>`))), sheet.ErrUnpacked},
		"cells":                                  {"a.xlsx", workbook(t, repeated(worksheet+headings+`<row>`, `<c/>`, 1_100_000, `</row></sheetData></worksheet>`), nil), sheet.ErrTooManyCells},
		"cells with a value":                     {"a.xlsx", workbook(t, repeated(worksheet+headings+`<row>`, `<c r="B2"><v>1</v></c>`, 1_100_000, `</row></sheetData></worksheet>`), nil), sheet.ErrTooManyCells},
		"rows":                                   {"a.xlsx", workbook(t, repeated(worksheet+headings, `<row/>`, 1_100_000, `</sheetData></worksheet>`), nil), sheet.ErrBroken},
		"a long cell":                            {"a.xlsx", workbook(t, repeated(worksheet+headings+`<row><c><v>`, `1`, 1_000_000, `</v></c></row></sheetData></worksheet>`), nil), sheet.ErrUnpacked},
		"a cell in pieces":                       {"a.xlsx", workbook(t, repeated(worksheet+headings+`<row><c><v>`, `1<!-- -->`, 200_000, `</v></c></row></sheetData></worksheet>`), nil), sheet.ErrLongCell},
		"a long tag":                             {"a.xlsx", workbook(t, repeated(worksheet+headings+`<row `, `a="b" `, 100_000, `/></sheetData></worksheet>`), nil), sheet.ErrUnpacked},
		"a long comment":                         {"a.xlsx", workbook(t, repeated(worksheet+headings+`<!--`, `x`, 1_000_000, `--></sheetData></worksheet>`), nil), sheet.ErrUnpacked},
		"a deep page":                            {"a.xlsx", workbook(t, repeated(worksheet+headings, `<a>`, 100_000, ``), nil), sheet.ErrUnpacked},
		"merged cells":                           {"a.xlsx", workbook(t, repeated(worksheet+headings+`</sheetData><mergeCells>`, `<mergeCell/>`, 8_100_000, `</mergeCells></worksheet>`), nil), sheet.ErrUnpacked},
		"pages without a row":                    {"a.xlsx", workbook(t, page(), emptyPages(8)), sheet.ErrUnpacked},
		"a cell in the last column of every row": {"a.xlsx", workbook(t, repeated(worksheet+headings, `<row><c r="XFD9"><v>1</v></c></row>`, 1_000, `</sheetData></worksheet>`), nil), sheet.ErrTooWide},
		"named ranges": {"a.xlsx", workbook(t, page(), part("xl/workbook.xml", repeated(
			`<workbook><sheets><sheet name="P" r:id="r1"/></sheets><definedNames>`, `<definedName name="a"/>`, 100_000, `</definedNames></workbook>`))), sheet.ErrUnpacked},
		"parts":          {"a.xlsx", workbook(t, page(), many), sheet.ErrUnpacked},
		"a page":         {"a.xlsx", workbook(t, said(300<<20), nil), sheet.ErrUnpacked},
		"a whole market": {"a.xlsx", workbook(t, said(1<<60), nil), sheet.ErrUnpacked},
		"texts that say they are long": {"a.xlsx", workbook(t, page(), map[string]io.Reader{
			"xl/_rels/workbook.xml.rels": strings.NewReader(rels), "xl/sharedStrings.xml": said(100 << 20)}), sheet.ErrUnpacked},
	} {
		var err error
		n := allocated(func() { _, err = table(c.file, c.data) })
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if n > 64<<20 {
			t.Errorf("%s: %d MB for %d KB", name, n>>20, len(c.data)>>10)
		}
	}
}

// emptyPages are the parts of a workbook with n pages that are long and hold nothing.
func emptyPages(n int) map[string]io.Reader {
	var names, rels strings.Builder
	parts := map[string]io.Reader{}
	for i := range n {
		fmt.Fprintf(&names, `<sheet name="P%d" r:id="r%d"/>`, i, i)
		fmt.Fprintf(&rels, `<Relationship Id="r%d" Type="/worksheet" Target="worksheets/long%d.xml"/>`, i, i)
		parts[fmt.Sprintf("xl/worksheets/long%d.xml", i)] = repeated(worksheet, `<row r="9"/>`, 1_040_000, `</sheetData></worksheet>`)
	}
	parts["xl/workbook.xml"] = strings.NewReader(`<workbook><sheets>` + names.String() + `</sheets></workbook>`)
	parts["xl/_rels/workbook.xml.rels"] = strings.NewReader(`<Relationships>` + rels.String() + `</Relationships>`)
	return parts
}

// What a page does not need is never unpacked, whatever it is: comments, pictures, styles, other pages.
func TestOnlyWhatIsNeededIsUnpacked(t *testing.T) {
	data := workbook(t, page(rowXML(1, text("A1", "Produit"))), map[string]io.Reader{
		"xl/styles.xml": said(1 << 40), "xl/media/image1.png": said(1 << 40), "xl/comments1.xml": said(1 << 40),
		"xl/worksheets/sheet2.xml": said(1 << 40), "../../etc/passwd": said(1 << 40), "docProps/app.xml": said(1 << 40),
	})
	var got []string
	var err error
	if n := allocated(func() { got, err = table("a.xlsx", data) }); n > 4<<20 || err != nil || !slices.Equal(got, []string{"1: Produit"}) {
		t.Errorf("%q %v, %d MB", got, err, n>>20)
	}
}

func TestAWorkbookIsReadAsItsProgramWritesIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ page, texts, want string }{
		"fonts and readings in a text": {
			`<row><c t="s"><v>0</v></c></row>`,
			`<sst><si><r><rPr><b/></rPr><t xml:space="preserve">Miel </t></r><r><t>de thym</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si></sst>`, "Miel de thym"},
		"entities, marks that XML lacks, CDATA": {
			`<row><c t="inlineStr"><is><t>A&amp;B &#x639;_x000A_<![CDATA[<c>]]>&lt;</t></is></c></row>`, `<sst/>`, "A&B ع\n<c><"},
		"another name for its namespace": {
			`<x:row r='1'><x:c r='B1' t='str'><x:f>A1&gt;2</x:f><x:v>oui</x:v></x:c></x:row>`, `<sst/>`, "|oui"},
		"yes and no":             {`<row><c t="b"><v>1</v></c><c t="b"><v>0</v></c></row>`, `<sst/>`, "TRUE|FALSE"},
		"a mistake of its own":   {`<row><c t="e"><f>1/0</f><v>#DIV/0!</v></c></row>`, `<sst/>`, "#DIV/0!"},
		"a > in a formula's tag": {`<row><c a="1>0" r="A1"><v>1</v></c></row>`, `<sst/>`, "1"},
		"a number as it is kept": {`<row><c s="4"><v>46054</v></c><c><v>12.5</v></c></row>`, `<sst/>`, "46054|12.5"},
	} {
		data := workbook(t, strings.NewReader(worksheet+c.page+`</sheetData></worksheet>`), map[string]io.Reader{
			"xl/_rels/workbook.xml.rels": strings.NewReader(`<Relationships><Relationship Id="r1" Type="a/worksheet" Target="/xl/worksheets/sheet1.xml"/>` +
				`<Relationship Id="r2" Type="a/sharedStrings" Target="sharedStrings.xml"/></Relationships>`),
			"xl/sharedStrings.xml": strings.NewReader(c.texts),
		})
		if got, err := table("a.xlsx", data); err != nil || !slices.Equal(got, []string{"1: " + c.want}) {
			t.Errorf("%s: %q %v, want %q", name, got, err, c.want)
		}
	}
}

// A page whose XML is not right would otherwise be read as far as it goes, and the rest be missing unsaid.
func TestAPageThatIsNotRightIsRefused(t *testing.T) {
	t.Parallel()
	row := `<row><c t="inlineStr"><is><t>Miel</t></is></c></row>`
	for name, xml := range map[string]string{
		"ends inside a row":        worksheet + headings + `<row><c t="inlineStr"><is><t>Mi`,
		"ends behind a row":        worksheet + headings + row,
		"a bare &":                 worksheet + headings + `<row><c t="inlineStr"><is><t>Miel & pollen</t></is></c></row></sheetData></worksheet>`,
		"a character no text has":  worksheet + headings + "<row><c t=\"inlineStr\"><is><t>Mi\x01el</t></is></c></row></sheetData></worksheet>",
		"tags crossed":             worksheet + headings + `<row><c></row></c></sheetData></worksheet>`,
		"a text that is not there": worksheet + headings + `<row><c t="s"><v>7</v></c></row></sheetData></worksheet>`,
		"a column that is none":    worksheet + headings + `<row><c r="A"><v>7</v></c></row></sheetData></worksheet>`,
		"a row that is none":       worksheet + headings + `<row r="0"/></sheetData></worksheet>`,
		"a document type":          `<!DOCTYPE w [<!ENTITY a "b">]>` + worksheet + headings + `</sheetData></worksheet>`,
		"entities of its own":      worksheet + headings + `<row><c><v>&a;</v></c></row></sheetData></worksheet>`,
		"another encoding":         `<?xml version="1.0" encoding="utf-16"?>` + worksheet + headings + `</sheetData></worksheet>`,
		"two roots":                worksheet + headings + `</sheetData></worksheet><worksheet/>`,
		"nothing":                  "",
		"the page of a web site":   `<html><body>` + headings,
	} {
		if got, err := table("a.xlsx", workbook(t, strings.NewReader(xml), nil)); !errors.Is(err, sheet.ErrBroken) {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}

func TestTwoPartsOfOneNameAreRefused(t *testing.T) {
	t.Parallel()
	data := workbook(t, page(rowXML(1, text("A1", "Produit"))), map[string]io.Reader{`XL\Worksheets\sheet1.xml`: page()})
	if got, err := table("a.xlsx", data); !errors.Is(err, sheet.ErrBroken) {
		t.Errorf("%q %v", got, err)
	}
}

// A part that says it unpacks to little and does not is found out while it is unpacked.
func TestALyingWorkbookIsRefused(t *testing.T) {
	data := workbook(t, strings.NewReader(strings.Repeat(" ", 64<<20)), nil)
	size := binary.LittleEndian.AppendUint32(nil, 64<<20)
	if !bytes.Contains(data, size) {
		t.Fatal("the size is not where it was thought to be")
	}
	data = bytes.ReplaceAll(data, size, []byte{0, 0x10, 0, 0})
	var err error
	if n := allocated(func() { _, err = table("a.xlsx", data) }); n > 4<<20 {
		t.Errorf("%d MB", n>>20)
	}
	if !errors.Is(err, sheet.ErrBroken) {
		t.Errorf("got %v", err)
	}
}

// FuzzCSVAsOthersReadIt holds what is written strictly against the standard library's reader.
func FuzzCSVAsOthersReadIt(f *testing.F) {
	for _, text := range []string{"a;b\n\"c\n\"\"d\";e\r\n", "\"\";\n\r\n;\"x\"\r\n", "\"\r\n\"\r", "a\rb;\"c\r\r\nd\"\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		strict := csv.NewReader(strings.NewReader("Produit;Prix\n" + text))
		strict.Comma, strict.FieldsPerRecord = ';', -1
		want, err := strict.ReadAll()
		if err != nil || len(text) > 10_000 || !strings.Contains(text, "\n") {
			return
		}
		s, err := sheet.Open("a.csv", []byte("Produit;Prix\n"+text), "", func(cells []string) int {
			if slices.Equal(cells, []string{"Produit", "Prix"}) {
				return 2
			}
			return 0
		})
		if fault.As(err) != nil { // in no encoding that is known
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if s.Encoding != "" || strings.Contains(text, "\ufeff") {
			return
		}
		want = want[1:]
		err = s.Rows(func(row sheet.Row) error {
			for len(want) > 0 && strings.Trim(strings.Join(want[0], ""), " \t\r\n;,\u00a0") == "" {
				want = want[1:]
			}
			if len(want) == 0 || !slices.Equal(row.Cells, want[0]) {
				t.Fatalf("%q: %q, want %q", text, row.Cells, want)
			}
			want = want[1:]
			return nil
		})
		if err != nil && fault.As(err) == nil {
			t.Fatal(err)
		}
	})
}
