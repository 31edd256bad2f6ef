package report_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/report"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// books are a market's ledger and the report on it.
type books struct {
	*report.Service
	db      *sqlx.DB
	sellers map[string]uuid.UUID
}

// newBooks is a market of five approved or once approved cooperatives, and one that waits:
//
//	nahlat   Zegzel  honey     10 women          suspended since
//	seksou   Ahfir   couscous   5 women, 5 men
//	zitoun   Ahfir   oil        4 women, 16 men
//	khayt    Zegzel  couscous   8 women
//	terfass  Zegzel  truffle    0 women, 6 men
//	hamel    Ahfir   honey      9 women          pending
func newBooks(t testing.TB) *books {
	t.Helper()
	b := &books{db: pgtest.New(t), sellers: make(map[string]uuid.UUID)}
	b.Service = report.New(b.db)
	b.exec(t, `insert into places (slug, name_ar, name_fr, zone, latitude, longitude) values
		('zegzel', 'زكزل', 'Zegzel', 'province', 34.8, -2.3), ('ahfir', 'أحفير', 'Ahfir', 'province', 34.9, -2.1)
		on conflict do nothing`)
	for _, c := range []struct {
		name, commune, sector string
		women, men, young     int
		state                 string
	}{
		{"nahlat", "zegzel", "honey", 10, 0, 3, "suspended"}, {"seksou", "ahfir", "couscous", 5, 5, 2, "approved"},
		{"zitoun", "ahfir", "olive-oil", 4, 16, 0, "approved"}, {"khayt", "zegzel", "couscous", 8, 0, 8, "approved"},
		{"terfass", "zegzel", "figs", 0, 6, 1, "approved"}, {"hamel", "ahfir", "honey", 9, 0, 0, "pending"},
	} {
		id := postgres.NewID()
		b.exec(t, `insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, state, created_at, updated_at)
			values ($1, $2, $2, $2, $3, $4, $5, $6, $7, $8, now(), now())`,
			id, c.name, c.sector, c.commune, c.women, c.men, c.young, c.state)
		b.sellers[c.name] = id
	}
	return b
}

func (b *books) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := b.db.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}

