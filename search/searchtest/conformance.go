package searchtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/search"
)

// Run is what every engine has to pass. open gives a new, empty engine and sees to its end.
func Run(t *testing.T, open func(t *testing.T) search.Engine) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, engine search.Engine)
	}{
		{"an empty market answers with nothing", emptyMarket},
		{"a product is found as soon as it is put", putIsFound},
		{"a product that was put again is found as it is now", putReplaces},
		{"a deleted product is found no more", deleteRemoves},
		{"a product without a proper id is refused", improperIDIsRefused},
		{"the ids of all products can be listed", idsAreListed},
		{"more products than fit in one batch are all put", manyProducts},
		{"filters and their counts are those of a plain count", filtersAndFacets},
		{"a chosen order is followed to the letter", chosenOrder},
		{"turning the pages shows every product once", pages},
		{"the same query gives the same order", stableOrder},
		{"names come before what they are made of, and those before descriptions", namesFirst},
		{"oil is not olives", oilIsNotOlives},
		{"a product that is called exactly what was typed comes first", exactNameFirst},
		{"all words must match, and if no product has all, some", allWordsThenSome},
		{"the last word may be half typed", halfTyped},
		{"mistyped words are found, and only if nothing is spelled that way", mistyped},
		{"filters that leave nothing over do not loosen the words", filtersDoNotLoosen},
		{"Darija in Latin letters is understood", darija},
		{"a name in one language is found in the others", acrossLanguages},
		{"nothing that is typed makes it fail", anythingTyped},
		{"nothing that is filtered by makes it fail", anythingFiltered},
		{"a rebuild replaces everything while the old answers go on", rebuildReplaces},
		{"a rebuild that fails changes nothing", rebuildFails},
		{"many search while others write", concurrent},
		{"a caller who has gone is not served", cancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, open(t))
		})
	}
}

// product is a small document to tell a story with.
func product(id, ar, fr, en string) search.Document {
	return search.Document{
		ID: id, Slug: id, NameAR: ar, NameFR: fr, NameEN: en,
		Cooperative: "chabab-et-tathmine", CooperativeAR: "شباب التثمين", CooperativeFR: "Chabab Et-Tathmine",
		Commune: "berkane", CommuneAR: "بركان", CommuneFR: "Berkane",
		Category: "dried", CategoryAR: "فواكه جافة", CategoryFR: "Fruits secs", CategoryEN: "Dried fruit",
		InStock: true, PriceCentimes: 5_000, CreatedAt: 1_700_000_000,
	}
}

func put(t *testing.T, engine search.Engine, docs ...search.Document) {
	t.Helper()
	if err := engine.Put(t.Context(), docs); err != nil {
		t.Fatalf("put: %v", err)
	}
}

func ask(t *testing.T, engine search.Engine, q search.Query) search.Result {
	t.Helper()
	result, err := engine.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %+v: %v", q, err)
	}
	return result
}

// expect asks for text and compares all ids that are found, in order.
func expect(t *testing.T, engine search.Engine, text string, ids ...string) {
	t.Helper()
	got := ask(t, engine, search.Query{Text: text, Lang: "fr"})
	if diff := cmp.Diff(ids, got.IDs); diff != "" {
		t.Errorf("«%s» (-expected +found):\n%s", text, diff)
	}
	if got.Total != len(ids) {
		t.Errorf("«%s»: total %d, expected %d", text, got.Total, len(ids))
	}
}

// expectAnyOrder is expect for products that match equally well.
func expectAnyOrder(t *testing.T, engine search.Engine, text string, ids ...string) {
	t.Helper()
	got := ask(t, engine, search.Query{Text: text, Lang: "fr", PerPage: search.MaxPerPage})
	slices.Sort(got.IDs)
	slices.Sort(ids)
	if diff := cmp.Diff(ids, got.IDs); diff != "" {
		t.Errorf("«%s» (-expected +found):\n%s", text, diff)
	}
}

func expectCount(t *testing.T, engine search.Engine, expected int) {
	t.Helper()
	n, err := engine.Count(t.Context())
	if err != nil {
		t.Fatalf("count: %v", err)
	}
	if n != expected {
		t.Errorf("%d documents, expected %d", n, expected)
	}
}

