package catalog_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/text"
)

// looked gives the references that a page of the honey cooperative's catalogue shows.
func looked(m *catalogtest.Market, f catalog.Filter) (skus []string, page catalog.Catalogue) {
	page, err := m.Catalogue(m.Ctx, m.Honey, f)
	m.Must(err)
	skus = []string{}
	for _, p := range page.Products {
		skus = append(skus, p.SKU)
	}
	return skus, page
}

func TestAMemberFindsHerProductsByBeginningsOfWords(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	for sku, name := range map[string]i18n.Text{
		"M-01":         {FR: "Miel de thym", AR: "عسل الزعتر"},
		"M-02":         {FR: "Miel de romarin crémeux", AR: "عَسَل الإكليل"},
		"P-03":         {FR: "Pollen 100% pur", EN: "Bee pollen"},
		"OE/٧":         {FR: "Œufs et amandes", AR: "بيض ولوز"},
		"6111-2225-13": {AR: "الشَّمعة الكبيرة"},
	} {
		e := catalogtest.Thyme()
		e.SKU, e.Name = sku, name
		m.Offer(m.Honey, e)
	}
	e := catalogtest.Wheat()
	e.Name = i18n.Text{FR: "Miel d’une autre"}
	m.Offer(m.Couscous, e)
	for typed, want := range map[string][]string{
		"miel": {"M-01", "M-02"}, "MIEL  Thy": {"M-01"}, "thym miel": {"M-01"}, "miels": {"M-01", "M-02"}, "m": {"M-01", "M-02"},
		"cremeux": {"M-02"}, "Crémeux": {"M-02"}, "iel": {}, "autre": {}, "miel pollen": {},
		"100%": {"P-03"}, "10": {"P-03"}, "%": {}, "_": {}, "' | '@": {}, "poll": {"P-03"}, "bee": {"P-03"},
		"oeufs": {"OE/٧"}, "œuf": {"OE/٧"}, "amande": {"OE/٧"}, "7": {"OE/٧"}, "٧": {"OE/٧"}, "۷": {"OE/٧"}, "oe/7": {"OE/٧"},
		"عسل": {"M-01", "M-02"}, "العسل": {"M-01", "M-02"}, "زعتر": {"M-01"}, "الزع": {"M-01"}, "اكليل": {"M-02"}, "إكل": {"M-02"},
		"شمعه": {"6111-2225-13"}, "شمعة كبيرة": {"6111-2225-13"}, "ال": {"6111-2225-13", "M-01", "M-02"},
		"m-01": {"M-01"}, "01": {"M-01"}, "6111-2225": {"6111-2225-13"}, "2225": {"6111-2225-13"},
	} {
		got, _ := looked(m, catalog.Filter{Query: typed})
		slices.Sort(got)
		if !cmp.Equal(got, want) {
			t.Errorf("%q finds %v, not %v", typed, got, want)
		}
	}
	if got, _ := looked(m, catalog.Filter{Query: strings.Repeat("miel ", 5000) + "nichts"}); len(got) != 2 {
		t.Errorf("of words without end the first count: %v", got)
	}
}

func TestAProductsWordsAreThoseThatAreTyped(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	var written []string
	for _, between := range [][2]rune{
		{' ', '\u0239'}, {'\u0300', '\u036f'}, {'\u0600', '\u06ff'}, {'\u1e00', '\u1e99'}, {'\u1ea0', '\u1ef9'}, {'\u2000', '\u206f'},
		{'\u2d30', '\u2d67'}, {'\ufb50', '\ufbe9'}, {'\ufe74', '\ufefc'}, {'\uff00', '\uff5e'},
	} {
		for r := between[0]; r <= between[1]; r++ {
			if unicode.IsPrint(r) || unicode.Is(unicode.Mn, r) {
				written = append(written, "a"+string(r)+"ب")
			}
		}
	}
	var kept []string
	if err := m.DB.SelectContext(m.Ctx, &kept, `
		select array_to_string(array(select substr(w, 9) from unnest(tsvector_to_array(product_words($1, '', name, '', ''))) as w where length(w) > 8), ' ')
		from unnest($2::text[]) with ordinality as n (name, place) order by place`, uuid.New(), pq.Array(written)); err != nil {
		t.Fatal(err)
	}
	for i, name := range written {
		var want []string
		for _, beginnings := range text.Sought(name) {
			want = append(want, beginnings[0])
		}
		slices.Sort(want)
		if got := strings.Fields(kept[i]); !cmp.Equal(got, slices.Compact(want)) {
			t.Errorf("%q (%U) is kept as %q and sought as %q", name, []rune(name)[1], got, want)
		}
	}
}

