package account_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/security"
)

// guess fails to sign in and reports how long to wait, or 0 if the guess was looked at.
func (d *door) guess(t *testing.T, login string, from security.Source) time.Duration {
	t.Helper()
	return d.guessIn(t, login, from, "")
}

// guessIn is guess in the browser that was given device.
func (d *door) guessIn(t *testing.T, login string, from security.Source, device string) time.Duration {
	t.Helper()
	_, err := d.SignIn(context.Background(), account.Attempt{Login: login, Password: "a wrong guess", From: from, Device: device})
	if errors.Is(err, account.ErrDelayed) {
		return account.Wait(err)
	}
	if !errors.Is(err, account.ErrWrongLogin) {
		t.Fatal(err)
	}
	return 0
}

// within is how many guesses somebody who never tires gets looked at in that time from so many addresses,
// each tried as soon as it may be.
func (d *door) within(t *testing.T, limit time.Duration, addresses int, login func(i int) string) int {
	t.Helper()
	looked := 0
	for end := d.time.Add(limit); d.time.Before(end); {
		soonest := limit
		for a := range addresses {
			wait := d.guess(t, login(looked), from(fmt.Sprintf("10.0.0.%d", a)))
			if wait == 0 {
				looked++
			}
			soonest = min(soonest, wait)
		}
		d.time = d.time.Add(soonest)
	}
	return looked
}

func fatimas(int) string { return "fatima@nahlat.ma" }

func TestFromOneAddressAnAccountIsGuessedAtAHundredTimesADay(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	if n := d.within(t, 24*time.Hour, 1, fatimas); n < 20 || n > 120 {
		t.Errorf("%d guesses in a day", n)
	}
}

func TestFromManyAddressesTheGuessesAtOneAccountAreBounded(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	// One for each address, 20 at once and one each half minute; bounded by address alone it were 200.
	if n := d.within(t, 15*time.Minute, 20, fatimas); n < 40 || n > 20+20+30+6 {
		t.Errorf("%d guesses within a quarter of an hour", n)
	}
}

func TestFromOneAddressTheGuessesAtManyAccountsAreBounded(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	// 30 at once and four a minute.
	if n := d.within(t, 15*time.Minute, 1, func(i int) string { return fmt.Sprintf("nobody%d@nahlat.ma", i) }); n < 60 || n > 30+60+6 {
		t.Errorf("%d guesses within a quarter of an hour", n)
	}
}

func TestNobodyKeepsAnybodyOut(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	known := d.enter(t, "0661234567", password, "").Device
	for a := range 60 { // somebody guesses at her from everywhere, and from her own village as fast as he may
		for range 3 {
			d.guess(t, "0661234567", from(fmt.Sprintf("10.0.0.%d", a)))
		}
		d.guess(t, "0661234567", village)
		d.guess(t, fmt.Sprintf("nobody%d@nahlat.ma", a), village)
	}
	if d.guess(t, "0661234567", village) == 0 {
		t.Fatal("the guessing is not slowed down at all")
	}
	// In her own browser she is let in at once,
	known = d.enter(t, "0661234567", password, known).Device
	// with another from elsewhere too,
	if _, err := d.SignIn(context.Background(), account.Attempt{Login: "0661234567", Password: password, From: from("105.66.1.2")}); err != nil {
		t.Errorf("from an address that nobody guessed from: %v", err)
	}
	// and others of her village wait for seconds.
	d.create(t, "Amina")
	_, err := d.SignIn(context.Background(), account.Attempt{Login: "amina@nahlat.ma", Password: password, From: village})
	if wait := account.Wait(err); err != nil && (wait == 0 || wait > 15*time.Second) {
		t.Errorf("Amina waits for %s: %v", wait, err)
	}
	d.time = d.time.Add(15 * time.Second)
	d.enter(t, "amina@nahlat.ma", password, "")
	// A browser that is known for one account is nothing to another, and guessing in it is slowed too.
	waited := time.Duration(0)
	for range 8 {
		waited = max(waited, d.guessIn(t, "0661234567", from("105.66.1.2"), known))
	}
	if waited == 0 {
		t.Error("in a known browser anybody guesses for ever")
	}
}

func TestTheWaitIsToldAndGrows(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	for i, want := range []time.Duration{0, 0, 0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 640, 640} {
		if i > 5 {
			if wait := d.guess(t, "0661234567", village); wait.Round(time.Second) != want*time.Second && wait != want*time.Second {
				t.Errorf("after %d failures the wait is %s, want %s", i, wait, want*time.Second)
			}
			d.time = d.time.Add(want * time.Second)
		}
		if wait := d.guess(t, "0661234567", village); wait != 0 {
			t.Fatalf("having waited, guess %d waits for %s", i+1, wait)
		}
	}
	d.time = d.time.Add(15 * time.Minute)
	d.signIn(t, "0661234567", password)
	for range 5 {
		if wait := d.guess(t, "0661234567", village); wait != 0 {
			t.Errorf("after a success it begins anew, but waits for %s", wait)
		}
	}
}

func TestManyGuessesAtTheSameMomentGetNoFurther(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	var guesses sync.WaitGroup
	results := make(chan error, 40)
	for range cap(results) {
		guesses.Go(func() {
			_, err := d.SignIn(context.Background(), account.Attempt{Login: "fatima@nahlat.ma", Password: "a wrong guess", From: village})
			results <- err
		})
	}
	guesses.Wait()
	close(results)
	tried := 0
	for err := range results {
		switch {
		case errors.Is(err, account.ErrWrongLogin):
			tried++
		case !errors.Is(err, account.ErrDelayed):
			t.Error(err)
		}
	}
	if tried > 6 {
		t.Errorf("%d guesses were looked at, the last without a wait is the sixth", tried)
	}
}

func TestWhatPeopleTypeAsTheirNameIsNotKept(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.guess(t, "my password, by mistake", village)
	for _, table := range []string{"signin_delays", "security_events"} {
		if n := d.count(t, `select count(*) from `+table+` as r where r::text ilike '%mistake%'`); n != 0 {
			t.Errorf("%s keeps it", table)
		}
	}
}
