package report_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/report"
)

// parcel is an order and how far it is.
type parcel struct {
	id   uuid.UUID
	at   time.Time
	left basket // what did not go back
	step string // placed, confirmed, paid, earned
}

// seller is what filters ask of a cooperative.
type seller struct {
	commune, sector string
	womenOnly       bool
}

// bazaar is a market whose sums are counted by hand.
type bazaar struct {
	*books
	t       *testing.T
	rt      *rapid.T
	parcels []*parcel
	sellers map[string]seller
}

func TestTheSumsAreWhatIsCountedByHand(t *testing.T) {
	t.Parallel()
	b := &bazaar{books: newBooks(t), t: t, sellers: map[string]seller{
		"nahlat": {"zegzel", "honey", true}, "seksou": {"ahfir", "couscous", false}, "zitoun": {"ahfir", "olive-oil", false},
		"khayt": {"zegzel", "couscous", true}, "terfass": {"zegzel", "figs", false}, "hamel": {"ahfir", "honey", true},
	}}
	rapid.Check(t, func(rt *rapid.T) {
		b.rt = rt
		moves := []func(){b.order, b.order, b.order, b.goOn, b.goOn, b.goOn, b.goBack, b.move, func() { b.sales(t, report.Filter{}) }}
		for range rapid.IntRange(1, 15).Draw(rt, "moves") {
			rapid.SampledFrom(moves).Draw(rt, "move")()
		}
		if b.sales(t, report.Filter{}).Behind {
			if err := b.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			b.wantCounted(report.Filter{
				From: b.orNever("from"), To: b.orNever("to"),
				Commune: b.draw("commune", "", "zegzel", "ahfir"), Sector: b.draw("sector", "", "honey", "couscous"),
				WomenOnly: rapid.Bool().Draw(rt, "women only"),
			})
		}
		for _, f := range b.watched() {
			b.wantCounted(f)
			b.wantAsReadAnew(f)
		}
		b.wantSound(t)
	})
}

func (b *bazaar) draw(what string, from ...string) string {
	return rapid.SampledFrom(from).Draw(b.rt, what)
}

// moment is one of an autumn, of which some are another day in Morocco than in UTC.
func (b *bazaar) moment(what string) time.Time {
	days := rapid.IntRange(0, 100).Draw(b.rt, what)
	return at(b.t, "2026-09-01 00:00").AddDate(0, 0, days).Add(time.Duration(rapid.IntRange(0, 23).Draw(b.rt, what+" hour")) * time.Hour)
}

func (b *bazaar) orNever(what string) time.Time {
	if rapid.Bool().Draw(b.rt, what+" open") {
		return time.Time{}
	}
	return b.moment(what)
}

func (b *bazaar) names() []string { return slices.Sorted(maps.Keys(b.sellers)) }

func (b *bazaar) order() {
	p := &parcel{at: b.moment("ordered"), left: basket{}, step: b.draw("step", "placed", "confirmed")}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(b.names()), 1, 3, rapid.ID).Draw(b.rt, "sellers") {
		p.left[name] = money.Amount(rapid.IntRange(100, 9999).Draw(b.rt, "amount"))
	}
	moment := p.at.Format("2006-01-02 15:04")
	p.id = b.ordered(b.t, moment, p.left)
	b.write(b.t, p.id, fmt.Sprintf("S-%d", len(b.parcels)), moment, p.step)
	b.parcels = append(b.parcels, p)
}

const afterwards = "2026-12-31 10:00"

// goOn takes an order one step further.
func (b *bazaar) goOn() {
	if len(b.parcels) == 0 {
		return
	}
	p := rapid.SampledFrom(b.parcels).Draw(b.rt, "parcel")
	switch {
	case p.step == "placed":
		p.step = "confirmed"
		b.exec(b.t, `update orders set state = 'confirmed' where id = $1`, p.id)
	case len(p.left) == 0:
	case p.step == "confirmed":
		p.step = "paid"
		b.paid(b.t, p.id, afterwards, p.left)
	case p.step == "paid":
		p.step = "earned"
		b.earned(b.t, p.id, afterwards, p.left)
	}
}

// goBack takes one part of an order back.
func (b *bazaar) goBack() {
	if len(b.parcels) == 0 {
		return
	}
	p := rapid.SampledFrom(b.parcels).Draw(b.rt, "parcel")
	if len(p.left) == 0 || p.step == "earned" {
		return
	}
	name := slices.Sorted(maps.Keys(p.left))[0]
	part := basket{name: p.left[name]}
	delete(p.left, name)
	if p.step == "paid" {
		b.refunded(b.t, p.id, afterwards, part)
	} else {
		b.cancelled(b.t, p.id, afterwards, part)
	}
}

