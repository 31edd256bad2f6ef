package cooperative_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// registry is a market's cooperatives, with a clock that the test sets.
type registry struct {
	*cooperative.Service
	db   *sqlx.DB
	time time.Time
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	r := &registry{db: pgtest.New(t), time: time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)}
	r.Service = cooperative.New(r.db, func() time.Time { return r.time })
	r.exec(t, `insert into places (slug, name_ar, name_fr, zone, latitude, longitude) values
		('zegzel', 'زكزل', 'Zegzel', 'province', 34.8, -2.3), ('ahfir', 'أحفير', 'Ahfir', 'province', 34.9, -2.1)
		on conflict do nothing`)
	return r
}

func (r *registry) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := r.db.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}

// nahlat is a cooperative of bee-keepers, women only.
func nahlat() cooperative.Cooperative {
	ice := "999000001000075"
	return cooperative.Cooperative{
		Name: i18n.Text{AR: "نحلات الجبل", FR: "Nahlat El Jbel"}, Description: i18n.Text{FR: "Du miel."},
		Sector: "honey", Commune: "zegzel", Women: 7, Young: 2, ICE: &ice, Phone: "0661234567",
		RIB: "007 010 0001234567890123 47", Email: "nahlat@exemple.ma", President: "Fatima",
	}
}

