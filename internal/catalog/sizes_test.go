package catalog_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// thyme is the thyme honey in a size of its own.
func thyme(sku string, amount int, code string, price money.Amount, stock int) catalog.Edit {
	e := catalogtest.Thyme()
	e.SKU, e.UnitAmount, e.UnitCode, e.Price, e.Stock = sku, amount, code, price, &stock
	return e
}

func skus(list []catalog.Product) (skus []string) {
	for _, p := range list {
		skus = append(skus, p.SKU)
	}
	return skus
}

func sizesOf(p catalog.Product) (skus []string) {
	for _, s := range p.Sizes {
		skus = append(skus, s.SKU)
	}
	return skus
}

func TestWhatIsCalledTheSameInAnotherQuantityIsASizeOfIt(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	half := m.Offer(m.Honey, thyme("M-500", 500, "g", 150_00, 5))
	for name, c := range map[string]struct {
		size   bool
		change func(e *catalog.Edit)
	}{
		"its measure in the names": {true, func(e *catalog.Edit) {
			e.Name = i18n.Text{AR: "عسل الزعتر ٢٥٠ غ", FR: "Miel de thym, pot de 250 g"}
		}},
		"another quantity":  {true, func(*catalog.Edit) {}},
		"the same quantity": {false, func(e *catalog.Edit) { e.UnitAmount = 500 }},
		"another name":      {false, func(e *catalog.Edit) { e.Name.FR = "Miel de thym sauvage" }},
		"another category":  {false, func(e *catalog.Edit) { e.Category = "cosmetic" }},
		"by the piece":      {false, func(e *catalog.Edit) { e.UnitAmount, e.UnitCode = 2, "piece" }},
	} {
		e := thyme(name, 250, "g", 80_00, 5)
		c.change(&e)
		p := m.Offer(m.Honey, e)
		if got := p.Family == half.Family; got != c.size {
			t.Errorf("%s: a size of it: %v", name, got)
		}
		m.Exec(`update products set state = 'archived' where id = $1`, p.ID)
	}
	elsewhere := m.Offer(m.Couscous, thyme("M-250", 250, "g", 80_00, 5))
	if elsewhere.Family == half.Family {
		t.Error("another cooperative's is a size of it")
	}

	// What is written later decides again.
	kilo := m.Offer(m.Honey, thyme("M-1000", 1, "kg", 280_00, 5))
	if kilo.Family != half.Family {
		t.Fatal("the kilo is no size of it")
	}
	e := kilo.Edit()
	e.Name.FR = "Miel de lavande"
	renamed, err := m.Update(m.Ctx, m.Honey, kilo.ID, e, catalog.Page{}, m.Member)
	m.Must(err)
	if renamed.Family == half.Family {
		t.Error("another honey is a size of it")
	}
	e.Name.FR, e.UnitAmount, e.UnitCode = "MIEL de Thym (1/2 kg)", 500, "g"
	same, err := m.Update(m.Ctx, m.Honey, kilo.ID, e, catalog.Page{}, m.Member)
	m.Must(err)
	if same.Family == half.Family {
		t.Error("there are two of one size")
	}
}

func TestAFileBringsSizesOfOneThing(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	var list []catalog.Write
	for _, e := range []catalog.Edit{thyme("A", 250, "g", 80_00, 0), thyme("B", 500, "g", 150_00, 0), thyme("C", 500, "g", 160_00, 0)} {
		e.State = catalog.Published
		list = append(list, catalog.Write{ID: uuid.Must(uuid.NewV7()), New: true, Delta: 3, Edit: e})
	}
	m.Must(postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) error { return m.WriteTx(m.Ctx, tx, m.Honey, list, m.Member) }))
	a, b, c := m.BySKU(m.Honey, "A"), m.BySKU(m.Honey, "B"), m.BySKU(m.Honey, "C")
	if a.Family != b.Family || c.Family == a.Family {
		t.Errorf("families %v %v %v", a.Family, b.Family, c.Family)
	}
	m.Sound()
}

