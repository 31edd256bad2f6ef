package upload_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/upload/sheet"
)

func TestAFileThatCannotBeUsedIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	many := "Produit;Prix\n" + strings.Repeat("Miel;10\n", sheet.MaxRows+1)
	for name, c := range map[string]struct {
		file, content string
		kind          fault.Kind
		key           string
	}{
		"nothing":             {"a.csv", "", fault.Invalid, "upload.empty"},
		"spaces":              {"a.csv", "\ufeff \r\n\t\n;;\n", fault.Invalid, "upload.empty"},
		"headings only":       {"a.csv", "Produit;Prix\n", fault.Invalid, "upload.no_rows"},
		"other headings":      {"a.csv", "Kilomètres;Couleur\n1;rouge\n", fault.Invalid, "upload.no_headings"},
		"no price":            {"a.csv", "Produit;Stock\nMiel;1\n", fault.Invalid, "upload.no_price_column"},
		"no name":             {"a.csv", "Prix;Stock\n10;1\n", fault.Invalid, "upload.no_name_column"},
		"damaged letters":     {"a.csv", "Désignation;Prix\nConfiture sucrée à l'ancien\xe9;10\n", fault.Invalid, "upload.encoding"},
		"a password":          {"a.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00", fault.Invalid, "upload.password"},
		"an old workbook":     {"a.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest", fault.Invalid, "upload.not_a_spreadsheet"},
		"a PDF":               {"a.csv", "%PDF-1.7 ...", fault.Invalid, "upload.not_a_spreadsheet"},
		"a picture":           {"a.xlsx", "\xff\xd8\xff\xe0\x00\x10JFIF", fault.Invalid, "upload.not_a_spreadsheet"},
		"a page":              {"a.xls", "<html><table></table></html>", fault.Invalid, "upload.not_a_spreadsheet"},
		"an archive":          {"a.zip", "PK\x03\x04 rest", fault.Invalid, "upload.not_a_spreadsheet"},
		"a broken workbook":   {"a.xlsx", "PK\x03\x04 rest", fault.Invalid, "upload.broken"},
		"a quote never ended": {"a.csv", "Produit;Prix\nMiel \"fin\";1\n\"Pollen;10\nPropolis;20\n", fault.Invalid, "upload.quote"},
		"too many rows":       {"a.csv", many, fault.Invalid, "upload.too_many_rows"},
		"too many bytes":      {"a.csv", "Produit;Prix\n" + strings.Repeat("x", sheet.MaxBytes), fault.TooLarge, "upload.too_large"},
	} {
		t.Run(name, func(t *testing.T) { // one after the other: files of one cooperative take turns
			_, err := m.Read(m.Ctx, m.Honey, c.file, strings.NewReader(c.content), "", m.Member)
			m.Refused(err, c.kind, c.key)
		})
	}
}

func TestTenThousandWrongRows(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var b strings.Builder
	b.WriteString("Produit;Prix;Stock\nMiel de thym;10;5\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "Chose %d;gratuit;beaucoup\n", i)
	}
	u := m.upload(m.Honey, "a.csv", b.String())
	if u.Summary.Wrong != 10_000 || u.Summary.New != 1 {
		t.Fatalf("%+v", u.Summary)
	}
	kept, err := m.Get(m.Ctx, m.Honey, u.ID)
	if err != nil || len(kept.Rows) != 10_001 || len(kept.Rows[10_000].Errors) != 3 {
		t.Fatalf("all are kept: %v", err)
	}
	u = m.apply(m.Honey, u)
	if u.Summary.Applied != 1 || m.Number(`select count(*) from products`) != 1 {
		t.Errorf("the good one is applied: %+v", u.Summary)
	}
}

func TestTheCatalogueGoesOutAndComesBackUnchanged(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := catalogtest.Thyme()
	e.Name.EN, e.Description.FR = "=HYPERLINK(\"x\")", "Récolté à Tafoughalt;\n\"pur\", fort"
	e.Description.AR, e.SeasonFrom, e.SeasonTo = "＝عسل حر", new(10), new(1)
	m.Offer(m.Honey, e)
	for i, unit := range []struct {
		amount int
		code   string
	}{{1, "kg"}, {250, "ml"}, {5, "l"}, {1, "piece"}, {2, "piece"}, {12, "piece"}, {3, "piece"}, {1, "m2"}, {370, "g"}} {
		o := catalogtest.Thyme()
		o.SKU, o.UnitAmount, o.UnitCode, o.Price = fmt.Sprintf("U-%d", i), unit.amount, unit.code, money.Amount(12_50+i*100_000)
		m.Offer(m.Honey, o)
	}
	for _, language := range []string{"ar", "fr", "en"} {
		for _, format := range []string{"xlsx", "csv"} {
			data := m.template(m.Honey, language, format)
			u, err := m.Read(m.Ctx, m.Honey, "souk."+format, bytes.NewReader(data), "", m.Member)
			if err != nil {
				t.Fatalf("%s %s: %v", language, format, err)
			}
			if u.Summary.Unchanged != 10 || len(u.Summary.Ignored) != 0 || u.Summary.Missing != 0 {
				t.Errorf("%s %s: %+v %+v", language, format, u.Summary, u.Rows[0])
			}
			if format == "xlsx" {
				book, err := excelize.OpenReader(bytes.NewReader(data))
				m.Must(err)
				if got, want := book.GetSheetName(0), m.Locale(language).T("catalog.sheet"); got != want {
					t.Errorf("%s: the sheet is called %q, not %q", language, got, want)
				}
				m.Must(book.Close())
			}
			if format == "csv" && !strings.Contains(string(data), "'=HYPERLINK") {
				t.Errorf("%s: a formula went out as it is", language)
			}
		}
	}
}

