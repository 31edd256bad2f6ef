package ledger_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

func record(t *testing.T, db *sqlx.DB, j ledger.Journal) error {
	t.Helper()
	return postgres.InTx(t.Context(), db, func(tx *sqlx.Tx) error { return ledger.RecordTx(t.Context(), tx, j) })
}

func mustRecord(t *testing.T, db *sqlx.DB, j ledger.Journal) {
	t.Helper()
	if err := record(t, db, j); err != nil {
		t.Fatal(err)
	}
}

// sale is an order of 100 dirhams from one cooperative, brought for 20.
func sale(cooperative, order uuid.UUID) ledger.Journal {
	return ledger.Journal{
		Reference: "order:" + order.String() + ":placed", Kind: "placed", OrderID: &order, At: noon,
		Postings: []ledger.Posting{
			{Debit: ledger.Buyers, Credit: ledger.PendingTo(cooperative), Amount: 100_00},
			{Debit: ledger.Buyers, Credit: ledger.PendingDelivery, Amount: 20_00},
		},
	}
}

func balances(t *testing.T, db *sqlx.DB) map[ledger.Account]money.Amount {
	t.Helper()
	all, err := ledger.Balances(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for account, want := range all {
		got, err := ledger.Balance(t.Context(), db, account)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: alone %s, among all %s", account, got, want)
		}
		if got == 0 {
			delete(all, account)
		}
	}
	return all
}

func clean(t *testing.T, db *sqlx.DB) {
	t.Helper()
	checks, err := ledger.Audit(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if !c.OK() {
			t.Errorf("%s: %q", c.Name, c.Problems)
		}
	}
}

func TestMoneyFromBuyerToCooperative(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	cooperative, order := postgres.NewID(), postgres.NewID()
	mustRecord(t, db, sale(cooperative, order))
	want := map[ledger.Account]money.Amount{
		ledger.Buyers: 120_00, ledger.PendingTo(cooperative): 100_00, ledger.PendingDelivery: 20_00,
	}
	if diff := cmp.Diff(want, balances(t, db)); diff != "" {
		t.Errorf("placed: %s", diff)
	}

	cash := ledger.Received("cash_on_delivery")
	mustRecord(t, db, ledger.Journal{
		Reference: "order:" + order.String() + ":paid", Kind: "paid", OrderID: &order, At: noon,
		Postings: []ledger.Posting{
			{Debit: cash, Credit: ledger.Buyers, Amount: 120_00},
			{Debit: ledger.PendingTo(cooperative), Credit: ledger.HeldFor(cooperative), Amount: 100_00},
			{Debit: ledger.PendingDelivery, Credit: ledger.HeldDelivery, Amount: 20_00},
		},
	})
	want = map[ledger.Account]money.Amount{cash: 120_00, ledger.HeldFor(cooperative): 100_00, ledger.HeldDelivery: 20_00}
	if diff := cmp.Diff(want, balances(t, db)); diff != "" {
		t.Errorf("paid: %s", diff)
	}

	mustRecord(t, db, ledger.Journal{
		Reference: "order:" + order.String() + ":earned", Kind: "earned", OrderID: &order, At: noon,
		Postings: []ledger.Posting{
			{Debit: ledger.HeldFor(cooperative), Credit: ledger.PayableTo(cooperative), Amount: 95_00},
			{Debit: ledger.HeldFor(cooperative), Credit: ledger.Commission, Amount: 5_00},
			{Debit: ledger.HeldDelivery, Credit: ledger.Delivery, Amount: 20_00},
		},
	})
	want = map[ledger.Account]money.Amount{
		cash: 120_00, ledger.PayableTo(cooperative): 95_00, ledger.Commission: 5_00, ledger.Delivery: 20_00,
	}
	if diff := cmp.Diff(want, balances(t, db)); diff != "" {
		t.Errorf("earned: %s", diff)
	}

	mustRecord(t, db, ledger.Journal{
		Reference: "payout:1", Kind: "payout", At: noon,
		Postings: []ledger.Posting{
			{Debit: ledger.PayableTo(cooperative), Credit: ledger.Bank, Amount: 95_00},
		},
	})
	want = map[ledger.Account]money.Amount{cash: 120_00, ledger.Bank: -95_00, ledger.Commission: 5_00, ledger.Delivery: 20_00}
	if diff := cmp.Diff(want, balances(t, db)); diff != "" {
		t.Errorf("paid out: %s", diff)
	}
	clean(t, db)
}

func TestAReversalLeavesNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	cooperative, order := postgres.NewID(), postgres.NewID()
	placed := sale(cooperative, order)
	mustRecord(t, db, placed)
	mustRecord(t, db, ledger.Journal{
		Reference: "order:" + order.String() + ":cancelled", Kind: "cancelled", OrderID: &order, At: noon,
		Postings: ledger.Reversed(placed.Postings),
	})
	if left := balances(t, db); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	clean(t, db)
}

func TestAReferenceIsRecordedOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	journal := sale(postgres.NewID(), postgres.NewID())
	mustRecord(t, db, journal)

	again := journal // in another order, and later
	again.At = noon.Add(time.Hour)
	again.Postings = []ledger.Posting{journal.Postings[1], journal.Postings[0]}
	mustRecord(t, db, again)

	other := journal
	other.Postings = []ledger.Posting{journal.Postings[0]}
	if err := record(t, db, other); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("other postings under the same reference: %v", err)
	}
	if got := balances(t, db)[ledger.Buyers]; got != 120_00 {
		t.Errorf("buyers owe %s", got)
	}
}

func TestNoMoreIsTakenFromACooperativeThanItHas(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	cooperative, other := postgres.NewID(), postgres.NewID()
	mustRecord(t, db, sale(cooperative, postgres.NewID()))
	mustRecord(t, db, sale(other, postgres.NewID()))
	for _, p := range []ledger.Posting{
		{Debit: ledger.PayableTo(cooperative), Credit: ledger.Bank, Amount: 1},
		{Debit: ledger.HeldFor(cooperative), Credit: ledger.RefundsDue, Amount: 1},
		{Debit: ledger.PendingTo(cooperative), Credit: ledger.HeldFor(cooperative), Amount: 100_01},
	} {
		err := record(t, db, ledger.Journal{Reference: "too much", Kind: "try", At: noon, Postings: []ledger.Posting{p}})
		if !errors.Is(err, ledger.ErrOverdrawn) {
			t.Errorf("%s from %s: %v", p.Amount, p.Debit, err)
		}
	}
	clean(t, db)
}

func TestSeveralJournalsAreRecordedTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	first, second := sale(postgres.NewID(), postgres.NewID()), sale(postgres.NewID(), postgres.NewID())
	together := func(journals ...ledger.Journal) error {
		return postgres.InTx(t.Context(), db, func(tx *sqlx.Tx) error { return ledger.RecordTx(t.Context(), tx, journals...) })
	}
	mustRecord(t, db, first)
	for range 2 { // one of them stands there already; then both
		if err := together(first, second); err != nil {
			t.Fatal(err)
		}
	}
	other := second
	other.Kind = "cancelled"
	if err := together(sale(postgres.NewID(), postgres.NewID()), other); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("another under the same reference: %v", err)
	}
	if got := balances(t, db)[ledger.Buyers]; got != 240_00 {
		t.Errorf("buyers owe %s", got)
	}
	clean(t, db)
}

func TestTwoRecordTheSameJournalAtOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	journal := sale(postgres.NewID(), postgres.NewID())
	var both errgroup.Group
	for range 8 {
		both.Go(func() error {
			return postgres.InTx(t.Context(), db, func(tx *sqlx.Tx) error { return ledger.RecordTx(t.Context(), tx, journal) })
		})
	}
	if err := both.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := balances(t, db)[ledger.Buyers]; got != 120_00 {
		t.Errorf("buyers owe %s", got)
	}
}

func TestOrdersOfSeveralConnectionsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.SetMaxIdleConns(0) // each transaction has a connection of its own, with a number that none had before
	open := func() (*sqlx.Tx, int) {
		t.Helper()
		tx, pid := db.MustBegin(), 0
		t.Cleanup(func() { _ = tx.Rollback() })
		if err := tx.Get(&pid, `select pg_backend_pid() from set_config('lock_timeout', '10s', true)`); err != nil {
			t.Fatal(err)
		}
		return tx, pid
	}
	first, of := open()
	second, other := open()
	for (other-of)%8 != 0 || (other-of)%64 == 0 { // near each other, as far as eight slots tell
		if err := second.Rollback(); err != nil {
			t.Fatal(err)
		}
		second, other = open()
	}
	for _, tx := range []*sqlx.Tx{first, second} {
		if err := ledger.RecordTx(t.Context(), tx, sale(uuid.New(), uuid.New())); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPostingsOfZeroAreLeftOut(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	journal := sale(postgres.NewID(), postgres.NewID())
	journal.Postings[1].Amount = 0
	mustRecord(t, db, journal)
	if got := balances(t, db); len(got) != 2 {
		t.Errorf("accounts: %v", got)
	}
	journal = sale(postgres.NewID(), postgres.NewID())
	journal.Postings = []ledger.Posting{{Debit: ledger.Buyers, Credit: ledger.Bank}}
	if err := record(t, db, journal); err == nil {
		t.Error("a journal that moves nothing was recorded")
	}
	journal.Postings[0].Amount = -1
	if err := record(t, db, journal); err == nil {
		t.Error("an amount below zero was recorded")
	}
	for _, p := range []ledger.Posting{
		{Debit: ledger.Buyers, Credit: ledger.Account{Kind: "pocket"}, Amount: 1},
		{Debit: ledger.Buyers, Credit: ledger.Account{Kind: "payable"}, Amount: 1},
		{Debit: ledger.Buyers, Credit: ledger.Account{Kind: "bank", Provider: "shells"}, Amount: 1},
		{Debit: ledger.PayableTo(postgres.NewID()), Credit: ledger.PayableTo(postgres.NewID()), Amount: 1},
		{Debit: ledger.Received("shells"), Credit: ledger.Received("pearls"), Amount: 1},
	} {
		journal.Postings[0] = p
		if err := record(t, db, journal); err == nil {
			t.Errorf("from %s to %s was recorded", p.Credit, p.Debit)
		}
	}
}

func TestAJournalNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	part, payment, payout := postgres.NewID(), postgres.NewID(), postgres.NewID()
	journal := sale(postgres.NewID(), postgres.NewID())
	journal.PartID, journal.PaymentID, journal.PayoutID = &part, &payment, &payout
	mustRecord(t, db, journal)
	clean(t, db)
	mustRecord(t, db, journal)
	other := postgres.NewID()
	for what, subject := range map[string]**uuid.UUID{
		"part": &journal.PartID, "payment": &journal.PaymentID, "refund": &journal.RefundID, "adjustment": &journal.AdjustmentID,
		"payout": &journal.PayoutID,
	} {
		before := *subject
		*subject = &other
		if err := record(t, db, journal); !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("about another %s under the same reference: %v", what, err)
		}
		*subject = before
	}
}