func (r *registry) create(t *testing.T, c cooperative.Cooperative) cooperative.Cooperative {
	t.Helper()
	c, err := r.Create(context.Background(), c, actor.OfSystem())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (r *registry) set(t *testing.T, id uuid.UUID, to cooperative.State) {
	t.Helper()
	if err := r.SetState(context.Background(), id, to, "vu le dossier", actor.OfSystem()); err != nil {
		t.Fatal(err)
	}
}

func (r *registry) product(t *testing.T, of cooperative.Cooperative, slug, state string) {
	t.Helper()
	r.exec(t, `insert into products (id, cooperative_id, sku, slug, category, name_fr, unit_amount, unit_code,
		price_centimes, stock, state, created_at, updated_at)
		values ($1, $2, $3, $3, 'honey', 'Miel', 500, 'g', 9000, 0, $4, $5, $5)`,
		postgres.NewID(), of.ID, slug, state, r.time)
}

func TestACooperativeIsTakenInAsPending(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := r.create(t, nahlat())
	if c.State != cooperative.Pending || c.Slug != "nahlat-el-jbel" || !c.WomenOnly || c.Members() != 7 {
		t.Errorf("%+v", c)
	}
	if c.Phone != "+212661234567" || c.RIB != "007010000123456789012347" || *c.ICE != "999000001000075" || c.CommuneName.AR != "زكزل" {
		t.Errorf("%+v", c)
	}
	for name, find := range map[string]func() (cooperative.Cooperative, error){
		"slug": func() (cooperative.Cooperative, error) { return r.BySlug(context.Background(), c.Slug) },
		"id":   func() (cooperative.Cooperative, error) { return r.ByID(context.Background(), c.ID) },
	} {
		if found, err := find(); err != nil || found.ID != c.ID || found.Name != c.Name {
			t.Errorf("by %s: %+v, %v", name, found, err)
		}
	}
	events, _, err := r.Events(context.Background(), c.ID, nil, 10)
	if err != nil || len(events) != 1 || events[0].State != cooperative.Pending {
		t.Errorf("its history: %+v, %v", events, err)
	}
}

func TestTwoCooperativesMayBearOneName(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	namesake := nahlat()
	namesake.ICE = nil
	first, second := r.create(t, nahlat()), r.create(t, namesake)
	if first.Slug == second.Slug || !strings.HasPrefix(second.Slug, first.Slug+"-") {
		t.Errorf("slugs %q and %q", first.Slug, second.Slug)
	}
	third := namesake
	third.Slug = first.Slug
	_, err := r.Create(context.Background(), third, actor.OfSystem())
	if e := fault.As(err); e == nil || e.Fields["slug"].Key != "cooperative.slug_taken" {
		t.Errorf("a slug asked for that is taken: %v", err)
	}
}

func TestOneEnterpriseIsOneCooperative(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	r.create(t, nahlat())
	again := nahlat()
	again.Name = i18n.Text{AR: "نحلات الجبل 2", FR: "Nahlat El Jbel 2"}
	_, err := r.Create(context.Background(), again, actor.OfSystem())
	if e := fault.As(err); e == nil || e.Kind != fault.Invalid || e.Fields["ice"].Key != "cooperative.ice_taken" {
		t.Errorf("an ICE that another cooperative has: %v", err)
	}
}

func TestWhatIsWrongWithACooperativeIsSaidFieldByField(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	text := func(s string) *string { return &s }
	for name, c := range map[string]struct {
		change func(*cooperative.Cooperative)
		field  string
		key    string
	}{
		"no Arabic name":         {func(c *cooperative.Cooperative) { c.Name.AR = " " }, "name_ar", "cooperative.missing"},
		"a stroke as its name":   {func(c *cooperative.Cooperative) { c.Name.AR = "ـــ" }, "name_ar", "cooperative.name_letterless"},
		"dots as its president":  {func(c *cooperative.Cooperative) { c.President = ".." }, "president", "cooperative.name_letterless"},
		"no French name":         {func(c *cooperative.Cooperative) { c.Name.FR = "" }, "name_fr", "cooperative.missing"},
		"French name in Arabic":  {func(c *cooperative.Cooperative) { c.Name.FR = "نحلات" }, "name_fr", "cooperative.name_not_latin"},
		"endless name":           {func(c *cooperative.Cooperative) { c.Name.AR = strings.Repeat("ن", 300) }, "name_ar", "cooperative.too_long"},
		"endless story":          {func(c *cooperative.Cooperative) { c.Story.EN = strings.Repeat("bee ", 2000) }, "story_en", "cooperative.too_long"},
		"no sector":              {func(c *cooperative.Cooperative) { c.Sector = "" }, "sector", "cooperative.missing"},
		"sector nobody knows":    {func(c *cooperative.Cooperative) { c.Sector = "submarines" }, "sector", "cooperative.sector_unknown"},
		"no commune":             {func(c *cooperative.Cooperative) { c.Commune = "" }, "commune", "cooperative.missing"},
		"commune nobody knows":   {func(c *cooperative.Cooperative) { c.Commune = "atlantis" }, "commune", "cooperative.commune_unknown"},
		"address with accents":   {func(c *cooperative.Cooperative) { c.Slug = "Nahlât" }, "slug", "cooperative.slug_invalid"},
		"four members":           {func(c *cooperative.Cooperative) { c.Women, c.Young = 4, 0 }, "women", "cooperative.too_few_members"},
		"members below zero":     {func(c *cooperative.Cooperative) { c.Women, c.Men = 10, -3 }, "men", "cooperative.members_not_a_count"},
		"members without number": {func(c *cooperative.Cooperative) { c.Women = 1 << 40 }, "women", "cooperative.members_not_a_count"},
		"more young than all":    {func(c *cooperative.Cooperative) { c.Young = 8 }, "young", "cooperative.young_above_members"},
		"ICE of 14 digits":       {func(c *cooperative.Cooperative) { c.ICE = text("99900000100007") }, "ice", "cooperative.ice_invalid"},
		"ICE with a slip":        {func(c *cooperative.Cooperative) { c.ICE = text("999000001000076") }, "ice", "cooperative.ice_invalid"},
		"RIB of 23 digits":       {func(c *cooperative.Cooperative) { c.RIB = strings.Repeat("1", 23) }, "rib", "cooperative.rib_invalid"},
		"RIB with a slip":        {func(c *cooperative.Cooperative) { c.RIB = "007010000123456789012345" }, "rib", "cooperative.rib_invalid"},
		"RIB with letters":       {func(c *cooperative.Cooperative) { c.RIB = strings.Repeat("A", 24) }, "rib", "cooperative.rib_invalid"},
		"broken telephone":       {func(c *cooperative.Cooperative) { c.Phone = "066" }, "phone", "account.phone_invalid"},
		"e-mail with more":       {func(c *cooperative.Cooperative) { c.Email = "a?subject=b@nahlat.ma" }, "email", "account.email_invalid"},
		"e-mail of no domain":    {func(c *cooperative.Cooperative) { c.Email = "x@y" }, "email", "account.email_invalid"},
		"broken e-mail":          {func(c *cooperative.Cooperative) { c.Email = "nahlat" }, "email", "account.email_invalid"},
	} {
		given := nahlat()
		c.change(&given)
		_, err := r.Create(context.Background(), given, actor.OfSystem())
		if e := fault.As(err); e == nil || e.Kind != fault.Invalid || e.Fields[c.field].Key != c.key {
			t.Errorf("%s: %v; want %s at field %s", name, err, c.key, c.field)
		}
	}
	bare := nahlat()
	bare.ICE, bare.RIB, bare.Phone, bare.Email = text(" "), "", "", ""
	if c := r.create(t, bare); c.ICE != nil {
		t.Errorf("an ICE left empty is kept as %q", *c.ICE)
	}
}

func TestAnICECarriesItsOwnCheck(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"999000001000075", "999000002000048", "999000003000021"} {
		if !cooperative.ValidICE(good) {
			t.Errorf("%s is valid", good)
		}
		for i := range good { // any one digit wrong is noticed
			slip := []byte(good)
			slip[i] = '0' + (slip[i]-'0'+1)%10
			if cooperative.ValidICE(string(slip)) {
				t.Errorf("%s is not valid", slip)
			}
		}
	}
}