func TestTheLongestNameThereMayBeIsFound(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	for i, letter := range []string{"ﷲ", "é", "ﬃ", "ẞ", "㎯", "가", "ⴰ"} {
		e := catalogtest.Thyme()
		e.SKU, e.Name = strings.Repeat(letter, 60)+string(rune('a'+i)), i18n.Text{FR: strings.Repeat(letter, 200), AR: strings.Repeat(letter, 200), EN: strings.Repeat(letter, 200)}
		m.Offer(m.Honey, e)
	}
	if got, _ := looked(m, catalog.Filter{Query: "éééééé"}); len(got) != 1 {
		t.Errorf("found %v", got)
	}
}

func TestACatalogueIsTurnedForwardAndBack(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	for i, sku := range strings.Split("7 6 5 4 3 2 1", " ") {
		e := catalogtest.Thyme()
		e.SKU = sku
		if e.State = catalog.Published; i%2 == 0 {
			e.State = catalog.Draft
		}
		if i > 2 { // the oldest three are of one moment
			m.Today = m.Today.Add(time.Minute)
		}
		m.Offer(m.Honey, e)
	}
	all, _ := looked(m, catalog.Filter{})
	var turned []string
	var from *keyset.Place
	for {
		skus, page := looked(m, catalog.Filter{From: from, PerPage: 3})
		if (page.Previous != nil) != (from != nil) {
			t.Errorf("%v: before stands %+v", skus, page.Previous)
		}
		turned = append(turned, skus...)
		if from = page.Next; from == nil {
			break
		}
	}
	if len(all) != 7 || !cmp.Equal(turned, all) {
		t.Errorf("turned %v, of %v", turned, all)
	}
	at := func(sku string, back bool) *keyset.Place {
		product := m.Product(m.Honey, productBySKU(m, sku))
		return &keyset.Place{At: product.CreatedAt, ID: product.ID, Back: back}
	}
	skus, page := looked(m, catalog.Filter{From: at(all[6], false), PerPage: 3})
	if !cmp.Equal(skus, all[:3]) || page.Previous != nil || page.Next == nil {
		t.Errorf("after the last one the list begins anew: %v", skus)
	}
	skus, page = looked(m, catalog.Filter{PerPage: 3, From: at(all[4], true)})
	if !cmp.Equal(skus, all[1:4]) || page.Previous == nil || page.Next == nil {
		t.Errorf("before the fifth stand %v", skus)
	}
	skus, page = looked(m, catalog.Filter{PerPage: 3, From: at(all[1], true)})
	if !cmp.Equal(skus, all[:1]) || page.Previous != nil || page.Next == nil {
		t.Errorf("before the second stand %v", skus)
	}

	// The place stays, whatever becomes of its product.
	drafts, _ := looked(m, catalog.Filter{State: catalog.Draft})
	place := at(drafts[1], false)
	if err := m.SetState(m.Ctx, m.Honey, place.ID, catalog.Archived, m.Member); err != nil {
		t.Fatal(err)
	}
	if skus, _ := looked(m, catalog.Filter{State: catalog.Draft, From: place}); !cmp.Equal(skus, drafts[2:]) {
		t.Errorf("after one that is no draft any more stand %v, not %v", skus, drafts[2:])
	}
}

func productBySKU(m *catalogtest.Market, sku string) (id uuid.UUID) {
	m.Must(m.DB.GetContext(m.Ctx, &id, `select id from products where cooperative_id = $1 and sku = $2`, m.Honey, sku))
	return id
}

