package certificate_test

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"gocloud.dev/blob/fileblob"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// office is a market whose honey proposes labels.
type office struct {
	*storetest.Market
	t       *testing.T
	product catalog.Product
}

func newOffice(t *testing.T) *office {
	t.Helper()
	m := storetest.New(t)
	return &office{Market: m, t: t, product: m.Honey.Products[0]}
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// day is so many days from today, as it is typed.
func (o *office) day(days int) string {
	return clock.Day(o.Now()).AddDate(0, 0, days).Format(time.DateOnly)
}

func (o *office) propose(label, number string, days int, scan io.Reader) error {
	return o.Certificates.Propose(o.t.Context(), o.Honey.ID, o.product.ID, label, number, o.day(days), scan, actor.OfCooperative(o.Honey.ID, o.Honey.Member.ID))
}

// scan is a picture of a certificate.
func (o *office) scan() io.Reader { return bytes.NewReader(storetest.Photograph(o.t, 300)) }

// latest is the proposal that was made last; its picture is worked on first if that is asked for.
func (o *office) latest(worked bool) certificate.Proposal {
	o.t.Helper()
	list, err := o.Certificates.OfProduct(o.t.Context(), o.Honey.ID, o.product.ID)
	o.must(err)
	if worked {
		o.work(list[0].ID)
		return o.latest(false)
	}
	return list[0]
}

func (o *office) work(id uuid.UUID) {
	o.t.Helper()
	worker := certificate.ScanWorker{Certificates: o.Certificates}
	o.must(worker.Work(o.t.Context(), &river.Job[certificate.ScanArgs]{Args: certificate.ScanArgs{ProposalID: id}}))
}

// seen reports whether a certificate can be seen.
func (o *office) seen(id uuid.UUID) bool {
	o.t.Helper()
	r, err := o.Certificates.OpenScan(o.t.Context(), id)
	if errors.Is(err, picture.ErrNotFound) {
		return false
	}
	o.must(err)
	o.must(r.Close())
	return true
}

// state is what a column of a proposal holds.
func (o *office) state(id uuid.UUID, column string) (kept string) {
	o.t.Helper()
	o.must(o.DB.Get(&kept, `select `+column+` from label_proposals where id = $1`, id))
	return kept
}

func TestOnlyACertificateThatCanBeSeenIsConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, by := t.Context(), actor.OfAssociation(o.Association.ID)
	var whole bytes.Buffer
	o.must(jpeg.Encode(&whole, image.NewGray(image.Rect(0, 0, 300, 300)), nil))
	broken := append(whole.Bytes()[:whole.Len()-100], "\xff\xd9"...) // some is missing before its end
	o.must(o.propose("bio-maroc", "BIO-1", 40, bytes.NewReader(broken)))
	if err := o.Certificates.Confirm(ctx, o.latest(false).ID, by); !errors.Is(err, certificate.ErrNotSeen) {
		t.Errorf("while its picture is made: %v", err)
	}
	if p := o.latest(true); p.ScanState != certificate.ScanRefused || o.seen(p.ID) {
		t.Errorf("its picture is %s", p.ScanState)
	}
	if err := o.Certificates.Confirm(ctx, o.latest(false).ID, by); !errors.Is(err, certificate.ErrUnreadable) {
		t.Errorf("with a picture that cannot be read: %v", err)
	}
	if err := o.propose("bio-maroc", "BIO-1", 40, o.scan()); !errors.Is(err, certificate.ErrWaits) {
		t.Errorf("another picture is taken for what waits already: %v", err)
	}
	o.must(o.Certificates.Refuse(ctx, o.latest(false).ID, "Illisible.", by))
	o.must(o.propose("bio-maroc", "BIO-1", 40, o.scan()))
	p := o.latest(true)
	o.must(o.Certificates.Confirm(ctx, p.ID, by))
	if err := o.Certificates.Confirm(ctx, p.ID, by); !errors.Is(err, certificate.ErrDecided) {
		t.Errorf("confirmed once more: %v", err)
	}
	carried, err := o.Catalog.Get(ctx, o.Honey.ID, o.product.ID)
	if err != nil || len(carried.Labels) != 1 || carried.Labels[0].Certificate != "BIO-1" {
		t.Errorf("it carries %+v, %v", carried.Labels, err)
	}
}