// A reference is found as text.Reference compares it; the very same one goes before what is so only then.
func TestAReferenceIsFoundHoweverItsPartsAreJoined(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	kept := []string{"NE-010", "ne 011", "NE\u2011012", "Né—013", "N–014 bis", "٠١٥-A", "L’016", "NE-010 "}
	want := map[string]uuid.UUID{}
	for i, sku := range kept[:7] {
		p := m.Offer(m.Honey, thyme(sku, 100+i, "g", 80_00, 5))
		want[text.Reference(sku)] = p.ID
	}
	for _, typed := range append(kept, "ne 010", "NE\u2011010", "ne\u00a0—\u2003010", "NE-011", "ne\u2212012", "NE\ufe63013", "n 014-BIS", "015 a", "NE010", "ne011", "l'016", "L`016") {
		if p, err := m.Service.BySKU(m.Ctx, m.Honey, typed); err != nil || p.ID != want[text.Reference(typed)] {
			t.Errorf("%q finds %q: %v", typed, p.SKU, err)
		}
	}
	for _, typed := range []string{"NE-10", "N-E010", "", "-"} {
		if p, err := m.Service.BySKU(m.Ctx, m.Honey, typed); !errors.Is(err, catalog.ErrNotFound) {
			t.Errorf("%q finds %q: %v", typed, p.SKU, err)
		}
	}
	very := m.Offer(m.Honey, thyme("NE 900", 900, "g", 80_00, 5))
	m.Exec(`update products set sku = 'NE 010' where id = $1`, very.ID) // as it could be once
	if p, err := m.Service.BySKU(m.Ctx, m.Honey, "NE 010"); err != nil || p.ID != very.ID {
		t.Errorf("the very same finds %q: %v", p.SKU, err)
	}
}

// What is one reference for a file is one for a form too.
func TestAReferenceIsTakenHoweverItsPartsAreJoined(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	first := m.Offer(m.Honey, thyme("NE-012", 100, "g", 80_00, 5))
	other := m.Offer(m.Honey, thyme("NE-013", 200, "g", 90_00, 5))
	taken := func(err error) bool {
		return fault.As(err) != nil && fault.As(err).Fields["sku"].Key == "catalog.sku_taken"
	}
	for _, sku := range []string{"ne 012", "NE–012", "NE012", "né-٠١٢", "NE-012"} {
		e := thyme(sku, 300, "g", 80_00, 5)
		if _, err := m.Create(m.Ctx, m.Honey, e, m.Member); !taken(err) {
			t.Errorf("%q as a new one: %v", sku, err)
		}
		e = other.Edit()
		e.SKU = sku
		if _, err := m.Update(m.Ctx, m.Honey, other.ID, e, catalog.NewPage(other), m.Member); !taken(err) {
			t.Errorf("%q for another: %v", sku, err)
		}
	}
	e := first.Edit()
	e.SKU = "NE 012"
	if p, err := m.Update(m.Ctx, m.Honey, first.ID, e, catalog.NewPage(first), m.Member); err != nil || p.SKU != "NE 012" {
		t.Errorf("its own, written otherwise: %q, %v", p.SKU, err)
	}
	m.Offer(m.Couscous, thyme("ne 012", 300, "g", 80_00, 5))
	// Two at the same moment do not both have it.
	var wrote atomic.Int32
	var both sync.WaitGroup
	for i, sku := range []string{"X-1", "X 1"} {
		both.Go(func() {
			if _, err := m.Create(m.Ctx, m.Honey, thyme(sku, 400+i, "g", 80_00, 5), m.Member); err == nil {
				wrote.Add(1)
			} else if !taken(err) {
				t.Error(err)
			}
		})
	}
	if both.Wait(); wrote.Load() != 1 {
		t.Errorf("%d have it", wrote.Load())
	}
	for _, typed := range []string{"ne012", "NE 012", "ne-01"} {
		if c, err := m.Catalogue(m.Ctx, m.Honey, catalog.Filter{Query: typed}); err != nil || !slices.ContainsFunc(c.Products, func(p catalog.Product) bool { return p.ID == first.ID }) {
			t.Errorf("%q does not find it: %v", typed, err)
		}
	}
}