func emptyMarket(t *testing.T, engine search.Engine) {
	if err := engine.Health(t.Context()); err != nil {
		t.Errorf("health: %v", err)
	}
	if engine.Name() == "" {
		t.Error("the engine has no name")
	}
	expectCount(t, engine, 0)
	for _, text := range []string{"", "عسل", "miel"} {
		if got := ask(t, engine, search.Query{Text: text}); got.Total != 0 || len(got.IDs) != 0 {
			t.Errorf("«%s» found %d products", text, got.Total)
		}
	}
	if err := engine.Put(t.Context(), nil); err != nil {
		t.Errorf("putting nothing: %v", err)
	}
	if err := engine.Delete(t.Context(), nil); err != nil {
		t.Errorf("deleting nothing: %v", err)
	}
}

func putIsFound(t *testing.T, engine search.Engine) {
	for i := range 5 {
		id := fmt.Sprintf("almonds-%d", i)
		put(t, engine, product(id, "لوز", fmt.Sprintf("Amandes numéro %d", i), ""))
		expect(t, engine, fmt.Sprintf("amandes numéro %d", i), id)
	}
	expectCount(t, engine, 5)
}

func putReplaces(t *testing.T, engine search.Engine) {
	p := product("p1", "لوز", "Amandes", "Almonds")
	put(t, engine, p)
	p.NameAR, p.NameFR, p.NameEN, p.PriceCentimes = "جوز", "Noix", "Walnuts", 7_000
	put(t, engine, p)
	expect(t, engine, "noix", "p1")
	expectCount(t, engine, 1)
	if got := ask(t, engine, search.Query{Text: "amandes"}); got.Total != 0 {
		t.Error("the product is still found by its old name")
	}
	if got := ask(t, engine, search.Query{MinPrice: 6_000}); got.Total != 1 {
		t.Error("the product is not found by its new price")
	}
	// The last of several in one call counts.
	first, second := p, p
	first.NameFR, second.NameFR = "Figues", "Caroube"
	put(t, engine, first, second)
	expect(t, engine, "caroube", "p1")
}

func deleteRemoves(t *testing.T, engine search.Engine) {
	put(t, engine, product("p1", "لوز", "", ""), product("p2", "لوز", "", ""), product("p3", "لوز", "", ""))
	if err := engine.Delete(t.Context(), []string{"p1", "p3", "never-was-there"}); err != nil {
		t.Fatalf("delete: %v", err)
	}
	expect(t, engine, "لوز", "p2")
	expectCount(t, engine, 1)
}

func improperIDIsRefused(t *testing.T, engine search.Engine) {
	for _, id := range []string{"", "with space", "لوز", strings.Repeat("x", 501)} {
		err := engine.Put(t.Context(), []search.Document{product(id, "لوز", "", "")})
		if !errors.Is(err, search.ErrRefused) {
			t.Errorf("id %q: %v, expected %v", id, err, search.ErrRefused)
		}
	}
	expectCount(t, engine, 0)
}

func idsAreListed(t *testing.T, engine search.Engine) {
	var expected []string
	var docs []search.Document
	for i := range 1_234 {
		id := fmt.Sprintf("p%04d", i)
		expected, docs = append(expected, id), append(docs, product(id, "لوز", "", ""))
	}
	put(t, engine, docs...)
	var listed []string
	for id, err := range engine.IDs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, id)
	}
	slices.Sort(listed)
	if diff := cmp.Diff(expected, listed); diff != "" {
		t.Errorf("(-expected +listed):\n%s", diff)
	}
	for range engine.IDs(t.Context()) {
		break // a caller may stop half-way
	}
}

func manyProducts(t *testing.T, engine search.Engine) {
	docs := Market(6_000)
	put(t, engine, docs...)
	expectCount(t, engine, len(docs))
	got := ask(t, engine, search.Query{})
	if got.Total != len(docs) {
		t.Errorf("all: %d, expected %d", got.Total, len(docs))
	}
	checkFacets(t, got, docs, search.Query{})
}

