package catalog

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/text"
)

// Filter narrows a cooperative's catalogue page.
type Filter struct {
	Query    string        // beginnings of words of a name or a reference
	State    string        // a state, SoldOut or Unpictured; empty: all
	Category string        // empty: all
	From     *keyset.Place // where the list goes on; nil, or one where nothing is any longer: at its beginning
	PerPage  int           // things; 50 unless told, at most 200
}

// Catalogue is a page of a cooperative's own products: the newest first, but the sizes of a thing beside each other, where the
// newest of them stands. What a filter leaves out is no size of it there.
type Catalogue struct {
	Products []Product
	keyset.Turns
	Published, Draft, Archived int // all of the cooperative's, whatever the filter
	SoldOut, Unpictured        int // of these
	Things                     int // that are published, whatever their sizes
}

// Count is how many products the cooperative has, whatever the filter.
func (c Catalogue) Count() int { return c.Published + c.Draft + c.Archived }

// Catalogue reads a page of a cooperative's products.
func (s *Service) Catalogue(ctx context.Context, coopID uuid.UUID, f Filter) (Catalogue, error) {
	n, err := s.counts(ctx, coopID)
	if err != nil {
		return Catalogue{}, err
	}
	page := Catalogue{Published: n.Published, Draft: n.Draft, Archived: n.Archived, SoldOut: n.Published - n.Available, Unpictured: n.Unpictured, Things: n.Things}
	limit := min(f.PerPage, 200)
	if limit < 1 {
		limit = 50
	}
	things, err := s.catalogued(ctx, coopID, f, limit+1) // first, so that of what is passed over nothing else is read
	if err != nil {
		return Catalogue{}, err
	}
	if len(things) == 0 && f.From != nil {
		f.From = nil
		return s.Catalogue(ctx, coopID, f)
	}
	things, page.Turns = keyset.Cut(things, f.From, limit, func(t cataloguedThing) keyset.Place { return t.Place })
	var ids []string
	for _, t := range things {
		ids = append(ids, t.Sizes...)
	}
	page.Products, err = s.products(ctx, inOrder, pq.Array(ids))
	return page, err
}

// cataloguedThing is where a thing stands in a catalogue, and its sizes there.
type cataloguedThing struct {
	keyset.Place
	Sizes pq.StringArray // ids
}

// chosen is what a state of Filter asks for, in the words of the index that has their order.
var chosen = map[string]string{
	Published:  `state = 'published'`,
	Draft:      `state = 'draft'`,
	Archived:   `state = 'archived'`,
	SoldOut:    `state = 'published' and sold_out`,
	Unpictured: `picture_id is null and state <> 'archived'`,
}

// walked is how many products are looked at, the nearest first, before those with the words that are sought are all
// read: when more of a cooperative's have them than stand on a page, the page is among these.
const walked = 500

// catalogued reads which things stand from a place on, the nearest first.
func (s *Service) catalogued(ctx context.Context, coopID uuid.UUID, f Filter, limit int) (things []cataloguedThing, err error) {
	// Only what is asked for is a condition, so that each has its index.
	args := []any{coopID, limit}
	parameter := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	asked := "true"
	if f.State != "" {
		asked = cmp.Or(chosen[f.State], "false")
	}
	if f.Category != "" {
		asked += ` and category = ` + parameter(f.Category)
	}
	// Of the product p: those of its thing that are asked for, and whether it is the newest of these.
	sizes := func(matches string) string {
		return `from products where family = p.family and ` + asked + matches
	}
	newest := func(matches string) string {
		// Not compared as it is: one in all products would be expected to be so, and all of them looked at for a page.
		return `coalesce(p.id = (select id ` + sizes(matches) + ` order by created_at desc, id desc limit 1), false)`
	}
	among := asked
	beyond, direction := f.From.Way(keyset.Descending)
	order := `order by at ` + direction + `, id ` + direction
	if f.From != nil {
		among += ` and (created_at, id) ` + beyond + ` (` + parameter(f.From.At) + `, ` + parameter(f.From.ID) + `)`
	}
	found, all := `
		select id, created_at as at, family from products p
		where cooperative_id = $1 and `+among+` and `+newest("")+` `+order+` limit $2`, ``
	with := ``
	if f.Query = text.Line(f.Query); f.Query != "" {
		matches := `words @@ replace(` + parameter(sought(f.Query)) + `, '@', left(md5($1::uuid::text), 8))::tsquery`
		most := parameter(walked)
		all = ` and ` + matches
		with = `
			with passed as materialized (
			    select id, created_at as at, family, words from products where cooperative_id = $1 and ` + among + ` ` + order + ` limit ` + most + `
			), near as materialized (
			    select id, at, family from passed p where ` + matches + ` and ` + newest(all) + ` limit $2 -- as they are passed
			), found as materialized (
			    select id, created_at as at, family
			    from (select * from products where ` + matches + ` offset 0) p -- by the words' index and no other
			    where (select count(*) from near) < $2 and (select count(*) from passed) = ` + most + ` and cooperative_id = $1 and ` + among + ` and ` + newest(all) + `
			)`
		found = `select id, at, family from (select * from found union all select * from near where not exists (select from found)) p ` + order + ` limit $2`
	}
	statement := with + `
		select id, at, array(select id ` + sizes(all) + ` order by ` + smallestFirst + `)::text[] as sizes from (` + found + `) p ` + order
	if err := s.db.SelectContext(ctx, &things, statement, args...); err != nil {
		return nil, fmt.Errorf("page of catalogue: %w", err)
	}
	return things, nil
}

// sought is the query of PostgreSQL for products with words that begin like all of these (product_words in the schema), or
// like the parts of a reference that is written in one; a sign stands for their cooperative. What has no word in it finds
// nothing.
func sought(typed string) string {
	words := text.Sought(typed)
	all := make([]string, len(words))
	for i, beginnings := range words {
		parts := strings.Split(text.Reference(beginnings[0]), "-")
		for j, b := range beginnings {
			beginnings[j] = beginning(b)
		}
		if len(parts) > 1 {
			for j, part := range parts {
				parts[j] = beginning(part)
			}
			beginnings = append(beginnings, "("+strings.Join(parts, " & ")+")")
		}
		all[i] = "(" + strings.Join(beginnings, " | ") + ")"
	}
	return strings.Join(all, " & ")
}

func beginning(word string) string { return "'@" + word + "':*" }
