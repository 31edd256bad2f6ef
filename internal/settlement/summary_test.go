package settlement_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settlement"
)

// addsUp wants the summary to say what the list of cooperatives says, and the ledger to contradict nothing.
func (s *till) addsUp(t *testing.T, when string) settlement.Summary {
	t.Helper()
	got, err := s.Summary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var want settlement.Summary
	for _, o := range s.owed(t) {
		sums := []*settlement.Owed{&want.Total}
		want.Cooperatives++
		if o.WomenOnly {
			want.WomenOnly++
			sums = append(sums, &want.Women)
		}
		for _, sum := range sums {
			for to, amount := range map[*money.Amount]money.Amount{
				&sum.Sales: o.Sales, &sum.Commission: o.Commission, &sum.PaidOut: o.PaidOut, &sum.Netted: o.Netted, &sum.Due: o.Due,
				&sum.Owes: o.Owes, &sum.Held: o.Held, &sum.Pending: o.Pending,
			} {
				*to += amount
			}
		}
		switch {
		case o.Due == 0:
		case o.RIB == "":
			want.NoRIB, want.NoRIBDue = want.NoRIB+1, want.NoRIBDue+o.Due
		case o.Transferable() > 0:
			want.Ready, want.ReadyDue, want.SetOff = want.Ready+1, want.ReadyDue+o.Transferable(), want.SetOff+o.SetOff()
		}
	}
	if got != want {
		t.Errorf("%s:\n%+v, want\n%+v", when, got, want)
	}
	s.narrows(t, when)
	checks, err := ledger.Audit(t.Context(), s.db)
	if err != nil {
		t.Fatal(err)
	}
	more, err := settlement.Audit(t.Context(), s.db)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range slices.Concat(checks, more) {
		if c.Count > 0 {
			t.Errorf("%s: %s: %v", when, c.Name, c.Problems)
		}
	}
	return got
}

// narrows wants the lists of those who have a bank account, and of those about whose account there is something to ask,
// to be what the whole list and the changes of accounts say.
func (s *till) narrows(t *testing.T, when string) {
	t.Helper()
	changed := s.changedAccounts(t)
	want := make(map[settlement.Which][]uuid.UUID)
	for _, o := range s.list(t, settlement.Filter{}) {
		_, doubtful := changed[o.CooperativeID]
		switch {
		case o.Due == 0:
		case o.RIB == "":
			want[settlement.NoRIB] = append(want[settlement.NoRIB], o.CooperativeID)
		default:
			if o.Transferable() > 0 {
				want[settlement.Ready] = append(want[settlement.Ready], o.CooperativeID)
			}
			if doubtful {
				want[settlement.NewRIB] = append(want[settlement.NewRIB], o.CooperativeID)
			}
		}
	}
	for _, which := range []settlement.Which{settlement.Ready, settlement.NoRIB, settlement.NewRIB} {
		var got []uuid.UUID
		for _, o := range s.list(t, settlement.Filter{Which: which}) {
			got = append(got, o.CooperativeID)
		}
		if !slices.Equal(got, want[which]) {
			t.Errorf("%s: %s lists %v, want %v", when, which, got, want[which])
		}
	}
}

func TestTheSummaryIsTheSumOfTheList(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	s.addsUp(t, "nobody sells")
	nahlat, seksou, zitoun, louz := s.seller(t, "nahlat"), s.seller(t, "seksou"), s.seller(t, "zitoun"), s.seller(t, "louz")
	s.exec(t, `update cooperatives set men = 3 where id = $1`, seksou)
	s.exec(t, `update cooperatives set rib = '' where id = $1`, zitoun)
	s.exec(t, `update cooperatives set state = 'pending' where id = $1`, louz)
	s.addsUp(t, "one waits to be approved")
	s.sold(t, nahlat, 30000)
	s.sold(t, seksou, 4010)
	s.sold(t, zitoun, 990)
	s.sold(t, louz, 700)
	s.ordered(t, seksou, 5000)
	s.paid(t, s.ordered(t, nahlat, 6000), nahlat, 6000)
	s.pay(t, nahlat, 20000, "VIR 1")
	before := s.addsUp(t, "all sell")
	if before.Women.PaidOut != 20000 || before.NoRIB != 1 || before.Cooperatives != 4 {
		t.Errorf("%+v", before)
	}

	s.exec(t, `update cooperatives set men = 1 where id = $1`, nahlat)
	if now := s.addsUp(t, "a man joins"); now.Women.PaidOut != 0 || now.Total != before.Total {
		t.Errorf("%+v", now)
	}
	s.exec(t, `update cooperatives set men = 0 where id = $1`, nahlat)
	s.sold(t, nahlat, 100)
	s.addsUp(t, "and leaves again")
}