func filtersAndFacets(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	for name, q := range map[string]search.Query{
		"everything":             {},
		"a category":             {Categories: []string{"honey"}},
		"two categories":         {Categories: []string{"honey", "oil"}},
		"a cooperative":          {Cooperatives: []string{"zit-el-fajr"}},
		"two communes":           {Communes: []string{"tafoughalt", "ahfir"}},
		"a label":                {Labels: []string{"terroir-du-maroc"}},
		"women":                  {WomenLed: true},
		"in stock":               {InStock: true},
		"from a price":           {MinPrice: 5_000},
		"to a price":             {MaxPrice: 5_000},
		"between prices":         {MinPrice: 2_000, MaxPrice: 4_000},
		"a price exactly":        {MinPrice: 7_500, MaxPrice: 7_500},
		"all at once":            {Categories: []string{"craft", "cereal"}, Communes: []string{"ahfir", "rislane"}, WomenLed: true, InStock: true, MinPrice: 10_000},
		"something that is not":  {Categories: []string{"cars"}},
		"nothing between prices": {MinPrice: 9_000, MaxPrice: 1_000},
	} {
		q.PerPage = search.MaxPerPage
		got := ask(t, engine, q)
		var expected []string
		for _, d := range docs {
			if allows(q, d, "") {
				expected = append(expected, d.ID)
			}
		}
		if got.Total != len(expected) {
			t.Errorf("%s: total %d, expected %d", name, got.Total, len(expected))
		}
		if len(expected) <= q.PerPage {
			slices.Sort(got.IDs)
			slices.Sort(expected)
			if !slices.Equal(got.IDs, expected) {
				t.Errorf("%s: found %v, expected %v", name, got.IDs, expected)
			}
		}
		checkFacets(t, got, docs, q)
	}
}

// checkFacets compares the counts of a query without words to those of docs.
func checkFacets(t *testing.T, got search.Result, docs []search.Document, q search.Query) {
	t.Helper()
	expected := map[string]map[string]int{}
	for _, facet := range search.Facets() {
		counts := map[string]int{}
		for _, d := range docs {
			if !allows(q, d, facet) {
				continue
			}
			for _, value := range valuesOf(d, facet) {
				counts[value]++
			}
		}
		expected[string(facet)] = counts
	}
	if diff := cmp.Diff(expected, got.Facets); diff != "" {
		t.Errorf("facets of %+v (-expected +counted):\n%s", q, diff)
	}
}

func valuesOf(d search.Document, facet search.Facet) []string {
	switch facet {
	case search.FacetCategory:
		return []string{d.Category}
	case search.FacetCooperative:
		return []string{d.Cooperative}
	case search.FacetCommune:
		return []string{d.Commune}
	case search.FacetLabel:
		return d.Labels
	case search.FacetWomenLed:
		return []string{fmt.Sprint(d.WomenLed)}
	default:
		return []string{fmt.Sprint(d.InStock)}
	}
}

// allows tells whether d passes the filters of q, not counting those of one facet.
func allows(q search.Query, d search.Document, but search.Facet) bool {
	for _, facet := range search.Facets() {
		chosen := q.Chosen(facet)
		if facet == but || len(chosen) == 0 {
			continue
		}
		if !slices.ContainsFunc(valuesOf(d, facet), func(v string) bool { return slices.Contains(chosen, v) }) {
			return false
		}
	}
	return d.PriceCentimes >= q.MinPrice && (q.MaxPrice == 0 || d.PriceCentimes <= q.MaxPrice)
}

func chosenOrder(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	byID := map[string]search.Document{}
	for _, d := range docs {
		byID[d.ID] = d
	}
	for sort, inOrder := range map[search.Sort]func(a, b search.Document) bool{
		search.CheapestFirst: func(a, b search.Document) bool { return a.PriceCentimes <= b.PriceCentimes },
		search.DearestFirst:  func(a, b search.Document) bool { return a.PriceCentimes >= b.PriceCentimes },
		search.NewestFirst:   func(a, b search.Document) bool { return a.CreatedAt >= b.CreatedAt },
	} {
		for _, text := range []string{"", "miel", "زيت الزيتون", "huil d oliv"} {
			got := ask(t, engine, search.Query{Text: text, Sort: sort, PerPage: search.MaxPerPage})
			if len(got.IDs) < 3 {
				t.Errorf("«%s» found only %d", text, len(got.IDs))
			}
			for i := 1; i < len(got.IDs); i++ {
				if a, b := byID[got.IDs[i-1]], byID[got.IDs[i]]; !inOrder(a, b) {
					t.Errorf("«%s» by %s: %+v comes before %+v", text, sort, a, b)
				}
			}
		}
	}
}

