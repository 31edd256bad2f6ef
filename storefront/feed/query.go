package feed

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/search"
)

// maxValues bounds how many values one filter takes.
const maxValues = 50

// maxCentimes is above every price there is.
const maxCentimes = 1_000_000_000

// query reads a request's query and gathers what is wrong with it.
type query struct {
	values url.Values
	wrong  *fault.Error
}

func (q *query) refuse(name, key string, args ...any) {
	if q.wrong == nil {
		q.wrong = fault.New(errQuery.Kind, errQuery.Key)
	}
	q.wrong.Field(name, key, args...)
}

// one is a parameter that stands once at most; one left empty counts as not given.
func (q *query) one(name string) string {
	given := q.values[name]
	if len(given) > 1 {
		q.refuse(name, "feed.query_once")
	}
	if len(given) == 0 {
		return ""
	}
	return strings.TrimSpace(given[0])
}

// many is a parameter that stands any number of times, or once with commas.
func (q *query) many(name string) []string {
	var all []string
	for _, given := range q.values[name] {
		for value := range strings.SplitSeq(given, ",") {
			if value = strings.TrimSpace(value); value != "" && !slices.Contains(all, value) {
				all = append(all, value)
			}
		}
	}
	if len(all) > maxValues {
		q.refuse(name, "feed.query_many", "Max", maxValues)
		return nil
	}
	return all
}

func (q *query) number(name string, least, most, otherwise int) int {
	text := q.one(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		q.refuse(name, "feed.query_number", "Min", least, "Max", most)
		return otherwise
	}
	return n
}

// yes is a parameter that lets only those through that are so. It has no other answer: whoever says false may mean all, or
// those that are not so.
func (q *query) yes(name string) bool {
	switch q.one(name) {
	case "":
		return false
	case "true", "1":
		return true
	}
	q.refuse(name, "feed.query_bool")
	return false
}

// facets are those that are to be counted: unless told, all but the one that grows with the market.
func (q *query) facets() []search.Facet {
	var names []string
	for _, f := range search.Facets() {
		names = append(names, string(f))
	}
	asked := q.many("facets")
	if len(asked) == 0 {
		return slices.DeleteFunc(search.Facets(), func(f search.Facet) bool { return f == search.FacetCooperative })
	}
	found := make([]search.Facet, len(asked))
	for i, name := range asked {
		if found[i] = search.Facet(name); !slices.Contains(names, name) {
			q.refuse("facets", "feed.query_facets", "Known", strings.Join(names, ", "))
		}
	}
	return found
}

// byID is the order of products that goes on from one to the next to the end of the catalogue.
const byID = "id"

// asked is which products are asked for, and in which order.
type asked struct {
	search.Query
	DeliverableTo string    // a place; "" for any
	ByID          bool      // and not by the engine
	After         uuid.UUID // where the list by ids goes on
}

// parseProducts reads the query of the list of products. Its error is errQuery with a sentence for
// each parameter that is wrong.
func parseProducts(values url.Values, lang string, languages []string) (asked, error) {
	q := &query{values: values}
	if code := q.one("lang"); code != "" && !slices.Contains(languages, code) {
		q.refuse("lang", "feed.query_lang", "Known", strings.Join(languages, ", "))
	}
	found := asked{Query: search.Query{
		Text: q.one("q"), Lang: lang,
		Categories: q.many("category"), Cooperatives: q.many("coop"),
		Communes: q.many("commune"), Labels: q.many("label"),
		WomenLed: q.yes("women_led"), InStock: q.yes("in_stock"),
		MinPrice: int64(q.number("min_price", 0, maxCentimes, 0)),
		MaxPrice: int64(q.number("max_price", 0, maxCentimes, 0)),
		Facets:   q.facets(),
		PerPage:  q.number("per_page", 1, search.MaxPerPage, search.DefaultPerPage),
	}}
	found.DeliverableTo = q.one("deliverable_to")
	found.Page = q.number("page", 1, search.Pages(search.MaxResults, found.PerPage), 1)
	if utf8.RuneCountInString(found.Text) > search.MaxTextRunes {
		q.refuse("q", "feed.query_long", "Max", search.MaxTextRunes)
	}
	if found.MaxPrice > 0 && found.MaxPrice < found.MinPrice {
		q.refuse("max_price", "feed.query_prices")
	}
	switch sort := q.one("sort"); sort {
	case "", "relevance":
	case string(search.CheapestFirst), string(search.DearestFirst), string(search.NewestFirst):
		found.Sort = search.Sort(sort)
	case byID:
		found.ByID = true
	default:
		q.refuse("sort", "feed.query_sort")
	}
	if after := q.one("after"); after != "" {
		var err error
		if found.After, err = uuid.Parse(after); err != nil || len(after) != uuidLength {
			q.refuse("after", "feed.query_product")
		}
		if !found.ByID {
			q.refuse("after", "feed.query_by_id")
		}
	}
	for name, given := range map[string]bool{"q": found.Text != "", "page": found.Page > 1} {
		if given && found.ByID {
			q.refuse(name, "feed.query_by_id")
		}
	}
	if q.wrong != nil {
		return asked{}, q.wrong
	}
	return found, nil
}
