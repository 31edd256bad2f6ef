package association_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
)

func slugs(rows *goquery.Selection) []string {
	return rows.Map(func(_ int, tr *goquery.Selection) string { return tr.AttrOr("data-cooperative", "") })
}

func TestCooperativesThatWaitComeFirst(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.Deliver(m.order("2026-11-10", "ar", line(m.Honey.Product(m, "M-1"), 2)))
	for code, byName := range map[string][]string{
		"ar": {"amal", "zaytoun", "sanabil", "nahla"},
		"fr": {"amal", "nahla", "sanabil", "zaytoun"},
		"en": {"amal", "nahla", "sanabil", "zaytoun"},
	} {
		page := m.boss.Get("/" + code + "/association/cooperatives").Want(http.StatusOK)
		if diff := cmp.Diff(byName, slugs(page.Find("tr[data-cooperative]"))); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
		m.says(page, "[data-cooperative=nahla] [data-figure=sales]", m.centimes(code, 24000))
		m.says(page, "[data-cooperative=amal] .bdg", m.in(code).T("association.state.pending"))
		if !page.Has("[data-cooperative=sanabil] .women") || page.Has("[data-cooperative=zaytoun] .women") {
			t.Errorf("%s: the mark of women-only cooperatives", code)
		}
		m.tells(page, "nav [aria-current=page]", "1") // one waits, says the menu
		page = m.boss.Get("/" + code + "/association/cooperatives?state=pending").Want(http.StatusOK)
		if diff := cmp.Diff([]string{"amal"}, slugs(page.Find("tr[data-cooperative]"))); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
		page = m.boss.Get("/" + code + "/association/cooperatives?state=suspended").Want(http.StatusOK)
		m.says(page, ".empty h2", m.in(code).T("association.cooperatives.none"))
		m.speaks(page)
	}
}

func TestThePageOfACooperativeKnowsItsIdentityAndWhatItsProductsLack(t *testing.T) {
	t.Parallel()
	m := open(t)
	_, err := m.Catalog.Create(context.Background(), m.Oil.ID, catalog.Edit{
		SKU: "Z-3", Category: "oil", Name: i18n.Text{FR: "Huile nouvelle"}, UnitAmount: 1, UnitCode: "l", Price: 9000, State: catalog.Draft,
	}, actor.OfCooperative(m.Oil.ID, m.Oil.Member.ID))
	m.must(err)
	_, err = m.DB.Exec(`update cooperatives set court = 'المحكمة الابتدائية ببركان · Tribunal de Berkane' where slug = 'nahla'`)
	m.must(err)
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association/cooperatives/nahla").Want(http.StatusOK)
		m.says(page, "[data-fact=court] bdi:last-child", "Tribunal de Berkane") // by itself, or its words change places
		m.says(page, "[data-fact=rib]", "011 780 0000123456789012 96")
		m.says(page, "[data-fact=ice] .bdg", l.T("association.identity.missing"))
		page.Find(`[data-fact=ice] a[href="/` + code + `/association/cooperatives/nahla/edit#f-ice"]`)
		page = m.boss.Get("/" + code + "/association/cooperatives/zaytoun").Want(http.StatusOK)
		for gap, n := range map[string]int{"authorisation": 1, "translation": 1, "label": 3, "picture": 3} {
			m.says(page, "[data-gap="+gap+"] dd", l.N("association.products", n))
		}
		m.says(page, "[data-gap=sold_out] dd", l.T("association.gap.none"))
		m.says(page, "[data-lacking] tbody th", "Huile nouvelle")
		for _, missing := range []string{"association.gap.authorisation", "association.gap.language.ar", "association.gap.language.en"} {
			m.tells(page, "[data-lacking] tbody", l.T(missing))
		}
		m.speaks(page)
		m.boss.Get("/" + code + "/association/cooperatives/atlantis").Want(http.StatusNotFound)
	}
	if page := m.Visitor().Get("/ar/cooperatives/nahla").Want(http.StatusOK); strings.Contains(string(page.Body), "0117800000") || strings.Contains(page.Text("body"), "011 780") {
		t.Error("buyers are told the bank account")
	}
}

