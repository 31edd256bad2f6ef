package catalog_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestAMemberAddsAProductAndABuyerSeesAllOfIt(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	e := catalogtest.Thyme()
	e.Labels = []catalog.Label{
		{Slug: "terroir-du-maroc", Certificate: "TM-7", ExpiresOn: "2027-01-01"},
		{Slug: "bio-maroc", Certificate: "BIO-2", ExpiresOn: "2026-11-22"}, // yesterday
	}
	m.Offer(m.Honey, e)

	p, err := m.BySlug(m.Ctx, "miel-de-thym")
	if err != nil {
		t.Fatal(err)
	}
	if p.CategoryName.FR != "Miel" || p.CategoryDrawing != "honey-flowers" || p.Drawing != "honey-thyme" {
		t.Errorf("category %q, its drawing %q, drawing %q", p.CategoryName.FR, p.CategoryDrawing, p.Drawing)
	}
	if c := p.Cooperative; c.Slug != "assalat-el-arz" || c.CommuneName.AR != "تافوغالت" || c.WomenOnly {
		t.Errorf("cooperative %+v", c)
	}
	if p.Price != 150_00 || p.Stock != 20 || p.State != catalog.Published {
		t.Errorf("price %d, stock %d, state %s", p.Price, p.Stock, p.State)
	}
	if len(p.Labels) != 1 || p.Labels[0].Slug != "terroir-du-maroc" || p.Labels[0].Name.FR != "Terroir du Maroc" {
		t.Errorf("an expired certificate must not show: %+v", p.Labels)
	}
	m.Sound()
}

func TestAddressesAreReadableAndUnique(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	first := m.Offer(m.Honey, catalogtest.Thyme())
	if first.Slug != "miel-de-thym" {
		t.Errorf("slug %q", first.Slug)
	}
	var coop string
	m.Must(m.DB.Get(&coop, `select slug from cooperatives where id = $1`, m.Honey))
	for i, want := range []string{"miel-de-thym-250-g", "miel-de-thym-" + coop, "miel-de-thym-" + coop + "-250-g", "miel-de-thym-xxxxxxxx"} {
		again := catalogtest.Thyme()
		again.SKU, again.UnitAmount = fmt.Sprint("M-1", i), 250
		if got := m.Offer(m.Honey, again).Slug; got != want && (i < 3 || len(got) != len(want)) {
			t.Errorf("slug %q, not %q", got, want)
		}
	}
	said := catalogtest.Thyme()
	said.SKU, said.UnitAmount, said.Name.FR = "M-20", 250, "Miel de thym, 250 g" // taken, and the name says the size already
	if got, want := m.Offer(m.Honey, said).Slug, "miel-de-thym-250-g-"+coop; got != want {
		t.Errorf("slug %q, not %q", got, want)
	}
	arabic := m.Offer(m.Honey, catalog.Edit{
		Category: "honey", Name: i18n.Text{AR: "عسل السِّدر"}, UnitAmount: 1, UnitCode: "kg", Price: 300_00, Authorisation: "X",
	})
	if arabic.Slug != "asl-alsdr" || arabic.SKU == "" || arabic.Drawing != "honey-jujube" {
		t.Errorf("slug %q, reference %q, drawing %q", arabic.Slug, arabic.SKU, arabic.Drawing)
	}
	renamed := catalogtest.Thyme()
	renamed.Name.FR = "Miel de thym sauvage"
	p, err := m.Update(m.Ctx, m.Honey, first.ID, renamed, catalog.Page{}, m.Member)
	if err != nil || p.Slug != "miel-de-thym" || p.Name.FR != "Miel de thym sauvage" {
		t.Errorf("after a new name: %q %q %v", p.Slug, p.Name.FR, err)
	}
}