// move brings a cooperative to another commune, sector and membership.
func (b *bazaar) move() {
	name := rapid.SampledFrom(b.names()).Draw(b.rt, "who")
	to := seller{b.draw("commune", "zegzel", "ahfir"), b.draw("sector", "honey", "couscous", "olive-oil"), rapid.Bool().Draw(b.rt, "women only")}
	men := map[bool]int{true: 0, false: 6}[to.womenOnly]
	b.exec(b.t, `update cooperatives set commune = $2, sector = $3, women = 5, men = $4, young = 0 where id = $1`, b.books.sellers[name], to.commune, to.sector, men)
	b.sellers[name] = to
}

// wantCounted counts the orders one by one, and compares.
func (b *bazaar) wantCounted(f report.Filter) {
	b.t.Helper()
	var all, waiting report.Figures
	joint := 0
	each, months := make(map[string]report.Figures), make(map[string]report.Figures)
	add := func(to *report.Figures, g report.Figures) {
		to.Paid, to.Earned, to.UnderWay, to.Orders = to.Paid+g.Paid, to.Earned+g.Earned, to.UnderWay+g.UnderWay, to.Orders+g.Orders
	}
	for _, p := range b.parcels {
		day := clock.Day(p.at)
		if !f.From.IsZero() && day.Before(clock.Day(f.From)) || !f.To.IsZero() && !day.Before(clock.Day(f.To)) {
			continue
		}
		whole, parts := report.Figures{Orders: 1}, 0
		for name, amount := range p.left {
			s := b.sellers[name]
			if f.Commune != "" && s.commune != f.Commune || f.Sector != "" && s.sector != f.Sector || f.WomenOnly && !s.womenOnly {
				continue
			}
			part := report.Figures{Orders: 1}
			switch p.step {
			case "earned":
				part.Paid, part.Earned = amount, amount
			case "paid":
				part.Paid = amount
			default:
				part.UnderWay = amount
			}
			parts++
			add(&whole, report.Figures{Paid: part.Paid, Earned: part.Earned, UnderWay: part.UnderWay})
			if p.step != "placed" {
				sold := each[name]
				add(&sold, part)
				each[name] = sold
			}
		}
		switch {
		case parts == 0:
		case p.step == "placed":
			add(&waiting, whole)
		default:
			add(&all, whole)
			month := months[day.Format("2006-01")]
			add(&month, whole)
			months[day.Format("2006-01")] = month
			if parts > 1 {
				joint++
			}
		}
	}
	s := b.books.sales(b.t, f)
	same(b.t, "sold", s.Figures, all)
	same(b.t, "waiting", s.Waiting, waiting)
	same(b.t, "joint", s.JointOrders, joint)
	gotMonths := make(map[string]report.Figures)
	for _, m := range s.ByMonth {
		if m.Orders > 0 {
			gotMonths[m.Month.Format("2006-01")] = m.Figures
		}
	}
	same(b.t, "by month", gotMonths, months)
	got := make(map[string]report.Figures)
	if err := b.EachCooperative(b.t.Context(), f, func(c report.Cooperative) error {
		if c.Orders > 0 {
			got[c.Slug] = c.Figures
		}
		return nil
	}); err != nil {
		b.t.Fatal(err)
	}
	same(b.t, "by cooperative", got, each)
	of, err := b.OfEach(b.t.Context(), f, slices.Collect(maps.Values(b.books.sellers)))
	if err != nil {
		b.t.Fatal(err)
	}
	for name, figures := range each {
		same(b.t, "of "+name, of[b.books.sellers[name]], figures)
	}
	_, before, err := b.SalesAndBefore(b.t.Context(), f, f)
	if err != nil {
		b.t.Fatal(err)
	}
	same(b.t, "to compare with", before, report.Before{Sold: all.Total(), Selling: len(each)})
	if b.t.Failed() {
		b.rt.Fatalf("of %+v", f)
	}
}

// watched are what the association looks at again and again, so that what is kept of them is brought up to date.
func (b *bazaar) watched() []report.Filter {
	return []report.Filter{
		{}, {Commune: "ahfir"}, {Sector: "honey", WomenOnly: true},
		{From: at(b.t, "2026-09-20 00:00"), To: at(b.t, "2026-11-03 00:00")}, {From: at(b.t, "2026-10-01 00:00"), Commune: "zegzel"},
	}
}

