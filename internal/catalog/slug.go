package catalog

import (
	"cmp"
	"context"
	"encoding/base32"
	"fmt"
	"maps"
	"slices"
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

// slugsTx gives each of a cooperative's new products its address, in the order given: the name alone, or where that is taken
// with its size or its cooperative, or with a piece of the product's id if nothing that can be read is free.
func slugsTx(ctx context.Context, tx *sqlx.Tx, coopID uuid.UUID, ids []uuid.UUID, list []Edit) ([]string, error) {
	slugs := make([]string, len(list))
	for i, e := range list {
		slugs[i] = slugify(e.Name)
	}
	taken, err := slugsInUse(ctx, tx, slugs)
	if err != nil {
		return nil, err
	}
	var again []int
	for i, slug := range slugs {
		if taken[slug] {
			again = append(again, i)
		}
		taken[slug] = true
	}
	if len(again) == 0 {
		return slugs, nil
	}
	var coop string
	if err := tx.GetContext(ctx, &coop, `select coalesce((select slug from sellers where id = $1), '')`, coopID); err != nil {
		return nil, fmt.Errorf("cooperative of slugs: %w", err)
	}
	var longer []string
	others := make([][]string, len(again))
	for n, i := range again {
		others[n] = longerSlugs(slugs[i], list[i], coop)
		longer = append(longer, others[n]...)
	}
	used, err := slugsInUse(ctx, tx, longer)
	if err != nil {
		return nil, err
	}
	maps.Copy(taken, used)
	for n, i := range again {
		free := slices.IndexFunc(others[n], func(slug string) bool { return !taken[slug] })
		if free >= 0 {
			slugs[i] = others[n][free]
		} else {
			slugs[i] += "-" + strings.ToLower(short(ids[i]))
		}
		taken[slugs[i]] = true
	}
	return slugs, nil
}

// longerSlugs are what an address that is taken may be instead.
func longerSlugs(slug string, e Edit, coop string) (longer []string) {
	size := fmt.Sprintf("-%d-%s", e.UnitAmount, e.UnitCode)
	sized := needsSize(cmp.Or(e.Name.FR, e.Name.EN, e.Name.AR), e.UnitAmount, e.UnitCode)
	if sized {
		longer = append(longer, slug+size)
	}
	if coop != "" {
		longer = append(longer, slug+"-"+coop)
		if sized {
			longer = append(longer, slug+"-"+coop+size)
		}
	}
	return longer
}

func slugsInUse(ctx context.Context, tx *sqlx.Tx, slugs []string) (map[string]bool, error) {
	var used []string
	if err := tx.SelectContext(ctx, &used, `select slug from products where slug = any($1)`, pq.Array(slugs)); err != nil {
		return nil, fmt.Errorf("slugs in use: %w", err)
	}
	taken := make(map[string]bool, len(used)+len(slugs))
	for _, slug := range used {
		taken[slug] = true
	}
	return taken, nil
}

// madeSKU is the reference of a product that its cooperative gave none.
func madeSKU(id uuid.UUID) string { return "S-" + short(id) }

// short is 40 of an id's random bits in eight letters and digits.
func short(id uuid.UUID) string { return base32.StdEncoding.EncodeToString(id[11:]) }
