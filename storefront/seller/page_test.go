package seller_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/storefront/storetest"
)

const pageForm = "main form[action$='/seller/page']"

func TestACooperativeTellsBuyersOfItself(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member, visitor := m.SignIn(m.Honey.Member), m.Visitor()
	shop := func(code string) *storetest.Page {
		t.Helper()
		return visitor.Get("/" + code + "/cooperatives/" + m.Honey.Slug).Want(http.StatusOK)
	}
	for _, code := range languages {
		l := m.Languages.Locale(code)
		home := member.Get("/" + code + "/seller").Want(http.StatusOK)
		if !home.Has("main a[href='/" + code + "/seller/page']") {
			t.Fatalf("%s: her first page does not lead to it", code)
		}
		page := member.Get("/" + code + "/seller/page").Want(http.StatusOK)
		saved := member.Submit(page, pageForm, url.Values{
			"story_" + code: {"1. " + code + "\n\n2. " + code}, "description_" + code: {"une phrase " + code}, "hours_" + code: {"9–17 " + code}, "phone": {"٠٧ ٣١ ١٢ ٣٤ ٥٦"},
		}).Want(http.StatusOK)
		if saved.Text("#toasts .toast") != strings.Join(strings.Fields(l.T("seller.page.saved")), " ") {
			t.Errorf("%s: it says %q", code, saved.Text("#toasts .toast"))
		}
		shown := shop(code)
		if said := shown.Text("main"); !strings.Contains(said, "1. "+code) || !strings.Contains(said, "2. "+code) || !strings.Contains(said, "une phrase "+code) {
			t.Errorf("%s: buyers do not read it: %s", code, said)
		}
		if shown.Text("[data-hours]") != "9–17 "+code || shown.Find("[data-phone] a").AttrOr("href", "") != "tel:+212731123456" {
			t.Errorf("%s: hours %q, telephone %q", code, shown.Text("[data-hours]"), shown.Find("[data-phone] a").AttrOr("href", ""))
		}
	}
	// The other texts are as they were, and so is what the association keeps.
	kept, err := m.Cooperatives.ByID(t.Context(), m.Honey.ID)
	if err != nil {
		t.Fatal(err)
	}
	if kept.Story.AR != "1. ar\n\n2. ar" || kept.RIB != m.Honey.RIB || kept.Name != m.Honey.Name {
		t.Errorf("kept is %+v", kept)
	}
	for field, typed := range map[string]string{"phone": "06", "story_fr": strings.Repeat("a", 5001), "hours_en": strings.Repeat("a", 501)} {
		page := member.Submit(member.Get("/fr/seller/page"), pageForm, url.Values{field: {typed}, "description_fr": {"gardé"}}).Want(http.StatusUnprocessableEntity)
		if !page.Has("#f-"+field+"[aria-invalid]") || page.Find("#f-description_fr").Text() != "gardé" || page.Find("#f-"+field).Closest("details:not([open])").Length() > 0 {
			t.Errorf("%s: what is wrong is not shown, or what was typed is lost", field)
		}
	}
	// What looks empty is empty.
	member.Submit(member.Get("/fr/seller/page"), pageForm, url.Values{"hours_ar": {"\u3164\u200b"}, "hours_fr": {" "}, "hours_en": {"\u2800"}}).Want(http.StatusOK)
	if shop("fr").Has("[data-hours]") {
		t.Error("hours of blank letters are shown")
	}
	m.SignIn(m.Hire(account.Preparer, m.Honey)).Get("/fr/seller/page").Want(http.StatusForbidden)
}