func TestTheAssociationApprovesSuspendsAndApprovesAgain(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := r.create(t, nahlat())
	jamal := actor.OfAssociation(postgres.NewID())
	r.exec(t, `insert into users (id, name, email, password_hash, role, created_at)
		values ($1, 'Jamal', 'jamal@association.ma', '', 'director', $2)`, jamal.User, r.time)
	ctx := context.Background()
	if err := r.SetState(ctx, c.ID, cooperative.Suspended, "trop tôt", jamal); !errors.Is(err, cooperative.ErrWrongState) {
		t.Errorf("a pending cooperative cannot be suspended: %v", err)
	}
	for _, step := range []struct {
		to   cooperative.State
		note string
	}{
		{cooperative.Approved, ""}, {cooperative.Suspended, " Agrément expiré "}, {cooperative.Approved, "Agrément renouvelé"},
	} {
		r.time = r.time.Add(time.Hour)
		if err := r.SetState(ctx, c.ID, step.to, step.note, jamal); err != nil {
			t.Fatal(err)
		}
		if err := r.SetState(ctx, c.ID, step.to, "encore", jamal); !errors.Is(err, cooperative.ErrWrongState) {
			t.Errorf("%s twice: %v", step.to, err)
		}
		found, err := r.ByID(ctx, c.ID)
		if err != nil || found.State != step.to || !found.UpdatedAt.Equal(r.time) {
			t.Errorf("after %s: %+v, %v", step.to, found, err)
		}
	}
	events, _, err := r.Events(ctx, c.ID, nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range events {
		told = append(told, string(e.State)+"/"+e.Note+"/"+string(e.Actor)+"/"+e.User)
	}
	want := []string{"approved/Agrément renouvelé/association/Jamal", "suspended/Agrément expiré/association/Jamal", "approved//association/Jamal", "pending//system/"}
	if !slices.Equal(told, want) {
		t.Errorf("its history is %q, want %q", told, want)
	}
	checks, err := cooperative.Audit(ctx, r.db)
	if err != nil || !checks[0].OK() {
		t.Errorf("audit: %+v, %v", checks, err)
	}
}

func TestADecisionThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := r.create(t, nahlat())
	r.set(t, c.ID, cooperative.Approved)
	ctx := context.Background()
	for name, note := range map[string]string{"without a reason": " ", "with an endless one": strings.Repeat("non ", 1000)} {
		err := r.SetState(ctx, c.ID, cooperative.Suspended, note, actor.OfSystem())
		if e := fault.As(err); e == nil || e.Fields["note"].Key == "" {
			t.Errorf("suspended %s: %v", name, err)
		}
	}
	if err := r.SetState(ctx, postgres.NewID(), cooperative.Approved, "", actor.OfSystem()); !errors.Is(err, cooperative.ErrNotFound) {
		t.Errorf("one that does not exist: %v", err)
	}
	for _, to := range []cooperative.State{cooperative.Pending, "queen"} {
		if err := r.SetState(ctx, c.ID, to, "", actor.OfSystem()); !errors.Is(err, cooperative.ErrWrongState) {
			t.Errorf("to %q: %v", to, err)
		}
	}
}

func TestSuspensionIsToldToSearch(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := r.create(t, nahlat())
	r.set(t, c.ID, cooperative.Approved)
	r.product(t, c, "miel", "published")
	r.exec(t, `insert into search_engines (name) values ('bleve') on conflict do nothing`)
	r.exec(t, `delete from search_pending`)
	r.set(t, c.ID, cooperative.Suspended)
	var pending int
	if err := r.db.Get(&pending, `select count(*) from search_pending where engine = 'bleve'`); err != nil || pending != 1 {
		t.Errorf("%d products told to search, want 1; %v", pending, err)
	}
}

