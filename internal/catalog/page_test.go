package catalog_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
)

// form is a product's form as a browser gives it back: the page it stood on, and what is in it.
func form(p catalog.Product) (catalog.Page, catalog.Edit) {
	stock := p.Stock
	return catalog.ReadPage(catalog.NewPage(p).Encode()), catalog.Edit{
		SKU: p.SKU, Category: p.Category, Name: p.Name, Description: p.Description, UnitAmount: p.UnitAmount, UnitCode: p.UnitCode,
		Price: p.Price, Stock: &stock, SeasonFrom: p.SeasonFrom, SeasonTo: p.SeasonTo, Perishable: p.Perishable,
		Authorisation: p.Authorisation, AuthorisedTill: p.AuthorisedTill, State: p.State,
	}
}

// clash gives the fields in which an error says that somebody else was there first.
func clash(t *testing.T, err error) []catalog.Change {
	t.Helper()
	var changed *catalog.Changed
	if !errors.As(err, &changed) || !fault.Is(err, fault.Conflict) {
		t.Fatalf("%v, want *Changed", err)
	}
	return changed.Fields
}

func TestAFormWritesOnlyWhatWasChangedOnIt(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := thyme()
	e.Stock = ptr(40)
	p := m.add(m.honey, e)
	page, typed := form(p)

	// While the form is open two jars are sold, and somebody else mends the name and hides the product.
	_, err := m.reserve(uuid.New(), catalog.StockLine{ProductID: p.ID, Quantity: 2})
	must(t, err)
	otherPage, other := form(m.product(m.honey, p.ID))
	other.Name.FR, other.State = "Miel de thym sauvage", catalog.Draft
	_, err = m.Update(m.ctx, m.honey, p.ID, other, otherPage, m.member)
	must(t, err)

	*typed.Stock, typed.Price = 37, 99_00 // three were broken
	got, err := m.Update(m.ctx, m.honey, p.ID, typed, page, m.member)
	must(t, err)
	if got.Stock != 35 || got.Price != 99_00 || got.Name.FR != "Miel de thym sauvage" || got.State != catalog.Draft {
		t.Errorf("%d at %s, %q, %s", got.Stock, got.Price, got.Name.FR, got.State)
	}
	m.sound()
}

func TestAFormThatWasNotTouchedChangesNothing(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.add(m.honey, thyme())
	page, typed := form(p)
	_, err := m.reserve(uuid.New(), catalog.StockLine{ProductID: p.ID, Quantity: 3})
	must(t, err)
	must(t, m.SetPriceStock(m.ctx, m.honey, p.ID, ptr(money.Amount(1_00)), nil, m.member))
	got, err := m.Update(m.ctx, m.honey, p.ID, typed, page, m.member)
	if err != nil || got.Stock != p.Stock-3 || got.Price != 1_00 {
		t.Errorf("%d at %s, %v", got.Stock, got.Price, err)
	}
}

func TestWhatTwoHaveChangedIsTold(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.add(m.honey, thyme())
	page, typed := form(p)
	otherPage, other := form(p)
	other.Name.FR, other.Price = "Miel A", 111_00
	_, err := m.Update(m.ctx, m.honey, p.ID, other, otherPage, m.member)
	must(t, err)

	typed.Name.FR, typed.Price, *typed.Stock = "Miel B", 111_00, 7 // of one mind about the price
	_, err = m.Update(m.ctx, m.honey, p.ID, typed, page, m.member)
	if got := clash(t, err); !slices.Equal(got, []catalog.Change{{Field: "name_fr", Old: "Miel A", New: "Miel B"}}) {
		t.Errorf("%+v", got)
	}
	if got := m.product(m.honey, p.ID); got.Name.FR != "Miel A" || got.Stock != p.Stock {
		t.Errorf("written nevertheless: %+v", got)
	}
	// Seen and sent again, it holds.
	page, _ = form(m.product(m.honey, p.ID))
	got, err := m.Update(m.ctx, m.honey, p.ID, typed, page, m.member)
	if err != nil || got.Name.FR != "Miel B" || got.Stock != 7 {
		t.Errorf("%+v %v", got, err)
	}
	// A page that shows nothing overwrites nothing.
	_, err = m.Update(m.ctx, m.honey, p.ID, other, catalog.ReadPage("junk"), m.member)
	if len(clash(t, err)) != 2 { // the name, the stock
		t.Error(err)
	}
}