func TestProcessedFoodNeedsItsAuthorisation(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	e := catalogtest.Thyme()
	e.Authorisation = ""
	p := m.Offer(m.Honey, e)
	if p.State != catalog.Draft {
		t.Fatalf("without authorisation it is %s", p.State)
	}
	m.Refused(m.SetState(m.Ctx, m.Honey, p.ID, catalog.Published, m.Member), fault.Invalid, "catalog.needs_authorisation")

	expired := e
	expired.Authorisation, expired.AuthorisedTill = "ONSSA 1", new(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	if _, err := m.Update(m.Ctx, m.Honey, p.ID, expired, catalog.Page{}, m.Member); err != nil {
		t.Fatal(err)
	}
	m.Today = time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC) // past midnight in Morocco
	m.Refused(m.SetState(m.Ctx, m.Honey, p.ID, catalog.Published, m.Member), fault.Invalid, "catalog.authorisation_expired")

	m.Exec(`update settings set decided = decided || '{"unauthorised": "yes"}'`)
	if err := m.SetState(m.Ctx, m.Honey, p.ID, catalog.Published, m.Member); err != nil {
		t.Errorf("the association lets it: %v", err)
	}

	// When it lets it no more, what is on sale stays so, is counted, and cannot be published again.
	m.Exec(`update settings set decided = decided || '{"unauthorised": "no"}'`)
	if n, more, err := m.Unauthorised(m.Ctx); err != nil || n != 1 || more {
		t.Errorf("%d on sale without authorisation, %v", n, err)
	}
	m.Refused(m.SetState(m.Ctx, m.Honey, p.ID, catalog.Published, m.Member), fault.Invalid, "catalog.authorisation_expired")
	if err := m.SetState(m.Ctx, m.Honey, p.ID, catalog.Draft, m.Member); err != nil {
		t.Fatal(err)
	}
	if n, more, err := m.Unauthorised(m.Ctx); err != nil || n != 0 || more {
		t.Errorf("%d on sale without authorisation, %v", n, err)
	}
}

func TestWhatLacksItsAuthorisationIsCountedToABound(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	m.Offer(m.Honey, catalogtest.Thyme())
	m.Exec(`insert into products (id, cooperative_id, sku, slug, category, name_fr, unit_amount, unit_code, price_centimes, stock, state, authorisation,
	                              authorisation_expires_on, created_at, updated_at)
	    select gen_random_uuid(), $1, 'x' || n, 'x' || n, case when n % 10 = 0 then 'craft' else 'honey' end, 'Miel', 1, 'kg', 100, 0, 'published',
	           case when n % 2 = 0 then '' else 'ONSSA 1' end, case when n % 2 = 1 then date '2026-11-22' end, now(), now()
	    from generate_series(1, 550) n`, m.Honey)
	want := func(n int, more bool) {
		t.Helper()
		if counted, beyond, err := m.Unauthorised(m.Ctx); err != nil || counted != n || beyond != more {
			t.Errorf("%d, more: %v (%v), not %d", counted, beyond, err, n)
		}
	}
	want(495, false) // of 550, a tenth is no food
	m.Exec(`update products set category = 'honey'`)
	want(500, true)
	m.Exec(`update cooperatives set state = 'suspended' where id = $1`, m.Honey)
	want(0, false)
}

// A product that was named before a rule for names came is sold, counted and hidden as any other; its form asks for a name.
func TestARuleThatCameLaterKeepsNothingElseFromBeingChanged(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	m.Exec(`update products set name_ar = '', name_fr = '500 g', name_en = '' where id = $1`, p.ID)
	m.Must(m.SetPriceStock(m.Ctx, m.Honey, p.ID, new(money.Amount(99_00)), new(3), m.Member))
	for _, state := range []string{catalog.Draft, catalog.Published, catalog.Archived} {
		m.Must(m.SetState(m.Ctx, m.Honey, p.ID, state, m.Member))
	}
	now, err := m.Get(m.Ctx, m.Honey, p.ID)
	m.Must(err)
	if now.Price != 99_00 || now.Stock != 3 || now.State != catalog.Archived {
		t.Errorf("it is %s at %s, %d pieces", now.State, now.Price, now.Stock)
	}
	_, err = m.Update(m.Ctx, m.Honey, p.ID, now.Edit(), catalog.Page{}, m.Member)
	if f := fault.As(err); f == nil || f.Fields["name"].Key != "catalog.name_missing" {
		t.Errorf("its form says %v", err)
	}
}

