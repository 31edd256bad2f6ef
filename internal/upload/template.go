package upload

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
)

// ErrTemplateFormat says that a catalogue is written as xlsx or csv only.
var ErrTemplateFormat = fault.New(fault.NotFound, "upload.template_format")

// templateColumns are the columns of a catalogue that is downloaded, with their widths in characters.
var templateColumns = []struct {
	column string
	width  float64
}{
	{colSKU, 14}, {colCategory, 16}, {colNameAR, 28}, {colNameFR, 28}, {colNameEN, 28}, {colUnit, 12}, {colPrice, 10}, {colStock, 10},
	{colSeasonFrom, 10}, {colSeasonTo, 10}, {colAuthorisation, 20}, {colAuthorisedTill, 16},
	{colDescriptionAR, 40}, {colDescriptionFR, 40}, {colDescriptionEN, 40}, {colStockThen, 30},
}

// Template writes the cooperative's present catalogue as «xlsx» or «csv», with headings in the reader's
// language, so that it can be changed and uploaded again. Uploaded unchanged, it changes nothing, also
// when some was sold meanwhile.
func (s *Service) Template(ctx context.Context, coopID uuid.UUID, l *i18n.Locale, format string, w io.Writer) error {
	write := map[string]func(*i18n.Locale, [][]any, io.Writer) error{"xlsx": writeXLSX, "csv": writeCSV}[format]
	if write == nil {
		return ErrTemplateFormat
	}
	categories, err := s.catalog.Categories(ctx)
	if err != nil {
		return err
	}
	now := s.now() // before the stock is read: what moves meanwhile is then known to have moved
	products, err := s.catalog.OfCooperative(ctx, coopID)
	if err != nil {
		return err
	}
	heading := make([]any, len(templateColumns))
	for i, c := range templateColumns {
		heading[i] = l.T("upload.column." + c.column)
	}
	rows := [][]any{heading}
	for _, p := range products {
		if p.State == catalog.Archived {
			continue
		}
		rows = append(rows, []any{
			harmless(p.SKU), l.Text(categoryName(categories, p.Category)),
			harmless(p.Name.AR), harmless(p.Name.FR), harmless(p.Name.EN), unitText(l, p.UnitAmount, p.UnitCode),
			float64(p.Price) / 100, p.Stock, number(p.SeasonFrom), number(p.SeasonTo),
			harmless(p.Authorisation), day(p.AuthorisedTill),
			harmless(p.Description.AR), harmless(p.Description.FR), harmless(p.Description.EN), stockThen{p.Stock, now}.String(),
		})
	}
	if err := write(l, rows, w); err != nil {
		return fmt.Errorf("write catalogue as %s: %w", format, err)
	}
	return nil
}

// unitText writes a unit so that ParseUnit reads the same, so without marks between thousands.
func unitText(l *i18n.Locale, amount int, code string) string {
	if amount < 1000 {
		return l.Unit(amount, code)
	}
	return fmt.Sprintf("%d %s", amount, code)
}

// harmless keeps a spreadsheet from taking a text for a formula; an upload drops the apostrophe again.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func number(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}

func day(d *time.Time) any {
	if d == nil {
		return nil
	}
	return d.Format(time.DateOnly)
}

func writeXLSX(l *i18n.Locale, rows [][]any, w io.Writer) (err error) {
	book := excelize.NewFile()
	defer func() {
		if e := book.Close(); err == nil {
			err = e
		}
	}()
	page := l.T("catalog.sheet")
	if err := book.SetSheetName(book.GetSheetName(0), page); err != nil {
		return err
	}
	rtl := l.Dir() == "rtl"
	if err := book.SetSheetView(page, 0, &excelize.ViewOptions{RightToLeft: &rtl}); err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	table, err := book.NewStreamWriter(page)
	if err != nil {
		return err
	}
	for i, c := range templateColumns {
		if err := table.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
	}
	if err := table.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, row := range rows {
		var options []excelize.RowOpts
		if i == 0 {
			options = append(options, excelize.RowOpts{StyleID: bold})
		}
		if err := table.SetRow("A"+strconv.Itoa(i+1), row, options...); err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}

// writeCSV writes what Excel opens with the right letters and columns wherever a comma is a decimal
// sign, as in Morocco: a byte order mark and semicolons.
func writeCSV(l *i18n.Locale, rows [][]any, w io.Writer) error {
	buffered := bufio.NewWriter(w)
	if _, err := buffered.WriteString("\ufeff"); err != nil {
		return err
	}
	table := csv.NewWriter(buffered)
	table.Comma, table.UseCRLF = ';', true
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			switch v := cell.(type) {
			case nil:
			case float64:
				cells[i] = l.Decimal(v, 2)
			default:
				cells[i] = fmt.Sprint(v)
			}
		}
		if err := table.Write(cells); err != nil {
			return err
		}
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}

// categoryName finds a category's names; empty for an unknown slug.
func categoryName(categories []catalog.Category, slug string) i18n.Text {
	for _, c := range categories {
		if c.Slug == slug {
			return c.Name
		}
	}
	return i18n.Text{}
}
