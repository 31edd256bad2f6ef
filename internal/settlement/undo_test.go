package settlement_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settlement"
)

func (s *till) undo(t *testing.T, p settlement.Payout, reason string) settlement.Reversal {
	t.Helper()
	s.time = s.time.AddDate(0, 0, 1)
	r, err := s.Undo(context.Background(), p.CooperativeID, p.ID, reason, s.jamal)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAWronglyRecordedPayoutIsUndoneAndRecordedAsItWas(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	s.exec(t, `insert into users (id, name, email, password_hash, role, created_at)
		values ($1, 'Jamal', 'jamal@souk.example', '', 'director', now())`, s.jamal.User)
	nahlat := s.seller(t, "nahlat")
	s.sold(t, nahlat, 30000) // 285 due
	wrong := s.pay(t, nahlat, 21000, "VIR 1")
	s.undo(t, wrong, " Deux chiffres inversés ")
	if o := s.owed(t)["nahlat"]; o.Due != 28500 || o.PaidOut != 0 || o.Sales != 30000 || o.Commission != 1500 {
		t.Errorf("undone: %+v", o)
	}
	right := s.pay(t, nahlat, 12000, "VIR 1") // the bank's reference is what it was
	if right.ID == wrong.ID {
		t.Error("the right payout is the wrong one")
	}
	if again := s.pay(t, nahlat, 12000, "VIR 1"); again.ID != right.ID {
		t.Error("sent twice, recorded twice")
	}
	if _, err := s.Pay(context.Background(), nahlat, 21000, "VIR 1", s.jamal); !errors.Is(err, settlement.ErrReferenceUsed) {
		t.Errorf("the wrong one again: %v", err)
	}
	if o := s.owed(t)["nahlat"]; o.Due != 16500 || o.PaidOut != 12000 {
		t.Errorf("recorded as it was: %+v", o)
	}
	lines := s.statement(t, nahlat)
	var can []bool
	for i, l := range lines {
		can = append(can, l.CanUndo())
		lines[i].At = time.Time{}
	}
	of := func(p settlement.Payout) uuid.NullUUID { return uuid.NullUUID{UUID: p.ID, Valid: true} }
	want := []settlement.Line{
		{Sale: 30000, Commission: 1500, Balance: 28500},
		{PayoutID: of(wrong), BankReference: "VIR 1", Undone: true, Actor: actor.Association, RecordedBy: "Jamal", Payout: 21000, Balance: 7500},
		{PayoutID: of(wrong), BankReference: "VIR 1", Undoes: true, Reason: "Deux chiffres inversés", Actor: actor.Association, RecordedBy: "Jamal", Payout: -21000, Balance: 28500},
		{PayoutID: of(right), BankReference: "VIR 1", Actor: actor.Association, RecordedBy: "Jamal", Payout: 12000, Balance: 16500},
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%+v\nwant %+v", lines, want)
	}
	if !slices.Equal(can, []bool{false, false, false, true}) {
		t.Errorf("can be undone: %t", can)
	}
	if n := s.audit(t); n != 0 {
		t.Errorf("%d problems", n)
	}
}

func TestAPayoutIsUndoneOnce(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat, seksou := s.seller(t, "nahlat"), s.seller(t, "seksou")
	s.sold(t, nahlat, 30000)
	s.sold(t, seksou, 30000)
	paid := s.pay(t, nahlat, 10000, "VIR 1")
	s.pay(t, nahlat, 5000, "VIR 2")
	first := s.undo(t, paid, "RIB fermé")
	if again := s.undo(t, paid, "RIB fermé"); !again.At.Equal(first.At) || again.Payout.ID != first.Payout.ID {
		t.Errorf("undone again: %+v, want %+v", again, first)
	}
	undo := func(of, payout uuid.UUID, reason string, by actor.Actor) error {
		_, err := s.Undo(context.Background(), of, payout, reason, by)
		return err
	}
	for name, c := range map[string]struct {
		err, want error
	}{
		"for another reason":        {undo(nahlat, paid.ID, "Erreur", s.jamal), settlement.ErrUndone},
		"by somebody else":          {undo(nahlat, paid.ID, "RIB fermé", actor.OfAssociation(postgres.NewID())), settlement.ErrUndone},
		"another cooperative's":     {undo(seksou, paid.ID, "RIB fermé", s.jamal), settlement.ErrNoPayout},
		"one that there is not":     {undo(nahlat, postgres.NewID(), "RIB fermé", s.jamal), settlement.ErrNoPayout},
		"a cooperative that is not": {undo(postgres.NewID(), paid.ID, "RIB fermé", s.jamal), cooperative.ErrNotFound},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
	if o := s.owed(t)["nahlat"]; o.Due != 23500 || o.PaidOut != 5000 {
		t.Errorf("%+v", o)
	}
	if n := s.audit(t); n != 0 {
		t.Errorf("%d problems", n)
	}
}

func TestAPayoutIsUndoneForAReason(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.sold(t, nahlat, 30000)
	paid := s.pay(t, nahlat, 10000, "VIR 1")
	for reason, key := range map[string]string{
		" ": "settlement.reason_missing", strings.Repeat("س", 501): "settlement.reason_long",
	} {
		_, err := s.Undo(context.Background(), nahlat, paid.ID, reason, s.jamal)
		if e := fault.As(err); e == nil || e.Kind != fault.Invalid || e.Fields["reason"].Key != key {
			t.Errorf("%q: %v", reason, err)
		}
	}
	if due := s.owed(t)["nahlat"].Due; due != 18500 {
		t.Errorf("%s due, want 185.00", due)
	}
	s.undo(t, paid, strings.Repeat("س", 500))
}

func TestTwoWhoUndoAtTheSameMomentUndoOnce(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.sold(t, nahlat, 30000)
	paid := s.pay(t, nahlat, 10000, "VIR 1")
	undone, refused := atOnce(func(int) error {
		_, err := s.Undo(context.Background(), nahlat, paid.ID, "Erreur", actor.OfAssociation(postgres.NewID()))
		return err
	})
	for _, err := range refused {
		if !errors.Is(err, settlement.ErrUndone) {
			t.Error(err)
		}
	}
	if due := s.owed(t)["nahlat"].Due; undone != 1 || due != 28500 {
		t.Errorf("undone %d times and %s due, want once and 285.00", undone, due)
	}
}

func TestReversalsDefendThemselves(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.sold(t, nahlat, 30000)
	undone, stands := s.pay(t, nahlat, 10000, "VIR 1"), s.pay(t, nahlat, 500, "VIR 2")
	s.undo(t, undone, "Erreur")
	insert := `insert into payout_reversals (payout_id, reason, actor, at) values ($1, $2, $3, now())`
	for _, c := range []struct {
		constraint string
		payout     uuid.UUID
		reason     string
		by         actor.Kind
	}{
		{"payout_reversals_pkey", undone.ID, "Encore", actor.System},
		{"payout_reversals_payout_id_fkey", s.jamal.User, "Erreur", actor.System},
		{"payout_reversals_reason", stands.ID, " ", actor.System},
		{"payout_reversals_actor_known", stands.ID, "Erreur", actor.Member},
		{"payout_reversals_user_is_the_actors", stands.ID, "Erreur", actor.Association},
	} {
		if _, err := s.db.Exec(insert, c.payout, c.reason, c.by); !postgres.Violates(err, c.constraint) {
			t.Errorf("%s: %v", c.constraint, err)
		}
	}
	for _, statement := range []string{`delete from payout_reversals`, `update payout_reversals set reason = 'x'`, `truncate payout_reversals`} {
		if _, err := s.db.Exec(statement); !postgres.Violates(err, "payout_reversals_append_only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// Each of these leaves books that balance.
func TestAuditFindsReversalsThatDoNotMirrorTheirPayout(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, s *till, paid settlement.Payout){
		"a reversal that moved nothing": func(t *testing.T, s *till, paid settlement.Payout) {
			s.exec(t, `insert into payout_reversals (payout_id, reason, actor, at) values ($1, 'Erreur', 'system', now())`, paid.ID)
		},
		"money back of a payout that stands": func(t *testing.T, s *till, paid settlement.Payout) {
			s.back(t, paid, "undone", paid.CooperativeID, paid.Amount)
		},
		"less came back than went out": func(t *testing.T, s *till, paid settlement.Payout) {
			s.exec(t, `insert into payout_reversals (payout_id, reason, actor, at) values ($1, 'Erreur', 'system', now())`, paid.ID)
			s.back(t, paid, "undone", paid.CooperativeID, paid.Amount-1)
		},
		"it came back to another cooperative": func(t *testing.T, s *till, paid settlement.Payout) {
			s.exec(t, `insert into payout_reversals (payout_id, reason, actor, at) values ($1, 'Erreur', 'system', now())`, paid.ID)
			s.back(t, paid, "undone", s.seller(t, "seksou"), paid.Amount)
		},
		"it came back twice": func(t *testing.T, s *till, paid settlement.Payout) {
			s.undo(t, paid, "Erreur")
			s.exec(t, `insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id)
				select gen_random_uuid(), p.journal_id, p.debit, p.credit, p.amount_centimes, p.cooperative_id
				from postings p join journals j on j.id = p.journal_id where j.kind = 'payout_undone'`)
		},
		"it came back under another name": func(t *testing.T, s *till, paid settlement.Payout) {
			s.undo(t, paid, "Erreur")
			s.back(t, paid, "returned", paid.CooperativeID, paid.Amount)
		},
		"two payouts stand under one reference": func(t *testing.T, s *till, paid settlement.Payout) {
			second := s.pay(t, paid.CooperativeID, 500, "VIR 2")
			s.exec(t, `alter table payouts disable trigger user`)
			s.exec(t, `update payouts set reference = 'VIR 1', attempt = 2 where id = $1`, second.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTill(t)
			nahlat := s.seller(t, "nahlat")
			s.sold(t, nahlat, 30000)
			paid := s.pay(t, nahlat, 10000, "VIR 1")
			if n := s.audit(t); n != 0 {
				t.Fatalf("%d problems before", n)
			}
			damage(t, s, paid)
			if n := s.audit(t); n != 1 {
				t.Errorf("%d problems, want 1", n)
			}
		})
	}
}

// back records that an amount of a payout came back to a cooperative, under the name how.
func (s *till) back(t *testing.T, paid settlement.Payout, how string, to uuid.UUID, amount money.Amount) {
	t.Helper()
	s.recordOf(t, ledger.Journal{
		Reference: "payout:" + paid.ID.String() + ":" + how, Kind: "payout_" + how, PayoutID: &paid.ID,
		Postings: []ledger.Posting{{Debit: ledger.Bank, Credit: ledger.PayableTo(to), Amount: amount}},
	})
}

func TestAPayoutSetsOffWhatItsCooperativeOwes(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.reads(t, nahlat, "nahlat@souk.example", "en")
	s.sold(t, nahlat, 300_00)       // 285 due
	s.soldForCash(t, nahlat, 80_00) // 76 due, and 100 owed
	stands := func(when string, due, owes, paidOut, netted money.Amount) {
		t.Helper()
		o := s.owedTo(t, nahlat)
		if got, want := [4]money.Amount{o.Due, o.Owes, o.PaidOut, o.Netted}, [4]money.Amount{due, owes, paidOut, netted}; got != want {
			t.Errorf("%s: due, owed by it, paid out and set off are %v, want %v", when, got, want)
		}
		s.addsUp(t, when)
	}
	stands("before", 361_00, 100_00, 0, 0)
	var above *fault.Error
	if _, err := s.Pay(t.Context(), nahlat, 261_01, "VIR 0", s.jamal); !errors.As(err, &above) || above.Fields["amount"].Key != "settlement.above_due" {
		t.Errorf("more than is left was paid: %v", err)
	}
	shown := money.Amount(361_00)
	if _, err := s.PayAll(t.Context(), []settlement.Transfer{{CooperativeID: nahlat, Amount: 200_00, Shown: &shown}}, "VIR 0", s.jamal); !errors.Is(err, settlement.ErrOwedChanged) {
		t.Errorf("who saw that nothing is set off paid: %v", err)
	}
	due, err := s.Due(t.Context())
	if err != nil || len(due) != 1 || due[0].Amount != 261_00 {
		t.Errorf("due are %v, %v", due, err)
	}
	paid := s.pay(t, nahlat, 200_00, "VIR 1")
	stands("paid", 61_00, 0, 200_00, 100_00)
	told(t, s.mails(t), "nahlat@souk.example", "Set off against what you owe the association: MAD\u00a0100", "Still owed to your cooperative: MAD\u00a061")
	lines := s.statement(t, nahlat)
	if l := lines[len(lines)-1]; l.Payout != 200_00 || l.Netted != 100_00 || l.Owes != -100_00 || l.Balance != 61_00 || !l.CanUndo() {
		t.Errorf("the statement says %+v", l)
	}
	if again := s.pay(t, nahlat, 200_00, "VIR 1"); again.ID != paid.ID {
		t.Error("sent twice, recorded twice")
	}
	s.undo(t, paid, "the bank sent it back")
	stands("undone", 361_00, 100_00, 0, 0)
	s.pay(t, nahlat, 261_00, "VIR 1")
	stands("paid again", 0, 0, 261_00, 100_00)

	s.soldForCash(t, nahlat, 40_00) // 38 due, and 60 owed
	stands("it owes more than it is owed", 38_00, 60_00, 261_00, 100_00)
	if due, err := s.Due(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("due are %v, %v", due, err)
	}
	if _, err := s.Pay(t.Context(), nahlat, 1, "VIR 3", s.jamal); !errors.Is(err, settlement.ErrInvalid) {
		t.Errorf("something was paid: %v", err)
	}
}
