package account_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/security"
)

// sound fails the test unless every invariant of accounts holds.
func (d *door) sound(t *testing.T) {
	t.Helper()
	checks, err := account.Audit(context.Background(), d.db)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if !c.OK() {
			t.Errorf("%s: %q", c.Name, c.Problems)
		}
	}
}

func TestAnEndedAccountIsOverAtOnceAndCanBeReopened(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	ctx := context.Background()
	fatima, jamal := d.fatima(t), d.associate(t, "Jamal")
	entry := d.enter(t, "0661234567", password, "")
	link := requestReset(t, d, "0661234567")
	for name, reason := range map[string]string{"account.reason_missing": " ", "account.reason_long": strings.Repeat("x", 301)} {
		if e := fault.As(d.End(ctx, fatima.ID, jamal.Actor(), nil, reason, village)); e == nil || e.Fields["reason"].Key != name {
			t.Errorf("reason %.5q: %v", reason, e)
		}
	}
	d.goesOn(t, entry.Token, true)
	if err := d.End(ctx, fatima.ID, jamal.Actor(), nil, "left the cooperative", village); err != nil {
		t.Fatal(err)
	}
	d.goesOn(t, entry.Token, false)
	if err := d.choose(link, newPassword); !errors.Is(err, account.ErrLinkOver) {
		t.Errorf("a link from before: %v", err)
	}
	if _, err := d.SignIn(ctx, account.Attempt{Login: "0661234567", Password: password, From: village, Device: entry.Device}); !errors.Is(err, account.ErrWrongLogin) {
		t.Errorf("she signs in: %v", err)
	}
	if token := requestReset(t, d, "0661234567"); token != "" {
		t.Error("she is mailed a link")
	}
	if _, err := d.HandOverLink(ctx, fatima.ID, jamal.Actor(), nil, village); !errors.Is(err, account.ErrWrongState) {
		t.Errorf("a link is handed over: %v", err)
	}
	if err := d.End(ctx, fatima.ID, jamal.Actor(), nil, "again", village); !errors.Is(err, account.ErrWrongState) {
		t.Errorf("ended again: %v", err)
	}
	p, err := d.Person(ctx, fatima.ID)
	if err != nil || p.EndedAt == nil || !p.EndedAt.Equal(d.time) || p.EndedNote != "left the cooperative" {
		t.Errorf("%+v, %v", p, err)
	}
	d.sound(t)

	if err := d.Reopen(ctx, fatima.ID, jamal.Actor(), nil, "came back", village); err != nil {
		t.Fatal(err)
	}
	if err := d.Reopen(ctx, fatima.ID, jamal.Actor(), nil, "again", village); !errors.Is(err, account.ErrWrongState) {
		t.Errorf("reopened again: %v", err)
	}
	if _, err := d.SignIn(ctx, account.Attempt{Login: "0661234567", Password: password, From: village}); !errors.Is(err, account.ErrWrongLogin) {
		t.Errorf("with the password from before: %v", err)
	}
	token, err := d.HandOverLink(ctx, fatima.ID, jamal.Actor(), nil, village)
	if err == nil {
		err = d.choose(token, newPassword)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.signIn(t, "0661234567", newPassword)
	entries, _, err := d.events.List(ctx, security.Filter{Kinds: []security.Kind{security.AccountEnded}, Limit: 10})
	if err != nil || len(entries) != 1 || entries[0].Detail != "left the cooperative" || entries[0].Actor != "Jamal" || entries[0].User != "Fatima" {
		t.Errorf("the record says %+v, %v", entries, err)
	}
}

func TestTheAssociationIsNeverWithoutAnybody(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	ctx := context.Background()
	jamal := d.associate(t, "Jamal")
	if err := d.End(ctx, jamal.ID, jamal.Actor(), nil, "by accident", village); !errors.Is(err, account.ErrOwnAccount) {
		t.Errorf("her own: %v", err)
	}
	fatima := d.fatima(t)
	if err := d.End(ctx, jamal.ID, fatima.Actor(), nil, "the last one", village); !errors.Is(err, account.ErrLastHead) {
		t.Errorf("the last one: %v", err)
	}
	souad := d.associate(t, "Souad")
	d.associate(t, "Hanan")
	var both sync.WaitGroup
	results := make([]error, 2)
	both.Go(func() { results[0] = d.End(ctx, souad.ID, jamal.Actor(), nil, "a quarrel", village) })
	both.Go(func() { results[1] = d.End(ctx, jamal.ID, souad.Actor(), nil, "a quarrel", village) })
	both.Wait()
	if (results[0] == nil) == (results[1] == nil) {
		t.Errorf("of two who end each other at once: %v, %v", results[0], results[1])
	}
	d.sound(t)
	d.exec(t, `update users set disabled_at = now(); insert into sessions (token_hash, id, user_id, created_at, last_used_at, expires_at) select '\x00', id, id, now(), now(), now() from users limit 1`)
	checks, err := account.Audit(ctx, d.db)
	if err != nil || checks[0].Count != 1 || checks[2].Count != 1 {
		t.Errorf("a market that nobody can keep is found: %+v, %v", checks, err)
	}
}

func TestAPasswordIsChangedWhileSignedIn(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	ctx := context.Background()
	fatima := d.fatima(t)
	here, elsewhere := d.enter(t, "0661234567", password, ""), d.enter(t, "0661234567", password, "")
	link := requestReset(t, d, "0661234567")
	change := func(current, new string) (account.Entry, int, error) {
		return d.ChangePassword(ctx, fatima, account.Change{Current: current, Password: new, From: village, Device: here.Device}, d.fr)
	}
	_, _, err := change("not the password", "short")
	if e := fault.As(err); e == nil || e.Fields["current_password"].Key != "account.current_wrong" || e.Fields["password"].Key != "account.password_short" {
		t.Errorf("all wrong: %v", err)
	}
	if told := d.told(t); !strings.HasSuffix(told, " password_refused") || strings.Contains(told, "sign_in_failed") { // nobody failed to sign in
		t.Errorf("the record says %s", told)
	}
	_, _, err = change(password, "Password2026")
	if e := fault.As(err); e == nil || len(e.Fields) != 1 || e.Fields["password"].Key != "account.password_guessable" {
		t.Errorf("a known one: %v", err)
	}
	d.goesOn(t, elsewhere.Token, true)
	entry, ended, err := change(password, newPassword)
	if err != nil || ended != 1 {
		t.Fatalf("%d others ended, %v", ended, err)
	}
	for _, old := range []string{here.Token, elsewhere.Token} {
		d.goesOn(t, old, false)
	}
	d.goesOn(t, entry.Token, true)
	if err := d.LinkGood(ctx, link); !errors.Is(err, account.ErrLinkOver) {
		t.Errorf("a link from before: %v", err)
	}
	if sent := mails(t, d); sent[len(sent)-1].Subject != d.fr.T("account.changed_mail_subject") {
		t.Errorf("she is told %+v", sent)
	}
	d.enter(t, "0661234567", newPassword, entry.Device)
	// Whoever finds a browser that was left open does not guess for long.
	var last error
	for range 7 {
		_, _, last = change("a wrong guess", newPassword)
	}
	if !errors.Is(last, account.ErrDelayed) {
		t.Errorf("the seventh guess: %v", last)
	}
}