// However many products a cooperative has, the one of a reference is found by that.
func TestAReferenceIsFoundWithoutLookingAtAll(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	first := m.Offer(m.Honey, thyme("NE-0", 100, "g", 80_00, 5))
	m.Exec(`
		insert into products (id, cooperative_id, sku, slug, category, name_ar, name_fr, unit_amount, unit_code, price_centimes, stock, state, drawing, created_at, updated_at)
		select gen_random_uuid(), cooperative_id, 'NE-' || n, 'ne-' || n, category, '', 'Miel ' || n, 100, 'g', 8000, 0, 'draft', drawing, created_at, created_at
		from products cross join generate_series(1, 3000) n where products.id = $1`, first.ID)
	m.Exec(`analyze products`)
	var plan []string
	m.Must(m.DB.SelectContext(m.Ctx, &plan, `explain (analyze, costs off, timing off) `+catalog.ByReference, m.Today, m.Honey, "ne 2999", "ne-2999"))
	reads := strings.Join(plan, "\n")
	if !strings.Contains(reads, "products_reference") || strings.Contains(reads, "Seq Scan on products") || strings.Contains(reads, "Removed by Filter") {
		t.Errorf("it reads\n%s", reads)
	}
	if p, err := m.Service.BySKU(m.Ctx, m.Honey, "ne 2999"); err != nil || p.SKU != "NE-2999" {
		t.Errorf("it finds %q: %v", p.SKU, err)
	}
}

// Two that write the same size at the same moment are one size and a thing of its own, in whichever way each writes it.
func TestTwoOfOneSizeAtOnceDoNotBothStand(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]func(m *catalogtest.Market, other catalog.Product) error{
		"a new one": func(m *catalogtest.Market, _ catalog.Product) error {
			_, err := m.Create(m.Ctx, m.Honey, thyme("B", 500, "g", 150_00, 3), m.Member)
			return err
		},
		"one that is changed": func(m *catalogtest.Market, other catalog.Product) error {
			e := other.Edit()
			e.UnitAmount = 500
			_, err := m.Update(m.Ctx, m.Honey, other.ID, e, catalog.Page{}, m.Member)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := catalogtest.New(t)
			other := m.Offer(m.Honey, thyme("C", 250, "g", 80_00, 3))
			done := make(chan error, 1)
			e := thyme("A", 500, "g", 150_00, 0)
			e.State = catalog.Published
			m.Must(postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) error {
				if err := m.WriteTx(m.Ctx, tx, m.Honey, []catalog.Write{{ID: uuid.Must(uuid.NewV7()), New: true, Delta: 3, Edit: e}}, m.Member); err != nil {
					return err
				}
				go func() { done <- second(m, other) }()
				for waits := false; !waits && len(done) == 0; time.Sleep(time.Millisecond) {
					waits = m.Number(`select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`) > 0
				}
				return nil
			}))
			m.Must(<-done)
			if n := m.Number(`select count(*) from (select from products group by family, smallest_amount(unit_amount, unit_code) having count(*) > 1) twins`); n > 0 {
				t.Error("both stand")
			}
		})
	}
}

func TestAThingHasTwentySizesAtMost(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	var list []catalog.Write
	for i := range 22 {
		e := thyme(fmt.Sprintf("M-%02d", i), 100+i, "g", 80_00, 0)
		e.State = catalog.Published
		list = append(list, catalog.Write{ID: uuid.Must(uuid.NewV7()), New: true, Delta: 3, Edit: e})
	}
	m.Must(postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) error { return m.WriteTx(m.Ctx, tx, m.Honey, list, m.Member) }))
	of := m.BySKU(m.Honey, "M-00").Family
	for i := range 22 {
		if p := m.BySKU(m.Honey, fmt.Sprintf("M-%02d", i)); (p.Family == of) != (i < 20) {
			t.Errorf("the size %d is one of it: %v", i+1, p.Family == of)
		}
	}
	last := m.BySKU(m.Honey, "M-21")
	if err := m.SizeOf(m.Ctx, m.Honey, last.ID, m.BySKU(m.Honey, "M-00").ID, true, m.Member); !errors.Is(err, catalog.ErrManySizes) {
		t.Errorf("one more: %v", err)
	}

	// Whatever way they come back.
	many := func() (n int) {
		m.Must(m.DB.Get(&n, `select count(*) from products where family = $1`, of))
		return n
	}
	m.Exec(`update products set state = 'archived' where family = $1 and sku > 'M-09'`, of)
	if n := many(); n != 10 {
		t.Errorf("%d are left", n)
	}
	m.Exec(`update products set sized_with = $1 where sku like 'M-%'`, of)
	m.Exec(`update products set state = 'published' where sku like 'M-%'`)
	if n := many(); n != 20 || m.BySKU(m.Honey, "M-00").Family != of {
		t.Errorf("%d come back", n)
	}
	m.Exec(`update products set unit_amount = 101 where sku in ('M-05', 'M-06')`)
	if n := many(); n != 18 || m.BySKU(m.Honey, "M-01").Family != of {
		t.Errorf("of one quantity are several: %d in all", n)
	}
	m.Exec(`update products set name_fr = 'Miel', name_ar = 'عسل', sized_with = null where sku like 'M-%'`)
	of = m.BySKU(m.Honey, "M-00").Family
	if n := many(); n != 20 {
		t.Errorf("renamed together they are %d", n)
	}
}