func TestTwoWhoTellOfACooperativeAtOnce(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	first, second := m.SignIn(m.Honey.Member), m.SignIn(m.Honey.Member)
	page := second.Get("/fr/seller/page").Want(http.StatusOK)

	// What the association corrects of the rest is no change of the page, and what another changes beside it stands.
	c, err := m.Cooperatives.ByID(t.Context(), m.Honey.ID)
	if err != nil {
		t.Fatal(err)
	}
	c.President = "Aicha"
	if _, err := m.Cooperatives.Correct(t.Context(), c, nil, actor.OfAssociation(m.Association.ID)); err != nil {
		t.Fatal(err)
	}
	first.Submit(page, pageForm, url.Values{"story_fr": {"La première"}}).Want(http.StatusOK)
	second.Submit(page, pageForm, url.Values{"hours_fr": {"8–16"}, "phone": {"0612345679"}}).Want(http.StatusOK)
	old := second.Submit(page, pageForm, url.Values{"story_fr": {"La seconde"}}).Want(http.StatusConflict)
	if !old.Has("#f-story_fr[aria-invalid]") || !strings.Contains(old.Text("#f-story_fr-error"), "La première") || old.Find("#f-story_fr").Text() != "La seconde" {
		t.Errorf("it is told %q", old.Text("main .errmsg"))
	}
	second.Submit(old, pageForm, nil).Want(http.StatusOK)
	c, err = m.Cooperatives.ByID(t.Context(), m.Honey.ID)
	if err != nil {
		t.Fatal(err)
	}
	if c.Story.FR != "La seconde" || c.Hours.FR != "8–16" || c.Phone != "+212612345679" || c.President != "Aicha" {
		t.Errorf("kept is %q of %s", c.Story.FR, c.President)
	}
	if told := m.SignIn(m.Association).Get("/fr/association/cooperatives/" + m.Honey.Slug).Want(http.StatusOK).Text("main"); !strings.Contains(told, m.Languages.Locale("fr").T("association.identity.story_fr")) {
		t.Error("its history does not tell the association that the story was changed")
	}
}

func TestACooperativeShowsAPhotographOfItself(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	if page := m.Visitor().Get("/fr/cooperatives/" + m.Honey.Slug); page.Has(".coopic img[src^='/pictures/']") {
		t.Fatal("it has one already")
	}
	member.Upload("/fr/seller/page/picture", "picture", "a.txt", []byte("no photograph"), nil).Want(http.StatusUnprocessableEntity)
	sent := member.Upload("/fr/seller/page/picture", "picture", "a.png", storetest.Photograph(t, 400), nil).Want(http.StatusOK)
	if sent.Path != "/fr/seller/page" {
		t.Errorf("it leads to %s", sent.Path)
	}
	var id string
	if err := m.DB.Get(&id, `select id from pictures where cooperative_id = $1 and product_id is null`, m.Honey.ID); err != nil {
		t.Fatal(err)
	}
	worker := picture.Worker{Pictures: m.Pictures}
	job := &river.Job[picture.Args]{}
	if err := job.Args.PictureID.UnmarshalText([]byte(id)); err != nil {
		t.Fatal(err)
	}
	if err := worker.Work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	shown := m.Visitor().Get("/fr/cooperatives/" + m.Honey.Slug).Want(http.StatusOK)
	src := shown.Find(".coopic img").AttrOr("src", "")
	if src != "/pictures/"+id+"/640.jpg" || !strings.HasSuffix(shown.Find("meta[property='og:image']").AttrOr("content", ""), src) {
		t.Errorf("buyers see %s", src)
	}
	m.Visitor().Get(src).Want(http.StatusOK)
	if list := m.Visitor().Get("/fr/cooperatives").Want(http.StatusOK); !list.Has(".coopcard img[src='" + src + "']") {
		t.Error("the list of cooperatives shows another picture")
	}
	checks, err := picture.Audit(t.Context(), m.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range checks {
		if !check.OK() {
			t.Errorf("%+v", check)
		}
	}
	// The cleaning keeps what is shown, however old.
	if _, err := m.DB.Exec(`update pictures set created_at = created_at - interval '60 days'`); err != nil {
		t.Fatal(err)
	}
	if err := (&picture.CleanWorker{Pictures: m.Pictures}).Work(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	m.Visitor().Get(src).Want(http.StatusOK)
}
