package settlement_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/settlement"
)

// enterRIB has jamal enter an account.
func (s *till) enterRIB(t *testing.T, of uuid.UUID, rib string) {
	t.Helper()
	cooperatives := cooperative.New(s.db, func() time.Time { return s.time })
	c, err := cooperatives.ByID(context.Background(), of)
	if err != nil {
		t.Fatal(err)
	}
	c.RIB = rib
	if _, err := cooperatives.Correct(context.Background(), c, nil, s.jamal); err != nil {
		t.Fatal(err)
	}
}

func (s *till) changedAccounts(t *testing.T) map[uuid.UUID]settlement.AccountChange {
	t.Helper()
	changes, err := s.ChangedAccounts(context.Background(), s.sellers...)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func TestAnAccountThatChangedIsPointedOutUntilItProves(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	s.exec(t, `insert into users (id, name, email, password_hash, role, created_at)
		values ($1, 'Jamal', 'jamal@association.ma', '', 'director', $2)`, s.jamal.User, s.time)
	nahlat, zayt := s.seller(t, "nahlat"), s.seller(t, "zayt")
	s.sold(t, nahlat, 30000)
	s.pay(t, nahlat, 10000, "VIR 1")
	if changes := s.changedAccounts(t); len(changes) != 0 {
		t.Errorf("accounts that never changed: %+v", changes)
	}

	s.time = s.time.Add(time.Hour)
	changed := s.time
	s.enterRIB(t, nahlat, "222222222222222222222281")
	want := map[uuid.UUID]settlement.AccountChange{
		nahlat: {CooperativeID: nahlat, Before: "1189", After: "2281", Actor: actor.Association, User: "Jamal", At: changed},
	}
	if diff := cmp.Diff(want, s.changedAccounts(t)); diff != "" {
		t.Error(diff)
	}
	s.time = s.time.AddDate(0, 3, 0) // never paid to, it stays new
	if diff := cmp.Diff(want, s.changedAccounts(t)); diff != "" {
		t.Error(diff)
	}
	payout, err := s.Pay(context.Background(), nahlat, 5000, "VIR 2", s.jamal)
	if err != nil {
		t.Fatal(err)
	}
	if changes := s.changedAccounts(t); len(changes) != 0 {
		t.Errorf("paid to months after it changed: %+v", changes)
	}
	if _, err := s.Undo(context.Background(), nahlat, payout.ID, "came back", s.jamal); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, s.changedAccounts(t)); diff != "" {
		t.Errorf("a payout that came back proves nothing: %s", diff)
	}

	// One that is paid to at once is still pointed out for two weeks.
	s.sold(t, zayt, 10000)
	s.enterRIB(t, zayt, "")
	s.enterRIB(t, zayt, "333333333333333333333373")
	entered := s.time
	s.pay(t, zayt, 500, "VIR 3")
	for days, pointedOut := range map[int]bool{13: true, 15: false} {
		s.time = entered.AddDate(0, 0, days)
		if _, ok := s.changedAccounts(t)[zayt]; ok != pointedOut {
			t.Errorf("after %d days: %t", days, ok)
		}
	}
}

func TestWhetherAnAccountIsNewIsNotAskedOfTheClocks(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat, zayt := s.seller(t, "nahlat"), s.seller(t, "zayt")
	s.sold(t, nahlat, 30000)
	s.sold(t, zayt, 30000)
	real := s.time
	// An instance whose clock is a month ahead pays one; then the account is changed where the clock is right.
	s.time = real.AddDate(0, 1, 0)
	if _, err := s.Pay(t.Context(), nahlat, 100, "VIR 1", s.jamal); err != nil {
		t.Fatal(err)
	}
	s.time = real
	s.enterRIB(t, nahlat, "222222222222222222222281")
	// Of the other the account is changed where the clock is ahead, and paid to where it is right.
	s.time = real.AddDate(0, 1, 0)
	s.enterRIB(t, zayt, "222222222222222222222281")
	s.time = real
	if _, err := s.Pay(t.Context(), zayt, 100, "VIR 2", s.jamal); err != nil {
		t.Fatal(err)
	}
	s.time = real.AddDate(0, 3, 0)
	changes := s.changedAccounts(t)
	if _, warned := changes[nahlat]; !warned {
		t.Error("an account that nobody has paid to since it was changed is not pointed out")
	}
	if _, warned := changes[zayt]; warned {
		t.Error("an account that was paid to since it was changed is pointed out")
	}
	lines := s.statement(t, zayt)
	if lines[len(lines)-1].BankReference != "VIR 2" {
		t.Errorf("the payout does not stand last: %+v", lines)
	}
}

func TestAPayoutStandsAfterTheSaleThatItPays(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.time = s.time.AddDate(0, 1, 0) // the sale is recorded where the clock is ahead
	s.sold(t, nahlat, 30000)
	s.time = s.time.AddDate(0, -1, 0)
	paid, err := s.Pay(t.Context(), nahlat, 28500, "VIR 1", s.jamal)
	if err != nil {
		t.Fatal(err)
	}
	s.time = s.time.AddDate(0, -1, 0)
	if _, err := s.Undo(t.Context(), nahlat, paid.ID, "came back", s.jamal); err != nil {
		t.Fatal(err)
	}
	lines := s.statement(t, nahlat)
	var balances []string
	for _, line := range lines {
		balances = append(balances, line.Balance.String())
	}
	if diff := cmp.Diff([]string{"285.00", "0.00", "285.00"}, balances); diff != "" {
		t.Errorf("balances as they were and as they are told (+): %s", diff)
	}
}
