package searchtest

import (
	"context"
	"errors"
	"slices"
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
		{"only what was asked for is counted", onlyWhatWasAsked},
		{"sizes of one thing are found once", sizesAreOneThing},
		{"a hit tells who sells it and how well it answers", bands},
		{"a chosen order is followed to the letter", chosenOrder},
		{"what is to be had comes before what is not", soonerFirst},
		{"what is typed may be the beginning of a cooperative's name", sellerBeginsSo},
		{"turning the pages shows every product once", pages},
		{"the same query gives the same order", stableOrder},
		{"names come before what they are made of, and those before descriptions", namesFirst},
		{"oil is not olives", oilIsNotOlives},
		{"a product that is called exactly what was typed comes first", exactNameFirst},
		{"all words must match, and if no product has all, some", allWordsThenSome},
		{"the last word may be half typed", halfTyped},
		{"mistyped words are found, and only if nothing is spelled that way", mistyped},
		{"what nobody sells is not found", nothingLikeIt},
		{"what is named comes before what only mentions it", kindFirst},
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
	if err := engine.Put(t.Context(), search.Each(docs)); err != nil {
		t.Fatalf("put: %v", err)
	}
}

// ask asks, and has all facets counted.
func ask(t *testing.T, engine search.Engine, q search.Query) search.Result {
	t.Helper()
	q.Facets = search.Facets()
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
	if diff := cmp.Diff(ids, got.IDs()); diff != "" {
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
	found := got.IDs()
	slices.Sort(found)
	slices.Sort(ids)
	if diff := cmp.Diff(ids, found); diff != "" {
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
		if got := ask(t, engine, search.Query{Text: text}); got.Total != 0 || len(got.Hits) != 0 {
			t.Errorf("«%s» found %d products", text, got.Total)
		}
	}
	if err := engine.Put(t.Context(), search.Each(nil)); err != nil {
		t.Errorf("putting nothing: %v", err)
	}
	if err := engine.Delete(t.Context(), nil); err != nil {
		t.Errorf("deleting nothing: %v", err)
	}
}

func cancelled(t *testing.T, engine search.Engine) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine.Search(ctx, search.Query{Text: "miel"}); !errors.Is(err, context.Canceled) {
		t.Errorf("search: %v", err)
	}
	if err := engine.Put(ctx, search.Each(Documents(Corpus()))); !errors.Is(err, context.Canceled) {
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
					report(engine.Put(t.Context(), search.Each(docs[:20])))
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
