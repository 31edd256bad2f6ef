package account_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
)

func TestAMemberSignsInByEmailOrTelephoneAsSheWritesIt(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	fatima := d.fatima(t)
	for _, login := range []string{"fatima@nahlat.ma", " Fatima@NAHLAT.ma ", "0661234567", "06 61 23 45 67", "+212 661-234567", "٠٦٦١٢٣٤٥٦٧"} {
		_, u, err := d.SignIn(context.Background(), login, password, village)
		if err != nil || u.ID != fatima.ID || *u.CooperativeID != d.cooperative {
			t.Errorf("login %q: %+v, %v", login, u, err)
		}
	}
}

func TestTheTokenOfASessionIsNewEachTimeAndNowhereInTheDatabase(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	first, second := d.signIn(t, "0661234567", password), d.signIn(t, "0661234567", password)
	if first == second {
		t.Fatal("the token must change at every sign-in")
	}
	if secret, err := base64.RawURLEncoding.DecodeString(first); err != nil || len(secret) != 32 {
		t.Errorf("token %q is not 256 bits: %v", first, err)
	}
	hash := sha256.Sum256([]byte(first))
	if n := d.count(t, `select count(*) from sessions where token_hash = $1`, hash[:]); n != 1 {
		t.Errorf("%d sessions known by the token's SHA-256, want 1", n)
	}
	if n := d.count(t, `select count(*) from sessions where position(convert_to($1, 'UTF8') in token_hash) > 0`, first); n != 0 {
		t.Error("the token itself is kept")
	}
}

func TestWhoHasAnAccountIsNotTold(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	for _, c := range [][2]string{
		{"0661234567", "deux ruches au soleil"}, {"fatima@nahlat.ma", ""}, {"nobody@nahlat.ma", password},
		{"", ""}, {"' or 1=1 --", password}, {"0600000000", password},
	} {
		if _, _, err := d.SignIn(context.Background(), c[0], c[1], village); !errors.Is(err, account.ErrWrongLogin) {
			t.Errorf("login %q: %v, want ErrWrongLogin", c[0], err)
		}
	}
}

func TestADisabledAccountCannotSignInAndItsSessionsEnd(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	fatima := d.fatima(t)
	token := d.signIn(t, "0661234567", password)
	d.exec(t, `update users set disabled_at = $2 where id = $1`, fatima.ID, d.time)
	if _, err := d.Session(context.Background(), token); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("session: %v", err)
	}
	if _, _, err := d.SignIn(context.Background(), "0661234567", password, village); !errors.Is(err, account.ErrWrongLogin) {
		t.Errorf("sign in: %v", err)
	}
}

// guess fails to sign in and reports the minutes to wait, or 0.
func guess(t *testing.T, d *door, login, address string) (minutes int) {
	t.Helper()
	_, _, err := d.SignIn(context.Background(), login, "a wrong guess", address)
	if errors.Is(err, account.ErrLocked) {
		return fault.As(err).Args["Count"].(int)
	}
	if !errors.Is(err, account.ErrWrongLogin) {
		t.Fatal(err)
	}
	return 0
}

func TestALoginGuessedTooOftenIsLockedForAWhile(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	d.Limits = account.Limits{PerLogin: 3, PerAddress: 100, Window: 15 * time.Minute}
	for i := range 3 { // one each minute, from another address each
		if minutes := guess(t, d, "fatima@nahlat.ma", string(rune('a'+i))); minutes != 0 {
			t.Fatalf("guess %d is locked out", i+1)
		}
		d.time = d.time.Add(time.Minute)
	}
	if minutes := guess(t, d, "Fatima@nahlat.ma", village); minutes != 12 {
		t.Errorf("locked for %d minutes, want 12: the first failure leaves the window then", minutes)
	}
	if _, _, err := d.SignIn(context.Background(), "fatima@nahlat.ma", password, village); !errors.Is(err, account.ErrLocked) {
		t.Errorf("the right password must not open a locked login: %v", err)
	}
	if minutes := guess(t, d, "amina@nahlat.ma", village); minutes != 0 {
		t.Error("another login must not be locked")
	}
	d.time = d.time.Add(12 * time.Minute)
	d.signIn(t, "fatima@nahlat.ma", password)
	for i := range 3 {
		if minutes := guess(t, d, "fatima@nahlat.ma", village); minutes != 0 {
			t.Errorf("after a success the count begins anew, but guess %d is locked out", i+1)
		}
	}
}

func TestAnAddressThatGuessesAtManyLoginsIsLocked(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	d.Limits = account.Limits{PerLogin: 100, PerAddress: 4, Window: 15 * time.Minute}
	for _, login := range []string{"a@x.ma", "b@x.ma"} {
		guess(t, d, login, village)
	}
	d.signIn(t, "fatima@nahlat.ma", password) // a success from there does not wash it clean
	for _, login := range []string{"c@x.ma", "d@x.ma"} {
		if guess(t, d, login, village) != 0 {
			t.Fatal("locked too early")
		}
	}
	if guess(t, d, "e@x.ma", village) == 0 {
		t.Error("the address is not locked")
	}
	if guess(t, d, "e@x.ma", "41.140.3.9") != 0 {
		t.Error("another address must not be locked")
	}
}

func TestManyGuessesAtTheSameMomentGetNoFurther(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	d.Limits = account.Limits{PerLogin: 5, PerAddress: 1000, Window: 15 * time.Minute}
	var guesses sync.WaitGroup
	results := make(chan error, 40)
	for range cap(results) {
		guesses.Go(func() {
			_, _, err := d.SignIn(context.Background(), "fatima@nahlat.ma", "a wrong guess", village)
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
		case !errors.Is(err, account.ErrLocked):
			t.Error(err)
		}
	}
	if tried > 5 {
		t.Errorf("%d guesses were looked at, the limit is 5", tried)
	}
	if n := d.count(t, `select count(*) from signin_failures where subject = 'user:fatima@nahlat.ma'`); n != tried {
		t.Errorf("%d failures kept, %d guesses were looked at", n, tried)
	}
}
