package cooperative_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestTheCooperativesTableDefendsItself(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := r.create(t, nahlat())
	const entry = `insert into cooperative_events (id, cooperative_id, at, kind, state, fields, rib_after, actor) select gen_random_uuid(), id, now(), `
	const by = `, 'system' from cooperatives`
	for constraint, statement := range map[string]string{
		"cooperatives_slug_key":                 `insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, created_at, updated_at) select gen_random_uuid(), slug, name_ar, name_fr, sector, commune, women, men, young, created_at, updated_at from cooperatives`,
		"cooperatives_state_known":              `update cooperatives set state = 'queen'`,
		"cooperatives_members_not_negative":     `update cooperatives set women = 20, men = -1`,
		"cooperatives_at_least_five_members":    `update cooperatives set women = 4, young = 0`,
		"cooperatives_ice_key":                  `insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, ice, created_at, updated_at) select gen_random_uuid(), slug || '-2', name_ar, name_fr, sector, commune, women, men, young, ice, created_at, updated_at from cooperatives`,
		"cooperatives_ice_valid":                `update cooperatives set ice = '999000001000076'`,
		"cooperatives_rib_digits":               `update cooperatives set rib = '123'`,
		"cooperatives_rib_key":                  `update cooperatives set rib = '007010000123456789012345'`,
		"cooperatives_commune_fkey":             `update cooperatives set commune = 'atlantis'`,
		"cooperatives_sector_fkey":              `update cooperatives set sector = 'submarines'`,
		"sectors_named":                         `insert into sectors (slug, name_ar, name_fr, name_en) values ('snails', 'الحلزون', '', 'Snails')`,
		"cooperative_events_kind_known":         entry + `'rumour', null, '{name_fr}', ''` + by,
		"cooperative_events_say_what":           entry + `'correction', 'approved', '{name_fr}', ''` + by,
		"cooperative_events_rib_ends":           entry + `'rib', null, '{}', '011780000012345678901296'` + by,
		"cooperative_events_actor_known":        entry + `'decision', 'approved', '{}', '', 'buyer' from cooperatives`,
		"cooperative_events_user_is_the_actors": entry + `'decision', 'approved', '{}', '', 'association' from cooperatives`,
		"cooperative_events_append_only":        `update cooperative_events set note = 'autre chose'`,
	} {
		if _, err := r.db.Exec(statement); !postgres.Violates(err, constraint) {
			t.Errorf("%s: %v", constraint, err)
		}
	}
	_, err := r.db.Exec(`insert into cooperative_events (id, cooperative_id, state, actor, at) values ($1, $1, 'approved', 'system', $2)`, c.ID, r.time.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	checks, err := cooperative.Audit(context.Background(), r.db)
	if err != nil || checks[0].Count != 1 || !strings.Contains(checks[0].Problems[0], c.Slug) {
		t.Errorf("a decision without its effect is found: %+v, %v", checks, err)
	}
}