// wantAsReadAnew wants what is kept to be what somebody sees who has kept nothing.
func (b *bazaar) wantAsReadAnew(f report.Filter) {
	b.t.Helper()
	anew := report.New(b.db)
	sales, err := anew.Sales(b.t.Context(), f)
	if err != nil {
		b.t.Fatal(err)
	}
	same(b.t, "a report that was kept", b.books.sales(b.t, f), sales)
	_, before, err := anew.SalesAndBefore(b.t.Context(), f, f)
	if err != nil {
		b.t.Fatal(err)
	}
	_, kept, err := b.SalesAndBefore(b.t.Context(), f, f)
	if err != nil {
		b.t.Fatal(err)
	}
	same(b.t, "an earlier period that was kept", kept, before)
	var idle, leafed []string
	if err := b.EachIdle(b.t.Context(), f, func(c report.Cooperative) error {
		idle = append(idle, c.Slug)
		return nil
	}); err != nil {
		b.t.Fatal(err)
	}
	for from, more := (*keyset.Place)(nil), true; more; {
		page, err := b.Idle(b.t.Context(), f, from, 2)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, c := range page.Cooperatives {
			leafed = append(leafed, c.Slug)
		}
		if from, more = page.Next, page.Next != nil; page.All != len(idle) {
			b.t.Errorf("%d have sold nothing, not %d", len(idle), page.All)
		}
	}
	same(b.t, "those with no sale", leafed, idle)
	if b.t.Failed() {
		b.rt.Fatalf("of %+v", f)
	}
}

// wantSound wants the audit to find nothing.
func (b *books) wantSound(t *testing.T) {
	t.Helper()
	checks, err := report.Audit(t.Context(), b.db)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if !c.OK() {
			t.Errorf("%s: %q", c.Name, c.Problems)
		}
	}
}

func TestTheAuditFindsSumsThatAreNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm  string
		found int // the check that finds it
	}{
		"a part that is lost":            {`delete from sold_parts where total = 50000`, 0},
		"a part that counts for more":    {`update sold_parts set total = total + 1 where total = 50000`, 0},
		"a part of another day":          {`update sold_parts set day = day - 1 where total = 50000`, 0},
		"a sum that is too large":        {`update sold_by_cooperative set paid = paid + 1 where first = '-infinity' and paid = 140000`, 1},
		"a sum that is lost":             {`delete from sold_by_cooperative where first = '2026-09-01'`, 1},
		"a sum of nobody":                {`insert into sold_by_cooperative values ('2026-09-01', gen_random_uuid(), 1, 0, 0, 1)`, 1},
		"a commune's order that is not":  {`update sold_by_scope set orders = orders + 1 where commune = 'zegzel' and first = '2026-09-10' and span = 'day'`, 2},
		"a change that is still to come": {`update sold_moved set version = version + 1000`, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBooks(t)
			b.autumn(t)
			b.sales(t, report.Filter{})
			b.wantSound(t)
			b.exec(t, c.harm)
			checks, err := report.Audit(t.Context(), b.db)
			if err != nil {
				t.Fatal(err)
			}
			if checks[c.found].OK() {
				t.Errorf("%q finds nothing", checks[c.found].Name)
			}
		})
	}
}

