package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/text"
)

// Category is a shelf of the market.
type Category struct {
	Slug       string
	Name       i18n.Text
	Short      i18n.Text // its name where there is little room
	Drawing    string    // object that stands for a product that names none
	Food       bool      // processed or packed food: needs an authorisation
	Perishable bool      // unless its cooperative says otherwise of a product
	InMenu     bool      `db:"in_menu"` // stands in the head of the shop's pages
	OnHome     bool      `db:"on_home"` // stands on the front page
}

// kinds are the categories and what tells a product's by its name.
type kinds struct {
	categories []Category // in their order
	clues      []clue     // likewise
}

// Categories are the shelves of the market, in their order, as they were a minute ago at most. Beside an
// error stand those that were known before.
func (s *Service) Categories(ctx context.Context) ([]Category, error) {
	known, err := s.kindsFrom(ctx, s.db)
	return known.categories, err
}

// kindsFrom gives what is known of categories, read by q if it is time to: within a transaction a second
// connection could be waited for in vain.
func (s *Service) kindsFrom(ctx context.Context, q sqlx.QueryerContext) (kinds, error) {
	return s.kinds.Get(s.now(), func() (k kinds, err error) {
		if err := sqlx.SelectContext(ctx, q, &k.categories, `
			select slug, name_ar as "name.ar", name_fr as "name.fr", name_en as "name.en",
			       coalesce(nullif(short_ar, ''), name_ar) as "short.ar", coalesce(nullif(short_fr, ''), name_fr) as "short.fr",
			       coalesce(nullif(short_en, ''), name_en) as "short.en", drawing, food, perishable, in_menu, on_home
			from categories order by position, slug`); err != nil {
			return kinds{}, fmt.Errorf("categories: %w", err)
		}
		if k.clues, err = readClues(ctx, q); err != nil {
			return kinds{}, err
		}
		return k, nil
	})
}

// Categories are all of them, in their order.
func (k kinds) Categories() []Category { return k.categories }

// Category gives a category by its slug; the zero one if there is none.
func (k kinds) Category(slug string) Category {
	if i := slices.IndexFunc(k.categories, func(c Category) bool { return c.Slug == slug }); i >= 0 {
		return k.categories[i]
	}
	return Category{}
}

// clue says what a product is by words of its name: all words of one spelling must be there.
type clue struct {
	category, drawing string
	spellings         [][]string // each as folded words
}

func readClues(ctx context.Context, q sqlx.QueryerContext) ([]clue, error) {
	var rows []struct {
		Category, Drawing string
		Spellings         pq.StringArray
	}
	if err := sqlx.SelectContext(ctx, q, &rows, `select category, drawing, spellings from category_clues order by position`); err != nil {
		return nil, fmt.Errorf("clues of categories: %w", err)
	}
	clues := make([]clue, len(rows))
	for i, r := range rows {
		clues[i] = clue{category: r.Category, drawing: r.Drawing}
		for _, spelling := range r.Spellings {
			if words := text.Words(spelling); len(words) > 0 {
				clues[i].spellings = append(clues[i].spellings, words)
			}
		}
	}
	return clues, nil
}

// Guess tells a product's category and drawing from its name in any language, by the first clue that
// fits; empty if nothing in it is known.
func (k kinds) Guess(name i18n.Text) (category, drawing string) {
	var given []map[string]bool // the words of each text
	for _, written := range [...]string{name.FR, name.AR, name.EN} {
		if written != "" {
			known := map[string]bool{}
			for _, word := range text.Words(written) {
				known[word] = true
			}
			given = append(given, known)
		}
	}
	for _, c := range k.clues {
		for _, wanted := range c.spellings {
			for _, present := range given {
				if !slices.ContainsFunc(wanted, func(w string) bool { return !present[w] }) {
					return c.category, c.drawing
				}
			}
		}
	}
	return "", ""
}
