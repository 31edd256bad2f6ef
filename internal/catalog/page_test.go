package catalog_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
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
	m := catalogtest.New(t)
	e := catalogtest.Thyme()
	e.Stock = new(40)
	p := m.Offer(m.Honey, e)
	page, typed := form(p)

	// While the form is open two jars are sold, and somebody else mends the name and hides the product.
	_, err := m.Reserve(uuid.New(), catalog.StockLine{ProductID: p.ID, Quantity: 2})
	m.Must(err)
	otherPage, other := form(m.Product(m.Honey, p.ID))
	other.Name.FR, other.State = "Miel de thym sauvage", catalog.Draft
	_, err = m.Update(m.Ctx, m.Honey, p.ID, other, otherPage, m.Member)
	m.Must(err)

	*typed.Stock, typed.Price = 37, 99_00 // three were broken
	got, err := m.Update(m.Ctx, m.Honey, p.ID, typed, page, m.Member)
	m.Must(err)
	if got.Stock != 35 || got.Price != 99_00 || got.Name.FR != "Miel de thym sauvage" || got.State != catalog.Draft {
		t.Errorf("%d at %s, %q, %s", got.Stock, got.Price, got.Name.FR, got.State)
	}
	m.Sound()
}

func TestAFormThatWasNotTouchedChangesNothing(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	page, typed := form(p)
	_, err := m.Reserve(uuid.New(), catalog.StockLine{ProductID: p.ID, Quantity: 3})
	m.Must(err)
	m.Must(m.SetPriceStock(m.Ctx, m.Honey, p.ID, new(money.Amount(1_00)), nil, m.Member))
	got, err := m.Update(m.Ctx, m.Honey, p.ID, typed, page, m.Member)
	if err != nil || got.Stock != p.Stock-3 || got.Price != 1_00 {
		t.Errorf("%d at %s, %v", got.Stock, got.Price, err)
	}
}

func TestWhatTwoHaveChangedIsTold(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	page, typed := form(p)
	otherPage, other := form(p)
	other.Name.FR, other.Price = "Miel A", 111_00
	_, err := m.Update(m.Ctx, m.Honey, p.ID, other, otherPage, m.Member)
	m.Must(err)

	typed.Name.FR, typed.Price, *typed.Stock = "Miel B", 111_00, 7 // of one mind about the price
	_, err = m.Update(m.Ctx, m.Honey, p.ID, typed, page, m.Member)
	if got := clash(t, err); !slices.Equal(got, []catalog.Change{{Field: "name_fr", Old: "Miel A", New: "Miel B"}}) {
		t.Errorf("%+v", got)
	}
	if got := m.Product(m.Honey, p.ID); got.Name.FR != "Miel A" || got.Stock != p.Stock {
		t.Errorf("written nevertheless: %+v", got)
	}
	// Seen and sent again, it holds.
	page, _ = form(m.Product(m.Honey, p.ID))
	got, err := m.Update(m.Ctx, m.Honey, p.ID, typed, page, m.Member)
	if err != nil || got.Name.FR != "Miel B" || got.Stock != 7 {
		t.Errorf("%+v %v", got, err)
	}
	// A page that shows nothing overwrites nothing.
	_, err = m.Update(m.Ctx, m.Honey, p.ID, other, catalog.ReadPage("junk"), m.Member)
	if len(clash(t, err)) != 2 { // the name, the stock
		t.Error(err)
	}
}

