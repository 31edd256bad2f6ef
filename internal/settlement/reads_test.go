package settlement_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settlement"
)

// soldMany records that many sales of ten dirhams without a commission, a minute apart.
func (s *till) soldMany(t *testing.T, of uuid.UUID, n int) {
	t.Helper()
	journals := make([]ledger.Journal, 0, 2*n)
	for range n {
		s.time = s.time.Add(time.Minute)
		order := postgres.NewID()
		journals = append(journals,
			ledger.Journal{Reference: fmt.Sprintf("order:%s:paid", order), Kind: "paid", OrderID: &order, At: s.time, Postings: []ledger.Posting{
				{Debit: ledger.Received("cash_on_delivery"), Credit: ledger.HeldFor(of), Amount: 10_00},
			}},
			ledger.Journal{Reference: fmt.Sprintf("order:%s:earned", order), Kind: "earned", OrderID: &order, At: s.time, Postings: []ledger.Posting{
				{Debit: ledger.HeldFor(of), Credit: ledger.PayableTo(of), Amount: 10_00},
			}})
	}
	err := postgres.InTx(t.Context(), s.db, func(tx *sqlx.Tx) error { return ledger.RecordTx(t.Context(), tx, journals...) })
	if err != nil {
		t.Fatal(err)
	}
}

// postingsRead counts the postings that do reads.
func (s *till) postingsRead(t *testing.T, do func()) int {
	t.Helper()
	return s.rowsRead(t, "postings", do)
}

// rowsRead counts the rows of a table that do reads.
func (s *till) rowsRead(t *testing.T, table string, do func()) int {
	t.Helper()
	s.db.SetMaxOpenConns(1) // what it has read is counted for each connection
	count := func() (n int) {
		s.exec(t, `select pg_stat_force_next_flush()`)
		err := s.db.Get(&n, `
			select sum(read) from (
			    select seq_tup_read as read from pg_stat_user_tables where relname = $1
			    union all
			    select idx_tup_read from pg_stat_user_indexes where relname = $1
			) r`, table)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	do()
	return count() - before
}

func TestAWholeStatementIsReadOnce(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	const sales = 2_600 // more than are read at once
	s.soldMany(t, nahlat, sales)
	s.exec(t, `vacuum analyze postings`)
	var lines []settlement.Line
	read := s.postingsRead(t, func() {
		err := s.EachLine(t.Context(), nahlat, func(l settlement.Line) error {
			lines = append(lines, l)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	if len(lines) != sales || read > sales*3/2 {
		t.Errorf("%d entries, for which %d postings are read", len(lines), read)
	}
	for i, l := range lines {
		if want := money.Amount(sales-i) * 10_00; l.Balance != want {
			t.Fatalf("after the entry %d from the end %s are owed, want %s", i, l.Balance, want)
		}
	}
}

func TestAPayoutReadsWhatItIsFor(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.reads(t, nahlat, "nahlat@souk.example", "en")
	s.soldMany(t, nahlat, 2_000)
	s.pay(t, nahlat, 20_000_00, "VIR 1")
	s.soldMany(t, nahlat, 10)
	s.exec(t, `vacuum analyze postings`)
	s.mails(t)
	if read := s.postingsRead(t, func() { s.pay(t, nahlat, 60_00, "VIR 2") }); read > 100 {
		t.Errorf("for a payout of six orders %d postings are read", read)
	}
	told(t, s.mails(t), "nahlat@souk.example", "For 6 orders", "MAD\u00a040")
}

func TestALatePageOfAStatementReadsWhatItShows(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	const days, aDay = 60, 10
	for range days {
		s.time = s.time.AddDate(0, 0, 1)
		s.soldMany(t, nahlat, aDay)
	}
	s.exec(t, `vacuum analyze postings`)
	var after string
	for range days*aDay/100 - 1 {
		var err error
		if _, after, err = s.Statement(t.Context(), nahlat, after, 100); err != nil {
			t.Fatal(err)
		}
	}
	var lines []settlement.Line
	read := s.postingsRead(t, func() {
		var err error
		if lines, _, err = s.Statement(t.Context(), nahlat, after, aDay); err != nil {
			t.Fatal(err)
		}
	})
	if len(lines) != aDay || lines[0].Balance != 100*10_00 || lines[aDay-1].Balance != 91*10_00 || read > 10*aDay {
		t.Errorf("for a page of %d entries after the first %d, %d postings are read: %+v", aDay, days*aDay-100, read, lines)
	}
}

func TestWhetherAnAccountWasPaidToReadsTheLatestPayouts(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.exec(t, `insert into payouts (id, cooperative_id, amount_centimes, reference, actor, at)
		select gen_random_uuid(), $1, 100, 'VIR ' || n, 'system', $2::timestamptz - n * interval '1 day' from generate_series(1, 1000) n`, nahlat, s.time)
	s.time = s.time.Add(time.Hour)
	s.enterRIB(t, nahlat, "222222222222222222222281")
	s.time = s.time.AddDate(0, 0, 15)
	s.exec(t, `vacuum analyze payouts`)
	var changed map[uuid.UUID]settlement.AccountChange
	read := s.rowsRead(t, "payouts", func() {
		var err error
		if changed, err = s.ChangedAccounts(t.Context(), nahlat); err != nil {
			t.Fatal(err)
		}
	})
	if len(changed) != 1 || read > 10 {
		t.Errorf("%d accounts have changed, for which %d payouts are read", len(changed), read)
	}
}
