package settlement_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/settlement"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// till is a market's money, with a clock that moves on a day with everything that happens.
type till struct {
	*settlement.Service
	db    *sqlx.DB
	time  time.Time
	jamal actor.Actor // who pays out for the association

	sellers []uuid.UUID
}

func newTill(t *testing.T) *till {
	t.Helper()
	s := &till{db: pgtest.New(t), time: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), jamal: actor.OfAssociation(postgres.NewID())}
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := job.New(s.db, nil, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Service = settlement.New(s.db, jobs, texts, "https://souk.example", func() time.Time { return s.time })
	s.exec(t, `insert into places (slug, name_ar, name_fr, zone, latitude, longitude)
		values ('zegzel', 'زكزل', 'Zegzel', 'province', 34.8, -2.3) on conflict do nothing`)
	return s
}

func (s *till) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := s.db.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}

// seller is an approved cooperative.
func (s *till) seller(t *testing.T, name string) uuid.UUID {
	t.Helper()
	ctx := context.Background()
	cooperatives := cooperative.New(s.db, func() time.Time { return s.time })
	c, err := cooperatives.Create(ctx, cooperative.Cooperative{
		Name: i18n.Text{AR: name, FR: name}, Sector: "honey", Commune: "zegzel", Women: 7, RIB: "111111111111111111111189",
	}, s.jamal)
	if err != nil {
		t.Fatal(err)
	}
	if err := cooperatives.SetState(ctx, c.ID, cooperative.Approved, "", s.jamal); err != nil {
		t.Fatal(err)
	}
	s.sellers = append(s.sellers, c.ID)
	return c.ID
}

func (s *till) record(t *testing.T, reference string, order *uuid.UUID, postings []ledger.Posting) {
	t.Helper()
	s.time = s.time.AddDate(0, 0, 1)
	s.recordOf(t, ledger.Journal{
		Reference: reference, Kind: reference[strings.LastIndex(reference, ":")+1:], OrderID: order, Postings: postings,
	})
}