func TestAWorkbookWithAnotherPageFirstAndRealNumbers(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	m.Must(book.SetCellValue("Sheet1", "A1", "Bienvenue"))
	if _, err := book.NewSheet("Produits"); err != nil {
		t.Fatal(err)
	}
	for cell, value := range map[string]any{
		"B3": "Produit", "C3": "Prix (DH)", "D3": "Qté", "E3": "Unité", "F3": "Autorisation", "G3": "Autorisation jusqu'au",
		"B4": "Miel de thym", "C4": 12.5, "D4": 1250, "E4": "500 g", "F4": "X", "G4": 46500,
		"B7": "Pollen", "C7": 0.1 + 0.2, "D7": 3, "E7": "100 g",
	} {
		m.Must(book.SetCellValue("Produits", cell, value))
	}
	style, err := book.NewStyle(&excelize.Style{NumFmt: 44})
	m.Must(err)
	m.Must(book.SetCellStyle("Produits", "C4", "C7", style))
	var b bytes.Buffer
	m.Must(book.Write(&b))
	u, err := m.Read(m.Ctx, m.Honey, "produits.xlsx", &b, "", m.Member)
	m.Must(err)
	if u.Summary.New != 2 || u.Rows[0].Line != 4 || u.Rows[1].Line != 7 {
		t.Fatalf("%+v", u.Rows)
	}
	m.apply(m.Honey, u)
	list, err := m.OfCooperative(m.Ctx, m.Honey)
	m.Must(err)
	slices.SortFunc(list, func(a, b catalog.Product) int { return strings.Compare(a.Name.FR, b.Name.FR) })
	if p := list[0]; p.Price != 12_50 || p.Stock != 1250 || p.AuthorisedTill == nil || p.AuthorisedTill.Format("2006-01-02") != "2027-04-23" {
		t.Errorf("%+v", p)
	}
	if p := list[1]; p.Price != 30 {
		t.Errorf("a spreadsheet's 0.30000000000000004 is thirty centimes: %d", p.Price)
	}
}

func TestTheCommandLinesReport(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	const file = "Produit;Prix\nMiel;10\nPollen;gratis\n"
	u, err := m.Import(m.Ctx, m.Honey, "a.csv", strings.NewReader(file), "", false, actor.OfSystem())
	m.Must(err)
	text, err := json.Marshal(u.Report(m.Locale("en")))
	m.Must(err)
	want := `{"new":1,"changed":0,"unchanged":0,"wrong":1,"applied":0,"errors":[{"row":3,"column":"price","value":"gratis","message":"“gratis” is not a price. Example: 12.50."}]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if n := m.Number(`select count(*) from products`); n != 0 {
		t.Errorf("a dry run wrote %d products", n)
	}
	u, err = m.Import(m.Ctx, m.Honey, "a.csv", strings.NewReader(file), "", true, actor.OfSystem())
	m.Must(err)
	if u.Summary.Applied != 1 || m.Number(`select count(*) from products`) != 1 {
		t.Errorf("%+v", u.Summary)
	}
	m.sound()
}

// While a member's file is being read, hers is the only one of hers; another member's is read beside it.
func TestOneFileOfAMemberIsReadAtOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	slow, writer := io.Pipe()
	first := make(chan error)
	go func() {
		_, err := m.Read(m.Ctx, m.Honey, "a.csv", slow, "", m.Member)
		first <- err
	}()
	file := "sku;produit;unité;prix\nA;Miel;500 g;90\n"
	_, err := writer.Write([]byte(file)) // it is being read
	m.Must(err)
	_, err = m.Read(m.Ctx, m.Honey, "a.csv", strings.NewReader(file), "", m.Member)
	m.Refused(err, fault.Unavailable, "gate.busy")
	_, err = m.Read(m.Ctx, m.Honey, "a.csv", strings.NewReader(file), "", actor.OfCooperative(m.Honey, uuid.New()))
	m.Must(err)
	m.Must(writer.Close())
	m.Must(<-first)
}