func TestACooperativeIsApprovedSuspendedAndApprovedAgain(t *testing.T) {
	t.Parallel()
	m := open(t)
	for _, code := range languages {
		l, path := m.in(code), "/"+code+"/association/cooperatives/nahla"
		shop := "/" + code + "/products/" + m.Honey.Product(t, "M-1").Slug
		m.Visitor().Get(shop).Want(http.StatusOK)

		// Without a reason nothing happens, and the question is asked again.
		page := m.boss.Post(path+"/suspend", url.Values{"note": {"  "}}).Want(http.StatusUnprocessableEntity)
		m.says(page, "#suspend #f-note-error", l.T("cooperative.note_missing"))
		m.Visitor().Get(shop).Want(http.StatusOK)
		long := strings.Repeat("س", 2001)
		page = m.boss.Post(path+"/suspend", url.Values{"note": {long}}).Want(http.StatusUnprocessableEntity)
		m.says(page, "#suspend textarea", long)

		page = m.boss.Submit(page, "#suspend form", url.Values{"note": {"<b>شهادة منتهية</b>"}}).Want(http.StatusOK)
		m.says(page, ".toast", l.T("association.cooperative.done.suspended", "Name", l.Text(m.Honey.Name)))
		m.says(page, "[data-history] li:first-child b", l.T("association.event.suspended"))
		m.tells(page, "[data-history] li:first-child", "<b>شهادة منتهية</b>")
		m.tells(page, "[data-history] li:first-child", m.Association.Name)
		m.Visitor().Get(shop).Want(http.StatusNotFound)

		// Somebody else's browser still shows the button.
		page = m.boss.Post(path+"/suspend", url.Values{"note": {"مرة أخرى"}}).Want(http.StatusConflict)
		m.says(page, "[data-notice]", l.T("cooperative.wrong_state"))

		page = m.sends(path, "approve", nil).Want(http.StatusOK)
		m.says(page, ".toast", l.T("association.cooperative.done.approved", "Name", l.Text(m.Honey.Name)))
		m.Visitor().Get(shop).Want(http.StatusOK)
		m.boss.Post(path+"/approve", nil).Want(http.StatusConflict)
	}
}

func TestANewCooperativeIsApproved(t *testing.T) {
	t.Parallel()
	m := open(t)
	page := m.boss.Get("/fr/association/cooperatives/amal").Want(http.StatusOK)
	if page.Has("[data-dialog=suspend]") {
		t.Error("a cooperative that waits can be suspended")
	}
	page = m.boss.Submit(page, "[data-decision] form", nil).Want(http.StatusOK)
	m.says(page, "h1 + p .bdg", "Admise")
	if page.Has(".areatop .cnt") {
		t.Error("the menu still counts somebody who waits")
	}
	c, err := m.Cooperatives.ByID(context.Background(), m.Pending.ID)
	if err != nil || c.State != cooperative.Approved {
		t.Errorf("%s, %v", c.State, err)
	}
}

