package terms

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/text"
)

// Fields that are searched, the ones that say most about a product first.
const (
	Kind        = "kind"    // what it is: the first words of its names and everything that means the same
	NameAR      = "name_ar" // its names
	NameFR      = "name_fr"
	NameEN      = "name_en"
	Aliases     = "aliases"     // what else people call the things in its names
	Around      = "around"      // category, cooperative, commune, labels
	Description = "description" // its descriptions
	Skeletons   = "skeletons"   // consonants of Arabic words; searched only when Latin letters found nothing
)

// Kinds is the field that says what a product is by the keys of families; it is only filtered by.
const Kinds = "kinds"

// Searched lists them in that order.
func Searched() []string {
	return []string{Kind, NameAR, NameFR, NameEN, Aliases, Around, Description, Skeletons}
}

// Fields that filter and sort, beside the facets, which are named after search.Facet.
const (
	ID      = "id"
	Price   = "price"   // centimes; it is sorted by
	Prices  = "prices"  // of all sizes; it is filtered by
	Created = "created" // seconds since 1970
	Later   = "later"   // whether it is to be had, as search.Availability; less is sooner
	Turn    = "turn"    // order among equals
)

// Entry is what an index keeps of a document. Each of the searched fields holds normalised words
// separated by spaces.
type Entry struct {
	ID string `json:"id"`

	Kind        string `json:"kind"`
	NameAR      string `json:"name_ar"`
	NameFR      string `json:"name_fr"`
	NameEN      string `json:"name_en"`
	Aliases     string `json:"aliases"`
	Around      string `json:"around"`
	Description string `json:"description"`
	Skeletons   string `json:"skeletons"`

	Kinds []string `json:"kinds"`

	Category    string   `json:"category"`
	Cooperative string   `json:"coop"`
	Commune     string   `json:"commune"`
	Labels      []string `json:"label"`
	WomenLed    string   `json:"women_led"` // "true" or "false"
	InStock     string   `json:"in_stock"`
	Durable     string   `json:"durable"`

	Price   int64   `json:"price"`
	Prices  []int64 `json:"prices"`
	Created int64   `json:"created"`
	Later   int     `json:"later"`
	Turn    string  `json:"turn"`
}

// Of is what an index keeps of d, in the words of lexicon.
func Of(lexicon *text.Lexicon, d search.Document) Entry {
	ar, fr, en := text.Content(d.NameAR), text.Content(d.NameFR), text.Content(d.NameEN)
	kind, aliases, keys := families(lexicon, ar, fr, en, text.Content(strings.Join(d.Labels, " ")))

	around := text.Content(strings.Join([]string{
		d.CategoryAR, d.CategoryFR, d.CategoryEN, d.CooperativeAR, d.CooperativeFR,
		d.CommuneAR, d.CommuneFR, strings.Join(d.Labels, " "), strings.Join(d.Sizes, " "),
	}, " "))
	// Whoever asks for the cooperative «Louz Es-Safh» asks for more than its almonds.
	for _, name := range [...]string{d.CooperativeAR, d.CooperativeFR} {
		keys = append(keys, lexicon.Kinds(text.Content(name))...)
	}
	var skeletons []string
	for _, w := range slices.Concat(ar, text.Content(d.CooperativeAR), text.Content(d.CommuneAR)) {
		skeletons = append(skeletons, text.Skeletons(w)...)
	}
	prices := d.Prices
	if prices == nil {
		prices = []int64{d.PriceCentimes}
	}
	return Entry{
		ID:          d.ID,
		Kind:        join(kind),
		NameAR:      strings.Join(ar, " "),
		NameFR:      strings.Join(fr, " "),
		NameEN:      strings.Join(en, " "),
		Aliases:     join(aliases),
		Around:      join(around),
		Description: join(text.Content(strings.Join([]string{d.DescriptionAR, d.DescriptionFR, d.DescriptionEN}, " "))),
		Skeletons:   join(skeletons),
		Kinds:       unique(keys),
		Category:    d.Category,
		Cooperative: d.Cooperative,
		Commune:     d.Commune,
		Labels:      d.Labels,
		WomenLed:    strconv.FormatBool(d.WomenLed),
		InStock:     strconv.FormatBool(d.InStock),
		Durable:     strconv.FormatBool(!d.Perishable),
		Price:       d.PriceCentimes,
		Prices:      prices,
		Created:     d.CreatedAt,
		Later:       int(d.Availability),
		Turn:        turn(d.ID),
	}
}

// families gathers what people call the things in a product's names. Arabic and French name what a
// thing is first, English last; the English name is asked only if neither of the others says it, and if
// it says nothing either, the first thing that is named counts («Pot de miel»). The family in that place,
// and the families that it is one of, are what the product is, and keys are theirs; the other ones are
// what it is made of, or for.
func families(lexicon *text.Lexicon, ar, fr, en, labels []string) (kind, aliases, keys []string) {
	is := func(n text.Named) {
		for _, f := range n.Families {
			for ; f != nil; f = f.Parent {
				keys = append(keys, f.Key)
				kind = append(kind, f.Names()...)
				aliases = append(aliases, f.Parts()...)
			}
		}
	}
	has := func(named []text.Named) {
		for _, n := range named {
			for _, f := range n.Families {
				aliases = append(append(aliases, f.Parts()...), f.Names()...)
			}
		}
	}
	inAR, inFR, inEN := lexicon.Families(ar), lexicon.Families(fr), lexicon.Families(en)
	for _, found := range [...][]text.Named{inAR, inFR} {
		if len(found) > 0 && found[0].From == 0 {
			is(found[0])
			found = found[1:]
		}
		has(found)
	}
	if last := len(inEN) - 1; last >= 0 && len(keys) == 0 && inEN[last].To == len(en) {
		is(inEN[last])
		inEN = inEN[:last]
	}
	has(inEN)
	if all := slices.Concat(inAR, inFR, inEN); len(keys) == 0 && len(all) > 0 {
		is(all[0])
	}
	// What stands in a name of several words, such as the figs in fig jam.
	for _, words := range [...][]string{ar, fr} {
		for _, n := range lexicon.Families(words) {
			has(lexicon.Families(words[n.From+1 : n.To]))
		}
	}
	has(lexicon.Families(labels))
	for _, words := range [...][]string{ar, fr} {
		if len(words) > 0 {
			kind = append(kind, words[0])
		}
	}
	return kind, aliases, keys
}

// join makes one text of words, each once.
func join(words []string) string { return strings.Join(unique(words), " ") }

// unique is words without empty ones, each once.
func unique(words []string) []string {
	seen := make(map[string]bool, len(words))
	list := make([]string, 0, len(words))
	for _, w := range words {
		if w != "" && !seen[w] {
			seen[w] = true
			list = append(list, w)
		}
	}
	return list
}

// turn spreads the products over an order that has nothing to do with who sells them or since when.
func turn(id string) string {
	h := fnv.New32a()
	h.Write([]byte(id)) // never fails
	return fmt.Sprintf("%08x", h.Sum32())
}