func TestWhatCannotBeAProductIsToldByField(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	m.Offer(m.Honey, catalogtest.Thyme())
	for name, c := range map[string]struct {
		spoil      func(e *catalog.Edit)
		field, key string
	}{
		"no name":          {func(e *catalog.Edit) { e.Name = i18n.Text{EN: "Honey"} }, "name", "catalog.name_missing"},
		"a space as name":  {func(e *catalog.Edit) { e.Name = i18n.Text{FR: " \u200f "} }, "name", "catalog.name_missing"},
		"a stroke as name": {func(e *catalog.Edit) { e.Name = i18n.Text{AR: "ـــ", FR: ".."} }, "name", "catalog.name_missing"},
		"a stroke in one":  {func(e *catalog.Edit) { e.Name.AR = "ـــ" }, "name_ar", "catalog.name_wordless"},
		"marks in English": {func(e *catalog.Edit) { e.Name.EN = "--" }, "name_en", "catalog.name_wordless"},
		"a number as name": {func(e *catalog.Edit) { e.Name = i18n.Text{AR: "١٢٣", FR: "½"} }, "name", "catalog.name_missing"},
		"a size as name":   {func(e *catalog.Edit) { e.Name = i18n.Text{FR: "Pot de 500 g"} }, "name", "catalog.name_missing"},
		"a size in one":    {func(e *catalog.Edit) { e.Name.EN = "0.5 L" }, "name_en", "catalog.name_wordless"},
		"no category":      {func(e *catalog.Edit) { e.Category = "" }, "category", "catalog.category_missing"},
		"other category":   {func(e *catalog.Edit) { e.Category = "cars" }, "category", "catalog.category_unknown"},
		"no price":         {func(e *catalog.Edit) { e.Price = 0 }, "price", "catalog.price_missing"},
		"too dear":         {func(e *catalog.Edit) { e.Price = money.MaxAmount + 1 }, "price", "catalog.price_too_high"},
		"less than none":   {func(e *catalog.Edit) { e.Stock = new(-1) }, "stock", "catalog.stock_out_of_range"},
		"no unit":          {func(e *catalog.Edit) { e.UnitCode = "ell" }, "unit", "catalog.unit_unknown"},
		"half a season":    {func(e *catalog.Edit) { e.SeasonFrom = new(3) }, "season", "catalog.season_months"},
		"a 13th month":     {func(e *catalog.Edit) { e.SeasonFrom, e.SeasonTo = new(3), new(13) }, "season", "catalog.season_months"},
		"a label unproved": {func(e *catalog.Edit) {
			e.Labels = []catalog.Label{{Slug: "igp", ExpiresOn: "2030-01-01"}}
		}, "labels", "catalog.label_certificate"},
		"a label unknown": {func(e *catalog.Edit) {
			e.Labels = []catalog.Label{{Slug: "gold", Certificate: "1", ExpiresOn: "2030-01-01"}}
		}, "labels", "catalog.label_unknown"},
		"a reference in use": {func(e *catalog.Edit) { e.SKU = "M-01" }, "sku", "catalog.sku_taken"},
		"an unknown state":   {func(e *catalog.Edit) { e.State = "sold" }, "state", "catalog.state_unknown"},
	} {
		e := catalogtest.Thyme()
		e.SKU = "M-09"
		c.spoil(&e)
		_, err := m.Create(m.Ctx, m.Honey, e, m.Member)
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || f.Fields[c.field].Key != c.key {
			t.Errorf("%s: %v, want %s at %s", name, err, c.key, c.field)
		}
	}
	if n := m.Number(`select count(*) from products`); n != 1 {
		t.Errorf("%d products: a refused one was kept", n)
	}
}

func TestAnotherCooperativesProductIsNotThere(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	_, err := m.Get(m.Ctx, m.Couscous, p.ID)
	m.Refused(err, fault.NotFound, "catalog.product_not_found")
	_, err = m.Update(m.Ctx, m.Couscous, p.ID, catalogtest.Thyme(), catalog.Page{}, m.Member)
	m.Refused(err, fault.NotFound, "catalog.product_not_found")
	m.Refused(m.SetPriceStock(m.Ctx, m.Couscous, p.ID, new(money.Amount(1)), new(0), m.Member), fault.NotFound, "catalog.product_not_found")
	m.Refused(m.SetState(m.Ctx, m.Couscous, p.ID, catalog.Archived, m.Member), fault.NotFound, "catalog.product_not_found")
	if got := m.Product(m.Honey, p.ID); !cmp.Equal(got, p) {
		t.Errorf("it changed: %s", cmp.Diff(p, got))
	}
}

func TestBuyersSeeOnlyWhatIsOffered(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	honey, couscous := m.Offer(m.Honey, catalogtest.Thyme()), m.Offer(m.Couscous, catalogtest.Wheat())
	hidden := catalogtest.Wheat()
	hidden.SKU, hidden.State = "C-02", catalog.Draft
	draft := m.Offer(m.Couscous, hidden)

	list, err := m.ByIDs(m.Ctx, []uuid.UUID{couscous.ID, draft.ID, postgres.NewID(), honey.ID})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].ID != couscous.ID || list[1].ID != honey.ID {
		t.Errorf("in the order asked, without the draft: %v", slugs(list))
	}
	m.Exec(`update cooperatives set state = 'suspended' where id = $1`, m.Couscous)
	if n, err := m.CountOffered(m.Ctx); err != nil || n != 1 {
		t.Errorf("%d offered (%v), want the honey only", n, err)
	}
	_, err = m.BySlug(m.Ctx, couscous.Slug)
	m.Refused(err, fault.NotFound, "catalog.product_not_found")
	own, err := m.OfCooperative(m.Ctx, m.Couscous)
	if err != nil || len(own) != 2 {
		t.Errorf("its cooperative still sees %d (%v), want 2", len(own), err)
	}
}

