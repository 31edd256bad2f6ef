package shop_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/static"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestAnotherCategoryNeedsNoOtherProgram(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	const menu, home = `.cats a[href="/fr/products?category=tried"]`, `.catgrid a[href="/fr/products?category=tried"]`
	if page := m.Visitor().Get("/fr").Want(http.StatusOK); page.Has(menu) || page.Has(home) {
		t.Fatal("there are mushrooms already")
	}
	m.DB.MustExec(`insert into categories (slug, position, name_ar, name_fr, name_en, food, drawing) values ('tried', 20, 'فطر', 'Champignons', 'Mushrooms', false, 'tajine')`)
	m.Pass(time.Minute)

	page := m.Visitor().Get("/fr").Want(http.StatusOK)
	if got := page.Text(menu); got != "Champignons" {
		t.Errorf("the menu says %q", got)
	}
	if got := page.Text(home); got != "Champignons" {
		t.Errorf("the front page says %q", got)
	}
	if src := page.Find(home+" img").AttrOr("src", ""); !strings.HasPrefix(src, "/drawings/tajine") {
		t.Errorf("on the front page they are drawn as %s", src)
	}
	girolles, err := m.Catalog.Create(t.Context(), m.Honey.ID, catalog.Edit{
		Category: "tried", Name: i18n.Text{FR: "Girolles"}, UnitAmount: 1, UnitCode: "kg", Price: 9_000,
	}, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID))
	if err != nil {
		t.Fatal(err)
	}
	page = m.Visitor().Get("/fr/products/" + girolles.Slug).Want(http.StatusOK)
	if src := page.Find("main img").AttrOr("src", ""); !strings.HasPrefix(src, "/drawings/tajine") {
		t.Errorf("a product of theirs is drawn as %s", src)
	}
	if page.Find(menu).AttrOr("aria-current", "") == "" {
		t.Error("the menu does not say where she is")
	}

	m.DB.MustExec(`update categories set in_menu = false, on_home = false where slug = 'tried'`)
	m.Pass(time.Minute)
	if page := m.Visitor().Get("/fr").Want(http.StatusOK); page.Has(menu) || page.Has(home) {
		t.Error("they are shown where they shall not")
	}
}

func TestWhateverIsNamedInTheTablesOfCategoriesIsDrawn(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	var objects []string
	if err := m.DB.Select(&objects, `select drawing from categories union select drawing from category_clues`); err != nil {
		t.Fatal(err)
	}
	for _, object := range objects {
		if got := static.Object(object, "", "1"); !strings.HasPrefix(got, object) {
			t.Errorf("%s is drawn as %s: name a drawing of storefront/static/drawings/objects, or draw it there with a line in grounds.tsv", object, got)
		}
		m.Visitor().Get(static.Drawing(object, "", "1")).Want(http.StatusOK)
	}
	if len(objects) < 50 {
		t.Errorf("only %d drawings are named", len(objects))
	}
}
