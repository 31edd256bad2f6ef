package shop_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/storefront/storetest"
)

// A cooperative with as many products as a file may bring, in a market with many cooperatives: no page
// is longer for it.
func TestPagesDoNotGrowWithTheMarket(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	thyme := m.Honey.Product(t, "M-1")
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := m.DB.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	for first := 0; first < 20_000; first += 5_000 {
		exec(`
			insert into products (id, cooperative_id, sku, slug, category, name_ar, name_fr, description_fr, unit_amount, unit_code,
			                      price_centimes, stock, authorisation, state, created_at, updated_at)
			select gen_random_uuid(), cooperative_id, 'Z-' || lpad(n::text, 5, '0'), slug || '-' || n, category, name_ar, name_fr,
			       repeat('Récolté à la main. ', 20), unit_amount, unit_code, price_centimes, 0, authorisation, 'published', created_at, updated_at
			from products, generate_series($2::int + 1, $2::int + 5000) as n
			where id = $1`, thyme.ID, first)
	}
	exec(`
		insert into cooperatives (id, slug, name_ar, name_fr, description_fr, sector, commune, women, men, young, state, created_at, updated_at)
		select gen_random_uuid(), slug || '-' || n, name_ar || n, name_fr || n, repeat('Une coopérative. ', 20), sector, commune, 6, 0, 0, 'approved', created_at, updated_at
		from cooperatives, generate_series(1, 500) as n
		where slug = $1`, m.Honey.Slug)
	exec(`
		insert into products (id, cooperative_id, sku, slug, category, name_ar, name_fr, unit_amount, unit_code,
		                      price_centimes, stock, authorisation, state, created_at, updated_at)
		select gen_random_uuid(), c.id, 'A', 'a-' || c.slug, p.category, p.name_ar, p.name_fr, p.unit_amount, p.unit_code,
		       p.price_centimes, 3, p.authorisation, 'published', p.created_at, p.updated_at
		from cooperatives c, products p
		where p.id = $1 and c.slug like $2 || '-%'`, thyme.ID, m.Honey.Slug)

	reader := m.Visitor()
	const kilobytes = 150
	for _, path := range []string{
		"/", "/cooperatives", "/cooperatives?women_led=true&page=7", "/cooperatives/" + m.Honey.Slug, "/cooperatives/" + m.Honey.Slug + "?after=" + thyme.ID.String(),
		"/products/" + thyme.Slug,
	} {
		for _, language := range []string{"ar", "fr"} {
			page := reader.Get("/" + language + path).Want(http.StatusOK)
			if size := len(page.Body) >> 10; size > kilobytes {
				t.Errorf("%s%s has %d KB", language, path, size)
			}
		}
	}
	// What is in stock comes first, and there is a way to the rest.
	path := "/fr/cooperatives/" + m.Honey.Slug
	first := reader.Get(path)
	if got := first.Find("section a[href*='/products/']").First().AttrOr("href", ""); !strings.HasSuffix(got, "/products/"+thyme.Slug) {
		t.Errorf("it begins with %s", got)
	}
	next := first.Find(".pager a[rel=next]").AttrOr("href", "")
	second := reader.Get(strings.Split(next, "#")[0]).Want(http.StatusOK)
	goods := func(p *storetest.Page) string { return p.Find("#goods ~ *").First().Text() }
	if goods(second) == goods(first) || goods(reader.Get(second.Find(".pager a[rel=prev]").AttrOr("href", ""))) != goods(first) {
		t.Errorf("%s leads to %s", path, next)
	}
	if got := first.Text(".tiles"); !strings.Contains(strings.Join(strings.Fields(got), ""), "20002") {
		t.Errorf("the figures are %q", got)
	}
	for _, place := range []string{"page=99999999", "after=x", "after=" + m.Couscous.Product(t, "K-1").ID.String()} {
		if got := goods(reader.Get(path + "?" + place).Want(http.StatusOK)); got != goods(first) {
			t.Errorf("%s shows %q", place, got)
		}
	}
	// Every cooperative is on one of the pages, once.
	seen := map[string]bool{}
	for page := 1; page <= 21; page++ {
		for _, link := range reader.Get(fmt.Sprintf("/fr/cooperatives?page=%d", page)).Want(http.StatusOK).Find(".coopcard h3 a").EachIter() {
			seen[link.AttrOr("href", "")] = true
		}
	}
	if len(seen) != 503 {
		t.Errorf("%d cooperatives are shown", len(seen))
	}
	if part := reader.Get("/sitemaps/cooperatives-1.xml").Want(http.StatusOK); strings.Count(string(part.Body), "<url>") != len(m.Languages.Codes())*503 {
		t.Errorf("the sitemap names %d pages", strings.Count(string(part.Body), "<url>"))
	}
}
