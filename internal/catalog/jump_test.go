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
	for _, c := range []struct {
		old, now, likely money.Amount
		asked            bool
	}{
		{26_00, 260_00, 0, true}, {26_00, 255_00, 25_50, true}, {75_00, 7500_00, 0, true}, {260_00, 26_00, 0, true}, {12_50, 1250_00, 0, true}, {100_00, 1_05, 105_00, true},
		{28_00, 100_00, 0, true}, {28_00, 140_00, 0, true}, {28_00, 999_00, 0, true}, {28_00, 299_00, 29_90, true}, {20_00, 4_00, 0, true}, {7_77, 100_01, 0, true},
		{20_00, 60_00, 0, true}, {20_00, 59_99, 0, false}, {20_00, 6_66, 0, true}, {20_00, 6_67, 0, false}, {0, 10_00, 0, false},
	} {
		jump := catalog.JumpsOf(kilo(c.old), kilo(c.now), nil).At("price")
		if (jump != nil) != c.asked {
			t.Errorf("%s → %s: asked %+v", c.old, c.now, jump)
		}
		if jump == nil {
			continue
		}
		if likely, ok := jump.Likely(); ok != (c.likely != 0) || ok && likely != c.likely {
			t.Errorf("%s → %s: %s is likely, want %s", c.old, c.now, likely, c.likely)
		}
	}
}

func TestASizeIsAskedAboutThatCostsLittleOrMuchBesideAnother(t *testing.T) {
	t.Parallel()
	grams := func(amount int, price money.Amount) catalog.Edit {
		return catalog.Edit{Price: price, UnitAmount: amount, UnitCode: "g"}
	}
	half := grams(500, 17_00)
	for _, c := range []struct {
		size     catalog.Edit
		expected money.Amount // at the price of half a kilo; none: it is not asked about
	}{
		{catalog.Edit{Price: 17_00, UnitAmount: 1, UnitCode: "kg"}, 34_00}, {grams(1000, 16_00), 34_00}, {grams(1000, 17_50), 0}, {grams(1000, 34_00), 0},
		{grams(1000, 67_99), 0}, {grams(1000, 68_00), 34_00}, {grams(1000, 340_00), 34_00}, {grams(510, 17_00), 17_34},
		{grams(250, 3_00), 8_50}, {grams(250, 4_25), 8_50}, {grams(250, 4_26), 0}, {grams(250, 9_00), 0}, {grams(250, 17_00), 8_50}, {grams(100, 10_19), 0}, {grams(100, 10_20), 3_40},
		{catalog.Edit{Price: 1_00, UnitAmount: 1, UnitCode: "piece"}, 0},
	} {
		jump := catalog.JumpsOfSize(half, c.size, nil).At("price")
		if (jump != nil) != (c.expected != 0) || jump != nil && (jump.Old.Price != c.expected || jump.New.Price != c.size.Price) {
			t.Errorf("%s for %d %s: asked %+v", c.size.Price, c.size.UnitAmount, c.size.UnitCode, jump)
		}
		if len(catalog.JumpsOfSize(half, c.size, map[string]bool{"price": true})) > 0 {
			t.Errorf("%s for %d %s is sure, and asked", c.size.Price, c.size.UnitAmount, c.size.UnitCode)
		}
	}
}

func TestAPriceJumpsByTheQuantityThatItIsForToo(t *testing.T) {
	t.Parallel()
	edit := func(price money.Amount, amount int, code string) catalog.Edit {
		return catalog.Edit{Price: price, UnitAmount: amount, UnitCode: code}
	}
	for _, c := range []struct {
		before, after catalog.Edit
		asked         string
	}{
		{edit(20_00, 500, "g"), edit(20_00, 500, "kg"), "unit"},
		{edit(20_00, 500, "g"), edit(20_00, 5, "g"), "unit"},
		{edit(20_00, 500, "g"), edit(20_00, 50, "g"), "unit"},
		{edit(20_00, 500, "g"), edit(20_00, 500, "piece"), "unit"},
		{edit(20_00, 500, "g"), edit(20_00, 500, "ml"), "unit"},
		{edit(20_00, 1, "l"), edit(20_00, 1, "ml"), "unit"},
		{edit(20_00, 500, "g"), edit(20_00, 1, "kg"), ""},
		{edit(20_00, 1, "piece"), edit(20_00, 500, "g"), ""},
		{edit(20_00, 1, "kg"), edit(20_00, 1, "piece"), ""},
		{edit(20_00, 500, "g"), edit(40_00, 1, "kg"), ""},
		{edit(26_00, 1, "kg"), edit(2_60, 100, "g"), ""},
		{edit(26_00, 1, "kg"), edit(2_60, 1, "piece"), "price"},
		{edit(26_00, 1, "kg"), edit(260_00, 500, "g"), "price"},
		{edit(26_00, 1, "kg"), edit(9_00, 500, "kg"), "unit"},
	} {
		jumps := catalog.JumpsOf(c.before, c.after, nil)
		if got := len(jumps) > 0; got != (c.asked != "") || got && jumps[0].Field != c.asked {
			t.Errorf("%s for %d %s → %s for %d %s: asked %v", c.before.Price, c.before.UnitAmount, c.before.UnitCode, c.after.Price, c.after.UnitAmount, c.after.UnitCode, jumps)
		}
		if len(catalog.JumpsOf(c.before, c.after, map[string]bool{c.asked: true})) > 0 {
			t.Errorf("%s is sure, and asked again", c.asked)
		}
	}
}