func TestStockMovesByTheDifferenceOnceAndNotBelowNothing(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := thyme()
	e.Stock = ptr(40)
	p := m.add(m.honey, e)
	page := catalog.NewPage(p)
	change := func(stock int) (catalog.Product, error) {
		return m.ChangePriceStock(m.ctx, m.honey, p.ID, &p.Price, &stock, page, m.member)
	}
	var all sync.WaitGroup
	for range 5 { // an impatient finger
		all.Go(func() {
			if _, err := change(37); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := m.product(m.honey, p.ID).Stock; got != 37 {
		t.Errorf("%d are left of 40 less 3", got)
	}
	// The page is now older than her own change.
	_, err := change(36)
	if got := clash(t, err); !slices.Equal(got, []catalog.Change{{Field: "stock", Old: "37", New: "36"}}) {
		t.Errorf("%+v", got)
	}
	page = catalog.NewPage(m.product(m.honey, p.ID))
	_, err = m.reserve(uuid.New(), catalog.StockLine{ProductID: p.ID, Quantity: 35})
	must(t, err)
	_, err = change(30)
	refused(t, err, fault.Invalid, "catalog.invalid")
	if told := fault.As(err).Fields["stock"]; told.Key != "catalog.stock_sold" || told.Args["Left"] != 2 {
		t.Errorf("told %+v", told)
	}
	if got, err := change(38); err != nil || got.Stock != 3 {
		t.Errorf("%d %v", got.Stock, err)
	}
	m.sound()
}

func TestANewProductSentFiveTimesIsOne(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := thyme()
	e.Form = uuid.New()
	made := make([]catalog.Product, 5)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			p, err := m.Create(m.ctx, m.honey, e, m.member)
			if err != nil {
				t.Error(err)
			}
			made[i] = p
		})
	}
	all.Wait()
	for _, p := range made {
		if p.ID != made[0].ID {
			t.Errorf("%s and %s", p.Slug, made[0].Slug)
		}
	}
	if n := m.number(`select count(*) from products`); n != 1 {
		t.Errorf("%d products", n)
	}
	// Gone back to and filled in otherwise, it makes another.
	e.SKU, e.Name.FR = "", "Miel de romarin"
	if p, err := m.Create(m.ctx, m.honey, e, m.member); err != nil || p.ID == made[0].ID {
		t.Errorf("%s %v", p.Slug, err)
	}
	// Nobody gets what another cooperative's form made.
	if p, err := m.Create(m.ctx, m.couscou, e, m.member); err != nil || p.Cooperative.ID != m.couscou {
		t.Errorf("%+v %v", p.Cooperative, err)
	}
	m.sound()
}

func TestAnOldPageDoesNotBringBackWhatWasArchived(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.add(m.honey, thyme())
	must(t, m.SetState(m.ctx, m.honey, p.ID, catalog.Draft, m.member))
	old := catalog.NewPage(m.product(m.honey, p.ID))
	must(t, m.SetState(m.ctx, m.honey, p.ID, catalog.Archived, m.member))
	clash(t, m.ChangeState(m.ctx, m.honey, p.ID, catalog.Published, old, m.member))
	done, left, err := m.SetSeveral(m.ctx, m.honey, []catalog.Chosen{{ID: p.ID, Page: old}}, catalog.Published, m.member)
	if err != nil || done != 0 || len(left) != 1 || left[0].Why.Key != "catalog.changed" {
		t.Errorf("%d done, left %+v, %v", done, left, err)
	}
	if got := m.product(m.honey, p.ID); got.State != catalog.Archived {
		t.Errorf("it is %s", got.State)
	}
}

func TestNothingLeftMeansOfWhatWasSeen(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := thyme()
	e.Stock = ptr(5)
	more := m.add(m.honey, e)
	e.SKU, e.Name.FR = "M-9", "Pollen"
	less := m.add(m.honey, e)
	both := []catalog.Chosen{{ID: more.ID, Page: catalog.NewPage(more)}, {ID: less.ID, Page: catalog.NewPage(less)}}
	must(t, m.SetPriceStock(m.ctx, m.honey, more.ID, nil, ptr(25), m.member)) // twenty came in
	_, err := m.reserve(uuid.New(), catalog.StockLine{ProductID: less.ID, Quantity: 2})
	must(t, err)
	for range 2 {
		done, left, err := m.SetSeveral(m.ctx, m.honey, both, catalog.SoldOut, m.member)
		if err != nil || done != 2 || len(left) != 0 {
			t.Errorf("%d done, left %+v, %v", done, left, err)
		}
	}
	if a, b := m.product(m.honey, more.ID).Stock, m.product(m.honey, less.ID).Stock; a != 20 || b != 0 {
		t.Errorf("%d and %d are left", a, b)
	}
	m.sound()
}