func TestWhoHasProposedEnoughIsToldBeforeHerPictureIsKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.must(o.propose("bio-maroc", "BIO-1", 40, o.scan()))
	o.must(o.Blobs.Close()) // nothing can be kept any more
	o.must(o.propose("bio-maroc", "BIO-1", 40, o.scan()))
	if err := o.propose("bio-maroc", "BIO-2", 40, o.scan()); !errors.Is(err, certificate.ErrWaits) {
		t.Errorf("a second one: %v", err)
	}
	o.DB.MustExec(`
		insert into label_proposals (id, cooperative_id, product_id, label, certificate, expires_on, scan, scan_until, state, reason, proposed_by, proposed_at, decided_by, decided_at)
		select gen_random_uuid(), cooperative_id, product_id, label, certificate, expires_on, '', scan_until, 'refused', 'no', proposed_by, proposed_at, proposed_by, proposed_at
		from label_proposals, generate_series(1, 19)`)
	if err := o.propose("igp", "IGP-1", 40, o.scan()); !errors.Is(err, certificate.ErrMany) {
		t.Errorf("one too many: %v", err)
	}
}

func TestWhatIsWrongWithAProposalIsToldOfEachField(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := fault.As(o.propose("best", " ", -1, nil))
	if f == nil || f.Fields["label"].Key != "certificate.label_missing" || f.Fields["certificate"].Key != "certificate.number_missing" ||
		f.Fields["expires_on"].Key != "certificate.day_past" || f.Fields["scan"].Key != "certificate.scan_missing" {
		t.Errorf("%+v", f)
	}
	for typed, want := range map[string]string{"": "certificate.day_missing", "bientôt": "certificate.day_unreadable", "31/02/2027": "certificate.day_unreadable"} {
		f := fault.As(o.Certificates.Propose(t.Context(), o.Honey.ID, o.product.ID, "igp", "IGP-1", typed, nil, actor.OfCooperative(o.Honey.ID, o.Honey.Member.ID)))
		if f == nil || f.Fields["expires_on"].Key != want {
			t.Errorf("%q: %+v", typed, f)
		}
	}
	large := io.MultiReader(o.scan(), bytes.NewReader(make([]byte, picture.MaxPaper)))
	if f := fault.As(o.propose("igp", "IGP-1", 40, large)); f == nil || f.Fields["scan"].Args["MB"] != picture.MaxPaper>>20 {
		t.Errorf("of one too large: %+v", f)
	}
}

func TestPicturesOfCertificatesThatProveNothingGo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clean := func() {
		t.Helper()
		o.must((&certificate.CleanWorker{Certificates: o.Certificates}).Work(t.Context(), nil))
	}
	by := actor.OfAssociation(o.Association.ID)
	o.must(o.propose("igp", "IGP-1", 300, o.scan()))
	refused := o.latest(true).ID
	o.must(o.Certificates.Refuse(t.Context(), refused, "Non.", by))
	o.must(o.propose("bio-maroc", "BIO-1", 300, o.scan()))
	confirmed := o.latest(true).ID
	o.must(o.Certificates.Confirm(t.Context(), confirmed, by))
	for _, step := range []struct {
		pass               int // days
		refused, confirmed bool
	}{{0, true, true}, {29, true, true}, {3, false, true}, {297, false, true}, {3, false, false}} { // a day off either end: in Ramadan days begin later
		o.Pass(time.Duration(step.pass) * 24 * time.Hour)
		clean()
		if o.seen(refused) != step.refused || o.seen(confirmed) != step.confirmed {
			t.Errorf("after %d more days the refused one is seen: %t, the confirmed one: %t", step.pass, o.seen(refused), o.seen(confirmed))
		}
	}
}

func TestAPictureThatCannotBeDeletedKeepsNoOther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.must(o.propose("igp", "IGP-1", 40, o.scan()))
	stuck := o.latest(true).ID
	o.must(o.propose("bio-maroc", "BIO-1", 50, o.scan()))
	next := o.latest(true).ID
	blobs, err := fileblob.OpenBucket(t.TempDir(), &fileblob.Options{NoTempDir: true})
	o.must(err)
	t.Cleanup(func() { o.must(blobs.Close()) })
	o.must(blobs.WriteAll(t.Context(), "certificates/"+stuck.String()+"/copy.jpg/file", nil, nil)) // where the copy should be is a folder with a file
	o.Pass(100 * 24 * time.Hour)
	worker := certificate.CleanWorker{Certificates: certificate.New(o.DB, o.Catalog, o.Jobs, blobs, o.Languages, slog.New(slog.DiscardHandler), "", o.Now)}
	if err := worker.Work(t.Context(), nil); err == nil {
		t.Error("nobody learns of it")
	}
	if first, second := o.state(stuck, "scan_state"), o.state(next, "scan_state"); first != "ready" || second != "gone" {
		t.Errorf("the one is %s, the other %s", first, second)
	}
}

