package upload

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/table"
)

// templateColumns are the columns of a catalogue that is downloaded.
var templateColumns = []string{
	colSKU, colCategory, colNameAR, colNameFR, colNameEN, colUnit, colSizeOf, colPrice, colStock, colSeasonFrom, colSeasonTo,
	colAuthorisation, colAuthorisedTill, colDescriptionAR, colDescriptionFR, colDescriptionEN, colStockThen,
}

// Template is the cooperative's present catalogue as a table, with headings in the reader's
// language, so that it can be changed and uploaded again. Uploaded unchanged, it changes nothing, also
// when some was sold meanwhile.
func (s *Service) Template(ctx context.Context, coopID uuid.UUID, l *i18n.Locale) table.Table {
	t := table.Table{Name: l.T("catalog.sheet"), RightToLeft: l.Dir() == "rtl"}
	for _, column := range templateColumns {
		t.Header = append(t.Header, l.T("upload.column."+column))
	}
	var first map[uuid.UUID]string // of each thing the reference that comes first, which its other sizes name
	now := s.now()                 // before the stock is read: what moves meanwhile is then known to have moved
	t.Rows = table.Walk(func(fn func(catalog.Product) error) error {
		first = map[uuid.UUID]string{}
		return s.catalog.EachSold(ctx, coopID, fn)
	}, func(p catalog.Product) []any {
		sizeOf, known := first[p.Family]
		if !known {
			first[p.Family] = p.SKU
		}
		return []any{
			p.SKU, l.Text(p.CategoryName), p.Name.AR, p.Name.FR, p.Name.EN, unitText(l, p.UnitAmount, p.UnitCode), sizeOf,
			p.Price, p.Stock, number(p.SeasonFrom), number(p.SeasonTo), p.Authorisation, day(p.AuthorisedTill),
			p.Description.AR, p.Description.FR, p.Description.EN, stockThen{p.Stock, now}.String(),
		}
	})
	return t
}

// unitText writes a unit so that ParseUnit reads the same, so without marks between thousands.
func unitText(l *i18n.Locale, amount int, code string) string {
	if amount < 1000 {
		return l.Unit(amount, code)
	}
	return fmt.Sprintf("%d %s", amount, code)
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