func pages(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	for _, q := range []search.Query{{}, {Text: "couscous"}, {Sort: search.CheapestFirst}, {Text: "miel pollen"}} {
		q.PerPage = 7
		seen := map[string]bool{}
		total := ask(t, engine, q).Total
		for q.Page = 1; q.Page <= (total+6)/7; q.Page++ {
			for _, id := range ask(t, engine, q).IDs {
				if seen[id] {
					t.Errorf("%+v: %s is shown twice", q, id)
				}
				seen[id] = true
			}
		}
		if len(seen) != total {
			t.Errorf("%+v: %d products on all pages, total %d", q, len(seen), total)
		}
		if beyond := ask(t, engine, q); len(beyond.IDs) != 0 || beyond.Total != total {
			t.Errorf("%+v: beyond the last page there are %d products, total %d, expected none and %d", q, len(beyond.IDs), beyond.Total, total)
		}
	}
	if got := ask(t, engine, search.Query{}); len(got.IDs) != search.DefaultPerPage {
		t.Errorf("%d on a page, expected %d", len(got.IDs), search.DefaultPerPage)
	}
	if got := ask(t, engine, search.Query{Page: -3, PerPage: 1_000_000}); len(got.IDs) != search.MaxPerPage {
		t.Errorf("%d on the largest page, expected %d", len(got.IDs), search.MaxPerPage)
	}
	if got := ask(t, engine, search.Query{Page: 1 << 60}); got.Total != len(docs) {
		t.Errorf("a page far beyond the end says there are %d", got.Total)
	}
}

func stableOrder(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	for _, text := range []string{"", "miel", "couscous", "زيت"} {
		before := ask(t, engine, search.Query{Text: text}).IDs
		put(t, engine, docs[:100]...) // written again, unchanged
		if diff := cmp.Diff(before, ask(t, engine, search.Query{Text: text}).IDs); diff != "" {
			t.Errorf("«%s» (-before +after):\n%s", text, diff)
		}
	}
}

func namesFirst(t *testing.T, engine search.Engine) {
	honey := product("is", "عسل السدر", "Miel de jujubier", "Jujube honey")
	contains := product("contains", "صابون بالعسل", "Savon au miel", "Honey soap")
	mentions := product("mentions", "مقروط", "Makrout", "Makrout")
	mentions.DescriptionAR, mentions.DescriptionFR, mentions.DescriptionEN = "محلى بعسل المنطقة والعسل الحر", "Au miel", "With honey"
	put(t, engine, mentions, contains, honey, product("neither", "بيض", "Œufs", "Eggs"))
	for _, text := range []string{"عسل", "miel", "honey"} {
		expect(t, engine, text, "is", "contains", "mentions")
	}
	expect(t, engine, "3sel", "is", "contains")
}

func oilIsNotOlives(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("oil", "زيت زيتون بكر", "Huile d'olive vierge", "Virgin olive oil"),
		product("argan", "زيت أركان", "Huile d'argan", "Argan oil"),
		product("green", "زيتون أخضر", "Olives vertes", "Green olives"),
		product("honey", "عسل", "Miel", "Honey"))
	for _, text := range []string{"زيت", "الزيت", "huile", "oil", "zit", "lzit"} {
		expectAnyOrder(t, engine, text, "oil", "argan")
	}
	for _, text := range []string{"زيتون", "والزيتون", "olives", "olive", "zitoun"} {
		expect(t, engine, text, "green", "oil")
	}
	for _, text := range []string{"زيت زيتون", "زيت الزيتون", "huile d'olive", "huile d’olive", "olive oil", "zit zitoun", "zit l3oud"} {
		expect(t, engine, text, "oil")
	}
}

