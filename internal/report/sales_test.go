package report_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/report"
)

// lines are how the tests tell of the cooperatives' figures.
func lines(cooperatives []report.Cooperative) []string {
	told := make([]string, len(cooperatives))
	for i, c := range cooperatives {
		told[i] = fmt.Sprintf("%s paid %s under way %s in %d", c.Slug, c.Paid, c.UnderWay, c.Orders)
	}
	return told
}

func months(s report.Sales) []string {
	told := make([]string, len(s.ByMonth))
	for i, m := range s.ByMonth {
		told[i] = fmt.Sprintf("%s paid %s under way %s in %d, %d joint", m.Month.Format("2006-01"), m.Paid, m.UnderWay, m.Orders, m.JointOrders)
	}
	return told
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestSalesCountWhatWasOrderedLessWhatCameBack(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	s := b.sales(t, report.Filter{})
	same(t, "by cooperative", lines(s.Most), []string{
		"zitoun paid 0.00 under way 2000.00 in 1",
		"nahlat paid 1400.00 under way 0.00 in 2",
		"seksou paid 500.00 under way 0.00 in 1",
		"khayt paid 0.00 under way 0.00 in 0", // sold nothing and is told of all the same
		"terfass paid 0.00 under way 0.00 in 0",
	})
	same(t, "by month", months(s), []string{
		"2026-09 paid 1500.00 under way 0.00 in 1, 1 joint",
		"2026-10 paid 0.00 under way 0.00 in 0, 0 joint",
		"2026-11 paid 400.00 under way 2000.00 in 2, 0 joint",
	})
	same(t, "in all", s.Figures, report.Figures{Paid: 190000, Earned: 190000, UnderWay: 200000, Orders: 3})
	same(t, "joint orders", s.JointOrders, 1)
	var communes []string
	for _, c := range s.ByCommune {
		communes = append(communes, fmt.Sprintf("%s %s %s, %d of %d sell, %d members, %d women, %d young",
			c.Slug, c.Name.FR, c.Sold, c.Selling, c.Cooperatives, c.People.Members, c.People.Women, c.People.Young))
	}
	same(t, "by commune", communes, []string{
		"ahfir Ahfir 2500.00, 2 of 2 sell, 30 members, 9 women, 2 young",
		"zegzel Zegzel 1400.00, 1 of 3 sell, 24 members, 18 women, 12 young",
	})
}

func TestWhatIsPaidIsNotEarnedYet(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	order := b.ordered(t, "2026-11-08 10:00", basket{"nahlat": 40000, "seksou": 10000})
	b.paid(t, order, "2026-11-08 11:00", basket{"nahlat": 40000, "seksou": 10000})
	same(t, "paid", b.sales(t, report.Filter{}).Figures, report.Figures{Paid: 50000, Orders: 1})
	b.refunded(t, order, "2026-11-09 10:00", basket{"seksou": 10000})
	same(t, "a part is not to come", b.sales(t, report.Filter{}).Figures, report.Figures{Paid: 40000, Orders: 1})
	b.earned(t, order, "2026-11-12 10:00", basket{"nahlat": 40000})
	s := b.sales(t, report.Filter{})
	same(t, "the rest is delivered", s.Figures, report.Figures{Paid: 40000, Earned: 40000, Orders: 1})
	same(t, "of one cooperative", lines(s.Most)[:2], []string{
		"nahlat paid 400.00 under way 0.00 in 1", "khayt paid 0.00 under way 0.00 in 0",
	})
	b.takenBack(t, order, "2026-11-13 10:00", basket{"nahlat": 3000})
	same(t, "a jar was broken", b.sales(t, report.Filter{}).Figures, report.Figures{Paid: 37000, Earned: 37000, Orders: 1})
}

func TestCashThatACooperativeKeptIsPaidToo(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	order, nahlat := b.ordered(t, "2026-11-08 10:00", basket{"nahlat": 40000}), b.sellers["nahlat"]
	b.record(t, "paid", "paid", order, "2026-11-12 10:00", []ledger.Posting{
		{Debit: ledger.OwedBy(nahlat), Credit: ledger.Buyers, Amount: 42000},
		{Debit: ledger.PendingTo(nahlat), Credit: ledger.HeldFor(nahlat), Amount: 40000},
		{Debit: ledger.PendingDelivery, Credit: ledger.HeldDelivery, Amount: 2000},
	})
	b.earned(t, order, "2026-11-12 10:00", basket{"nahlat": 40000})
	same(t, "kept", b.sales(t, report.Filter{}).Figures, report.Figures{Paid: 40000, Earned: 40000, Orders: 1})
	b.takenBack(t, order, "2026-11-13 10:00", basket{"nahlat": 3000})
	b.record(t, "given back", "refunded", order, "2026-11-13 11:00", []ledger.Posting{
		{Debit: ledger.RefundsDue, Credit: ledger.OwedBy(nahlat), Amount: 3000},
	})
	same(t, "of that it gave something back", b.sales(t, report.Filter{}).Figures, report.Figures{Paid: 37000, Earned: 37000, Orders: 1})
	b.wantSound(t)
}

func TestWhatABuyerHasBackAfterItWasPaidOutIsNotSold(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	order, nahlat := b.ordered(t, "2026-11-08 10:00", basket{"nahlat": 40000}), b.sellers["nahlat"]
	b.record(t, "paid", "paid", order, "2026-11-12 10:00", []ledger.Posting{
		{Debit: ledger.Received("cash_on_delivery"), Credit: ledger.Buyers, Amount: 42000},
		{Debit: ledger.PendingTo(nahlat), Credit: ledger.HeldFor(nahlat), Amount: 40000},
		{Debit: ledger.PendingDelivery, Credit: ledger.HeldDelivery, Amount: 2000},
	})
	b.earned(t, order, "2026-11-12 10:00", basket{"nahlat": 40000})
	b.record(t, "back", "adjusted", order, "2026-11-13 10:00", []ledger.Posting{
		{Debit: ledger.OwedBy(nahlat), Credit: ledger.HeldFor(nahlat), Amount: 3000},
		{Debit: ledger.HeldFor(nahlat), Credit: ledger.RefundsDue, Amount: 3000},
	})
	same(t, "its cooperative owes it", b.sales(t, report.Filter{}).Figures, report.Figures{Paid: 37000, Earned: 37000, Orders: 1})
	b.wantSound(t)
}

func TestTheHeadlineCountsThoseWhoSoldNothing(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	s := b.sales(t, report.Filter{})
	same(t, "share of cooperatives with a sale", s.SellingShare(), 3./5)
	same(t, "members", s.People, report.People{Members: 54, Women: 27, Young: 14})
	same(t, "members of those who sell", s.SellingPeople, report.People{Members: 40, Women: 19, Young: 5})
	// Per member, ascending: 0, 0, 50 (seksou), 100 (zitoun), 140 (nahlat).
	// Σ(2i−6)xᵢ = 0·50 + 2·100 + 4·140 = 760; (5−1)·290 = 1160.
	if want := 760. / 1160; math.Abs(s.Fairness.Gini-want) > 1e-12 {
		t.Errorf("Gini %v, want %v", s.Fairness.Gini, want)
	}
	same(t, "median", s.Fairness.Median, money.Amount(50000))
	same(t, "Lorenz", s.Fairness.Lorenz, []float64{0, 0, 0, 50. / 290, 150. / 290, 1})
	w := s.WomenOnly
	same(t, "women-only", w, report.WomenOnly{
		Cooperatives: 2, Sold: 140000, OfMembers: 18. / 54, OfOrders: 2. / 4, OfSales: 140000. / 390000,
	})
	same(t, "sales per member", s.Most[1].PerMember(), money.Amount(14000))
}

func TestAMarketWithoutSalesHasFiguresToo(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	s := b.sales(t, report.Filter{From: at(t, "2026-01-01 00:00"), To: at(t, "2027-01-01 00:00")})
	if s.Total() != 0 || s.Selling != 0 || s.Fairness.Gini != 0 || s.WomenOnly.OfSales != 0 || len(s.ByMonth) != 0 {
		t.Errorf("%+v", s)
	}
	if s.Cooperatives != 4 { // those approved now
		t.Errorf("%d cooperatives, want 4", s.Cooperatives)
	}
	if s := b.sales(t, report.Filter{Commune: "atlantis"}); s.SellingShare() != 0 || s.Cooperatives != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAPeriodTakesInTheOrdersPlacedInIt(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	s := b.sales(t, report.Filter{From: at(t, "2026-09-01 00:00"), To: at(t, "2026-09-30 23:00")})
	same(t, "September's order was paid in October", s.Figures, report.Figures{Paid: 150000, Earned: 150000, Orders: 1})
	s = b.sales(t, report.Filter{From: at(t, "2026-10-20 10:00"), To: at(t, "2026-11-05 10:00")})
	same(t, "October's was refused in November; the next begins when the period ends", s.Figures, report.Figures{})
	s = b.sales(t, report.Filter{From: at(t, "2026-11-05 10:00")})
	same(t, "since the fifth of November", s.Figures, report.Figures{Paid: 40000, Earned: 40000, UnderWay: 200000, Orders: 2})
	s = b.sales(t, report.Filter{To: at(t, "2026-11-05 10:00")})
	same(t, "until then", s.Figures, report.Figures{Paid: 150000, Earned: 150000, Orders: 1})
}

func TestAFilterNarrowsEveryFigure(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	for name, c := range map[string]struct {
		filter       report.Filter
		cooperatives int
		want         report.Figures
	}{
		"commune":    {report.Filter{Commune: "zegzel"}, 3, report.Figures{Paid: 140000, Earned: 140000, Orders: 2}},
		"sector":     {report.Filter{Sector: "couscous"}, 2, report.Figures{Paid: 50000, Earned: 50000, Orders: 1}},
		"women-only": {report.Filter{WomenOnly: true}, 2, report.Figures{Paid: 140000, Earned: 140000, Orders: 2}},
		"all three":  {report.Filter{Commune: "zegzel", Sector: "couscous", WomenOnly: true}, 1, report.Figures{}},
	} {
		s := b.sales(t, c.filter)
		same(t, name, s.Figures, c.want)
		same(t, name+": cooperatives", s.Cooperatives, c.cooperatives)
		if s.JointOrders != 0 {
			t.Errorf("%s: %d joint orders within it, want none", name, s.JointOrders)
		}
	}
}

func TestMonthsAreMoroccan(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.ordered(t, "2026-10-31 23:30", basket{"seksou": 100}) // in Berkane it is November by then,
	b.ordered(t, "2026-02-28 23:30", basket{"seksou": 100}) // but during Ramadan clocks stand at UTC
	s := b.sales(t, report.Filter{})
	first, last := s.ByMonth[0], s.ByMonth[len(s.ByMonth)-1]
	if !first.Month.Equal(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)) || !last.Month.Equal(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)) || len(s.ByMonth) != 10 {
		t.Errorf("%v", months(s))
	}
}

func TestTheMonthsOfAPeriodAreAllThere(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.ordered(t, "2026-06-10 10:00", basket{"seksou": 100})
	names := func(from, to time.Time) []string {
		s := b.sales(t, report.Filter{From: from, To: to})
		told := make([]string, len(s.ByMonth))
		for i, m := range s.ByMonth {
			told[i] = m.Month.Format("2006-01")
		}
		return told
	}
	// Midnight of the first of August in Morocco: July is the last month.
	same(t, "from April to July", names(at(t, "2026-03-31 23:00"), at(t, "2026-07-31 23:00")),
		[]string{"2026-04", "2026-05", "2026-06", "2026-07"})
	if got := names(at(t, "0001-01-02 00:00"), at(t, "9999-01-01 00:00")); len(got) != 23 || !slices.Contains(got, "2026-06") {
		t.Errorf("an endless period shows %v, want eleven months on either side", got)
	}
}