func TestAThingIsOneInListsWithTheSizeThatIsToBeHadForLeast(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	small := m.Offer(m.Honey, thyme("M-250", 250, "g", 80_00, 3))
	m.Offer(m.Honey, thyme("M-1000", 1, "kg", 280_00, 3))
	m.Offer(m.Honey, thyme("M-500", 500, "g", 150_00, 3))
	other := catalogtest.Thyme()
	other.SKU, other.Name = "N-1", i18n.Text{FR: "Miel de jujubier"}
	m.Offer(m.Honey, other)

	page := func(from *keyset.Place) catalog.Offered {
		t.Helper()
		o, err := m.OfferedBy(m.Ctx, m.Honey, from, 1)
		m.Must(err)
		return o
	}
	first := page(nil)
	if got := skus(first.Products); !slices.Equal(got, []string{"M-250"}) || !slices.Equal(sizesOf(first.Products[0]), []string{"M-250", "M-500", "M-1000"}) {
		t.Errorf("first %v with %v", got, sizesOf(first.Products[0]))
	}
	if second := page(first.Next); !slices.Equal(skus(second.Products), []string{"N-1"}) || second.Next != nil || len(second.Products[0].Sizes) != 0 {
		t.Errorf("then %v", skus(second.Products))
	}
	m.Must(m.SetPriceStock(m.Ctx, m.Honey, small.ID, nil, new(0), m.Member))
	o, err := m.OfferedBy(m.Ctx, m.Honey, nil, 10)
	m.Must(err)
	if got := skus(o.Products); !slices.Equal(got, []string{"M-500", "N-1"}) {
		t.Errorf("the smallest is sold out: %v", got)
	}
	for name, c := range map[string]struct {
		wanted catalog.Wanted
		sku    string
	}{
		"whoever asks for nothing":      {catalog.Wanted{}, "M-500"},
		"at least so much":              {catalog.Wanted{MinPrice: 200_00}, "M-1000"},
		"at most so much":               {catalog.Wanted{MaxPrice: 90_00}, "M-250"},
		"what none of them costs":       {catalog.Wanted{MinPrice: 900_00}, "M-500"},
		"a label that none of them has": {catalog.Wanted{Labels: []string{"igp"}}, "M-500"},
	} {
		faces, err := m.FacesOf(m.Ctx, []uuid.UUID{small.ID}, c.wanted)
		m.Must(err)
		if got := skus(faces); !slices.Equal(got, []string{c.sku}) {
			t.Errorf("%s: %v, not %s", name, got, c.sku)
		}
	}
	if n, err := m.SitemapParts(m.Ctx); err != nil || n != 1 {
		t.Fatalf("%d parts of the sitemap %v", n, err)
	}
	slugs, err := m.Slugs(m.Ctx, 1)
	m.Must(err)
	if len(slugs) != 2 || !slices.Contains(slugs, small.Slug) {
		t.Errorf("the sitemap names %v", slugs)
	}
	shelf, err := m.Shelf(m.Ctx, m.Today, 10)
	m.Must(err)
	got := skus(shelf)
	slices.Sort(got)
	if !slices.Equal(got, []string{"M-500", "N-1"}) {
		t.Errorf("on the day's shelf: %v", got)
	}
}

