package account_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/account"
)

func TestASessionLastsWhileItIsUsedAndEndsAllTheSame(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	fatima := d.fatima(t)
	token := d.signIn(t, "0661234567", password)
	day := 24 * time.Hour
	for range 3 {
		d.time = d.time.Add(9 * day)
		if u, err := d.Session(context.Background(), token); err != nil || u.ID != fatima.ID {
			t.Fatalf("used every nine days, the session ended: %v", err)
		}
	}
	d.time = d.time.Add(3 * day)
	if _, err := d.Session(context.Background(), token); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("30 days after sign-in: %v, want ErrNoSession", err)
	}
	token = d.signIn(t, "0661234567", password)
	d.time = d.time.Add(10 * day)
	if _, err := d.Session(context.Background(), token); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("ten days unused: %v, want ErrNoSession", err)
	}
}

func TestTheAssociationIsAskedMoreOften(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	if _, err := d.Create(context.Background(), account.NewUser{
		Name: "Jamal", Email: "jamal@association.ma", Password: password, Role: account.Association,
	}); err != nil {
		t.Fatal(err)
	}
	token := d.signIn(t, "jamal@association.ma", password)
	d.time = d.time.Add(12 * time.Hour)
	if _, err := d.Session(context.Background(), token); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("twelve hours unused: %v, want ErrNoSession", err)
	}
}

func TestSigningOutEndsOneSession(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	telephone, computer := d.signIn(t, "0661234567", password), d.signIn(t, "0661234567", password)
	for range 2 { // the second time there is nothing left to end
		if err := d.SignOut(context.Background(), telephone); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Session(context.Background(), telephone); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("after signing out: %v", err)
	}
	if _, err := d.Session(context.Background(), computer); err != nil {
		t.Errorf("the other session ended too: %v", err)
	}
}

func TestATokenThatWasNeverGivenOpensNothing(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for _, token := range []string{"", "x", "' or true --", string(make([]byte, 10_000))} {
		if _, err := d.Session(context.Background(), token); !errors.Is(err, account.ErrNoSession) {
			t.Errorf("token %.20q: %v", token, err)
		}
	}
}

func TestWhatHasRunOutIsThrownAway(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	rows := func() int {
		return d.count(t, `select (select count(*) from sessions) + (select count(*) from password_resets)
			+ (select count(*) from signin_failures)`)
	}
	clean := func() {
		if err := (&account.CleanWorker{Service: d.Service}).Work(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	}
	d.signIn(t, "0661234567", password)
	guess(t, d, "0661234567", village) // two rows, one for the login and one for the address
	requestReset(t, d, "0661234567")
	if clean(); rows() != 4 {
		t.Errorf("%d rows after cleaning at once, want all 4", rows())
	}
	d.time = d.time.Add(30 * 24 * time.Hour)
	if clean(); rows() != 0 {
		t.Errorf("%d rows after a month, want none", rows())
	}
}
