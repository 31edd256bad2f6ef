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

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/shown"
)

// person is somebody of the association.
func (r *registry) person(t *testing.T, name string) actor.Actor {
	t.Helper()
	id := postgres.NewID()
	r.exec(t, `insert into users (id, name, email, password_hash, role, created_at)
		values ($1, $2, $3, '', 'director', $4)`, id, name, strings.ToLower(name)+"@association.ma", r.time)
	return actor.OfAssociation(id)
}

// correct changes c and saves it an hour later.
func (r *registry) correct(t *testing.T, c cooperative.Cooperative, by actor.Actor) []string {
	t.Helper()
	r.time = r.time.Add(time.Hour)
	changed, err := r.Correct(context.Background(), c, nil, by)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func (r *registry) read(t *testing.T, id uuid.UUID) cooperative.Cooperative {
	t.Helper()
	c, err := r.ByID(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// history tells what is kept of a cooperative, the latest first.
func (r *registry) history(t *testing.T, id uuid.UUID) []string {
	t.Helper()
	events, _, err := r.Events(context.Background(), id, nil, 100)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range events {
		told = append(told, strings.Join([]string{
			string(e.Kind), string(e.State), strings.Join(e.Fields, "+"), e.RIBBefore, e.RIBAfter, e.User,
		}, "/"))
	}
	return told
}

func (r *registry) audited(t *testing.T) {
	t.Helper()
	checks, err := cooperative.Audit(context.Background(), r.db)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range checks {
		if !check.OK() {
			t.Errorf("audit: %+v", check)
		}
	}
}

func TestEveryFieldOfTheIdentityIsCorrected(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	jamal := r.person(t, "Jamal")
	r.Payable = func(context.Context, string) error { return nil }
	c := r.create(t, nahlat())
	r.set(t, c.ID, cooperative.Approved)
	c = r.read(t, c.ID)

	founded, ice := time.Date(2019, 3, 8, 0, 0, 0, 0, time.UTC), "999000002000048"
	new := c
	new.Name.AR, new.Name.FR, new.Sector, new.Commune = "نحلات الجبل الكبير", "Nahlat", "almonds", "ahfir"
	new.Women, new.Men, new.Young, new.FoundedOn = 8, 3, 4, &founded
	new.Court, new.LocalNumber, new.ODCONumber, new.President = "Berkane", "12", "34", "Aicha"
	new.ICE, new.TaxID, new.RIB = &ice, "4567", "011 780 0000123456789012 96"
	new.StripeAccount = "acct_1Nv0FGQ9RKHgCVdK"
	new.Phone, new.Email = "06 12 34 56 79", "nahla@exemple.ma"
	new.Description.AR, new.Description.FR, new.Description.EN = "a", "b", "c"
	new.Story.AR, new.Story.FR, new.Story.EN = "d", "e\r\n\r\nf", "g"
	new.Hours.AR, new.Hours.FR, new.Hours.EN = "h", "i", "j"
	new.Prepare = 5
	new.Slug, new.State, new.Sample = "elsewhere", cooperative.Suspended, true // none of it is identity
	changed := r.correct(t, new, jamal)
	if len(changed) != len(c.Identity()) {
		t.Errorf("of %d fields these were changed: %q", len(c.Identity()), changed)
	}

	want := c
	want.Name, want.Description, want.Hours, want.Story, want.Story.FR = new.Name, new.Description, new.Hours, new.Story, "e\n\nf"
	want.Prepare = 5
	want.Sector, want.Commune, want.Women, want.Men, want.Young = new.Sector, new.Commune, 8, 3, 4
	want.SectorName = i18n.Text{AR: "اللوز", FR: "Amandes", EN: "Almonds"}
	want.WomenOnly, want.CommuneName.AR, want.CommuneName.FR = false, "أحفير", "Ahfir"
	want.Court, want.LocalNumber, want.ODCONumber, want.President = new.Court, "12", "34", "Aicha"
	want.FoundedOn, want.ICE, want.TaxID, want.RIB = &founded, &ice, "4567", "011780000012345678901296"
	want.StripeAccount = new.StripeAccount
	want.Phone, want.Email, want.UpdatedAt = "+212612345679", "nahla@exemple.ma", r.time
	if diff := cmp.Diff(want, r.read(t, c.ID)); diff != "" {
		t.Error(diff)
	}
	fields := slices.DeleteFunc(changed, func(field string) bool { return field == "rib" })
	if diff := cmp.Diff([]string{
		"rib///2347/1296/Jamal", "correction//" + strings.Join(fields, "+") + "///Jamal", "decision/approved////", "decision/pending////",
	}, r.history(t, c.ID)); diff != "" {
		t.Error(diff)
	}
	r.audited(t)
}

func TestABankAccountIsAddedChangedAndTakenAway(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	jamal := r.person(t, "Jamal")
	bare := nahlat()
	bare.RIB = ""
	c := r.create(t, bare)
	for _, rib := range []string{"111111111111111111111189", "222222222222222222222281", ""} {
		c = r.read(t, c.ID)
		c.RIB = rib
		if changed := r.correct(t, c, jamal); !slices.Equal(changed, []string{"rib"}) {
			t.Errorf("%q changed %q", rib, changed)
		}
	}
	if diff := cmp.Diff([]string{
		"rib///2281//Jamal", "rib///1189/2281/Jamal", "rib////1189/Jamal", "decision/pending////",
	}, r.history(t, c.ID)); diff != "" {
		t.Error(diff)
	}
	r.audited(t)

	// An account that nobody is known to have entered is found.
	r.exec(t, `update cooperatives set rib = $1`, "333333333333333333333373")
	checks, err := cooperative.Audit(context.Background(), r.db)
	if err != nil || checks[1].Count != 1 || !strings.Contains(checks[1].Problems[0], c.Slug) {
		t.Errorf("%+v, %v", checks, err)
	}
}

func TestACorrectionThatChangesNothingIsNotKept(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := r.create(t, nahlat())
	same := c
	same.Phone, same.RIB, same.Name.AR = "0661234567", " 007 010 0001234567890123 47", c.Name.AR+" "
	if changed := r.correct(t, same, r.person(t, "Jamal")); len(changed) != 0 {
		t.Errorf("changed: %q", changed)
	}
	if diff := cmp.Diff(c, r.read(t, c.ID)); diff != "" {
		t.Error(diff)
	}
	if told := r.history(t, c.ID); len(told) != 1 {
		t.Errorf("its history: %q", told)
	}
}

func TestTwoWhoCorrectAtOnceBothHaveWhatTheyChanged(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	jamal := r.person(t, "Jamal")
	read := r.create(t, nahlat())
	first, second := read, read
	first.TaxID, first.Women = "1111", read.Women-1
	second.President = "Aicha"
	form := shown.Of(read.Identity())
	r.correct(t, first, jamal)
	if changed, err := r.Correct(t.Context(), second, form, jamal); err != nil || !slices.Equal(changed, []string{"president"}) {
		t.Errorf("%q, %v", changed, err)
	}
	if c := r.read(t, read.ID); c.TaxID != "1111" || c.Women != read.Women-1 || c.President != "Aicha" {
		t.Errorf("%+v", c)
	}
	// Of the same field the second is told, and nothing of hers is saved.
	second.President, second.TaxID, second.Court = "Zahra", "2222", "Oujda"
	_, err := r.Correct(t.Context(), second, form, jamal)
	var meanwhile *cooperative.Changed
	if !errors.As(err, &meanwhile) || !errors.Is(err, cooperative.ErrChanged) || !slices.Equal(meanwhile.Fields, []string{"tax_id", "president"}) {
		t.Fatalf("saved from what was read before: %v", err)
	}
	if is, typed := meanwhile.Kept, meanwhile.Typed; is.TaxID != "1111" || typed.TaxID != "2222" || typed.Women != read.Women-1 || typed.Court != "Oujda" {
		t.Errorf("it is %+v, and typed was %+v", is, typed)
	}
	if c := r.read(t, read.ID); c.TaxID != "1111" || c.President != "Aicha" || c.Court != read.Court {
		t.Errorf("%+v", c)
	}
	// What neither got wrong may be wrong together.
	few := r.create(t, cooperative.Cooperative{Name: i18n.Text{AR: "قليلات", FR: "Peu"}, Sector: "honey", Commune: "ahfir", Women: 4, Men: 2})
	form = shown.Of(few.Identity())
	fewer, none := few, few
	fewer.Women, none.Men = 3, 1
	r.correct(t, fewer, jamal)
	if _, err := r.Correct(t.Context(), none, form, jamal); fault.As(err) == nil || fault.As(err).Fields["women"].Key != "cooperative.too_few_members" {
		t.Errorf("three women and a man: %v", err)
	}
	// A decision is no correction, and both wanting the same is no quarrel.
	r.set(t, read.ID, cooperative.Approved)
	again := r.read(t, read.ID)
	r.set(t, read.ID, cooperative.Suspended)
	again.President = "Aicha"
	r.correct(t, again, jamal)
	if changed := r.correct(t, again, jamal); len(changed) != 0 {
		t.Errorf("sent twice, it changed %q", changed)
	}
	r.audited(t)
}

func TestACorrectionIsCheckedLikeAnAdmission(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	ctx, jamal := context.Background(), r.person(t, "Jamal")
	c := r.create(t, nahlat())
	other := nahlat()
	ice := "999000002000048"
	other.Name.FR, other.ICE = "Autre", &ice
	r.create(t, other)
	day := func(year int) *time.Time { d := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); return &d }
	for name, wrong := range map[string]struct {
		change func(*cooperative.Cooperative)
		field  string
		key    string
	}{
		"no name":               {func(c *cooperative.Cooperative) { c.Name.AR = "" }, "name_ar", "cooperative.missing"},
		"French name in Arabic": {func(c *cooperative.Cooperative) { c.Name.FR = "نحلات" }, "name_fr", "cooperative.name_not_latin"},
		"another's ICE":         {func(c *cooperative.Cooperative) { c.ICE = &ice }, "ice", "cooperative.ice_taken"},
		"unknown commune":       {func(c *cooperative.Cooperative) { c.Commune = "atlantis" }, "commune", "cooperative.commune_unknown"},
		"short account":         {func(c *cooperative.Cooperative) { c.RIB = "123" }, "rib", "cooperative.rib_invalid"},
		"four members":          {func(c *cooperative.Cooperative) { c.Women, c.Young = 4, 0 }, "women", "cooperative.too_few_members"},
		"founded tomorrow":      {func(c *cooperative.Cooperative) { c.FoundedOn = day(2027) }, "founded_on", "cooperative.founded_invalid"},
		"founded by the Romans": {func(c *cooperative.Cooperative) { c.FoundedOn = day(1) }, "founded_on", "cooperative.founded_invalid"},
	} {
		given := c
		wrong.change(&given)
		_, err := r.Correct(ctx, given, nil, jamal)
		if e := fault.As(err); e == nil || e.Kind != fault.Invalid || e.Fields[wrong.field].Key != wrong.key {
			t.Errorf("%s: %v; want %s at field %s", name, err, wrong.key, wrong.field)
		}
	}
	if diff := cmp.Diff(c, r.read(t, c.ID)); diff != "" {
		t.Error(diff)
	}
	stranger := c
	stranger.ID = postgres.NewID()
	if _, err := r.Correct(ctx, stranger, nil, jamal); !errors.Is(err, cooperative.ErrNotFound) {
		t.Errorf("one that does not exist: %v", err)
	}
}

func TestACorrectionIsToldToSearch(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	c := r.create(t, nahlat())
	r.product(t, c, "miel", "published")
	r.exec(t, `insert into search_engines (name) values ('bleve') on conflict do nothing`)
	r.exec(t, `delete from search_pending`)
	c.Men = 2 // no longer women-only
	r.correct(t, c, r.person(t, "Jamal"))
	var pending int
	if err := r.db.Get(&pending, `select count(*) from search_pending where engine = 'bleve'`); err != nil || pending != 1 {
		t.Errorf("%d products told to search, want 1; %v", pending, err)
	}
}