func TestACooperativeDecidesWhatAreSizes(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	half := m.Offer(m.Honey, thyme("M-500", 500, "g", 150_00, 3))
	kilo := m.Offer(m.Honey, thyme("M-1000", 1, "kg", 280_00, 3))
	jar := thyme("J", 250, "g", 80_00, 3)
	jar.Name = i18n.Text{FR: "Petit pot de thym"}
	small := m.Offer(m.Honey, jar)
	family := func(sku string) uuid.UUID { return m.BySKU(m.Honey, sku).Family }

	m.Must(m.SizeOf(m.Ctx, m.Honey, small.ID, half.ID, true, m.Member))
	if family("J") != family("M-500") || family("J") != family("M-1000") {
		t.Error("put together they are no sizes of one thing")
	}
	m.Must(m.Alone(m.Ctx, m.Honey, half.ID, m.Member))
	if family("M-500") == family("J") || family("J") != family("M-1000") {
		t.Error("the one that was taken out is still in, or others are not")
	}
	e := half.Edit()
	e.Price++
	_, err := m.Update(m.Ctx, m.Honey, half.ID, e, catalog.Page{}, m.Member)
	m.Must(err)
	if family("M-500") == family("J") {
		t.Error("it went back by itself")
	}
	piece := thyme("P", 1, "piece", 80_00, 3)
	if err := m.SizeOf(m.Ctx, m.Honey, m.Offer(m.Honey, piece).ID, kilo.ID, true, m.Member); !errors.Is(err, catalog.ErrNotAlike) {
		t.Errorf("by the piece and by weight: %v", err)
	}
	again := thyme("K", 1000, "g", 90_00, 3)
	again.SizeOf = kilo.ID
	if _, err := m.Create(m.Ctx, m.Honey, again, m.Member); !errors.Is(err, catalog.ErrOneSize) {
		t.Errorf("two kilos: %v", err)
	}
	again.UnitAmount, again.Name = 2, i18n.Text{FR: "Seau de thym"}
	again.UnitCode = "kg"
	if p := m.Offer(m.Honey, again); p.Family != family("M-1000") {
		t.Error("made as a size it is none")
	}
	if err := m.SizeOf(m.Ctx, m.Couscous, kilo.ID, half.ID, true, m.Member); !errors.Is(err, catalog.ErrNotFound) {
		t.Errorf("another cooperative's: %v", err)
	}
}