// at reads a moment such as «2026-11-26 09:30», in UTC.
func at(t testing.TB, moment string) time.Time {
	t.Helper()
	m, err := time.Parse("2006-01-02 15:04", moment)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// basket is what an order takes from each cooperative.
type basket map[string]money.Amount

func (b *books) record(t testing.TB, reference, kind string, order uuid.UUID, moment string, postings []ledger.Posting) {
	t.Helper()
	err := postgres.InTx(context.Background(), b.db, func(tx *sqlx.Tx) error {
		return ledger.RecordTx(context.Background(), tx, ledger.Journal{
			Reference: reference, Kind: kind, OrderID: &order, At: at(t, moment), Postings: postings,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *books) sale(seller string, amount money.Amount) ledger.Posting {
	id := b.sellers[seller]
	return ledger.Posting{Debit: ledger.Buyers, Credit: ledger.PendingTo(id), Amount: amount}
}

func (b *books) ordered(t testing.TB, moment string, goods basket) (order uuid.UUID) {
	t.Helper()
	order = postgres.NewID()
	postings := []ledger.Posting{{Debit: ledger.Buyers, Credit: ledger.PendingDelivery, Amount: 2000}}
	for seller, amount := range goods {
		postings = append(postings, b.sale(seller, amount))
	}
	b.record(t, fmt.Sprintf("order:%s:placed", order), "placed", order, moment, postings)
	return order
}

func (b *books) cancelled(t testing.TB, order uuid.UUID, moment string, goods basket) {
	t.Helper()
	for seller, amount := range goods {
		b.record(t, fmt.Sprintf("sub_order:%s:cancelled", postgres.NewID()), "cancelled", order, moment,
			ledger.Reversed([]ledger.Posting{b.sale(seller, amount)}))
	}
}

// paid records that buyers paid for an order, whose goods are not with them yet.
func (b *books) paid(t testing.TB, order uuid.UUID, moment string, goods basket) {
	t.Helper()
	postings := []ledger.Posting{{Debit: ledger.PendingDelivery, Credit: ledger.HeldDelivery, Amount: 2000}}
	due := money.Amount(2000)
	for seller, amount := range goods {
		id := b.sellers[seller]
		due += amount
		postings = append(postings, ledger.Posting{Debit: ledger.PendingTo(id), Credit: ledger.HeldFor(id), Amount: amount})
	}
	postings = append(postings, ledger.Posting{Debit: ledger.Received("cash_on_delivery"), Credit: ledger.Buyers, Amount: due})
	b.record(t, fmt.Sprintf("order:%s:paid", order), "paid", order, moment, postings)
}

// earned records that they have the goods.
func (b *books) earned(t testing.TB, order uuid.UUID, moment string, goods basket) {
	t.Helper()
	postings := []ledger.Posting{{Debit: ledger.HeldDelivery, Credit: ledger.Delivery, Amount: 2000}}
	for seller, amount := range goods {
		id, commission := b.sellers[seller], amount.Share(500)
		postings = append(postings,
			ledger.Posting{Debit: ledger.HeldFor(id), Credit: ledger.PayableTo(id), Amount: amount - commission},
			ledger.Posting{Debit: ledger.HeldFor(id), Credit: ledger.Commission, Amount: commission})
	}
	b.record(t, fmt.Sprintf("order:%s:earned", order), "earned", order, moment, postings)
}

// refunded records that they are to have back what they paid for these goods.
func (b *books) refunded(t testing.TB, order uuid.UUID, moment string, goods basket) {
	t.Helper()
	for seller, amount := range goods {
		b.record(t, fmt.Sprintf("sub_order:%s:cancelled", postgres.NewID()), "cancelled", order, moment,
			[]ledger.Posting{{Debit: ledger.HeldFor(b.sellers[seller]), Credit: ledger.RefundsDue, Amount: amount}})
	}
}

// takenBack records that they are to have back something of these goods, which they have: it was earned.
func (b *books) takenBack(t testing.TB, order uuid.UUID, moment string, goods basket) {
	t.Helper()
	for seller, amount := range goods {
		id, commission := b.sellers[seller], amount.Share(500)
		b.record(t, fmt.Sprintf("adjustment:%s", postgres.NewID()), "adjusted", order, moment, []ledger.Posting{
			{Debit: ledger.PayableTo(id), Credit: ledger.HeldFor(id), Amount: amount - commission},
			{Debit: ledger.Commission, Credit: ledger.HeldFor(id), Amount: commission},
			{Debit: ledger.HeldFor(id), Credit: ledger.RefundsDue, Amount: amount},
		})
	}
}

// paidAtOnce is how the first version recorded cash at the door: paid and earned in one journal.
func (b *books) paidAtOnce(t testing.TB, order uuid.UUID, moment string, goods basket) {
	t.Helper()
	postings := []ledger.Posting{{Debit: ledger.PendingDelivery, Credit: ledger.Delivery, Amount: 2000}}
	due := money.Amount(2000)
	for seller, amount := range goods {
		id, commission := b.sellers[seller], amount.Share(500)
		due += amount
		postings = append(postings,
			ledger.Posting{Debit: ledger.PendingTo(id), Credit: ledger.PayableTo(id), Amount: amount - commission},
			ledger.Posting{Debit: ledger.PendingTo(id), Credit: ledger.Commission, Amount: commission})
	}
	postings = append(postings, ledger.Posting{Debit: ledger.Received("cash_on_delivery"), Credit: ledger.Buyers, Amount: due})
	b.record(t, fmt.Sprintf("order:%s:paid", order), "paid", order, moment, postings)
}

// autumn are four orders:
//
//	September  nahlat 1,000 and seksou 500: paid in October, and nahlat paid out
//	October    seksou 300: refused in November
//	November   nahlat 200 and zitoun 2,000, of which nahlat's part was declined: under way
//	November   nahlat 400: paid
func (b *books) autumn(t testing.TB) {
	t.Helper()
	first := b.ordered(t, "2026-09-10 10:00", basket{"nahlat": 100000, "seksou": 50000})
	b.paidAtOnce(t, first, "2026-10-02 10:00", basket{"nahlat": 100000, "seksou": 50000})
	nahlat := b.sellers["nahlat"]
	b.record(t, "payout:"+nahlat.String(), "payout", first, "2026-10-15 10:00", []ledger.Posting{
		{Debit: ledger.PayableTo(nahlat), Credit: ledger.Bank, Amount: 95000}})
	refused := b.ordered(t, "2026-10-20 10:00", basket{"seksou": 30000})
	b.cancelled(t, refused, "2026-11-01 10:00", basket{"seksou": 30000})
	third := b.ordered(t, "2026-11-05 10:00", basket{"nahlat": 20000, "zitoun": 200000})
	b.cancelled(t, third, "2026-11-06 10:00", basket{"nahlat": 20000})
	fourth := b.ordered(t, "2026-11-08 10:00", basket{"nahlat": 40000})
	b.paid(t, fourth, "2026-11-12 10:00", basket{"nahlat": 40000})
	b.earned(t, fourth, "2026-11-12 10:00", basket{"nahlat": 40000})
}

func (b *books) sales(t testing.TB, f report.Filter) report.Sales {
	t.Helper()
	s, err := b.Sales(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
