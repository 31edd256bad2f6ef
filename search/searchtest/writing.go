package searchtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/search"
)

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
		err := engine.Put(t.Context(), search.Each([]search.Document{product(id, "لوز", "", "")}))
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
	docs := Market(search.MaxResults + 50) // more than anybody can turn the pages to, too
	put(t, engine, docs...)
	expectCount(t, engine, len(docs))
	got := ask(t, engine, search.Query{})
	if got.Total != len(docs) {
		t.Errorf("all: %d, expected %d", got.Total, len(docs))
	}
	checkFacets(t, got, docs, search.Query{})
	inStock := 0
	for _, d := range docs {
		if d.InStock {
			inStock++
		}
	}
	if got := ask(t, engine, search.Query{InStock: true}); got.Total != inStock {
		t.Errorf("in stock: %d, expected %d", got.Total, inStock)
	}
	last := search.Query{Page: search.MaxResults / search.MaxPerPage, PerPage: search.MaxPerPage}
	if got := ask(t, engine, last); len(got.Hits) != search.MaxPerPage {
		t.Errorf("the last page that can be turned to shows %d, expected %d", len(got.Hits), search.MaxPerPage)
	}
	keys := map[search.Sort]func(search.Document) int64{
		search.CheapestFirst: func(d search.Document) int64 { return d.PriceCentimes },
		search.DearestFirst:  func(d search.Document) int64 { return -d.PriceCentimes },
		search.NewestFirst:   func(d search.Document) int64 { return -d.CreatedAt },
	}
	for sort, key := range keys {
		of, ordered := make(map[string]int64, len(docs)), make([]int64, len(docs))
		for i, d := range docs {
			of[d.ID], ordered[i] = key(d), key(d)
		}
		slices.Sort(ordered)
		for _, page := range []int{1, 2, last.Page / 2, last.Page} {
			got := make([]int64, 0, search.MaxPerPage)
			for _, hit := range ask(t, engine, search.Query{Sort: sort, Page: page, PerPage: search.MaxPerPage}).Hits {
				got = append(got, of[hit.ID])
			}
			if want := ordered[(page-1)*search.MaxPerPage : page*search.MaxPerPage]; !slices.Equal(got, want) {
				t.Errorf("page %d by %q is %v, expected %v", page, sort, got, want)
			}
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
	if got := ask(t, engine, search.Query{Text: "amandes", PerPage: 100}); slices.Contains(got.IDs(), "old") || got.Total == 0 {
		t.Errorf("after the rebuild «amandes» finds %v", got.IDs())
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
	if err := engine.Put(t.Context(), search.Each([]search.Document{product("p", "لوز", "", "")})); !errors.Is(err, search.ErrRebuilding) {
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