// More than are read at once.
func TestWhatACooperativeSellsComesOnceAndByReference(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	m.Offer(m.Couscous, catalogtest.Wheat())
	m.Exec(`insert into products (id, cooperative_id, sku, slug, category, name_ar, name_fr, unit_amount, unit_code, price_centimes, stock, state, created_at, updated_at)
		select gen_random_uuid(), $1, to_char(1200 - n, 'FM0000'), 'p-' || n, 'honey', 'عسل', 'Miel', 1, 'kg', 100, 0, case n when 700 then 'archived' else 'draft' end, $2, $2
		from generate_series(1, 1200) n`, m.Honey, m.Today)
	var references []string
	m.Must(m.EachSold(m.Ctx, m.Honey, func(p catalog.Product) error {
		references = append(references, p.SKU)
		return nil
	}))
	if len(references) != 1199 || !slices.IsSorted(references) || len(slices.Compact(references)) != 1199 || slices.Contains(references, "0500") {
		t.Errorf("%d of 1,199 that are not archived: %s", len(references), references)
	}
	enough := errors.New("enough")
	if err := m.EachSold(m.Ctx, m.Honey, func(catalog.Product) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("it goes on: %v", err)
	}
}

func TestTheShelfTurnsOverTheCooperatives(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	for _, sku := range []string{"1", "2", "3", "4", "5"} {
		e := catalogtest.Thyme()
		e.SKU = sku
		m.Offer(m.Honey, e)
	}
	m.Offer(m.Couscous, catalogtest.Wheat())
	summer := catalogtest.Wheat()
	summer.SKU, summer.SeasonFrom, summer.SeasonTo = "C-05", new(5), new(8)
	m.Offer(m.Couscous, summer)

	monday, err := m.Shelf(m.Ctx, m.Today, 4)
	if err != nil {
		t.Fatal(err)
	}
	if len(monday) != 4 {
		t.Fatalf("%d on the shelf", len(monday))
	}
	if monday[0].Cooperative.ID == monday[1].Cooperative.ID {
		t.Error("both cooperatives come before a second product of one")
	}
	again, err := m.Shelf(m.Ctx, m.Today.Add(5*time.Hour), 4)
	if err != nil || !cmp.Equal(slugs(monday), slugs(again)) {
		t.Errorf("the same day shows another shelf: %v", err)
	}
	different := false
	for range 5 {
		m.Today = m.Today.AddDate(0, 0, 1)
		draw(m)
		other, err := m.Shelf(m.Ctx, m.Today, 4)
		if err != nil {
			t.Fatal(err)
		}
		different = different || !cmp.Equal(slugs(monday), slugs(other))
	}
	if !different {
		t.Error("no other day shows another shelf")
	}
	for _, p := range monday {
		if p.SKU == "C-05" {
			t.Error("out of season in November")
		}
	}
}

func TestInSeason(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	fruit := func(sku string, from, to int) {
		e := catalog.Edit{
			SKU: sku, Category: "fruit", Name: i18n.Text{FR: sku}, UnitAmount: 1, UnitCode: "kg", Price: 7_00, Stock: new(5),
			SeasonFrom: &from, SeasonTo: &to,
		}
		m.Offer(m.Honey, e)
	}
	fruit("Clémentine", 10, 1)
	fruit("Nèfle", 4, 6)
	m.Offer(m.Honey, catalogtest.Thyme())
	for month, want := range map[time.Month][]string{
		time.November: {"clementine"}, time.January: {"clementine"}, time.February: {}, time.April: {"nefle"}, time.July: {},
	} {
		m.Today = time.Date(2027, month, 15, 12, 0, 0, 0, time.UTC)
		draw(m)
		list, err := m.InSeason(m.Ctx, m.Today)
		if err != nil {
			t.Fatal(err)
		}
		if got := slugs(list); !cmp.Equal(got, want) {
			t.Errorf("%s: %v, want %v", month, got, want)
		}
		for _, p := range list {
			if !p.InSeason(month) {
				t.Errorf("%s says it is not in season in %s", p.Slug, month)
			}
		}
	}
}

func slugs(list []catalog.Product) []string {
	names := []string{}
	for _, p := range list {
		names = append(names, p.Slug)
	}
	return names
}

func ExampleProduct_InSeason() {
	from, to := 10, 1
	clementine := catalog.Product{SeasonFrom: &from, SeasonTo: &to}
	fmt.Println(clementine.InSeason(time.December), clementine.InSeason(time.May))
	// Output: true false
}
