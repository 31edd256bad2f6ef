package searchtest

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/search"
)

var (
	//go:embed corpus.tsv
	corpusTSV string
	//go:embed places.tsv
	placesTSV string // the names of categories, cooperatives and communes
)

// Product is a document of the sample corpus and the kind of product that it is («thyme-honey»).
type Product struct {
	search.Document
	Kind string
}

// Corpus is a market of some two hundred products: every kind of product of the province three times, as
// cooperatives really enter them: once in three languages, once with more words in the name, once in one
// language only.
func Corpus() []Product {
	names := map[string][]string{}
	for _, c := range rows(placesTSV, 5) {
		names[c[0]+"/"+c[1]] = c[2:]
	}
	var products []Product
	for _, c := range rows(corpusTSV, 16) {
		category, coop, commune := names["category/"+c[4]], names["coop/"+c[2]], names["commune/"+c[3]]
		d := search.Document{
			ID: c[1], Slug: c[1], Cooperative: c[2], Commune: c[3], Category: c[4],
			NameAR: c[10], NameFR: c[11], NameEN: c[12],
			DescriptionAR: c[13], DescriptionFR: c[14], DescriptionEN: c[15],
			CategoryAR: category[0], CategoryFR: category[1], CategoryEN: category[2],
			CooperativeAR: coop[0], CooperativeFR: coop[1], CommuneAR: commune[0], CommuneFR: commune[1],
			WomenLed: c[6] == "true", InStock: c[7] == "true",
			PriceCentimes: number(c[8]), CreatedAt: number(c[9]),
		}
		if !d.InStock {
			d.Availability = search.SoldOut
		}
		if c[5] != "" {
			d.Labels = strings.Split(c[5], ",")
		}
		products = append(products, Product{d, c[0]})
	}
	return products
}

// Documents are the documents of products.
func Documents(products []Product) []search.Document {
	docs := make([]search.Document, len(products))
	for i, p := range products {
		docs[i] = p.Document
	}
	return docs
}

// Market is n documents made of the corpus over and over, by n/50 cooperatives, for measuring.
func Market(n int) []search.Document {
	corpus := Documents(Corpus())
	docs := make([]search.Document, n)
	for i := range docs {
		d := corpus[i%len(corpus)]
		coop := i * 7919 % max(n/50, 1)
		d.ID = fmt.Sprintf("m%07d", i)
		d.Cooperative = fmt.Sprintf("coop-%05d", coop)
		d.CooperativeFR = fmt.Sprintf("%s %d", d.CooperativeFR, coop)
		d.PriceCentimes += int64(i%500) * 10
		d.CreatedAt += int64(i)
		docs[i] = d
	}
	return docs
}

// kindsLike are the kinds of the corpus that a pattern list means: «jam, *-jam».
func kindsLike(products []Product, patterns string) map[string]bool {
	kinds := map[string]bool{}
	for _, p := range products {
		for pattern := range strings.SplitSeq(patterns, ",") {
			suffix, wild := strings.CutPrefix(pattern, "*")
			if wild && strings.HasSuffix(p.Kind, suffix) || p.Kind == pattern {
				kinds[p.Kind] = true
			}
		}
	}
	return kinds
}

// rows are the cells of a table with a heading.
func rows(tsv string, columns int) [][]string {
	var list [][]string
	for line := range strings.SplitSeq(strings.TrimRight(tsv, "\n"), "\n") {
		cells := strings.Split(line, "\t")
		if len(cells) != columns {
			panic(fmt.Sprintf("%d columns instead of %d: %q", len(cells), columns, line)) // the tables are part of this package
		}
		list = append(list, cells)
	}
	return list[1:]
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
