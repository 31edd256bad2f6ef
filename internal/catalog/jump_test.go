package catalog_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
)

func TestWhatAPriceJumpsToIsMostlyASlipOfTheComma(t *testing.T) {
	t.Parallel()
	kilo := func(price money.Amount) catalog.Edit {
		return catalog.Edit{Price: price, UnitAmount: 1, UnitCode: "kg"}
	}
	for _, c := range []struct{ old, now, likely money.Amount }{
		{26_00, 260_00, 26_00}, {26_00, 255_00, 25_50}, {75_00, 7500_00, 75_00}, {260_00, 26_00, 260_00}, {12_50, 1250_00, 12_50}, {100_00, 1_05, 105_00},
		{20_00, 100_00, 10_00}, {20_00, 19_99, 0}, {20_00, 99_99, 0}, {20_00, 4_01, 0}, {20_00, 4_00, 40_00}, {0, 10_00, 0}, {7_77, 100_01, 7_77},
	} {
		jump := catalog.JumpOf(kilo(c.old), kilo(c.now))
		if jump == nil {
			if c.likely != 0 {
				t.Errorf("%s → %s is not asked about", c.old, c.now)
			}
			continue
		}
		if got := jump.Likely(); got != c.likely {
			t.Errorf("%s → %s: %s is likely, want %s", c.old, c.now, got, c.likely)
		}
	}
	for want, after := range map[bool]catalog.Edit{
		false: {Price: 2_60, UnitAmount: 100, UnitCode: "g"}, true: {Price: 2_60, UnitAmount: 1, UnitCode: "piece"},
	} {
		if got := catalog.JumpOf(kilo(26_00), after) != nil; got != want {
			t.Errorf("26 a kilo → %s for %d %s: asked %t", after.Price, after.UnitAmount, after.UnitCode, got)
		}
	}
}

func TestAPriceThatJumpsOnAPageIsAskedAboutFirst(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	tenfold := p.Price * 10
	page := catalog.NewPage(p)
	edit := p.Edit()
	edit.Price = tenfold
	for what, write := range map[string]func(page catalog.Page) error{
		"a row": func(page catalog.Page) error {
			_, err := m.ChangePriceStock(t.Context(), m.Honey, p.ID, &tenfold, nil, page, m.Member)
			return err
		},
		"the form": func(page catalog.Page) error {
			_, err := m.Update(t.Context(), m.Honey, p.ID, edit, page, m.Member)
			return err
		},
	} {
		err := write(page)
		var jump *catalog.PriceJump
		if !errors.As(err, &jump) || jump.Old != p.Price || jump.New != tenfold || fault.As(err).Fields["price"].Key == "" {
			t.Errorf("%s: %v", what, err)
		}
		if n := m.Number(fmt.Sprintf(`select price_centimes from products where id = '%s'`, p.ID)); n != int(p.Price) {
			t.Errorf("%s wrote %d", what, n)
		}
	}
	page.Sure = true
	edit.Stock = nil
	if _, err := m.Update(t.Context(), m.Honey, p.ID, edit, page, m.Member); err != nil {
		t.Errorf("she said yes: %v", err)
	}
	if err := m.SetPriceStock(t.Context(), m.Honey, p.ID, &p.Price, nil, m.Member); err != nil {
		t.Errorf("who sees no page is not asked: %v", err)
	}
}