func TestTheDatabaseDefendsTheLedger(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	mustRecord(t, db, sale(postgres.NewID(), postgres.NewID()))
	insertPosting := func(debit, credit string, amount int) string {
		return fmt.Sprintf(`insert into postings (id, journal_id, debit, credit, amount_centimes)
			select gen_random_uuid(), id, '%s', '%s', %d from journals limit 1`, debit, credit, amount)
	}
	for constraint, statement := range map[string]string{
		"journals_reference_key":     `insert into journals (id, reference, input_hash, kind, at) select gen_random_uuid(), reference, '', 'other', now() from journals`,
		"postings_amount_positive":   insertPosting("buyers", "bank", 0),
		"postings_two_accounts":      insertPosting("bank", "bank", 1),
		"postings_accounts_known":    insertPosting("bank", "pocket", 1),
		"postings_cooperative_named": insertPosting("bank", "payable", 1),
		"journals_append_only":       `update journals set at = now()`,
		"postings_append_only":       `delete from postings`,
	} {
		if _, err := db.Exec(statement); !postgres.Violates(err, constraint) {
			t.Errorf("%s: %v", constraint, err)
		}
	}
	for _, statement := range []string{
		`delete from journals`, `truncate journals cascade`, `update postings set amount_centimes = 1`, `truncate postings`,
	} {
		if _, err := db.Exec(statement); !postgres.Violates(err, "journals_append_only") && !postgres.Violates(err, "postings_append_only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestTheAuditFindsWhatContradictsTheLedger(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	cooperative := postgres.NewID()
	mustRecord(t, db, sale(cooperative, postgres.NewID()))
	clean(t, db)
	mustRecord(t, db, ledger.Journal{Reference: "astray", Kind: "placed", At: noon, Postings: []ledger.Posting{
		{Debit: ledger.Buyers, Credit: ledger.PendingDelivery, Amount: 1},
		{Debit: ledger.Buyers, Credit: ledger.PendingTo(cooperative), Amount: 1},
	}})
	if _, err := db.Exec(`
		insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider)
		select gen_random_uuid(), id, 'buyers', 'bank', 1, gen_random_uuid(), '' from journals where reference = 'astray'
		union all
		select gen_random_uuid(), id, 'buyers', 'bank', 1, null, 'shells' from journals where reference = 'astray'`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`insert into journals (id, reference, input_hash, kind, at) values (gen_random_uuid(), 'empty', '', 'placed', now())`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`
		alter table balances drop constraint balances_not_overdrawn;
		update balances set debits = debits + 1000000 where account = 'pending';
		alter table postings disable trigger user;
		update postings set at = at - interval '1 hour' where debit = 'buyers' and credit = 'pending_delivery' and amount_centimes = 1`); err != nil {
		t.Fatal(err)
	}
	wantProblems(t, db, map[string]int{
		"ledger: every journal has postings":                                                     1,
		"ledger: a posting names the cooperative and the provider of its accounts, and no other": 2,
		"ledger: the balances that are carried are the sums of all postings":                     1,
		"ledger: a posting is of its journal's time":                                             3,
		"ledger: no account but those of money, commission and rounding is below zero":           1,
		"ledger: every journal is as it was recorded":                                            1,
	})
}

func TestTheAuditFindsWhatIsCarriedAgainstTheWrongAccount(t *testing.T) {
	t.Parallel()
	for _, column := range []string{"against_held", "against_bank"} {
		t.Run(column, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			mustRecord(t, db, sale(postgres.NewID(), postgres.NewID()))
			clean(t, db)
			if _, err := db.Exec(`update balances set ` + column + ` = ` + column + ` + 1 where account = 'pending_delivery';
				insert into account_totals (account, women_only, slot, debits, credits, ` + column + `) values ('payable', true, 0, 0, 0, 1)`); err != nil {
				t.Fatal(err)
			}
			wantProblems(t, db, map[string]int{
				"ledger: the balances that are carried are the sums of all postings":             1,
				"ledger: the totals that are carried are the sums of the cooperatives' balances": 1,
			})
		})
	}
}

// Each of these leaves books that balance.
func TestTheAuditFindsWhatWasWrittenOver(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"an amount":         `update postings set amount_centimes = amount_centimes + 1`,
		"an account":        `update postings set credit = 'delivery' where credit = 'pending_delivery'`,
		"a posting less":    `delete from postings where credit = 'pending_delivery'`,
		"a posting twice":   `insert into postings (id, journal_id, debit, credit, amount_centimes) select gen_random_uuid(), journal_id, debit, credit, amount_centimes from postings where cooperative_id is null`,
		"a kind":            `update journals set kind = 'paid'`,
		"an order":          `update journals set order_id = gen_random_uuid()`,
		"that it is of one": `update journals set order_id = null`,
		"a payment":         `update journals set payment_id = gen_random_uuid()`,
		"a refund":          `update journals set refund_id = gen_random_uuid()`,
		"an adjustment":     `update journals set adjustment_id = gen_random_uuid()`,
		"a payout":          `update journals set payout_id = gen_random_uuid()`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			mustRecord(t, db, sale(postgres.NewID(), postgres.NewID()))
			clean(t, db)
			if _, err := db.Exec(`
				alter table journals disable trigger user;
				alter table postings disable trigger user;` + damage); err != nil {
				t.Fatal(err)
			}
			wantProblems(t, db, map[string]int{"ledger: every journal is as it was recorded": 1})
		})
	}
}

// wantProblems compares how many problems these checks of the audit count.
func wantProblems(t *testing.T, db *sqlx.DB, want map[string]int) {
	t.Helper()
	checks, err := ledger.Audit(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if n, named := want[c.Name]; named && n != c.Count {
			t.Errorf("%s: %d problems, want %d: %q", c.Name, c.Count, n, c.Problems)
		}
		delete(want, c.Name)
	}
	if len(want) > 0 {
		t.Errorf("there are no checks %v", want)
	}
}