func TestACooperativeIsFoundHoweverItsNameIsSpelt(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := nahlat()
	c.Name = i18n.Text{AR: "تعاونية أعشاب ٨ مارس المائدة", FR: "Coopérative Maâsser du 20 août"}
	r.create(t, c)
	for typed, want := range map[string]int{
		"8 مارس": 1, "٨": 1, "۸ مارس": 1, "20": 1, "٢٠ août": 1, "9": 0, "٩": 0,
		"maasser": 1, "MAÂSSER": 1, "maass cooperat": 1, "اعشاب": 1, "إعشاب": 1, "المائده": 1, "تعاونيه أَعشاب": 1, "masser": 0,
	} {
		found, err := r.Search(t.Context(), cooperative.Sought{Text: typed, Limit: 10})
		if err != nil || len(found.Cooperatives) != want {
			t.Errorf("«%s» finds %d, %v", typed, len(found.Cooperatives), err)
		}
	}
}

func TestListsShowWhatTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	ctx := context.Background()
	add := func(name, sector, commune string, women, men int, state cooperative.State, products ...string) {
		c := nahlat()
		c.Name, c.ICE, c.Sector, c.Commune, c.Women, c.Men = i18n.Text{AR: name, FR: name}, nil, sector, commune, women, men
		c = r.create(t, c)
		for i, productState := range products {
			r.product(t, c, c.Slug+string(rune('a'+i)), productState)
		}
		if state != cooperative.Pending {
			r.set(t, c.ID, cooperative.Approved)
		}
		if state == cooperative.Suspended {
			r.set(t, c.ID, cooperative.Suspended)
		}
	}
	add("a", "honey", "zegzel", 7, 0, cooperative.Approved, "published", "published", "draft")
	add("b", "honey", "ahfir", 5, 4, cooperative.Approved, "published")
	add("c", "couscous", "ahfir", 8, 0, cooperative.Approved, "draft")
	add("d", "couscous", "zegzel", 6, 1, cooperative.Suspended, "published")
	add("e", "honey", "zegzel", 9, 0, cooperative.Pending)
	names := func(found []cooperative.Cooperative, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, c := range found {
			b.WriteString(c.Name.FR)
			b.WriteByte('0' + byte(c.ProductCount))
		}
		return b.String()
	}
	for want, state := range map[string]cooperative.State{
		"e0a2b1c0d1": "",
		"a2b1c0":     cooperative.Approved,
		"e0":         cooperative.Pending,
		"d1":         cooperative.Suspended,
	} {
		found, err := r.Search(ctx, cooperative.Sought{State: state, Limit: 10})
		if got := names(found.Cooperatives, err); got != want {
			t.Errorf("%q: %s, want %s", state, got, want)
		}
	}
	if _, err := r.Search(ctx, cooperative.Sought{From: &keyset.Place{ID: postgres.NewID()}, Limit: 10}); !errors.Is(err, cooperative.ErrNotFound) {
		t.Errorf("from a place that is none: %v", err)
	}
	if got := names(r.ListPublic(ctx, cooperative.Public{Limit: 10})); got != "a2b1" {
		t.Errorf("buyers see %s, want a2b1: approved, with something to sell", got)
	}
	for _, parts := range []int{1, 2, 7, 1000} {
		var slugs []string
		for part := 1; part <= parts; part++ {
			more, err := r.PublicSlugs(ctx, part, parts)
			if err != nil {
				t.Fatal(err)
			}
			slugs = append(slugs, more...)
		}
		slices.Sort(slugs)
		if !slices.Equal(slugs, []string{"a", "b"}) {
			t.Errorf("in %d parts stand %v", parts, slugs)
		}
	}
	for _, slug := range []string{"nowhere", ""} {
		if c, err := r.BySlug(ctx, slug); !errors.Is(err, cooperative.ErrNotFound) {
			t.Errorf("%q: %s, %v, want ErrNotFound", slug, c.Slug, err)
		}
	}
}

func TestABankAccountFromBeforeTheCheckStaysAndIsPointedOut(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := r.create(t, nahlat())
	r.exec(t, `alter table cooperatives disable trigger cooperatives_rib_key`)
	r.exec(t, `update cooperatives set rib = '007010000123456789012345'`)
	r.exec(t, `alter table cooperatives enable trigger cooperatives_rib_key`)
	r.set(t, c.ID, cooperative.Approved) // what does not touch it goes on
	kept, err := r.ByID(context.Background(), c.ID)
	if err != nil || kept.RIB != "007010000123456789012345" {
		t.Errorf("it is %q now: %v", kept.RIB, err)
	}
	checks, err := cooperative.Audit(context.Background(), r.db)
	if err != nil || !slices.ContainsFunc(checks, func(c audit.Check) bool {
		return c.Count == 1 && strings.Contains(c.Problems[0], kept.Slug+" has a bank account whose key is wrong")
	}) {
		t.Errorf("%+v, %v", checks, err)
	}
}

