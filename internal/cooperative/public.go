package cooperative

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/text"
)

// Public is which of the cooperatives that buyers see (approved, and with something to sell) are to be
// read: a page of those in a commune or of women, by commune and name, or by name alone.
type Public struct {
	Commune   string // slug; empty: all
	WomenOnly bool
	Language  string // in whose alphabet communes come first in the order; empty: they do not
	Limit     int
	Offset    int
	After     *Cooperative // where the list by name alone goes on; nil: at its beginning
}

// ListPublic reads the cooperatives of p.
func (s *Service) ListPublic(ctx context.Context, p Public) ([]Cooperative, error) {
	var ids []uuid.UUID
	var err error
	if p.Language == "" {
		args, beyond := []any{p.Commune, p.WomenOnly, p.Limit, p.Offset}, ""
		if p.After != nil {
			args, beyond = append(args, p.After.Name.AR, p.After.ID), `and (name_ar, cooperative_id) > ($5, $6)`
		}
		err = s.db.SelectContext(ctx, &ids, `
			select cooperative_id from stalls
			where shown and ($1 = '' or commune = $1) and (not $2 or women_only) `+beyond+`
			order by name_ar, cooperative_id limit nullif($3, 0) offset $4`, args...)
	} else {
		ids, err = s.byCommune(ctx, p)
	}
	if err != nil {
		return nil, fmt.Errorf("list public cooperatives: %w", err)
	}
	return listed(ctx, s.db, ids)
}

// NamedSo reads some of the cooperatives that buyers see in whose names words begin like all that are typed, the first by
// their names in a language.
func (s *Service) NamedSo(ctx context.Context, typed, language string, limit int) ([]Cooperative, error) {
	words, column := text.Beginnings(typed), "name_fr"
	if language == i18n.Default {
		column = "name_ar"
	}
	if words == "" {
		return nil, nil
	}
	var ids []uuid.UUID
	if err := s.db.SelectContext(ctx, &ids, `
		select cooperative_id
		from (select cooperative_id, `+column+` as name from stalls where shown and words @@ to_tsquery('simple', $1) limit $2) few
		order by name, cooperative_id limit $3`, words, fewNamed, limit); err != nil {
		return nil, fmt.Errorf("cooperatives of that name: %w", err)
	}
	return listed(ctx, s.db, ids)
}

// byCommune reads which cooperatives stand on a page that goes through one commune after the other: how many
// each has is known, so that only those are looked at that come before the page in its first commune.
func (s *Service) byCommune(ctx context.Context, p Public) ([]uuid.UUID, error) {
	var communes []struct {
		Slug  string
		Count int
	}
	err := s.db.SelectContext(ctx, &communes, `
		select l.slug, case when $2 then n.women_only else n.shown end as count
		from stall_counts n join towns l on l.slug = n.commune
		where n.state = 'approved' and n.shown > 0 and ($1 = '' or l.slug = $1)
		order by case $3 when 'ar' then l.name_ar else l.name_fr end, l.slug`, p.Commune, p.WomenOnly, p.Language)
	if err != nil {
		return nil, err
	}
	var slugs []string
	skip, within := p.Offset, 0
	for _, c := range communes {
		if len(slugs) == 0 && skip >= c.Count {
			skip -= c.Count
			continue
		}
		slugs, within = append(slugs, c.Slug), within+c.Count
		if p.Limit > 0 && within >= skip+p.Limit {
			break
		}
	}
	var ids []uuid.UUID
	err = s.db.SelectContext(ctx, &ids, `
		select s.cooperative_id
		from unnest($1::text[]) with ordinality as w (commune, place)
		cross join lateral (
		    select cooperative_id, name_ar from stalls
		    where shown and commune = w.commune and (not $2 or women_only)
		    order by name_ar, cooperative_id limit case when $3 > 0 then $3 + $4 end
		) s
		order by w.place, s.name_ar, s.cooperative_id
		limit nullif($3, 0) offset $4`, pq.Array(slugs), p.WomenOnly, p.Limit, skip)
	return ids, err
}

// Count is how many cooperatives buyers see somewhere, and who they are.
type Count struct {
	Commune      string
	Cooperatives int `db:"shown"`
	WomenOnly    int `db:"women_only"` // of these, of women alone
	Members      int
	Women        int // of the members
}

// CountPublic tells how many cooperatives buyers see, by commune.
func (s *Service) CountPublic(ctx context.Context) ([]Count, error) {
	var list []Count
	err := s.db.SelectContext(ctx, &list, `
		select commune, shown, women_only, members, women from stall_counts where state = 'approved' and shown > 0`)
	if err != nil {
		return nil, fmt.Errorf("count cooperatives: %w", err)
	}
	return list, nil
}

// PublicSlugs lists the slugs of the cooperatives that buyers see, of one of so many parts of about the same size: by
// what their turns are drawn by, so that a part is read without those before it. Parts count from 1.
func (s *Service) PublicSlugs(ctx context.Context, part, parts int) ([]string, error) {
	bound := func(n int) string { return fmt.Sprintf("%08x", int64(n)<<32/int64(parts)) }
	var slugs []string
	err := s.db.SelectContext(ctx, &slugs, `
		select c.slug
		from stalls s
		cross join lateral (select slug from cooperatives where id = s.cooperative_id offset 0) c
		where s.shown and s.lot >= $1 and (s.lot < $2 or $3)
		order by s.lot`, bound(part-1), bound(part), part == parts)
	if err != nil {
		return nil, fmt.Errorf("slugs of cooperatives: %w", err)
	}
	return slugs, nil
}

// Guest gives the cooperative that is introduced on the day with that name: another one each day. ErrNotFound
// while there is none to be seen.
func (s *Service) Guest(ctx context.Context, day string) (Cooperative, error) {
	var ids []uuid.UUID
	err := s.db.SelectContext(ctx, &ids, `
		(select cooperative_id from stalls where shown and lot >= md5($1) order by lot limit 1)
		union all
		(select cooperative_id from stalls where shown order by lot limit 1)
		limit 1`, "guest of "+day)
	if err != nil {
		return Cooperative{}, fmt.Errorf("cooperative of the day: %w", err)
	}
	if len(ids) == 0 {
		return Cooperative{}, ErrNotFound
	}
	return s.ByID(ctx, ids[0])
}