func TestACooperativeWithdrawsALabelThatWaitsOrIsCarried(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, member := t.Context(), actor.OfCooperative(o.Honey.ID, o.Honey.Member.ID)
	withdraw := func(of certificate.State) error {
		return o.Certificates.Withdraw(ctx, o.Honey.ID, o.product.ID, "bio-maroc", of, member)
	}
	o.must(o.propose("bio-maroc", "BIO-1", 40, o.scan()))
	first := o.latest(true).ID
	if err := o.Certificates.Withdraw(ctx, o.Oil.ID, o.product.ID, "bio-maroc", certificate.Proposed, member); !errors.Is(err, certificate.ErrNotFound) {
		t.Errorf("another cooperative's: %v", err)
	}
	o.must(withdraw(certificate.Proposed))
	if err := o.Certificates.Confirm(ctx, first, actor.OfAssociation(o.Association.ID)); !errors.Is(err, certificate.ErrDecided) {
		t.Errorf("what is withdrawn is confirmed: %v", err)
	}
	o.must(o.propose("bio-maroc", "BIO-1", 40, o.scan()))
	o.must(o.Certificates.Confirm(ctx, o.latest(true).ID, actor.OfAssociation(o.Association.ID)))
	earlier := o.latest(false).ID
	o.must(o.propose("bio-maroc", "BIO-2", 400, o.scan()))
	o.must(o.Certificates.Confirm(ctx, o.latest(true).ID, actor.OfAssociation(o.Association.ID)))
	o.must(withdraw(certificate.Confirmed))
	if p, err := o.Catalog.Get(ctx, o.Honey.ID, o.product.ID); err != nil || len(p.Labels) != 0 || o.latest(false).State != certificate.Withdrawn {
		t.Errorf("it carries %+v, its proposal is %s, %v", p.Labels, o.latest(false).State, err)
	}
	for _, of := range []certificate.State{certificate.Proposed, certificate.Confirmed} {
		if err := withdraw(of); !errors.Is(err, certificate.ErrNotFound) {
			t.Errorf("%s, withdrawn once more: %v", of, err)
		}
	}
	if o.state(earlier, "state") != "confirmed" {
		t.Error("what was carried before is withdrawn too")
	}
	o.Pass(31 * 24 * time.Hour)
	o.must((&certificate.CleanWorker{Certificates: o.Certificates}).Work(ctx, nil))
	if o.seen(first) {
		t.Error("its picture is kept")
	}
}

// A cooperative has one letter of all that ends, and none of what it does not sell any more.
func TestOfLabelsThatEndACooperativeHasOneLetter(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := o.Honey.Products[1]
	o.DB.MustExec(`delete from product_labels`)
	for _, l := range []struct {
		product       uuid.UUID
		label, number string
		days          int
	}{{o.product.ID, "igp", "IGP-5", 20}, {o.product.ID, "bio-maroc", "BIO-5", 5}, {o.Oil.Products[0].ID, "bio-maroc", "BIO-6", 5}, {other.ID, "igp", "IGP-7", 5}} {
		o.DB.MustExec(`insert into product_labels (product_id, label, certificate, expires_on) values ($1, $2, $3, $4)`, l.product, l.label, l.number, o.day(l.days))
	}
	o.DB.MustExec(`update products set state = 'archived' where id = $1`, other.ID)
	letters := func() []string {
		t.Helper()
		o.must((&certificate.RemindWorker{Certificates: o.Certificates}).Work(t.Context(), nil))
		var list []string
		o.must(o.DB.Select(&list, `select args::text from river_job where kind = 'mail_send' and args::text ~ '(IGP|BIO)-[567]' order by id`))
		return list
	}
	list := letters()
	if len(list) != 2 {
		t.Fatalf("%d letters, not one for each of two: %v", len(list), list)
	}
	for _, letter := range list {
		if strings.Contains(letter, "BIO-5") != strings.Contains(letter, "IGP-5") || strings.Contains(letter, "BIO-5") == strings.Contains(letter, "BIO-6") || strings.Contains(letter, "IGP-7") {
			t.Errorf("a letter says %s", letter)
		}
	}
	if n := len(letters()); n != 2 {
		t.Errorf("told again: %d", n)
	}
	o.Pass(14 * 24 * time.Hour) // the IGP has six days left, the others have ended
	if list := letters(); len(list) != 3 || !strings.Contains(list[2], "IGP-5") || strings.Contains(list[2], "BIO") {
		t.Errorf("then %v", list)
	}
	o.DB.MustExec(`update products set state = 'published' where id = $1`, other.ID)
	o.DB.MustExec(`update product_labels set expires_on = $1 where certificate = 'IGP-7'`, o.day(3))
	if n := len(letters()); n != 4 {
		t.Errorf("what is sold again is not told of: %d", n)
	}
}
