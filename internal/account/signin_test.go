package account_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/alexedwards/argon2id"

	"github.com/souk-taawon/souk/internal/account"
)

func TestAMemberSignsInByEmailOrTelephoneAsSheWritesIt(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	fatima := d.fatima(t)
	for _, login := range []string{"fatima@nahlat.ma", " Fatima@NAHLAT.ma ", "0661234567", "06 61 23 45 67", "+212 661-234567", "٠٦٦١٢٣٤٥٦٧"} {
		entry, err := d.SignIn(context.Background(), account.Attempt{Login: login, Password: password, From: village})
		if u := entry.User; err != nil || u.ID != fatima.ID || *u.CooperativeID != d.cooperative {
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
	for i, c := range [][2]string{
		{"0661234567", "deux ruches au soleil"}, {"fatima@nahlat.ma", ""}, {"nobody@nahlat.ma", password},
		{"", ""}, {"' or 1=1 --", password}, {"0600000000", password},
	} {
		attempt := account.Attempt{Login: c[0], Password: c[1], From: from("10.0.0." + strconv.Itoa(i))}
		if _, err := d.SignIn(context.Background(), attempt); !errors.Is(err, account.ErrWrongLogin) {
			t.Errorf("login %q: %v, want ErrWrongLogin", c[0], err)
		}
	}
	if told := d.told(t); told != "account_added"+strings.Repeat(" sign_in_failed", 6) {
		t.Errorf("the record says %q", told)
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
	attempt := account.Attempt{Login: "0661234567", Password: password, From: village}
	if _, err := d.SignIn(context.Background(), attempt); !errors.Is(err, account.ErrWrongLogin) {
		t.Errorf("sign in: %v", err)
	}
}

func TestAPasswordIsHashedAnewWhenTheCostIsRaised(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	before := d.signIn(t, "0661234567", password)
	d.Cost.Memory, d.Cost.Iterations = 128, 2
	var together sync.WaitGroup
	for range 4 {
		together.Go(func() {
			if _, err := d.SignIn(context.Background(), account.Attempt{Login: "0661234567", Password: password, From: village}); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	var hash string
	if err := d.db.Get(&hash, `select password_hash from users`); err != nil {
		t.Fatal(err)
	}
	if made, _, _, err := argon2id.DecodeHash(hash); err != nil || *made != d.Cost {
		t.Errorf("the hash is of %+v, %v", made, err)
	}
	d.goesOn(t, before, true)
	d.signIn(t, "0661234567", password)
	if n := d.count(t, `select count(*) from users where password_hash = $1`, hash); n != 1 {
		t.Error("it is hashed anew at each sign-in")
	}
}

func TestAPasswordIsTheSameHoweverItsLettersAreComposed(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	fatima := d.fatima(t)
	composed, decomposed := "sept paniers de n\u00e8fles", "sept paniers de ne\u0300fles"
	chosen := func(typed string) {
		t.Helper()
		token, err := d.HandOverLink(context.Background(), fatima.ID, fatima.Actor(), nil, village)
		if err == nil {
			_, err = d.ChoosePassword(context.Background(), token, typed, village, d.fr)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	chosen(decomposed)
	d.signIn(t, "0661234567", composed)
	d.signIn(t, "0661234567", decomposed)
	d.signIn(t, "0661234567", "sept\u00a0paniers de n\u00e8fles") // a telephone's idea of a space

	// Hashes from before are of what was typed.
	hash, err := argon2id.CreateHash(decomposed, &d.Cost)
	if err != nil {
		t.Fatal(err)
	}
	d.exec(t, `update users set password_hash = $1`, hash)
	d.signIn(t, "0661234567", decomposed)
	// A tatweel has no place in a password by RFC 8265; who typed one is let in all the same.
	chosen("سبع سلال من الزعرور\u0640")
	d.signIn(t, "0661234567", "سبع سلال من الزعرور\u0640")
}
