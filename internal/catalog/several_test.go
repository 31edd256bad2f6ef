package catalog_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/fault"
)

// chosen are products chosen on no page.
func chosen(ids ...uuid.UUID) []catalog.Chosen {
	list := make([]catalog.Chosen, len(ids))
	for i, id := range ids {
		list[i].ID = id
	}
	return list
}

func TestSeveralProductsAtOnce(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	a := m.Offer(m.Honey, catalogtest.Thyme())
	e := catalogtest.Thyme()
	e.SKU, e.Name.FR = "M-02", "Pollen"
	b := m.Offer(m.Honey, e)
	e.SKU, e.Name.FR, e.Authorisation, e.State = "M-03", "Propolis", "", catalog.Draft
	bare := m.Offer(m.Honey, e)
	ids := []uuid.UUID{a.ID, b.ID, bare.ID, a.ID} // one of them twice

	set := func(what string, wantDone, wantLeft int) []catalog.Left {
		t.Helper()
		done, left, err := m.SetSeveral(m.Ctx, m.Honey, chosen(ids...), what, m.Member)
		if err != nil || done != wantDone || len(left) != wantLeft {
			t.Errorf("%s: %d done, %d left, %v", what, done, len(left), err)
		}
		m.Sound()
		return left
	}
	states := func(wantA, wantB, wantBare string) {
		t.Helper()
		for id, want := range map[uuid.UUID]string{a.ID: wantA, b.ID: wantB, bare.ID: wantBare} {
			if got := m.Product(m.Honey, id); got.State != want {
				t.Errorf("%s is %s", got.Name.FR, got.State)
			}
		}
	}
	set(catalog.Draft, 3, 0)
	states(catalog.Draft, catalog.Draft, catalog.Draft)
	left := set(catalog.Published, 2, 1)
	states(catalog.Published, catalog.Published, catalog.Draft)
	if left[0].Product.ID != bare.ID || left[0].Why.Key != "catalog.needs_authorisation" {
		t.Errorf("left: %+v", left)
	}
	set(catalog.SoldOut, 3, 0)
	set(catalog.SoldOut, 3, 0)
	if m.Product(m.Honey, a.ID).Stock != 0 {
		t.Error("there is stock left")
	}
	states(catalog.Published, catalog.Published, catalog.Draft)

	for filter, want := range map[string]int{catalog.SoldOut: 2, catalog.Unpictured: 3, catalog.Draft: 1, "": 3} {
		page, err := m.Catalogue(m.Ctx, m.Honey, catalog.Filter{State: filter})
		if err != nil || len(page.Products) != want || page.SoldOut != 2 || page.Unpictured != 3 {
			t.Errorf("%q: %+v %v", filter, page, err)
		}
	}
}

func TestSeveralAreDoneOrNone(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	mine := m.Offer(m.Honey, catalogtest.Thyme())
	theirs := m.Offer(m.Couscous, catalogtest.Thyme())
	for _, ids := range [][]uuid.UUID{{mine.ID, theirs.ID}, {mine.ID, uuid.New()}} {
		_, _, err := m.SetSeveral(m.Ctx, m.Honey, chosen(ids...), catalog.SoldOut, m.Member)
		m.Refused(err, fault.NotFound, "catalog.product_not_found")
	}
	_, _, err := m.SetSeveral(m.Ctx, m.Honey, nil, catalog.Draft, m.Member)
	m.Refused(err, fault.Invalid, "catalog.none_chosen")
	_, _, err = m.SetSeveral(m.Ctx, m.Honey, chosen(mine.ID), catalog.Archived, m.Member)
	m.Refused(err, fault.Invalid, "catalog.state_unknown")
	_, _, err = m.SetSeveral(m.Ctx, m.Honey, make([]catalog.Chosen, catalog.MaxSeveral+1), catalog.Draft, m.Member)
	m.Refused(err, fault.Invalid, "catalog.too_many_chosen")
	for _, p := range []catalog.Product{mine, theirs} {
		if got := m.Product(p.Cooperative.ID, p.ID); got.Stock != p.Stock || got.State != p.State {
			t.Errorf("changed: %+v", got)
		}
	}
}