func TestALongHistoryIsReadPageByPage(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := r.create(t, nahlat())
	const corrections, page = 7, 3
	for range corrections {
		c := r.read(t, c.ID)
		c.Men++
		r.correct(t, c, actor.OfSystem())
	}
	var told []cooperative.Event
	var after *keyset.Place
	for more := true; more; more = after != nil {
		events, turns, err := r.Events(t.Context(), c.ID, after, page)
		if err != nil || len(events) > page || len(events) < page && turns.Next != nil {
			t.Fatalf("%d entries at once, %v", len(events), err)
		}
		told, after = append(told, events...), turns.Next
	}
	if len(told) != corrections+1 || told[corrections].Kind != cooperative.Decided {
		t.Errorf("%d entries, and at the beginning %+v", len(told), told[len(told)-1])
	}
	decided, err := r.Last(t.Context(), c.ID, cooperative.Decided)
	if err != nil || decided.Mark() != told[corrections].Mark() {
		t.Errorf("the last decision is %+v, %v", decided, err)
	}
	none, err := r.Last(t.Context(), c.ID, cooperative.RIBChanged)
	if err != nil || none.Mark() != 0 {
		t.Errorf("a change that there was not: %+v, %v", none, err)
	}
}

func TestAHistoryKeepsTheOrderOfDecisionsWhateverTheClocksSay(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := r.create(t, nahlat())
	r.set(t, c.ID, cooperative.Approved)
	r.time = r.time.Add(-time.Hour) // an instance whose clock is behind
	r.set(t, c.ID, cooperative.Suspended)
	r.time = r.time.Add(-time.Hour)
	r.set(t, c.ID, cooperative.Approved)
	events, _, err := r.Events(t.Context(), c.ID, nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	var states []cooperative.State
	for _, e := range events {
		states = append(states, e.State)
	}
	want := []cooperative.State{cooperative.Approved, cooperative.Suspended, cooperative.Approved, cooperative.Pending}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("as it happened and as it is told (+): %s", diff)
	}
	if seen := events[2].Mark(); !errors.Is(r.Decide(t.Context(), c.ID, seen, cooperative.Suspended, "vu", actor.OfSystem()), cooperative.ErrWrongState) {
		t.Error("who saw the second of four decisions has decided")
	}
	if err := r.Decide(t.Context(), c.ID, events[0].Mark(), cooperative.Suspended, "vu", actor.OfSystem()); err != nil {
		t.Error(err)
	}
}

// Whoever takes the whole list along gets each cooperative once, in the order of its pages, however many there are and
// whatever is decided meanwhile.
func TestTheWholeListIsReadAtOneMoment(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	r.exec(t, `
		insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, state, created_at, updated_at)
		select gen_random_uuid(), 'toile-' || n, 'نسيج ' || n % 7, 'Toile ' || n % 9, 'crafts', 'zegzel', 5, 0, 0,
		       (array['pending', 'approved', 'suspended'])[1 + n % 3], now(), now()
		from generate_series(1, 1300) n`)
	for _, q := range []cooperative.Sought{
		{Language: "fr"}, {Language: "ar"}, {Language: "fr", State: cooperative.Suspended}, {Language: "fr", Text: "toile 7"}, {Language: "fr", Text: "nobody"},
	} {
		var whole []uuid.UUID
		err := r.EachSought(t.Context(), q, func(tx *sqlx.Tx, some []cooperative.Cooperative) error {
			for _, c := range some {
				whole = append(whole, c.ID)
			}
			r.exec(t, `update cooperatives set name_fr = name_fr || '!', name_ar = name_ar || '!'`)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		r.exec(t, `update cooperatives set name_fr = replace(name_fr, '!', ''), name_ar = replace(name_ar, '!', '')`)
		q.Limit = 2000
		page, err := r.Search(t.Context(), q)
		var want []uuid.UUID
		for _, c := range page.Cooperatives {
			want = append(want, c.ID)
		}
		if err != nil || !slices.Equal(whole, want) {
			t.Errorf("%+v: %d cooperatives of %d, %v", q, len(whole), len(want), err)
		}
	}
}