func TestAMemberNarrowsHerCatalogue(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	for sku, e := range map[string]catalog.Edit{
		"a": {State: catalog.Published, Stock: new(3)}, "b": {State: catalog.Published, Stock: new(0)},
		"c": {State: catalog.Draft, Stock: new(0)}, "d": {State: catalog.Archived}, "e": {State: catalog.Draft, Category: "fruit"},
	} {
		full := catalogtest.Thyme()
		full.SKU, full.State, full.Stock = sku, e.State, e.Stock
		if e.Category != "" {
			full.Category = e.Category
		}
		m.Offer(m.Honey, full)
	}
	for f, want := range map[catalog.Filter]string{
		{}: "abcde", {State: catalog.Published}: "ab", {State: catalog.Draft}: "ce", {State: catalog.Archived}: "d",
		{State: catalog.SoldOut}: "b", {State: catalog.Unpictured}: "abce", {Category: "fruit"}: "e", {Category: "oil"}: "",
		{Category: "honey", State: catalog.Draft}: "c", {Category: "honey", State: catalog.Draft, Query: "thym"}: "c", {State: "sold"}: "",
	} {
		got, page := looked(m, f)
		slices.Sort(got)
		if strings.Join(got, "") != want {
			t.Errorf("%+v shows %v", f, got)
		}
		if page.Count() != 5 || page.Published != 2 || page.Draft != 2 || page.Archived != 1 || page.SoldOut != 1 || page.Unpictured != 4 {
			t.Errorf("%+v counts %+v", f, page)
		}
	}
}

// The sizes of a thing stand beside each other, whenever each was made, and a page holds whole things.
func TestTheSizesOfAThingStandTogetherInItsCatalogue(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	other := func(sku string) catalog.Edit {
		e := catalogtest.Thyme()
		e.SKU, e.Name = sku, i18n.Text{FR: "Miel " + sku}
		return e
	}
	for _, e := range []catalog.Edit{thyme("M-1000", 1, "kg", 280_00, 3), other("A"), thyme("M-250", 250, "g", 80_00, 0), other("B"), other("C")} {
		m.Today = m.Today.Add(time.Hour)
		m.Offer(m.Honey, e)
	}
	hidden := thyme("M-500", 500, "g", 150_00, 3)
	hidden.State = catalog.Draft
	m.Today = m.Today.Add(-30 * time.Minute)
	m.Offer(m.Honey, hidden) // between B and C, so the thing stands there
	for _, c := range []struct {
		filter catalog.Filter
		want   []string
	}{
		{catalog.Filter{}, []string{"C", "M-250", "M-500", "M-1000", "B", "A"}},
		{catalog.Filter{State: catalog.Published}, []string{"C", "B", "M-250", "M-1000", "A"}},
		{catalog.Filter{State: catalog.Draft}, []string{"M-500"}},
		{catalog.Filter{State: catalog.SoldOut}, []string{"M-250"}},
		{catalog.Filter{Query: "thym"}, []string{"M-250", "M-500", "M-1000"}},
		{catalog.Filter{Query: "M-1000"}, []string{"M-1000"}},
		{catalog.Filter{Query: "miel", State: catalog.Published}, []string{"C", "B", "M-250", "M-1000", "A"}},
	} {
		all, page := looked(m, c.filter)
		if !slices.Equal(all, c.want) || page.Count() != 6 {
			t.Errorf("%+v shows %v of %d, not %v", c.filter, all, page.Count(), c.want)
		}
		var there, back []string
		f := c.filter
		for f.PerPage = 1; ; f.From = page.Next {
			var skus []string
			skus, page = looked(m, f)
			there = append(there, skus...)
			if page.Next == nil {
				back = skus
				break
			}
		}
		for f.From = page.Previous; f.From != nil; f.From = page.Previous {
			var skus []string
			skus, page = looked(m, f)
			back = append(slices.Clone(skus), back...)
		}
		if !slices.Equal(there, c.want) || !slices.Equal(back, c.want) {
			t.Errorf("%+v turned there %v and back %v, not %v", c.filter, there, back, c.want)
		}
	}
}