func TestStockMovesByTheDifferenceOnceAndNotBelowNothing(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	e := catalogtest.Thyme()
	e.Stock = new(40)
	p := m.Offer(m.Honey, e)
	page := catalog.NewPage(p)
	change := func(stock int) (catalog.Product, error) {
		return m.ChangePriceStock(m.Ctx, m.Honey, p.ID, &p.Price, &stock, page, m.Member)
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
	if got := m.Product(m.Honey, p.ID).Stock; got != 37 {
		t.Errorf("%d are left of 40 less 3", got)
	}
	// The page is now older than her own change.
	_, err := change(36)
	if got := clash(t, err); !slices.Equal(got, []catalog.Change{{Field: "stock", Old: "37", New: "36"}}) {
		t.Errorf("%+v", got)
	}
	page = catalog.NewPage(m.Product(m.Honey, p.ID))
	_, err = m.Reserve(uuid.New(), catalog.StockLine{ProductID: p.ID, Quantity: 35})
	m.Must(err)
	_, err = change(30)
	m.Refused(err, fault.Invalid, "catalog.invalid")
	if told := fault.As(err).Fields["stock"]; told.Key != "catalog.stock_sold" || told.Args["Left"] != 2 {
		t.Errorf("told %+v", told)
	}
	if got, err := change(38); err != nil || got.Stock != 3 {
		t.Errorf("%d %v", got.Stock, err)
	}
	m.Sound()
}

func TestANewProductSentFiveTimesIsOne(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	e := catalogtest.Thyme()
	e.Form = uuid.New()
	made := make([]catalog.Product, 5)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			p, err := m.Create(m.Ctx, m.Honey, e, m.Member)
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
	if n := m.Number(`select count(*) from products`); n != 1 {
		t.Errorf("%d products", n)
	}
	// Gone back to and filled in otherwise, it makes another.
	e.SKU, e.Name.FR = "", "Miel de romarin"
	if p, err := m.Create(m.Ctx, m.Honey, e, m.Member); err != nil || p.ID == made[0].ID {
		t.Errorf("%s %v", p.Slug, err)
	}
	// Nobody gets what another cooperative's form made.
	if p, err := m.Create(m.Ctx, m.Couscous, e, m.Member); err != nil || p.Cooperative.ID != m.Couscous {
		t.Errorf("%+v %v", p.Cooperative, err)
	}
	m.Sound()
}

func TestAnOldPageDoesNotBringBackWhatWasArchived(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	m.Must(m.SetState(m.Ctx, m.Honey, p.ID, catalog.Draft, m.Member))
	old := catalog.NewPage(m.Product(m.Honey, p.ID))
	m.Must(m.SetState(m.Ctx, m.Honey, p.ID, catalog.Archived, m.Member))
	clash(t, m.ChangeState(m.Ctx, m.Honey, p.ID, catalog.Published, old, m.Member))
	done, left, err := m.SetSeveral(m.Ctx, m.Honey, []catalog.Chosen{{ID: p.ID, Page: old}}, catalog.Published, m.Member)
	if err != nil || done != 0 || len(left) != 1 || left[0].Why.Key != "catalog.changed" {
		t.Errorf("%d done, left %+v, %v", done, left, err)
	}
	if got := m.Product(m.Honey, p.ID); got.State != catalog.Archived {
		t.Errorf("it is %s", got.State)
	}
}

func TestNothingLeftMeansOfWhatWasSeen(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	e := catalogtest.Thyme()
	e.Stock = new(5)
	more := m.Offer(m.Honey, e)
	e.SKU, e.Name.FR = "M-9", "Pollen"
	less := m.Offer(m.Honey, e)
	both := []catalog.Chosen{{ID: more.ID, Page: catalog.NewPage(more)}, {ID: less.ID, Page: catalog.NewPage(less)}}
	m.Must(m.SetPriceStock(m.Ctx, m.Honey, more.ID, nil, new(25), m.Member)) // twenty came in
	_, err := m.Reserve(uuid.New(), catalog.StockLine{ProductID: less.ID, Quantity: 2})
	m.Must(err)
	for range 2 {
		done, left, err := m.SetSeveral(m.Ctx, m.Honey, both, catalog.SoldOut, m.Member)
		if err != nil || done != 2 || len(left) != 0 {
			t.Errorf("%d done, left %+v, %v", done, left, err)
		}
	}
	if a, b := m.Product(m.Honey, more.ID).Stock, m.Product(m.Honey, less.ID).Stock; a != 20 || b != 0 {
		t.Errorf("%d and %d are left", a, b)
	}
	m.Sound()
}