func TestARaceOfSalesAndReportsLosesNothing(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	const sellers, each = 4, 10
	var all errgroup.Group
	for n := range sellers {
		all.Go(func() error {
			for i := range each {
				goods := basket{"nahlat": 100, "zitoun": 200}
				if n%2 == 0 {
					goods = basket{"zitoun": 200, "nahlat": 100}
				}
				order := postgres.NewID()
				var postings []ledger.Posting
				for name, amount := range goods {
					postings = append(postings, b.sale(name, amount))
				}
				err := postgres.InTx(t.Context(), b.db, func(tx *sqlx.Tx) error {
					return ledger.RecordTx(t.Context(), tx, ledger.Journal{Reference: fmt.Sprintf("order:%s:placed", order), Kind: "placed",
						OrderID: &order, At: at(t, "2026-11-05 10:00"), Postings: postings})
				})
				if err != nil {
					return err
				}
				if _, err := b.Sales(t.Context(), report.Filter{}); err != nil {
					return fmt.Errorf("report %d of %d: %w", i, n, err)
				}
			}
			return nil
		})
	}
	all.Go(func() error {
		for i := range each {
			commune := []string{"zegzel", "ahfir"}[i%2]
			if _, err := b.db.ExecContext(t.Context(), `update cooperatives set commune = $1 where slug = 'zitoun'`, commune); err != nil {
				return err
			}
			if err := (&report.FoldWorker{Reports: b.Service}).Work(t.Context(), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	same(t, "sold", b.sales(t, report.Filter{}).Figures, report.Figures{UnderWay: sellers * each * 300, Orders: sellers * each})
	same(t, "in Ahfir", b.sales(t, report.Filter{Commune: "ahfir"}).Figures, report.Figures{UnderWay: sellers * each * 200, Orders: sellers * each})
	b.wantSound(t)
}

func TestWhoMovesMoneyDoesNotWaitForTheSums(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.ordered(t, "2026-11-05 10:00", basket{"nahlat": 100})
	tx, err := b.db.BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	// Somebody is bringing all that there is into the sums.
	if _, err := tx.Exec(`update sold_turn set version = version + 1`); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`delete from sold_changes`); err != nil {
		t.Fatal(err)
	}
	order := b.ordered(t, "2026-11-05 11:00", basket{"nahlat": 200})
	b.paid(t, order, "2026-11-05 12:00", basket{"nahlat": 200})
}

func TestAReportThatCannotHoldEverythingSaysSo(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.exec(t, `insert into sold_changes (order_id) select gen_random_uuid() from generate_series(1, 70)`)
	if !b.sales(t, report.Filter{}).Behind {
		t.Error("a page waits for 70 changes")
	}
	if b.sales(t, report.Filter{}).Behind {
		t.Error("the second report does not hold the rest")
	}
	b.exec(t, `insert into sold_changes (order_id) select gen_random_uuid() from generate_series(1, 2500)`)
	if err := (&report.FoldWorker{Reports: b.Service}).Work(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if b.sales(t, report.Filter{}).Behind {
		t.Error("the job leaves changes")
	}
}

// What many orders count for elsewhere is brought in by the job: no page waits for some of them at a time.
func TestNoPageWaitsForTheOrdersOfALargeCooperativeThatMoved(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	for range 31 {
		b.ordered(t, "2026-11-05 10:00", basket{"seksou": 100})
	}
	b.ordered(t, "2026-11-05 10:00", basket{"zitoun": 100})
	if err := b.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	move := func(name string) {
		b.exec(t, `update cooperatives set commune = 'zegzel' where slug = $1`, name)
	}
	sold := func() money.Amount { return b.sales(t, report.Filter{Commune: "zegzel"}).Figures.Total() }
	move("zitoun")
	if b.sales(t, report.Filter{}).Behind {
		t.Error("a page does not wait for one order")
	}
	before := sold()
	move("seksou")
	for range 3 {
		if !b.sales(t, report.Filter{}).Behind || sold() != before {
			t.Errorf("a page brings in orders of many: %v", sold())
		}
	}
	b.ordered(t, "2026-11-05 10:00", basket{"zitoun": 50})
	same(t, "with an order that nobody waits for", sold(), before+50)
	if err := (&report.FoldWorker{Reports: b.Service}).Work(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if b.sales(t, report.Filter{}).Behind {
		t.Error("the job leaves orders of one that moved")
	}
	same(t, "once the job has been there", sold(), before+50+31*100)
}

// Whoever finds that another has brought in what waited leaves what is kept as true as it is.
func TestTheSumsAreAsOldAsTheirLastChange(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.ordered(t, "2026-11-05 10:00", basket{"nahlat": 100})
	b.sales(t, report.Filter{})
	version := func() (version int) {
		if err := b.db.Get(&version, `select version from sold_turn`); err != nil {
			t.Fatal(err)
		}
		return version
	}
	before := version()
	b.exec(t, `insert into sold_changes (order_id) select gen_random_uuid()`)
	tx, err := b.db.BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range []string{`select from sold_turn for no key update`, `delete from sold_changes`} {
		if _, err := tx.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	waits := make(chan error, 1)
	go func() {
		_, err := b.Sales(t.Context(), report.Filter{})
		waits <- err
	}()
	for waiting, deadline := false, time.Now().Add(10*time.Second); !waiting; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody waits")
		}
		if err := b.db.Get(&waiting, `
			select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-waits; err != nil {
		t.Fatal(err)
	}
	same(t, "version", version(), before)
}

func TestAReportIsKeptAsLongAsItIsTrue(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	name := func() string { return b.sales(t, report.Filter{}).Most[0].Slug }
	same(t, "the most sold", name(), "zitoun")
	b.exec(t, `update cooperatives set slug = 'zitouna' where slug = 'zitoun'`)
	same(t, "under its new name", name(), "zitouna")
	b.exec(t, `update cooperatives set state = 'approved' where slug = 'hamel'`)
	same(t, "cooperatives", b.sales(t, report.Filter{}).Cooperatives, 6)
	b.exec(t, `update cooperatives set women = 30 where slug = 'khayt'`)
	same(t, "women", b.sales(t, report.Filter{}).People.Women, 27+22+9)
}

func TestALaterReportReadsOnlyTheCooperativesThatChanged(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	year := report.Filter{From: at(t, "2026-01-01 00:00"), To: at(t, "2027-01-01 00:00")}
	b.sales(t, year)
	// Were it read again, what is carried of seksou would be seen to be another now, and with it that of its commune.
	b.exec(t, `update sold_by_cooperative set paid = paid + 1 where cooperative_id = $1`, b.sellers["seksou"])
	b.ordered(t, "2026-11-09 10:00", basket{"khayt": 700})
	same(t, "what somebody sees who looked before", soldIn(t, b.Service, year), map[string]money.Amount{"ahfir": 250000, "zegzel": 140700})
	same(t, "what somebody sees who did not", soldIn(t, report.New(b.db), year), map[string]money.Amount{"ahfir": 250001, "zegzel": 140700})
}

// soldIn is what a report says was sold in each commune.
func soldIn(t *testing.T, s *report.Service, f report.Filter) map[string]money.Amount {
	t.Helper()
	sales, err := s.Sales(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	of := make(map[string]money.Amount)
	for _, c := range sales.ByCommune {
		of[c.Slug] = c.Sold
	}
	return of
}

func TestAPeriodSomeDaysOffOneThatIsKeptReadsTheseDaysOnly(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	period := func(from, to string) report.Filter {
		return report.Filter{From: at(t, from+" 00:00"), To: at(t, to+" 00:00")}
	}
	same(t, "which is kept", soldIn(t, b.Service, period("2026-09-12", "2026-11-13")), map[string]money.Amount{"ahfir": 200000, "zegzel": 40000})
	// Were the months read again, all of them would be seen to be others now.
	b.exec(t, `update sold_by_cooperative set paid = paid + 1`)
	same(t, "five days earlier", soldIn(t, b.Service, period("2026-09-07", "2026-11-08")), map[string]money.Amount{"ahfir": 250000, "zegzel": 100000})
	same(t, "five days later", soldIn(t, b.Service, period("2026-09-17", "2026-11-18")), map[string]money.Amount{"ahfir": 200000, "zegzel": 40000})
}

func TestNothingIsPutTogetherFromAPeriodThatEndsBeforeItBegins(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.ordered(t, "2026-11-14 10:00", basket{"nahlat": 700})
	backward := report.Filter{From: at(t, "2026-11-15 00:00"), To: at(t, "2026-11-14 00:00")}
	same(t, "in no day", soldIn(t, b.Service, backward)["zegzel"], 0)
	same(t, "in three days", soldIn(t, b.Service, report.Filter{From: backward.To, To: at(t, "2026-11-17 00:00")})["zegzel"], 700)
}

func TestFewDaysAreReadByThemselves(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	b.exec(t, `update sold_by_cooperative set paid = paid + 1`) // were months read, it would be seen
	week := report.Filter{From: at(t, "2026-09-09 00:00"), To: at(t, "2026-09-20 00:00")}
	same(t, "in the middle of a month", soldIn(t, b.Service, week), map[string]money.Amount{"ahfir": 50000, "zegzel": 100000})
}

func TestAReportOnAPlaceReadsNothingThatItsPeriodHasRead(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	b.sales(t, report.Filter{})
	b.exec(t, `update sold_by_cooperative set paid = paid + 1`)
	same(t, "what is sold in Ahfir", soldIn(t, b.Service, report.Filter{Commune: "ahfir"}), map[string]money.Amount{"ahfir": 250000})
}

func TestAReportIsRightAfterVeryMuchChanged(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	b.sales(t, report.Filter{})
	b.exec(t, `insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, state, created_at, updated_at)
		select gen_random_uuid(), 'c' || i, 'c' || i, 'c' || i, 'honey', 'zegzel', 5, 0, 0, 'approved', now(), now() from generate_series(1, 600) i`)
	catchUp := func() {
		t.Helper()
		if err := b.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	catchUp()
	same(t, "cooperatives", b.sales(t, report.Filter{}).Cooperatives, 605)
	b.exec(t, `update cooperatives set state = 'suspended' where slug ~ '^c[0-9]'`)
	catchUp()
	same(t, "cooperatives", b.sales(t, report.Filter{}).Cooperatives, 5)
}
