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
		Name: "Jamal", Email: "jamal@association.ma", Password: password, Role: account.Director,
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
		if err := d.SignOut(context.Background(), telephone, village); err != nil {
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
			+ (select count(*) from signin_delays) + (select count(*) from known_devices)`)
	}
	clean := func() {
		if err := (&account.CleanWorker{Service: d.Service}).Work(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	}
	d.signIn(t, "0661234567", password)
	d.guess(t, "0661234567", village) // three rows: of the account and the address, and of each
	requestReset(t, d, "0661234567")
	if clean(); rows() != 6 {
		t.Errorf("%d rows after cleaning at once, want all 6", rows())
	}
	d.time = d.time.Add(30 * 24 * time.Hour)
	if clean(); rows() != 1 {
		t.Errorf("%d rows after a month, want the known browser alone", rows())
	}
	d.time = d.time.Add(366 * 24 * time.Hour)
	if clean(); rows() != 0 {
		t.Errorf("%d rows after a year, want none", rows())
	}
}

func TestAPersonSeesWhereSheIsSignedInAndEndsIt(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	fatima := d.fatima(t)
	phone := d.signIn(t, "0661234567", password)
	d.time = d.time.Add(time.Hour)
	computer := d.signIn(t, "0661234567", password)
	d.time = d.time.Add(4 * time.Minute)
	d.goesOn(t, phone, true) // so soon that it is not written down
	list := func() []account.Session {
		sessions, err := d.Sessions(context.Background(), fatima.ID, phone)
		if err != nil {
			t.Fatal(err)
		}
		return sessions
	}
	sessions := list()
	if len(sessions) != 2 || !sessions[0].Current || sessions[1].Current || sessions[1].Address != village.Address || sessions[1].Agent != village.Agent {
		t.Fatalf("%+v", sessions)
	}
	d.time = d.time.Add(2 * time.Hour)
	d.goesOn(t, computer, true)
	if last := list()[1].LastUsedAt; !last.Equal(d.time) {
		t.Errorf("used now, it says %s", last)
	}
	other := d.create(t, "Amina")
	for range 2 { // the second time there is nothing left to end
		if err := d.EndSession(context.Background(), other, sessions[1].ID, other.Actor(), village); err != nil {
			t.Fatal(err)
		}
		d.goesOn(t, computer, true) // which is not hers to end
	}
	if err := d.EndSession(context.Background(), fatima, sessions[1].ID, fatima.Actor(), village); err != nil {
		t.Fatal(err)
	}
	d.goesOn(t, computer, false)
	d.signIn(t, "0661234567", password)
	d.signIn(t, "0661234567", password)
	for _, want := range []int{2, 0} {
		if n, err := d.EndSessions(context.Background(), fatima, phone, fatima.Actor(), village); err != nil || n != want {
			t.Errorf("%d others ended, want %d: %v", n, want, err)
		}
	}
	d.goesOn(t, phone, true)
	if n, err := d.EndSessions(context.Background(), fatima, "", other.Actor(), village); err != nil || n != 1 {
		t.Errorf("%d ended by the association: %v", n, err)
	}
	d.goesOn(t, phone, false)
	if n := d.count(t, `select count(*) from known_devices`); n != 0 {
		t.Errorf("%d browsers are still known", n)
	}
	if told := d.told(t); told != "account_added signed_in signed_in account_added session_ended signed_in signed_in session_ended session_ended" {
		t.Errorf("the record says %q", told)
	}
}

func TestSessionsDoNotPileUp(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	fatima := d.fatima(t)
	for range 60 {
		d.signIn(t, "0661234567", password)
		d.time = d.time.Add(time.Minute)
	}
	sessions, err := d.Sessions(context.Background(), fatima.ID, "")
	if n := d.count(t, `select count(*) from known_devices`); err != nil || len(sessions) != 50 || n != 50 {
		t.Errorf("%d sessions and %d browsers of one person: %v", len(sessions), n, err)
	}
}
