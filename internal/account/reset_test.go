package account_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
)

const newPassword = "sept paniers de nèfles"

// requestReset asks for a link and gives the token in it.
func requestReset(t *testing.T, d *door, login string) (token string) {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	link := func(secret string) string { token = secret; return "https://souk.example/fr/reset/" + secret }
	if err := d.RequestReset(context.Background(), login, link, bundle.Locale("fr")); err != nil {
		t.Fatal(err)
	}
	return token
}

func mails(t *testing.T, d *door) []mail.Message {
	t.Helper()
	var jobs []string
	if err := d.db.Select(&jobs, `select args from river_job where kind = 'mail_send' order by id`); err != nil {
		t.Fatal(err)
	}
	messages := make([]mail.Message, len(jobs))
	for i, args := range jobs {
		if err := json.Unmarshal([]byte(args), &messages[i]); err != nil {
			t.Fatal(err)
		}
	}
	return messages
}

func TestAForgottenPasswordIsReplacedByMail(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	d.Limits.PerLogin = 1
	session := d.signIn(t, "0661234567", password)
	guess(t, d, "fatima@nahlat.ma", "196.200.1.8")
	token, other := requestReset(t, d, "06 61 23 45 67"), requestReset(t, d, "fatima@nahlat.ma")
	sent := mails(t, d)
	if len(sent) != 2 || sent[0].To != "fatima@nahlat.ma" || !strings.Contains(sent[0].Body, "https://souk.example/fr/reset/"+token) {
		t.Fatalf("mails: %+v", sent)
	}
	if err := d.ResetPassword(context.Background(), token, newPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Session(context.Background(), session); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("a session from before goes on: %v", err)
	}
	for name, used := range map[string]string{"the same": token, "the other": other} {
		if err := d.ResetPassword(context.Background(), used, newPassword); !errors.Is(err, account.ErrResetOver) {
			t.Errorf("%s link after the reset: %v", name, err)
		}
	}
	d.signIn(t, "fatima@nahlat.ma", newPassword) // which was locked by the wrong guess
	if guess(t, d, "0661234567", village) != 0 {
		t.Error("locked")
	}
}

func TestALinkIsGoodForAnHour(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	token := requestReset(t, d, "fatima@nahlat.ma")
	d.time = d.time.Add(time.Hour)
	if err := d.ResetPassword(context.Background(), token, newPassword); !errors.Is(err, account.ErrResetOver) {
		t.Errorf("%v, want ErrResetOver", err)
	}
	if err := d.ResetPassword(context.Background(), "never given", newPassword); !errors.Is(err, account.ErrResetOver) {
		t.Errorf("%v, want ErrResetOver", err)
	}
}

func TestAWeakNewPasswordLeavesTheLinkGood(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	token := requestReset(t, d, "fatima@nahlat.ma")
	err := d.ResetPassword(context.Background(), token, "short")
	if e := fault.As(err); e == nil || e.Fields["password"].Key != "account.password_short" {
		t.Fatalf("%v, want a message at the password", err)
	}
	if err := d.ResetPassword(context.Background(), token, newPassword); err != nil {
		t.Error(err)
	}
}

func TestAskingForALinkTellsAndSendsNothingToStrangers(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	if _, err := d.Create(context.Background(), account.NewUser{
		Name: "Amina", Phone: "0661999888", Password: password, Role: account.Member, CooperativeID: &d.cooperative,
	}); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"nobody@nahlat.ma", "", "0661999888"} { // Amina has no e-mail
		if token := requestReset(t, d, login); token != "" {
			t.Errorf("a link was made for %q", login)
		}
	}
	if sent := mails(t, d); len(sent) != 0 {
		t.Errorf("mails: %+v", sent)
	}
}

func TestNobodyIsFloodedWithLinks(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	for range 6 {
		requestReset(t, d, "fatima@nahlat.ma")
		d.time = d.time.Add(time.Minute)
	}
	if sent := mails(t, d); len(sent) != 3 {
		t.Errorf("%d mails within an hour, want 3", len(sent))
	}
	d.time = d.time.Add(time.Hour)
	requestReset(t, d, "fatima@nahlat.ma")
	if sent := mails(t, d); len(sent) != 4 {
		t.Errorf("%d mails after the hour, want 4", len(sent))
	}
}

func TestASignInUnderWayDoesNotOutliveANewPassword(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	token := requestReset(t, d, "0661234567")
	asked := 0
	slow := account.New(d.db, nil, func() time.Time {
		if asked++; asked == 2 { // the old password was compared, the session has not begun
			if err := d.ResetPassword(context.Background(), token, newPassword); err != nil {
				t.Error(err)
			}
		}
		return d.time
	})
	slow.Cost = d.Cost
	if _, _, err := slow.SignIn(context.Background(), "0661234567", password, village); !errors.Is(err, account.ErrWrongLogin) {
		t.Errorf("the old password: %v, want ErrWrongLogin", err)
	}
	if n := d.count(t, `select count(*) from sessions`); asked < 2 || n != 0 {
		t.Errorf("asked %d times, %d sessions go on", asked, n)
	}
}