func TestALongListOfCooperativesIsLeafedThrough(t *testing.T) {
	t.Parallel()
	m := open(t)
	for i := range 70 {
		_, err := m.Cooperatives.Create(t.Context(), cooperative.Cooperative{
			Name: i18n.Text{AR: fmt.Sprintf("تعاونية %d", i%7), FR: fmt.Sprintf("Tissage %d", i%7)}, Sector: "crafts", Commune: "berkane", Women: 5,
		}, actor.OfAssociation(m.Association.ID))
		m.must(err)
	}
	seen := make(map[string]bool)
	first := m.boss.Get("/fr/association/cooperatives?state=pending").Want(http.StatusOK)
	page, pages := first, 0
	for ; ; pages++ {
		list := slugs(page.Find("tr[data-cooperative]"))
		if len(list) > 30 {
			t.Fatalf("a page shows %d cooperatives", len(list))
		}
		for _, slug := range list {
			if seen[slug] {
				t.Errorf("%s stands there twice", slug)
			}
			seen[slug] = true
		}
		if !page.Has("a[rel=next]") {
			break
		}
		page = m.boss.Get(page.Find("a[rel=next]").AttrOr("href", "")).Want(http.StatusOK)
	}
	if len(seen) != 71 || pages != 2 { // with the one that waits anyway
		t.Errorf("%d cooperatives on %d pages", len(seen), pages+1)
	}
	for range pages {
		page = m.boss.Get(page.Find("a[rel=prev]").AttrOr("href", "")).Want(http.StatusOK)
	}
	if diff := cmp.Diff(slugs(first.Find("tr[data-cooperative]")), slugs(page.Find("tr[data-cooperative]"))); diff != "" || page.Has("a[rel=prev]") {
		t.Errorf("back at the beginning: %s", diff)
	}
	found := m.boss.Get("/fr/association/cooperatives?q=nahl").Want(http.StatusOK)
	if diff := cmp.Diff([]string{"nahla"}, slugs(found.Find("tr[data-cooperative]"))); diff != "" {
		t.Errorf("searched: %s", diff)
	}
	m.boss.Get("/fr/association/cooperatives?after=" + uuid.NewString()).Want(http.StatusNotFound)
	m.boss.Get("/fr/association/cooperatives?q=" + url.QueryEscape(`'& !:*\`)).Want(http.StatusOK)
	m.speaks(found)
}

func TestCooperativesAreFoundByAWordThatManyHave(t *testing.T) {
	t.Parallel()
	m := open(t)
	_, err := m.DB.Exec(`
		insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, created_at, updated_at)
		select gen_random_uuid(), 'toile-' || i, 'نسيج ' || i, 'Toile ' || lpad(i::text, 3, '0'), 'crafts', 'berkane', 5, 0, 0, now(), now()
		from generate_series(1, 310) i`)
	m.must(err)
	for words, want := range map[string]int{"toile": 310, "toile 0": 99} { // all by name, and those few sorted
		var names []string
		page := m.boss.Get("/fr/association/cooperatives?q=" + url.QueryEscape(words)).Want(http.StatusOK)
		for more := true; more; {
			for _, a := range page.Find("tr[data-cooperative] th a").EachIter() {
				names = append(names, a.Text())
			}
			if more = page.Has("a[rel=next]"); more {
				page = m.boss.Get(page.Find("a[rel=next]").AttrOr("href", "")).Want(http.StatusOK)
			}
		}
		if len(names) != want || !slices.IsSorted(names) {
			t.Errorf("«%s» finds %d: %v", words, len(names), names)
		}
	}
}

func TestOfALargeCatalogueTheNewestProductsAreLookedAt(t *testing.T) {
	t.Parallel()
	m := open(t)
	_, err := m.DB.Exec(`
		insert into products (id, cooperative_id, sku, slug, category, name_ar, unit_amount, unit_code, price_centimes, stock, state, created_at, updated_at)
		select gen_random_uuid(), cooperative_id, 'Q-' || n, 'q-' || n, category, name_ar, unit_amount, unit_code, price_centimes, 0, 'draft', created_at + interval '1 hour', updated_at
		from products cross join generate_series(1, 250) as n where id = $1`, m.Honey.Product(t, "M-1").ID)
	m.must(err)
	for _, code := range languages {
		page := m.boss.Get("/" + code + "/association/cooperatives/nahla").Want(http.StatusOK)
		m.says(page, "[data-newest]", m.in(code).T("association.cooperative.newest", "Number", m.in(code).Number(50)))
		m.tells(page, "[data-gap=translation]", m.in(code).N("association.products", 50))
		m.tells(page, "[data-gap=picture]", m.in(code).N("association.products", 253))
		if n := page.Find("[data-lacking] tbody tr").Length(); n != 50 {
			t.Errorf("%s: %d products are named", code, n)
		}
		m.speaks(page)
	}
}

// A thing in two sizes is one product for everybody, on whichever page.
func TestPublishedProductsAreOneNumberOnEveryPage(t *testing.T) {
	t.Parallel()
	m := open(t)
	published := func() int {
		t.Helper()
		var n int
		m.must(m.DB.Get(&n, `select count(distinct family) from products where cooperative_id = $1 and state = 'published'`, m.Honey.ID))
		return n
	}
	before := published()
	_, err := m.DB.Exec(`
		insert into products (id, cooperative_id, sku, slug, category, name_ar, name_fr, name_en, unit_amount, unit_code, price_centimes, stock, state, created_at, updated_at)
		select gen_random_uuid(), cooperative_id, 'M-1-2', 'm-1-2', category, name_ar, name_fr, name_en, 2 * unit_amount, unit_code, price_centimes, 9, state, created_at, updated_at
		from products where id = $1`, m.Honey.Product(t, "M-1").ID)
	m.must(err)
	if n := published(); n != before {
		t.Fatalf("%d things are published, of %d before there was another size of one", n, before)
	}
	m.Pass(2 * time.Minute)
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association/cooperatives/nahla").Want(http.StatusOK)
		m.tells(page, "#products .sub", l.N("association.cooperative.published", before))
		m.tells(page, "main", l.N("association.cooperative.ask_text", before))
		m.tells(m.boss.Get("/"+code+"/association/cooperatives").Want(http.StatusOK), "tr[data-cooperative=nahla]", l.Number(before))
	}
	m.tells(m.boss.Get("/fr/association/sales/idle").Want(http.StatusOK), "main", m.in("fr").N("association.idle.published", before))
}