// What a member calls one size, and where she puts it, the others take on where she says so; what each holds stays its own.
func TestOtherSizesTakeOnTheNameAndTheCategoryOfOne(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	half := m.Offer(m.Honey, thyme("M-500", 500, "g", 150_00, 3))
	big := thyme("M-1000", 1, "kg", 280_00, 3)
	big.Name.FR, big.Name.EN = "Miel de thym, seau de 1 kg", "Thyme honey"
	kilo := m.Offer(m.Honey, big)
	if kilo.Family != half.Family {
		t.Fatal("the kilo is no size of it")
	}
	page := func(p catalog.Product, others ...catalog.Product) catalog.Page {
		page := catalog.NewPage(p)
		for _, o := range others {
			page.Others = append(page.Others, catalog.Chosen{ID: o.ID, Page: catalog.ReadPage(catalog.NewPage(o).AsThing())})
		}
		return page
	}
	save := func(p catalog.Page, change func(e *catalog.Edit)) error {
		e := m.Product(m.Honey, half.ID).Edit()
		change(&e)
		_, err := m.Update(m.Ctx, m.Honey, half.ID, e, p, m.Member)
		return err
	}
	called := func(fr, en, category string, together bool) {
		t.Helper()
		one, other := m.BySKU(m.Honey, "M-500"), m.BySKU(m.Honey, "M-1000")
		if other.Name.FR != fr || other.Name.EN != en || other.Category != category || (one.Family == other.Family) != together {
			t.Errorf("the kilo is called %q, %q in %s, and is a size of it: %v", other.Name.FR, other.Name.EN, other.Category, one.Family == other.Family)
		}
	}

	m.Must(save(page(half, kilo), func(e *catalog.Edit) { e.Name.FR = "Miel de thym, pot de 500 g" }))
	called("Miel de thym, seau de 1 kg", "Thyme honey", "honey", true) // the same thing
	half = m.BySKU(m.Honey, "M-500")
	form := page(half, kilo)
	m.Must(save(form, func(e *catalog.Edit) { e.Name.FR, e.Category = "Miel de lavande, pot de 500 g", "cosmetic" }))
	called("Miel de lavande", "Thyme honey", "cosmetic", true)
	m.Must(save(form, func(e *catalog.Edit) { e.Name.FR, e.Category = "Miel de lavande, pot de 500 g", "cosmetic" }))
	called("Miel de lavande", "Thyme honey", "cosmetic", true)

	// Without that the other stays.
	m.Must(save(page(m.BySKU(m.Honey, "M-500")), func(e *catalog.Edit) { e.Name.FR = "Miel de romarin" }))
	called("Miel de lavande", "Thyme honey", "cosmetic", false)
	m.Must(save(page(m.BySKU(m.Honey, "M-500")), func(e *catalog.Edit) { e.Name.FR = "Miel de lavande" }))

	form = page(m.BySKU(m.Honey, "M-500"), m.BySKU(m.Honey, "M-1000"))

	// Somebody else calls it otherwise meanwhile, or it may not be where this one goes: nothing is written of either.
	m.Exec(`update products set name_fr = 'Miel de fleurs', sized_with = family where sku = 'M-1000'`)
	m.Exec(`update products set sized_with = (select sized_with from products where sku = 'M-1000') where sku = 'M-500'`)
	var changed *catalog.Changed
	if err := save(form, func(e *catalog.Edit) { e.Name.FR = "Miel d’euphorbe" }); !errors.As(err, &changed) || changed.Fields[0].Old != "Miel de fleurs" {
		t.Errorf("called otherwise meanwhile: %v", err)
	}
	half, kilo = m.BySKU(m.Honey, "M-500"), m.BySKU(m.Honey, "M-1000")
	m.Exec(`update products set authorisation = '' where sku = 'M-1000'`)
	err := save(page(half, kilo), func(e *catalog.Edit) { e.Category = "honey" })
	if f := fault.As(err); f == nil || f.Fields["alike"].Key != "catalog.other_size" {
		t.Errorf("food without an authorisation: %v", err)
	}
	called("Miel de fleurs", "Thyme honey", "cosmetic", true)
	if got := m.BySKU(m.Honey, "M-500"); got.Name.FR != "Miel de lavande" || got.Category != "cosmetic" {
		t.Errorf("it is called %q in %s", got.Name.FR, got.Category)
	}
	theirs := m.Offer(m.Couscous, thyme("X", 1, "kg", 280_00, 3))
	if err := save(page(half, theirs), func(*catalog.Edit) {}); !errors.Is(err, catalog.ErrNotFound) {
		t.Errorf("another cooperative's: %v", err)
	}
}

// The price of what joins a thing is compared with the nearest size, as that of a new size is.
func TestThePriceOfWhatJoinsAThingIsAskedAbout(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	half := m.Offer(m.Honey, thyme("M-500", 500, "g", 150_00, 3))
	jar := thyme("J", 250, "g", 800_00, 3)
	jar.Name = i18n.Text{FR: "Petit pot de thym"}
	small := m.Offer(m.Honey, jar)
	var jumps catalog.Jumps
	if err := m.SizeOf(m.Ctx, m.Honey, small.ID, half.ID, false, m.Member); !errors.As(err, &jumps) || !jumps[0].Sized || jumps[0].Old.Price != 75_00 {
		t.Errorf("ten times as dear: %v", err)
	}
	if m.BySKU(m.Honey, "J").Family == half.Family {
		t.Error("it has joined before the answer")
	}
	m.Must(m.SizeOf(m.Ctx, m.Honey, small.ID, half.ID, true, m.Member))
	m.Must(m.Alone(m.Ctx, m.Honey, small.ID, m.Member))
	m.Must(m.SetPriceStock(m.Ctx, m.Honey, small.ID, new(money.Amount(80_00)), nil, m.Member))
	m.Must(m.SizeOf(m.Ctx, m.Honey, small.ID, half.ID, false, m.Member))
}