func exactNameFirst(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("preserved", "حامض مصير", "Citron confit", "Preserved lemon"),
		product("juice", "حامض معصور", "Citron pressé", "Pressed lemon"),
		product("lemon", "حامض", "Citron", "Lemon"),
		product("dried", "حامض مجفف", "Citron séché", "Dried lemon"))
	for _, text := range []string{"حامض", "الحامض", "citron", "lemon", "LEMON", "Cítron"} {
		got := ask(t, engine, search.Query{Text: text})
		if got.Total != 4 || got.IDs[0] != "lemon" {
			t.Errorf("«%s» found %v", text, got.IDs)
		}
	}
}

func allWordsThenSome(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("thyme-honey", "عسل الزعتر", "Miel de thym", ""),
		product("jujube-honey", "عسل السدر", "Miel de jujubier", ""),
		product("thyme", "زعتر", "Thym", ""),
		product("eggs", "بيض", "Œufs", ""))
	expect(t, engine, "miel thym", "thyme-honey")
	expect(t, engine, "le miel de thym", "thyme-honey")
	expect(t, engine, "عسل الزعتر", "thyme-honey")
	if got := ask(t, engine, search.Query{Text: "miel de thym"}); got.Partial {
		t.Error("«miel de thym» says that words are missing")
	}
	got := ask(t, engine, search.Query{Text: "miel thym licorne"})
	if !got.Partial || len(got.IDs) == 0 || got.IDs[0] != "thyme-honey" || slices.Contains(got.IDs, "eggs") {
		t.Errorf("«miel thym licorne» found %v, partial %v", got.IDs, got.Partial)
	}
	if got := ask(t, engine, search.Query{Text: "licorne arc-en-ciel"}); got.Total != 0 || got.Partial {
		t.Errorf("«licorne arc-en-ciel» found %v, partial %v", got.IDs, got.Partial)
	}
}

func halfTyped(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("couscous", "كسكس", "Couscous", "Couscous"),
		product("clementine", "كليمونتين", "Clémentine", "Clementine"),
		product("thyme-honey", "عسل الزعتر", "Miel de thym", "Thyme honey"))
	for text, id := range map[string]string{
		"cou": "couscous", "couscou": "couscous", "كسك": "couscous", "sek": "couscous",
		"clém": "clementine", "CLEM": "clementine", "كليم": "clementine",
		"miel de th": "thyme-honey", "عسل زع": "thyme-honey", "3se": "thyme-honey", "3sel za3": "thyme-honey",
	} {
		expect(t, engine, text, id)
	}
}

func mistyped(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("walnuts", "جوز", "Noix", "Walnuts"),
		product("black-soap", "صابون بلدي", "Savon noir", "Black soap"),
		product("clementine", "كليمونتين", "Clémentine", "Clementine"),
		product("wormwood", "شيح", "Armoise", "Wormwood"))
	expect(t, engine, "noix", "walnuts")
	expect(t, engine, "savon noir", "black-soap")
	for _, text := range []string{"clemantine", "clmentine", "clementnie", "clementinne", "كليمنتين", "كليمونطين"} {
		expect(t, engine, text, "clementine")
	}
	for _, text := range []string{"armoize", "harmoise", "wormwod"} {
		expect(t, engine, text, "wormwood")
	}
}

func filtersDoNotLoosen(t *testing.T, engine search.Engine) {
	walnuts := product("walnuts", "جوز", "Noix", "Walnuts")
	soap := product("black-soap", "صابون بلدي", "Savon noir", "Black soap")
	soap.Category = "cosmetic"
	put(t, engine, walnuts, soap)
	got := ask(t, engine, search.Query{Text: "noix", Categories: []string{"cosmetic"}})
	if got.Total != 0 {
		t.Errorf("«noix» among cosmetics found %v", got.IDs)
	}
	if got.Facets["category"]["dried"] != 1 {
		t.Errorf("the category that has it is not counted: %v", got.Facets["category"])
	}
}

