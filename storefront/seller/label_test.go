package seller_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestALabelIsProposedWithItsCertificateAndShownOnceConfirmed(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member, boss, second := m.SignIn(m.Honey.Member), m.SignIn(m.Association), m.SignIn(m.Hire(account.Director, m.Honey))
	product := m.Honey.Products[0]
	path := "/fr/seller/products/" + product.ID.String() + "/label"
	l := m.Languages.Locale("fr")
	shown := func() bool {
		return strings.Contains(m.Visitor().Get("/fr/products/"+product.Slug).Want(http.StatusOK).Text("main"), "BIO-77")
	}
	day := func(days int) string { return clock.Day(time.Now()).AddDate(0, 0, days).Format(time.DateOnly) }
	until := day(40)
	whole := url.Values{"label": {"bio-maroc"}, "certificate": {"BIO-77"}, "expires_on": {until}}
	propose := func(typed url.Values, file []byte) *storetest.Page {
		t.Helper()
		return member.Upload(path, "scan", "certificat.png", file, typed)
	}
	scan := storetest.Photograph(t, 300)

	if !member.Get("/fr/seller/products/" + product.ID.String()).Has("a[href='" + path + "']") {
		t.Error("the product's page does not lead there")
	}
	for field, typed := range map[string]url.Values{
		"label":       {"label": {"best"}, "certificate": {"BIO-77"}, "expires_on": {until}},
		"certificate": {"label": {"bio-maroc"}, "certificate": {"\u3164 "}, "expires_on": {until}},
		"expires_on":  {"label": {"bio-maroc"}, "certificate": {"BIO-77"}, "expires_on": {"2020-01-01"}},
	} {
		page := propose(typed, scan).Want(http.StatusUnprocessableEntity)
		if !page.Has("#f-"+field+"[aria-invalid]") || page.Find("#f-expires_on").AttrOr("value", "") != typed.Get("expires_on") {
			t.Errorf("%s: what is wrong is not shown, or what was typed is lost", field)
		}
	}
	if !propose(whole, []byte("no picture")).Want(http.StatusUnprocessableEntity).Has("#f-scan[aria-invalid]") {
		t.Error("what is no picture is taken for a certificate")
	}
	for range 2 { // the second time it is the same
		if said := propose(whole, scan).Want(http.StatusOK).Text("#toasts .toast"); said != strings.Join(strings.Fields(l.T("seller.label.sent")), " ") {
			t.Errorf("it says %q", said)
		}
	}
	other := url.Values{"label": {"bio-maroc"}, "certificate": {"BIO-78"}, "expires_on": {until}}
	propose(other, scan).Want(http.StatusConflict)
	list, err := m.Certificates.OfProduct(t.Context(), m.Honey.ID, product.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d are proposed: %v", len(list), err)
	}
	if shown() {
		t.Fatal("what nobody has confirmed is shown")
	}
	onForm := func(state string) {
		t.Helper()
		end, _ := time.Parse(time.DateOnly, until)
		said := member.Get("/fr/seller/products/" + product.ID.String()).Want(http.StatusOK).Text("[data-label]")
		if !strings.Contains(said, l.T(state)) || !strings.Contains(said, l.LongDate(end)) || strings.Count(said, "BIO-77") != 1 {
			t.Errorf("the product's form says %q, not %q", said, l.T(state))
		}
	}
	onForm("certificate.state.proposed")
	theirs := m.SignIn(m.Oil.Member)
	theirs.Get(path).Want(http.StatusNotFound)
	theirs.Upload(path, "scan", "a.png", scan, whole).Want(http.StatusNotFound)
	theirs.Get("/fr/association/labels/" + list[0].ID.String() + "/copy.jpg").Want(http.StatusForbidden)

	if page := boss.Get("/fr/association/labels").Want(http.StatusOK); page.Has("form[action$='/confirm']") || !page.Has("form[action$='/refuse']") {
		t.Error("a certificate that cannot be seen yet can be confirmed, or not be refused")
	}
	worker := certificate.ScanWorker{Certificates: m.Certificates}
	work := func(p certificate.Proposal) {
		t.Helper()
		if err := worker.Work(t.Context(), &river.Job[certificate.ScanArgs]{Args: certificate.ScanArgs{ProposalID: p.ID}}); err != nil {
			t.Fatal(err)
		}
	}
	work(list[0])
	if !boss.Get("/fr/association/cooperatives").Want(http.StatusOK).Has("a[href='/fr/association/labels']") {
		t.Error("nothing leads the association there")
	}
	waiting := boss.Get("/fr/association/labels").Want(http.StatusOK)
	boss.Get(waiting.Find("a[href$='/copy.jpg']").AttrOr("href", "")).Want(http.StatusOK)
	at := second.Get("/fr/association/labels").Want(http.StatusOK) // two look at it
	refused := boss.Submit(waiting, "form[action$='/refuse']", url.Values{"reason": {" "}}).Want(http.StatusUnprocessableEntity)
	if !refused.Has("details[open] [aria-invalid]") {
		t.Error("a refusal without a reason is not told as wrong")
	}
	boss.Submit(waiting, "form[action$='/refuse']", url.Values{"reason": {"La photo est d’un autre produit."}}).Want(http.StatusOK)
	second.Submit(at, "form[action$='/confirm']", nil).Want(http.StatusConflict)
	if said := member.Get(path).Want(http.StatusOK).Text("[data-proposal]"); !strings.Contains(said, "La photo est d’un autre produit.") || shown() {
		t.Errorf("of the refusal she reads %q", said)
	}
	onForm("certificate.state.refused")
	propose(whole, scan).Want(http.StatusOK)
	if list, err = m.Certificates.OfProduct(t.Context(), m.Honey.ID, product.ID); err != nil {
		t.Fatal(err)
	}
	work(list[0])
	boss.Submit(boss.Get("/fr/association/labels"), "form[action$='/confirm']", nil).Want(http.StatusOK)
	if !shown() {
		t.Error("what is confirmed is not shown")
	}
	onForm("certificate.state.confirmed")
	ends := func(on string) {
		until = on
		m.DB.MustExec(`update product_labels set expires_on = $2 where product_id = $1`, product.ID, on)
		m.DB.MustExec(`update label_proposals set expires_on = $1 where state = 'confirmed'`, on)
	}
	ends(day(-1))
	onForm("seller.label.over")
	ends(day(40))

	if said := member.Submit(member.Get(path), "[data-carried] form[action$='/withdraw']", nil).Want(http.StatusOK).Text("#toasts .toast"); said != l.T("seller.label.withdrawn") || shown() {
		t.Errorf("withdrawn, it says %q; it is shown: %t", said, shown())
	}
	propose(whole, scan).Want(http.StatusOK)
	if said := member.Submit(member.Get(path), "[data-proposal] form[action$='/withdraw']", nil).Want(http.StatusOK).Text("#toasts .toast"); said != l.T("seller.label.withdrawn") {
		t.Errorf("withdrawn while it waits, it says %q", said)
	}
	m.DB.MustExec(`insert into product_labels (product_id, label, certificate, expires_on) values ($1, 'bio-maroc', 'BIO-77', $2)`, product.ID, until)

	// Its cooperative is told thirty and seven days before the end, once each, and after it buyers see it no more.
	letters := func() (n int) {
		t.Helper()
		if err := (&certificate.RemindWorker{Certificates: m.Certificates}).Work(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if err := m.DB.Get(&n, `select count(*) from river_job where kind = 'mail_send' and args::text like '%BIO-77%'`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for days, want := range []int{0: 0, 1: 1, 2: 1, 3: 2, 4: 2} {
		m.DB.MustExec(`update product_labels set expires_on = $2 where product_id = $1`, product.ID, day([]int{31, 29, 8, 6, 0}[days]))
		if got := letters(); got != want {
			t.Errorf("%d days before it was told of %d times, not %d", []int{31, 29, 8, 6, 0}[days], got, want)
		}
	}
	m.DB.MustExec(`update product_labels set expires_on = $2 where product_id = $1`, product.ID, day(-1))
	if letters() != 2 || shown() {
		t.Error("a label whose certificate has ended is shown, or told of")
	}
}

// Who has proposed the next certificate is not asked for it.
func TestALabelThatIsProposedAgainIsNotMissing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	product, member, l := m.Honey.Products[0], m.SignIn(m.Honey.Member), m.Languages.Locale("fr")
	day := func(days int) string { return clock.Day(m.Now()).AddDate(0, 0, days).Format(time.DateOnly) }
	m.DB.MustExec(`delete from product_labels`)
	m.DB.MustExec(`insert into product_labels (product_id, label, certificate, expires_on) values ($1, 'bio-maroc', 'BIO-1', $2)`, product.ID, day(10))
	m.DB.MustExec(`update products set authorisation = 'ES.1', authorisation_expires_on = null`)
	labels, err := m.Catalog.Labels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	asked := l.N("seller.home.label_ends", 10, "Label", catalog.LabelName(l, labels, "bio-maroc"))
	missing := func() bool {
		t.Helper()
		return strings.Contains(member.Get("/fr/seller").Want(http.StatusOK).Find("main").Text(), asked)
	}
	if !missing() {
		t.Errorf("nobody says %q", asked)
	}
	member.Upload("/fr/seller/products/"+product.ID.String()+"/label", "scan", "a.png", storetest.Photograph(t, 300),
		url.Values{"label": {"bio-maroc"}, "certificate": {"BIO-2"}, "expires_on": {day(400)}}).Want(http.StatusOK)
	if missing() {
		t.Error("what is proposed already is asked for")
	}
}

func TestTheAssociationSeesWhichLabelsEndSoon(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	boss := m.SignIn(m.Association)
	day := func(days int) string { return clock.Day(m.Now()).AddDate(0, 0, days).Format(time.DateOnly) }
	m.DB.MustExec(`delete from product_labels`)
	for _, c := range []struct {
		product uuid.UUID
		label   string
		days    int
	}{
		{m.Oil.Products[0].ID, "igp", 59}, {m.Honey.Products[0].ID, "igp", 3}, {m.Honey.Products[0].ID, "bio-maroc", 3}, {m.Oil.Products[0].ID, "aop", 70},
		{m.Oil.Products[0].ID, "bio-maroc", -1}, {m.Honey.Products[1].ID, "igp", 3},
	} {
		m.DB.MustExec(`insert into product_labels (product_id, label, certificate, expires_on) values ($1, $2, 'C-' || $3::int || $2, $4)`, c.product, c.label, c.days, day(c.days))
	}
	m.DB.MustExec(`update products set state = 'archived' where id = $1`, m.Honey.Products[1].ID)
	for _, language := range storetest.Languages() {
		page := boss.Get("/" + language + "/association/labels?show=ending").Want(http.StatusOK)
		items := page.Find("main li.panel")
		if items.Length() != 3 || !strings.Contains(items.Last().Text(), "C-59igp") || page.Find(".chip[aria-current] .num").Text() != "3" {
			t.Errorf("%s: %d end soon: %s", language, items.Length(), page.Text("main"))
		}
		if other := boss.Get("/" + language + "/association/labels").Want(http.StatusOK); other.Find(".chip .num").Last().Text() != "3" || other.Has("main li.panel") {
			t.Errorf("%s: among those to be confirmed: %s", language, other.Text("main"))
		}
	}
	var seen []string // turned page by page there and back
	for _, back := range []bool{false, true} {
		from := (*keyset.Place)(nil)
		if back {
			_, turns, err := m.Catalog.SoonEnding(t.Context(), nil, 2)
			if err != nil {
				t.Fatal(err)
			}
			from = turns.Next
			if _, turns, err = m.Catalog.SoonEnding(t.Context(), from, 1); err != nil || turns.Previous == nil {
				t.Fatalf("nothing before: %v", err)
			}
			from = turns.Previous
		}
		for range 5 {
			page, turns, err := m.Catalog.SoonEnding(t.Context(), from, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				seen = append(seen, e.Certificate)
			}
			if from = turns.Next; back {
				from = turns.Previous
			}
			if from == nil {
				break
			}
		}
	}
	if len(seen) != 5 || seen[2] != "C-59igp" || seen[3] != seen[1] || seen[4] != seen[0] {
		t.Errorf("there and back: %v", seen)
	}
}
