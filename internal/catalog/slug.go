package catalog

import (
	"cmp"
	"context"
	"encoding/base32"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/text"
)

const maxSlug = 80 // bytes

// slugify makes the readable part of an address: the French name without accents, or else the
// English, or the Arabic letter by letter.
func slugify(name i18n.Text) string {
	return cmp.Or(text.Slug(cmp.Or(name.FR, name.EN, name.AR), maxSlug), "product")
}

// slugsTx gives each new product its address, in the order given: the readable part alone, or with
// a piece of the product's id when that is taken.
func slugsTx(ctx context.Context, tx *sqlx.Tx, ids []uuid.UUID, names []i18n.Text) ([]string, error) {
	slugs := make([]string, len(names))
	for i, name := range names {
		slugs[i] = slugify(name)
	}
	var used []string
	if err := tx.SelectContext(ctx, &used, `select slug from products where slug = any($1)`, pq.Array(slugs)); err != nil {
		return nil, fmt.Errorf("slugs in use: %w", err)
	}
	taken := make(map[string]bool, len(used)+len(slugs))
	for _, slug := range used {
		taken[slug] = true
	}
	for i, slug := range slugs {
		if taken[slug] {
			slugs[i] = slug + "-" + strings.ToLower(short(ids[i]))
		}
		taken[slug] = true
	}
	return slugs, nil
}

// madeSKU is the reference of a product that its cooperative gave none.
func madeSKU(id uuid.UUID) string { return "S-" + short(id) }

// short is 40 of an id's random bits in eight letters and digits.
func short(id uuid.UUID) string { return base32.StdEncoding.EncodeToString(id[11:]) }