func darija(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	for text, understood := range map[string]string{
		"3sel": "عسل", "l3sel": "عسل", "zit l3oud": "زيت زيتون", "7amed": "حامض", "3sel bio": "عسل bio",
		"miel": "", "عسل": "", "honey": "", "": "",
	} {
		got := ask(t, engine, search.Query{Text: text, Lang: "fr"})
		if got.Understood != understood {
			t.Errorf("«%s» was understood as «%s», expected «%s»", text, got.Understood, understood)
		}
		if got.Total == 0 {
			t.Errorf("«%s» found nothing", text)
		}
	}
	// A word that is on no list is found by its consonants.
	put(t, engine, product("new", "شكشوكة حارة", "", ""))
	got := ask(t, engine, search.Query{Text: "chakchouka", Lang: "ar"})
	if !slices.Equal(got.IDs, []string{"new"}) || got.Understood == "" {
		t.Errorf("«chakchouka» found %v, understood «%s»", got.IDs, got.Understood)
	}
}

func acrossLanguages(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("arabic", "عسل السدر", "", ""),
		product("french", "", "Miel de jujubier", ""),
		product("english", "", "", "Jujube honey"),
		product("other", "بيض", "Œufs", "Eggs"))
	for _, text := range []string{"عسل", "miel", "honey", "3sel", "عسل السدر", "miel de jujubier", "jujube honey", "3sel sder"} {
		expectAnyOrder(t, engine, text, "arabic", "french", "english")
	}
}

func anythingTyped(t *testing.T, engine search.Engine) {
	put(t, engine, Documents(Corpus())...)
	for _, text := range []string{
		" ", "\t\n", "\"", "\"\"", "\"miel", "miel\"", "-miel", "+miel -thym", "miel*", "m?el", "miel~2", "miel^3", "name:miel",
		"miel OR thym", "(miel", "[a TO b]", "\\", "/miel/", "%", "'; drop table products; --", "<script>alert(1)</script>",
		"\x00", "a\x00b", "\xff\xfe", "\u200f\u200e", "ـــــ", "ًٌٍ", "🍯", "👩🏽‍🌾", "l'", "d'", "'", "ال", "و", "ل", "a", "q", "ا",
		"1", "5", "500g", "1 kg", "٥٠٠ غ", "000000000000000000000", "de la", "le", "من",
		strings.Repeat("a", 10_000), strings.Repeat("miel ", 2_000), strings.Repeat("عسل", 3_000), strings.Repeat("\"", 500),
		"miel thym huile olive couscous orge figue amande noix caroube tapis panier savon", "日本語", "мёд", "ⵜⴰⵎⵎⴻⵏⵜ", "ﷲ", "ﻋﺴﻞ",
	} {
		ask(t, engine, search.Query{Text: text, Lang: "xx"})
		ask(t, engine, search.Query{Text: text, Sort: search.CheapestFirst, InStock: true})
	}
	for _, text := range []string{"\"miel\"", "-miel", "miel*", "ﻋﺴﻞ", "ـعـسـل", "MIEL", "de la"} {
		if text != "de la" && ask(t, engine, search.Query{Text: text}).Total == 0 {
			t.Errorf("«%s» found nothing", text)
		}
	}
}

func anythingFiltered(t *testing.T, engine search.Engine) {
	put(t, engine, Documents(Corpus())...)
	for _, value := range []string{"", "\"", "honey\" OR category = \"oil", "honey' OR 1=1", "\\", "\n", "عسل", "\x00", "*", strings.Repeat("x", 5_000)} {
		q := search.Query{
			Categories: []string{value}, Cooperatives: []string{value}, Communes: []string{value}, Labels: []string{value},
			MinPrice: -1, MaxPrice: 1 << 62, Sort: search.Sort(value),
		}
		if got := ask(t, engine, q); got.Total != 0 {
			t.Errorf("%q: found %d", value, got.Total)
		}
	}
}