func TestSalesAddUpWhileCooperativesChange(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	for i := range 12 { // each of which has no balance yet
		of := s.seller(t, fmt.Sprint("nahlat", i))
		changed := make(chan error, 1)
		go func() {
			for i := range 5 {
				if _, err := s.db.Exec(`update cooperatives set men = $2 where id = $1`, of, (i+1)%2); err != nil {
					changed <- err
					return
				}
			}
			changed <- nil
		}()
		s.sold(t, of, 1000)
		s.sold(t, of, 1000)
		if err := <-changed; err != nil {
			t.Fatal(err)
		}
	}
	s.addsUp(t, "sales and changes at once")
}

func TestACorrectionWaitsForItsCooperativeAlone(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	var sellers []uuid.UUID // of three slots
	slots := map[int]bool{}
	for i := 0; len(sellers) < 3; i++ {
		of, slot := s.seller(t, fmt.Sprint("nahlat", i)), 0
		if err := s.db.Get(&slot, `select cooperative_slot($1)`, of); err != nil {
			t.Fatal(err)
		}
		if !slots[slot] {
			slots[slot], sellers = true, append(sellers, of)
		}
	}
	posted, free, other := sellers[0], sellers[1], sellers[2]
	s.sold(t, other, 5000)
	tx := s.db.MustBegin()
	defer func() { _ = tx.Rollback() }()
	if err := ledger.RecordTx(t.Context(), tx, ledger.Journal{Reference: "open", Kind: "placed", OrderID: new(postgres.NewID()), At: s.time, Postings: placed(posted, 1000)}); err != nil {
		t.Fatal(err)
	}
	corrected, others := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := s.db.Exec(`update cooperatives set men = 1 where id = $1`, posted)
		corrected <- err
	}()
	s.waits(t)
	go func() {
		others <- postgres.InTx(t.Context(), s.db, func(tx *sqlx.Tx) error {
			if _, err := tx.Exec(`set local lock_timeout = '10s'`); err != nil {
				return err
			}
			if _, err := tx.Exec(`update cooperatives set men = 1 where id = $1`, other); err != nil {
				return fmt.Errorf("a correction: %w", err)
			}
			return ledger.RecordTx(t.Context(), tx, ledger.Journal{Reference: "another", Kind: "placed", OrderID: new(postgres.NewID()), At: s.time, Postings: placed(free, 2000)})
		})
	}()
	if err := <-others; err != nil {
		t.Errorf("what is done of others waits for the correction of one: %v", err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-corrected; err != nil {
		t.Fatal(err)
	}
	s.addsUp(t, "after it")
}

func TestAChangedAccountIsAskedAboutWithWhatIsBeingEarned(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	of := s.seller(t, "nahlat")
	order := s.ordered(t, of, 10000)
	s.paid(t, order, of, 10000)
	tx := s.db.MustBegin()
	defer func() { _ = tx.Rollback() }()
	if err := ledger.RecordTx(t.Context(), tx, ledger.Journal{Reference: "earned", Kind: "earned", OrderID: &order, At: s.time, Postings: []ledger.Posting{
		{Debit: ledger.HeldFor(of), Credit: ledger.PayableTo(of), Amount: 10000},
		{Debit: ledger.HeldDelivery, Credit: ledger.Delivery, Amount: 2000},
	}}); err != nil {
		t.Fatal(err)
	}
	changed := make(chan struct{})
	go func() {
		defer close(changed)
		s.enterRIB(t, of, "222222222222222222222281")
	}()
	s.waits(t)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	<-changed
	if problems := s.audit(t); problems > 0 {
		t.Errorf("%d problems", problems)
	}
}

// waits returns when somebody waits for another's transaction.
func (s *till) waits(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		var waiting bool
		if err := s.db.Get(&waiting, `
			select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`); err != nil {
			t.Fatal(err)
		}
		if waiting {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody waits")
		}
	}
}

// What is owed can be taken back for a buyer while it is paid out.
func TestAPayoutWaitsForWhatIsTakenBack(t *testing.T) {
	t.Parallel()
	for _, amount := range []money.Amount{9500, 5000} {
		t.Run(amount.String(), func(t *testing.T) {
			t.Parallel()
			s := newTill(t)
			of := s.seller(t, "nahlat")
			order := s.sold(t, of, 10000)
			tx := s.db.MustBegin()
			if err := ledger.RecordTx(t.Context(), tx, ledger.Journal{Reference: "taken back", Kind: "adjusted", OrderID: &order, At: s.time, Postings: []ledger.Posting{
				{Debit: ledger.PayableTo(of), Credit: ledger.HeldFor(of), Amount: 1900},
				{Debit: ledger.HeldFor(of), Credit: ledger.RefundsDue, Amount: 1900},
			}}); err != nil {
				t.Fatal(err)
			}
			paid, shown := make(chan error, 1), money.Amount(9500)
			go func() {
				_, err := s.PayAll(t.Context(), []settlement.Transfer{{CooperativeID: of, Amount: amount, Shown: &shown}}, "VIR 1", s.jamal)
				paid <- err
			}()
			s.waits(t)
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			if err := <-paid; !errors.Is(err, settlement.ErrOwedChanged) {
				t.Errorf("95.00 was shown, 76.00 is owed, %s is paid out: %v", amount, err)
			}
			s.addsUp(t, "after it")
		})
	}
}