func TestAYesToThePriceSaysNothingOfTheUnit(t *testing.T) {
	t.Parallel()
	kilo := catalog.Edit{Price: 26_00, UnitAmount: 1, UnitCode: "kg"}
	gram := catalog.Edit{Price: 260_00, UnitAmount: 1, UnitCode: "g"}
	for _, c := range []struct {
		sure  map[string]bool
		asked string
	}{{nil, "price"}, {map[string]bool{"unit": true}, "price"}, {map[string]bool{"price": true}, "unit"}} {
		if jumps := catalog.JumpsOf(kilo, gram, c.sure); len(jumps) != 1 || jumps[0].Field != c.asked {
			t.Errorf("sure of %v: %v", c.sure, jumps)
		}
	}
	if jumps := catalog.JumpsOf(kilo, gram, map[string]bool{"price": true, "unit": true}); len(jumps) > 0 {
		t.Errorf("sure of both: %v", jumps)
	}
}

func TestAStockJumpsBeyondTheDailyWork(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		had, has int
		asked    bool
	}{
		{5, 500, true}, {500, 50_000, true}, {17, 1700, true}, {0, 50_000, true}, {10, 100, true},
		{50_000, 0, false}, {1700, 17, false}, {3, 120, false}, {0, 200, false}, {17, 150, false}, {400, 1200, false}, {9, 90, false},
	} {
		jumps := catalog.JumpsOf(catalog.Edit{Stock: &c.had}, catalog.Edit{Stock: &c.has}, nil)
		if got := jumps.At("stock") != nil; got != c.asked {
			t.Errorf("%d → %d: asked %t", c.had, c.has, got)
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
		var jumps catalog.Jumps
		if !errors.As(err, &jumps) || jumps[0].Old.Price != p.Price || jumps[0].New.Price != tenfold || fault.As(err).Fields["price"].Key == "" {
			t.Errorf("%s: %v", what, err)
		}
		if n := m.Number(fmt.Sprintf(`select price_centimes from products where id = '%s'`, p.ID)); n != int(p.Price) {
			t.Errorf("%s wrote %d", what, n)
		}
	}
	page.Sure = map[string]bool{"price": true}
	edit.Stock = nil
	if _, err := m.Update(t.Context(), m.Honey, p.ID, edit, page, m.Member); err != nil {
		t.Errorf("she said yes: %v", err)
	}
	if err := m.SetPriceStock(t.Context(), m.Honey, p.ID, &p.Price, nil, m.Member); err != nil {
		t.Errorf("who sees no page is not asked: %v", err)
	}
}

func TestAStockThatJumpsOnAPageIsAskedAboutFirst(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme()) // 20
	page := catalog.NewPage(p)
	set := func(stock int, page catalog.Page) error {
		_, err := m.ChangePriceStock(t.Context(), m.Honey, p.ID, nil, &stock, page, m.Member)
		return err
	}
	if told := fault.As(set(2000, page)).Fields["stock"]; told.Key != "catalog.stock_jump" || told.Args["Old"] != 20 || told.Args["New"] != 2000 {
		t.Errorf("told %+v", told)
	}
	if m.Product(m.Honey, p.ID).Stock != 20 {
		t.Error("written unasked")
	}
	page.Sure = map[string]bool{"stock": true}
	m.Must(set(2000, page))
	page.Sure = nil
	m.Must(set(2000, page)) // sent twice, it is done
	m.Must(set(0, catalog.NewPage(m.Product(m.Honey, p.ID))))
	m.Sound()
}