// sequence yields documents, then perhaps an error.
func sequence(docs []search.Document, end error) iter.Seq2[search.Document, error] {
	return func(yield func(search.Document, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
		if end != nil {
			yield(search.Document{}, end)
		}
	}
}

func rebuildReplaces(t *testing.T, engine search.Engine) {
	put(t, engine, product("old", "لوز", "Amandes", "Almonds"))
	docs := Documents(Corpus())
	err := engine.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
		for i, d := range docs {
			if i == len(docs)/2 {
				expect(t, engine, "amandes", "old")
				expectRebuilding(t, engine)
			}
			if !yield(d, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatalf("rebuild: %v", err)
	}
	expectCount(t, engine, len(docs))
	if got := ask(t, engine, search.Query{Text: "amandes", PerPage: 100}); slices.Contains(got.IDs, "old") || got.Total == 0 {
		t.Errorf("after the rebuild «amandes» finds %v", got.IDs)
	}
	put(t, engine, product("later", "قفطان", "Caftan", "Caftan"))
	expect(t, engine, "caftan", "later")
	if err := engine.Rebuild(t.Context(), sequence(nil, nil)); err != nil {
		t.Fatalf("rebuild with nothing: %v", err)
	}
	expectCount(t, engine, 0)
}

// expectRebuilding expects that nothing can be written.
func expectRebuilding(t *testing.T, engine search.Engine) {
	t.Helper()
	if err := engine.Put(t.Context(), []search.Document{product("p", "لوز", "", "")}); !errors.Is(err, search.ErrRebuilding) {
		t.Errorf("put during a rebuild: %v, expected %v", err, search.ErrRebuilding)
	}
	if err := engine.Delete(t.Context(), []string{"old"}); !errors.Is(err, search.ErrRebuilding) {
		t.Errorf("delete during a rebuild: %v, expected %v", err, search.ErrRebuilding)
	}
	if err := engine.Rebuild(t.Context(), sequence(nil, nil)); !errors.Is(err, search.ErrRebuilding) {
		t.Errorf("rebuild during a rebuild: %v, expected %v", err, search.ErrRebuilding)
	}
}

func rebuildFails(t *testing.T, engine search.Engine) {
	put(t, engine, product("old", "لوز", "Amandes", "Almonds"))
	broken := errors.New("the database went away")
	docs := Documents(Corpus())
	if err := engine.Rebuild(t.Context(), sequence(docs, broken)); !errors.Is(err, broken) {
		t.Errorf("rebuild: %v, expected %v", err, broken)
	}
	bad := slices.Insert(slices.Clone(docs), 100, product("bad id", "لوز", "", ""))
	if err := engine.Rebuild(t.Context(), sequence(bad, nil)); !errors.Is(err, search.ErrRefused) {
		t.Errorf("rebuild: %v, expected %v", err, search.ErrRefused)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := engine.Rebuild(ctx, func(yield func(search.Document, error) bool) {
		for i, d := range docs {
			if i == 50 {
				cancel()
			}
			if !yield(d, nil) {
				return
			}
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("rebuild: %v, expected %v", err, context.Canceled)
	}
	expectCount(t, engine, 1)
	expect(t, engine, "amandes", "old")
}

func concurrent(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	var all sync.WaitGroup
	fail := make(chan error, 1)
	report := func(err error) {
		if err != nil && !errors.Is(err, search.ErrRebuilding) {
			select {
			case fail <- err:
			default:
			}
		}
	}
	for i := range 6 {
		all.Go(func() {
			for range 5 {
				switch i {
				case 0:
					report(engine.Put(t.Context(), docs[:20]))
				case 1:
					report(engine.Rebuild(t.Context(), sequence(docs, nil)))
				default:
					got, err := engine.Search(t.Context(), search.Query{Text: "miel", InStock: true})
					if report(err); err == nil && got.Total == 0 {
						report(errors.New("nothing was found"))
					}
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-fail:
		t.Error(err)
	default:
	}
	expectCount(t, engine, len(docs))
}

func cancelled(t *testing.T, engine search.Engine) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine.Search(ctx, search.Query{Text: "miel"}); !errors.Is(err, context.Canceled) {
		t.Errorf("search: %v", err)
	}
	if err := engine.Put(ctx, Documents(Corpus())); !errors.Is(err, context.Canceled) {
		t.Errorf("put: %v", err)
	}
	if err := engine.Delete(ctx, []string{"p1"}); !errors.Is(err, context.Canceled) {
		t.Errorf("delete: %v", err)
	}
	if _, err := engine.Count(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("count: %v", err)
	}
	expectCount(t, engine, 0)
}
