package settlement_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settlement"
)

// unconfirmed records an order of one cooperative's goods that nobody has confirmed.
func (s *till) unconfirmed(t *testing.T, of uuid.UUID, amount money.Amount) (order uuid.UUID) {
	t.Helper()
	order = postgres.NewID()
	s.exec(t, `insert into orders (id, number, token_hash, request_hash, source, locale, buyer_name, buyer_phone, place,
		delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, placed_at, expires_at)
		values ($1, $1::uuid::text, decode(replace($1::uuid::text, '-', ''), 'hex'), '', 'shop', 'ar', 'Amina', '+212661999888', 'zegzel',
		'home', 'cash_on_delivery', $3, 2000, $3::bigint + 2000, $3::bigint + 2000, 'placed', '2026-11-04', '2026-11-06', $2, $2)`, order, s.time, amount)
	s.exec(t, `insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes)
		values ($1, $2, $3, 'placed', $4, 0)`, postgres.NewID(), order, of, amount)
	s.record(t, fmt.Sprintf("order:%s:placed", order), &order, placed(of, amount))
	return order
}

// fold does as the job does.
func (s *till) fold(t *testing.T) {
	t.Helper()
	if err := (&settlement.FoldWorker{Settlements: s.Service}).Work(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

func TestWhateverHappensItIsCarriedWhereAllStand(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s, chance := newTill(t), rand.New(rand.NewPCG(seed, 271))
			for i := range 4 {
				s.seller(t, fmt.Sprint("nahlat", i))
			}
			type unconfirmed struct {
				order, of uuid.UUID
				amount    money.Amount
			}
			var waiting []unconfirmed
			var paid []settlement.Payout
			var setOff []ledger.Posting
			for step := range 50 {
				of := s.sellers[chance.IntN(len(s.sellers))]
				amount := money.Amount(1000 + 10*chance.IntN(500))
				what := []string{"sale", "sale for cash", "set off", "not so", "brought", "order", "confirmed", "cancelled", "payout", "undone", "account", "no account", "a man more or less", "state", "weeks", "fold"}[chance.IntN(16)]
				switch what {
				case "sale":
					s.sold(t, of, amount)
				case "sale for cash":
					s.soldForCash(t, of, amount)
				case "set off":
					if o := s.owedTo(t, of); min(o.Due, o.Owes) > 0 {
						amount := (min(o.Due, o.Owes) + 1) / 2
						s.netted(t, of, amount)
						setOff = append(setOff, ledger.Posting{Debit: ledger.PayableTo(of), Credit: ledger.OwedBy(of), Amount: amount})
					}
				case "not so":
					if len(setOff) > 0 {
						s.record(t, fmt.Sprintf("%d:reversed", step), nil, ledger.Reversed(setOff[:1]))
						setOff = setOff[1:]
					}
				case "brought":
					if owes := s.owedTo(t, of).Owes; owes > 0 {
						s.brought(t, of, (owes+1)/2)
					}
				case "order":
					waiting = append(waiting, unconfirmed{s.unconfirmed(t, of, amount), of, amount})
				case "confirmed", "cancelled":
					if len(waiting) == 0 {
						break
					}
					w := waiting[0]
					waiting = waiting[1:]
					s.exec(t, `update orders set state = $2 where id = $1`, w.order, what)
					s.exec(t, `update sub_orders set state = case $2 when 'cancelled' then 'cancelled' else 'accepted' end where order_id = $1`, w.order, what)
					if what == "cancelled" {
						s.recordOf(t, ledger.Journal{Reference: w.order.String() + ":cancelled", Kind: "cancelled", OrderID: &w.order,
							Postings: ledger.Reversed(placed(w.of, w.amount))})
					}
				case "payout":
					if due := s.owedTo(t, of).Transferable(); due > 0 {
						paid = append(paid, s.pay(t, of, (due+1)/2, fmt.Sprint("VIR ", step)))
					}
				case "undone":
					if len(paid) > 0 {
						s.undo(t, paid[len(paid)-1], "came back")
						paid = paid[:len(paid)-1]
					}
				case "account":
					s.enterRIB(t, of, []string{"222222222222222222222281", "333333333333333333333373"}[step%2])
				case "no account":
					s.enterRIB(t, of, "")
				case "a man more or less":
					s.exec(t, `update cooperatives set men = 1 - men where id = $1`, of)
				case "state":
					s.exec(t, `update cooperatives set state = case state when 'pending' then 'approved' else 'pending' end where id = $1`, of)
				case "weeks":
					s.time = s.time.AddDate(0, 0, 10)
				case "fold":
					s.fold(t)
				}
				s.addsUp(t, fmt.Sprintf("step %d: %s", step, what))
				s.tellsAll(t, of)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// tellsAll wants the entries of a statement to come to what their cooperative is owed and owes.
func (s *till) tellsAll(t *testing.T, of uuid.UUID) {
	t.Helper()
	var sum settlement.Owed
	for _, l := range s.statement(t, of) {
		sum.Sales += l.Sale
		sum.Commission += l.Commission
		sum.PaidOut += l.Payout
		sum.Netted += l.Netted
		sum.Due = l.Balance
		sum.Owes += l.Owes
	}
	o := s.owedTo(t, of)
	if got := (settlement.Owed{Sales: o.Sales, Commission: o.Commission, PaidOut: o.PaidOut, Netted: o.Netted, Due: o.Due, Owes: o.Owes}); got != sum {
		t.Errorf("%+v, the statement comes to %+v", got, sum)
	}
}

func (s *till) owedTo(t *testing.T, of uuid.UUID) settlement.Owed {
	t.Helper()
	o, err := s.OwedTo(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestWhatIsCarriedIsKeptShort(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.exec(t, `insert into standing_changes (women_only, owed) select true, 1 - 2 * (n % 2) from generate_series(1, 250) n`)
	s.sold(t, nahlat, 30000)
	s.enterRIB(t, nahlat, "222222222222222222222281")
	s.pay(t, nahlat, 500, "VIR 1")
	count := func() (rows, questions int) {
		t.Helper()
		if err := s.db.QueryRow(`
			select (select count(*) from standing_changes), (select count(*) from account_questions)`).Scan(&rows, &questions); err != nil {
			t.Fatal(err)
		}
		return rows, questions
	}
	s.fold(t)
	if rows, questions := count(); rows != 1 || questions != 1 {
		t.Errorf("%d rows and %d questions are left", rows, questions)
	}
	s.addsUp(t, "folded")
	s.time = s.time.AddDate(0, 0, 15)
	s.fold(t)
	if rows, questions := count(); rows != 1 || questions != 0 {
		t.Errorf("after two weeks, %d rows and %d questions are left", rows, questions)
	}
	s.addsUp(t, "after two weeks")
	for range 6 {
		order := s.unconfirmed(t, nahlat, 100)
		s.exec(t, `update orders set state = 'confirmed' where id = $1`, order)
		s.unconfirmed(t, nahlat, 100)
	}
	s.fold(t)
	var left []money.Amount
	if err := s.db.Select(&left, `select amount from unconfirmed_changes`); err != nil || !slices.Equal(left, []money.Amount{600}) {
		t.Errorf("of what is unconfirmed %v is left (%v)", left, err)
	}
	s.addsUp(t, "folded again")
}

func TestTheAuditFindsFiguresThatAreNone(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"what is unconfirmed":  `insert into standing_changes (women_only, unconfirmed) values (true, 1)`,
		"unconfirmed of one":   `insert into unconfirmed_changes (cooperative_id, amount) select id, 1 from cooperatives`,
		"who is owed money":    `insert into standing_changes (women_only, owed) values (false, 1)`,
		"an account unasked":   `delete from account_questions`,
		"another sum owed":     `update account_questions set due = due + 1`,
		"a day of another sum": `update statement_days set change = change + 1`,
		"a proven account":     `update account_questions set proven = true`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTill(t)
			nahlat := s.seller(t, "nahlat")
			s.sold(t, nahlat, 30000)
			s.enterRIB(t, nahlat, "222222222222222222222281")
			if n := s.audit(t); n != 0 {
				t.Fatalf("%d problems before", n)
			}
			s.exec(t, damage)
			if n := s.audit(t); n != 1 {
				t.Errorf("%d problems, want 1", n)
			}
		})
	}
}