// recordOf records something else of the same day.
func (s *till) recordOf(t *testing.T, j ledger.Journal) {
	t.Helper()
	j.At = s.time
	err := postgres.InTx(context.Background(), s.db, func(tx *sqlx.Tx) error {
		return ledger.RecordTx(context.Background(), tx, j)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ordered records an order of one cooperative's goods.
func (s *till) ordered(t *testing.T, of uuid.UUID, amount money.Amount) (order uuid.UUID) {
	t.Helper()
	order = postgres.NewID()
	s.record(t, fmt.Sprintf("order:%s:placed", order), &order, placed(of, amount))
	return order
}

func placed(of uuid.UUID, amount money.Amount) []ledger.Posting {
	return []ledger.Posting{
		{Debit: ledger.Buyers, Credit: ledger.PendingTo(of), Amount: amount},
		{Debit: ledger.Buyers, Credit: ledger.PendingDelivery, Amount: 2000},
	}
}

// paid records that the buyer paid, and that nothing of it is earned yet.
func (s *till) paid(t *testing.T, order, of uuid.UUID, amount money.Amount) {
	t.Helper()
	s.record(t, fmt.Sprintf("order:%s:paid", order), &order, []ledger.Posting{
		{Debit: ledger.Received("cash_on_delivery"), Credit: ledger.Buyers, Amount: amount + 2000},
		{Debit: ledger.PendingTo(of), Credit: ledger.HeldFor(of), Amount: amount},
		{Debit: ledger.PendingDelivery, Credit: ledger.HeldDelivery, Amount: 2000},
	})
}

// earned records that the buyer has what she paid for; the association keeps 5%.
func (s *till) earned(t *testing.T, order, of uuid.UUID, amount money.Amount) []ledger.Posting {
	t.Helper()
	commission := amount.Share(500)
	postings := []ledger.Posting{
		{Debit: ledger.HeldFor(of), Credit: ledger.PayableTo(of), Amount: amount - commission},
		{Debit: ledger.HeldFor(of), Credit: ledger.Commission, Amount: commission},
		{Debit: ledger.HeldDelivery, Credit: ledger.Delivery, Amount: 2000},
	}
	s.recordOf(t, ledger.Journal{Reference: fmt.Sprintf("order:%s:earned", order), Kind: "earned", OrderID: &order, Postings: postings})
	return postings
}

func (s *till) sold(t *testing.T, of uuid.UUID, amount money.Amount) (order uuid.UUID) {
	t.Helper()
	order = s.ordered(t, of, amount)
	s.paid(t, order, of, amount)
	s.earned(t, order, of, amount)
	return order
}

// soldForCash records a sale of which the cooperative took the cash, delivery included, and kept it.
func (s *till) soldForCash(t *testing.T, of uuid.UUID, amount money.Amount) (order uuid.UUID) {
	t.Helper()
	order = s.ordered(t, of, amount)
	s.record(t, fmt.Sprintf("order:%s:paid", order), &order, []ledger.Posting{
		{Debit: ledger.OwedBy(of), Credit: ledger.Buyers, Amount: amount + 2000},
		{Debit: ledger.PendingTo(of), Credit: ledger.HeldFor(of), Amount: amount},
		{Debit: ledger.PendingDelivery, Credit: ledger.HeldDelivery, Amount: 2000},
	})
	s.time = s.time.Add(time.Minute)
	s.earned(t, order, of, amount)
	return order
}

// netted records that what a cooperative owes was taken off what it is owed.
func (s *till) netted(t *testing.T, of uuid.UUID, amount money.Amount) {
	t.Helper()
	s.record(t, postgres.NewID().String()+":netted", nil, []ledger.Posting{{Debit: ledger.PayableTo(of), Credit: ledger.OwedBy(of), Amount: amount}})
}

// brought records that a cooperative gave the association what it owes.
func (s *till) brought(t *testing.T, of uuid.UUID, amount money.Amount) {
	t.Helper()
	s.record(t, postgres.NewID().String()+":brought", nil, []ledger.Posting{{Debit: ledger.Bank, Credit: ledger.OwedBy(of), Amount: amount}})
}

// Pay records a transfer to one cooperative.
func (s *till) Pay(ctx context.Context, to uuid.UUID, amount money.Amount, reference string, by actor.Actor) (settlement.Payout, error) {
	payouts, err := s.PayAll(ctx, []settlement.Transfer{{CooperativeID: to, Amount: amount}}, reference, by)
	if err != nil {
		return settlement.Payout{}, err
	}
	return payouts[0], nil
}

func (s *till) pay(t *testing.T, to uuid.UUID, amount money.Amount, reference string) settlement.Payout {
	t.Helper()
	s.time = s.time.AddDate(0, 0, 1)
	p, err := s.Pay(context.Background(), to, amount, reference, s.jamal)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (s *till) owed(t *testing.T) map[string]settlement.Owed {
	t.Helper()
	all := s.list(t, settlement.Filter{})
	if !slices.IsSortedFunc(all, func(a, b settlement.Owed) int { return int(b.Due - a.Due) }) {
		t.Error("the most owed must come first")
	}
	owed := make(map[string]settlement.Owed, len(all))
	for _, o := range all {
		owed[o.Slug] = o
		if one, err := s.OwedTo(context.Background(), o.CooperativeID); err != nil || one != o {
			t.Errorf("%s alone: %+v (%v), among all: %+v", o.Slug, one, err, o)
		}
	}
	return owed
}

func TestWhoIsOwedIsFoundHoweverANameIsSpelt(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	s.seller(t, "Maâsser المائدة")
	s.seller(t, "Mars ٨")
	s.seller(t, "Vingt 20")
	for typed, want := range map[string]int{"mars 8": 1, "٨": 1, "۸": 1, "20": 1, "٢٠": 1, "٩": 0, "maasser": 1, "مائده": 0, "المائده": 1} {
		if found := s.list(t, settlement.Filter{Query: typed}); len(found) != want {
			t.Errorf("«%s» finds %d", typed, len(found))
		}
	}
}

func TestWhoIsOwedIsFoundByAWordThatManyHave(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	s.exec(t, `
		insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, state, created_at, updated_at)
		select gen_random_uuid(), 'toile-' || i, 'نسيج ' || lpad(i::text, 3, '0'), 'Toile ' || lpad(i::text, 3, '0'), 'crafts', 'zegzel', 5, 0, 0, 'approved', now(), now()
		from generate_series(1, 309) i`)
	s.sold(t, s.seller(t, "Toile 310"), 1000) // is owed money, and so is one of another name
	s.sold(t, s.seller(t, "nahlat"), 1000)
	s.seller(t, "seksou")
	for words, want := range map[string]int{"": 312, "toile": 310, "toile 0": 99} { // all, by name, and those few sorted
		found, next, err := s.Owed(t.Context(), settlement.Filter{Query: words}, "", 400)
		if err != nil || len(found) != want || next != "" {
			t.Errorf("«%s» finds %d, want %d (then %q, %v)", words, len(found), want, next, err)
		}
	}
}

// list reads what is owed, two cooperatives at once.
func (s *till) list(t *testing.T, f settlement.Filter) (all []settlement.Owed) {
	t.Helper()
	for after := ""; ; {
		page, next, err := s.Owed(t.Context(), f, after, 2)
		if err != nil || len(page) > 2 || next != "" && len(page) < 2 {
			t.Fatalf("%+v, then %q: %v", page, next, err)
		}
		all = append(all, page...)
		if after = next; after == "" {
			break
		}
	}
	var streamed []settlement.Owed
	err := s.EachOwed(t.Context(), f, func(o settlement.Owed) error {
		streamed = append(streamed, o)
		return nil
	})
	if err != nil || !slices.Equal(all, streamed) {
		t.Errorf("by the page %+v, as a stream %+v (%v)", all, streamed, err)
	}
	return all
}

// statement reads a statement, two entries at once, and gives it in order of time.
func (s *till) statement(t *testing.T, of uuid.UUID) (all []settlement.Line) {
	t.Helper()
	for after := ""; ; {
		page, next, err := s.Statement(t.Context(), of, after, 2)
		if err != nil || len(page) > 2 || next != "" && len(page) < 2 {
			t.Fatalf("%+v, then %q: %v", page, next, err)
		}
		all = append(all, page...)
		if after = next; after == "" {
			break
		}
	}
	var streamed []settlement.Line
	err := s.EachLine(t.Context(), of, func(l settlement.Line) error {
		streamed = append(streamed, l)
		return nil
	})
	if err != nil || !slices.Equal(all, streamed) {
		t.Errorf("by the page %+v, as a stream %+v (%v)", all, streamed, err)
	}
	slices.Reverse(all)
	return all
}

func (s *till) audit(t *testing.T) (problems int) {
	t.Helper()
	checks, err := settlement.Audit(context.Background(), s.db)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		problems += c.Count
	}
	return problems
}

func TestWhatACooperativeIsOwedFollowsItsMoney(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat, seksou := s.seller(t, "nahlat"), s.seller(t, "seksou")
	s.seller(t, "zitoun") // sells nothing, and is told so
	s.sold(t, nahlat, 30000)
	s.ordered(t, nahlat, 20000)
	refused := s.ordered(t, nahlat, 10000)
	s.record(t, fmt.Sprintf("sub_order:%s:cancelled", refused), &refused, ledger.Reversed(placed(nahlat, 10000)))
	s.sold(t, seksou, 4010)
	s.paid(t, s.ordered(t, nahlat, 5000), nahlat, 5000) // and nothing of it is delivered
	s.pay(t, nahlat, 20000, "VIR 1")
	owed := s.owed(t)
	for name, want := range map[string][6]money.Amount{
		// sales, commission, paid out, due, held, pending
		"nahlat": {30000, 1500, 20000, 8500, 5000, 20000},
		"seksou": {4010, 201, 0, 3809, 0, 0},
		"zitoun": {},
	} {
		o := owed[name]
		if got := [6]money.Amount{o.Sales, o.Commission, o.PaidOut, o.Due, o.Held, o.Pending}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if o := owed["nahlat"]; !o.WomenOnly || o.CommuneName.FR != "Zegzel" || len(o.RIB) != 24 {
		t.Errorf("%+v", o)
	}
	if n := s.audit(t); n != 0 {
		t.Errorf("%d problems", n)
	}
}

func TestWhatACooperativeOwesIsNeitherSoldNorPaidOut(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.sold(t, nahlat, 1000_00)
	s.soldForCash(t, nahlat, 100_00)
	wants := func(what string, want settlement.Owed) {
		t.Helper()
		sum := s.addsUp(t, what)
		for whose, got := range map[string]settlement.Owed{"its": s.owedTo(t, nahlat), "all's": sum.Total, "women's": sum.Women} {
			got = settlement.Owed{Sales: got.Sales, Commission: got.Commission, PaidOut: got.PaidOut, Netted: got.Netted, Due: got.Due, Owes: got.Owes}
			if got != want {
				t.Errorf("%s: %s %+v, want %+v", what, whose, got, want)
			}
		}
	}
	wants("it kept the cash", settlement.Owed{Sales: 1100_00, Commission: 55_00, Due: 1045_00, Owes: 120_00})
	s.netted(t, nahlat, 50_00)
	wants("some is set off", settlement.Owed{Sales: 1100_00, Commission: 55_00, Netted: 50_00, Due: 995_00, Owes: 70_00})
	s.brought(t, nahlat, 70_00)
	wants("the rest is brought", settlement.Owed{Sales: 1100_00, Commission: 55_00, Netted: 50_00, Due: 995_00})
	s.exec(t, `update cooperatives set men = 1 where id = $1`, nahlat)
	if now := s.addsUp(t, "a man joins"); now.Women != (settlement.Owed{}) || now.Total.Netted != 50_00 {
		t.Errorf("%+v", now)
	}
	s.pay(t, nahlat, 995_00, "VIR 1")

	lines := s.statement(t, nahlat)
	want := []settlement.Line{
		{Sale: 1000_00, Commission: 50_00, Balance: 950_00},
		{Owes: 120_00, Balance: 950_00},
		{Sale: 100_00, Commission: 5_00, Balance: 1045_00},
		{Netted: 50_00, Owes: -50_00, Balance: 995_00},
		{Owes: -70_00, Balance: 995_00},
		{Payout: 995_00},
	}
	var sorts []settlement.Owing
	for i, l := range lines {
		sorts = append(sorts, l.Owing())
		lines[i] = settlement.Line{
			Sale: l.Sale, Commission: l.Commission, Payout: l.Payout, Netted: l.Netted, Balance: l.Balance, Owes: l.Owes,
		}
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%+v\nwant %+v", lines, want)
	}
	if want := []settlement.Owing{"", settlement.Kept, "", settlement.Netted, settlement.Brought, ""}; !slices.Equal(sorts, want) {
		t.Errorf("%q, want %q", sorts, want)
	}
}

func TestTheFeeOnWhatWentBackIsOwedAndNotSold(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	order := s.sold(t, nahlat, 1000_00)
	fees, owed := ledger.Fees("card"), ledger.OwedBy(nahlat)
	s.record(t, "fee", &order, []ledger.Posting{{Debit: fees, Credit: ledger.Received("card"), Amount: 10_00}})
	s.record(t, "1:fee_borne", &order, []ledger.Posting{{Debit: owed, Credit: fees, Amount: 4_58}})
	if o := s.owedTo(t, nahlat); o.Sales != 1000_00 || o.Due != 950_00 || o.Owes != 4_58 || o.Netted != 0 || o.Transferable() != 945_42 {
		t.Errorf("%+v", o)
	}
	s.pay(t, nahlat, 945_42, "VIR 1")
	s.record(t, "2:fee_borne", &order, []ledger.Posting{ // the provider gives it back after it was set off
		{Debit: fees, Credit: owed, Amount: 4_58}, {Debit: owed, Credit: ledger.PayableTo(nahlat), Amount: 4_58},
	})
	if o := s.addsUp(t, "the fee").Total; o.Sales != 1000_00 || o.Due != 4_58 || o.Owes != 0 || o.Netted != 0 {
		t.Errorf("%+v", o)
	}
	var sorts []settlement.Owing
	for _, l := range s.statement(t, nahlat) {
		sorts = append(sorts, l.Owing())
	}
	if want := []settlement.Owing{"", settlement.Fee, "", settlement.FeeBack}; !slices.Equal(sorts, want) {
		t.Errorf("%q, want %q", sorts, want)
	}
	if n := s.audit(t); n != 0 {
		t.Errorf("%d problems", n)
	}
}

func TestAuditFindsWhatIsOwedForNoReason(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	order := s.sold(t, nahlat, 30000)
	s.record(t, "gift", &order, []ledger.Posting{{Debit: ledger.CampaignFund, Credit: ledger.PayableTo(nahlat), Amount: 100}})
	if n := s.audit(t); n != 1 {
		t.Errorf("%d problems, want 1", n)
	}
	if o := s.owedTo(t, nahlat); o.Sales != 30000 || o.Due != o.Sales-o.Commission-o.PaidOut-o.Netted {
		t.Errorf("%+v", o)
	}
}

// Each of these leaves books that balance and no account below zero.
func TestAuditFindsMoneyThatIsMadeOfWhatACooperativeOwes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		posting func(nahlat uuid.UUID) ledger.Posting
		ofOrder bool
		want    int
	}{
		"what was set off is due again": {func(nahlat uuid.UUID) ledger.Posting {
			return ledger.Posting{Debit: ledger.OwedBy(nahlat), Credit: ledger.PayableTo(nahlat), Amount: 50_00}
		}, false, 0},
		"what was brought is owed again": {func(nahlat uuid.UUID) ledger.Posting {
			return ledger.Posting{Debit: ledger.OwedBy(nahlat), Credit: ledger.Bank, Amount: 30_00}
		}, false, 0},
		"more than was set off": {func(nahlat uuid.UUID) ledger.Posting {
			return ledger.Posting{Debit: ledger.OwedBy(nahlat), Credit: ledger.PayableTo(nahlat), Amount: 50_01}
		}, false, 1},
		"more than was brought": {func(nahlat uuid.UUID) ledger.Posting {
			return ledger.Posting{Debit: ledger.OwedBy(nahlat), Credit: ledger.Bank, Amount: 30_01}
		}, false, 1},
		"it was kept of no order": {func(nahlat uuid.UUID) ledger.Posting {
			return ledger.Posting{Debit: ledger.OwedBy(nahlat), Credit: ledger.CampaignFund, Amount: 10_00}
		}, false, 1},
		"commission, too": {func(nahlat uuid.UUID) ledger.Posting {
			return ledger.Posting{Debit: ledger.OwedBy(nahlat), Credit: ledger.Commission, Amount: 40_00}
		}, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTill(t)
			nahlat, seksou := s.seller(t, "nahlat"), s.seller(t, "seksou")
			order := s.soldForCash(t, nahlat, 100_00)
			s.netted(t, nahlat, 50_00)
			s.brought(t, nahlat, 30_00)
			s.soldForCash(t, seksou, 100_00)
			s.netted(t, seksou, 20_00) // is no reason for what is due to another
			s.brought(t, seksou, 20_00)
			var of *uuid.UUID
			if c.ofOrder {
				of = &order
			}
			s.record(t, "more", of, []ledger.Posting{c.posting(nahlat)})
			if n := s.audit(t); n != c.want {
				t.Errorf("%d problems, want %d", n, c.want)
			}
		})
	}
}

func TestPendingCooperativesAreOwedNothing(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	id := s.seller(t, "nahlat")
	s.exec(t, `update cooperatives set state = 'pending' where id = $1`, id)
	if owed := s.owed(t); len(owed) != 0 {
		t.Errorf("%+v", owed)
	}
	if one, err := s.OwedTo(context.Background(), id); err != nil || one != (settlement.Owed{CooperativeID: id}) {
		t.Errorf("%+v, %v", one, err)
	}
	s.sold(t, id, 1000)
	if owed := s.owed(t); owed["nahlat"].Due != 950 {
		t.Errorf("whoever sold is owed, whatever its state: %+v", owed)
	}
}

func TestAStatementAddsUpLineByLine(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat, seksou := s.seller(t, "nahlat"), s.seller(t, "seksou")
	first := s.sold(t, nahlat, 30000)
	s.exec(t, `insert into orders (id, number, token_hash, request_hash, source, locale, buyer_name, buyer_phone, place,
		delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, placed_at, expires_at)
		values ($1, 'S-2611-00000001', '', '', 'shop', 'ar', 'Amina', '+212661999888', 'zegzel',
		'home', 'cash_on_delivery', 30000, 2000, 32000, 32000, 'delivered', '2026-11-04', '2026-11-06', $2, $2)`, first, s.time)
	s.pay(t, nahlat, 28500, "VIR 1")
	second := s.ordered(t, nahlat, 10000)
	s.paid(t, second, nahlat, 10000)
	postings := s.earned(t, second, nahlat, 10000)
	s.record(t, fmt.Sprintf("order:%s:returned", second), &second, ledger.Reversed(postings))
	s.sold(t, seksou, 99999) // not Nahlat's business
	lines := s.statement(t, nahlat)
	want := []settlement.Line{
		{OrderID: uuid.NullUUID{UUID: first, Valid: true}, OrderNumber: "S-2611-00000001", Sale: 30000, Commission: 1500, Balance: 28500},
		{BankReference: "VIR 1", Actor: actor.Association, Payout: 28500, Balance: 0},
		{Sale: 10000, Commission: 500, Balance: 9500},
		{Sale: -10000, Commission: -500, Balance: 0},
	}
	for i, l := range lines {
		if l.At.IsZero() || i > 0 && !l.At.After(lines[i-1].At) {
			t.Errorf("line %d is of %s", i, l.At)
		}
		if got := l.PayoutID.Valid; got != (want[i].BankReference != "") {
			t.Errorf("line %d is of a payout: %t", i, got)
		}
		lines[i].At, lines[i].PayoutID = time.Time{}, uuid.NullUUID{}
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%+v\nwant %+v", lines, want)
	}
	if lines := s.statement(t, postgres.NewID()); len(lines) != 0 {
		t.Errorf("of nobody: %+v", lines)
	}
}

func TestATransferIsRecordedOnce(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat, seksou := s.seller(t, "nahlat"), s.seller(t, "seksou")
	s.sold(t, nahlat, 30000)
	s.sold(t, seksou, 30000)
	first := s.pay(t, nahlat, 10000, " VIR 1 ")
	if again := s.pay(t, nahlat, 10000, "VIR 1"); again.ID != first.ID || !again.At.Equal(first.At) {
		t.Errorf("the same transfer again gave %+v, want %+v", again, first)
	}
	if _, err := s.Pay(context.Background(), nahlat, 500, "VIR 1", s.jamal); !errors.Is(err, settlement.ErrReferenceUsed) {
		t.Errorf("the reference with another amount: %v", err)
	}
	s.pay(t, seksou, 10000, "VIR 1") // a bulk transfer bears one reference
	if due := s.owed(t)["nahlat"].Due; due != 18500 {
		t.Errorf("%s due, want 185.00", due)
	}
	if n := s.audit(t); n != 0 {
		t.Errorf("%d problems", n)
	}
}

func TestNoMoreIsPaidThanIsOwed(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.sold(t, nahlat, 30000)
	s.ordered(t, nahlat, 50000)
	for _, c := range []struct {
		amount     money.Amount
		reference  string
		field, key string
	}{
		{28501, "VIR 1", "amount", "settlement.above_due"},
		{0, "VIR 1", "amount", "settlement.amount_not_positive"},
		{-100, "VIR 1", "amount", "settlement.amount_not_positive"},
		{100, " ", "reference", "settlement.reference_missing"},
		{100, strings.Repeat("V", 141), "reference", "settlement.reference_long"},
	} {
		_, err := s.Pay(context.Background(), nahlat, c.amount, c.reference, s.jamal)
		if e := fault.As(err); e == nil || e.Kind != fault.Invalid || e.Fields[c.field].Key != c.key {
			t.Errorf("%s by %q: %v; want %s at %s", c.amount, c.reference, err, c.key, c.field)
		}
	}
	if _, err := s.Pay(context.Background(), postgres.NewID(), 100, "VIR 1", s.jamal); !errors.Is(err, cooperative.ErrNotFound) {
		t.Errorf("to nobody: %v", err)
	}
	s.pay(t, nahlat, 28500, "VIR 1")
	if due := s.owed(t)["nahlat"].Due; due != 0 {
		t.Errorf("%s due, want nothing", due)
	}
}

// atOnce has eight clerks do something at the same moment, and tells how many did it and what the others were told.
func atOnce(do func(clerk int) error) (done int, refused []error) {
	var clerks sync.WaitGroup
	results := make(chan error, 8)
	for i := range cap(results) {
		clerks.Go(func() { results <- do(i) })
	}
	clerks.Wait()
	close(results)
	for err := range results {
		if err == nil {
			done++
		} else {
			refused = append(refused, err)
		}
	}
	return done, refused
}

func TestTransfersRecordedAtTheSameMomentTakeTurns(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.sold(t, nahlat, 30000) // 285 due: two transfers of 100, not three
	recorded, refused := atOnce(func(i int) error {
		_, err := s.Pay(context.Background(), nahlat, 10000, fmt.Sprintf("VIR %d", i), s.jamal)
		return err
	})
	for _, err := range refused {
		if e := fault.As(err); e == nil || e.Fields["amount"].Key != "settlement.above_due" {
			t.Error(err)
		}
	}
	if due := s.owed(t)["nahlat"].Due; recorded != 2 || due != 8500 {
		t.Errorf("%d transfers recorded and %s due, want 2 and 85.00", recorded, due)
	}
}

func TestPayoutsDefendThemselves(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.sold(t, nahlat, 30000)
	s.pay(t, nahlat, 10000, "VIR 1")
	insert := `insert into payouts (id, cooperative_id, amount_centimes, reference, actor, at) values (gen_random_uuid(), $1, $2, $3, $4, now())`
	for _, c := range []struct {
		constraint string
		to         uuid.UUID
		amount     money.Amount
		reference  string
		by         actor.Kind
	}{
		{"payouts_amount_positive", nahlat, 0, "VIR 2", actor.System},
		{"payouts_reference_key", nahlat, 500, "VIR 1", actor.System},
		{"payouts_cooperative_id_fkey", s.jamal.User, 500, "VIR 2", actor.System},
		{"payouts_actor_known", nahlat, 500, "VIR 2", actor.Member},
		{"payouts_user_is_the_actors", nahlat, 500, "VIR 2", actor.Association},
	} {
		if _, err := s.db.Exec(insert, c.to, c.amount, c.reference, c.by); !postgres.Violates(err, c.constraint) {
			t.Errorf("%s: %v", c.constraint, err)
		}
	}
	if _, err := s.db.Exec(`update payouts set amount_centimes = 1`); !postgres.Violates(err, "payouts_append_only") {
		t.Errorf("payouts_append_only: %v", err)
	}
}

func TestAuditFindsWhatTheBankAndThePayoutsDoNotBothTell(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.sold(t, nahlat, 30000)
	s.pay(t, nahlat, 10000, "VIR 1")
	s.exec(t, `insert into payouts (id, cooperative_id, amount_centimes, reference, actor, at) values (gen_random_uuid(), $1, 500, 'VIR 2', 'system', now())`, nahlat)
	if n := s.audit(t); n != 1 {
		t.Errorf("a payout without postings: %d problems, want 1", n)
	}
	s.record(t, "payout:none:payout", nil, []ledger.Posting{
		{Debit: ledger.PayableTo(nahlat), Credit: ledger.Bank, Amount: 700},
	})
	if n := s.audit(t); n != 2 {
		t.Errorf("and postings without a payout: %d problems, want 2", n)
	}
	s.record(t, "gift", nil, []ledger.Posting{{Debit: ledger.Buyers, Credit: ledger.Commission, Amount: 100}})
	if n := s.audit(t); n != 4 { // of a journal, and of its posting
		t.Errorf("and money from nowhere: %d problems, want 4", n)
	}
	s.exec(t, `insert into postings (id, journal_id, debit, credit, amount_centimes)
		select gen_random_uuid(), j.id, 'bank', 'commission', 50
		from journals j where j.kind = 'payout'`)
	if n := s.audit(t); n != 7 { // of a payout, and of a posting of each of the two journals
		t.Errorf("and a payout that moves something else, too: %d problems, want 7", n)
	}
}
