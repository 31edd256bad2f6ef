package account_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/mail"
)

const newPassword = "sept paniers de nèfles"

// link makes a page's address of a token.
func link(token string) string { return "https://souk.example/fr/reset/" + token }

// requestReset asks for a link and gives the token that is mailed, or "".
func requestReset(t *testing.T, d *door, login string) (token string) {
	t.Helper()
	before := len(mails(t, d))
	if err := d.RequestReset(context.Background(), login, village, link, d.fr); err != nil {
		t.Fatal(err)
	}
	sent := mails(t, d)
	if len(sent) == before {
		return ""
	}
	return d.secretOf(t, sent[len(sent)-1])
}

// secretOf is the token that is put into a mail when it is sent.
func (d *door) secretOf(t *testing.T, m mail.Message) string {
	t.Helper()
	if m.Secret == nil || m.Secret.Kind != account.SecretKind || !strings.Contains(m.Body, link(mail.Placeholder)) {
		t.Fatalf("the mail leads nowhere: %+v", m)
	}
	token, err := d.Secret(context.Background(), m.Secret.ID)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// choose follows a link.
func (d *door) choose(token, password string) error {
	_, err := d.ChoosePassword(context.Background(), token, password, village, d.fr)
	return err
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

func TestALinkThatWaitsToBeMailedOutlivesTheSecretThatMadeIt(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	token := requestReset(t, d, "fatima@nahlat.ma")
	id := mails(t, d)[0].Secret.ID
	after := func(before ...[]byte) *account.Service {
		s := account.New(d.db, nil, nil, []byte("the secret that replaced the first one"), func() time.Time { return d.time })
		s.SecretsBefore = before
		return s
	}
	if again, err := after([]byte("an even older secret, long forgotten"), secret).Secret(t.Context(), id); err != nil || again != token {
		t.Errorf("%q, %v", again, err)
	}
	if _, err := after().Secret(t.Context(), id); !errors.Is(err, mail.ErrOver) {
		t.Errorf("when its secret was dropped: %v", err)
	}
}

func TestAForgottenPasswordIsReplacedByMail(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	session := d.signIn(t, "0661234567", password)
	for range 9 {
		d.guess(t, "fatima@nahlat.ma", village)
	}
	token, other := requestReset(t, d, "06 61 23 45 67"), requestReset(t, d, "fatima@nahlat.ma")
	sent := mails(t, d)
	if len(sent) != 2 || sent[0].To != "fatima@nahlat.ma" {
		t.Fatalf("mails: %+v", sent)
	}
	if n := d.count(t, `select count(*) from river_job where args::text like '%' || $1 || '%'`, token); n != 0 {
		t.Error("the link lies readable where the mail waits")
	}
	device, err := d.ChoosePassword(context.Background(), token, newPassword, village, d.fr)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Session(context.Background(), session); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("a session from before goes on: %v", err)
	}
	for name, used := range map[string]string{"the same": token, "the other": other} {
		if err := errors.Join(d.LinkGood(context.Background(), used), d.choose(used, newPassword)); !errors.Is(err, account.ErrLinkOver) {
			t.Errorf("%s link after the reset: %v", name, err)
		}
	}
	if _, err := d.Secret(context.Background(), sent[1].Secret.ID); !errors.Is(err, mail.ErrOver) {
		t.Errorf("a mail that still waits is sent: %v", err)
	}
	if sent := mails(t, d); len(sent) != 3 || sent[2].To != "fatima@nahlat.ma" || sent[2].Subject != d.fr.T("account.changed_mail_subject") {
		t.Errorf("she is not told: %+v", sent)
	}
	d.enter(t, "fatima@nahlat.ma", newPassword, device) // whatever was guessed from her village
	if told := d.told(t); !strings.HasSuffix(told, "reset_asked reset_asked password_chosen signed_in") {
		t.Errorf("the record says %q", told)
	}
}

func TestALinkIsGoodForAnHour(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	token := requestReset(t, d, "fatima@nahlat.ma")
	d.time = d.time.Add(time.Hour)
	if err := d.choose(token, newPassword); !errors.Is(err, account.ErrLinkOver) {
		t.Errorf("%v, want ErrLinkOver", err)
	}
	if err := d.choose("never given", newPassword); !errors.Is(err, account.ErrLinkOver) {
		t.Errorf("%v, want ErrLinkOver", err)
	}
}

func TestAWeakNewPasswordLeavesTheLinkGood(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	token := requestReset(t, d, "fatima@nahlat.ma")
	err := d.choose(token, "short")
	if e := fault.As(err); e == nil || e.Fields["password"].Key != "account.password_short" {
		t.Fatalf("%v, want a message at the password", err)
	}
	if err := d.choose(token, newPassword); err != nil {
		t.Error(err)
	}
}

func TestAskingForALinkTellsAndSendsNothingToStrangers(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	if _, err := d.Create(context.Background(), account.NewUser{
		Name: "Amina", Phone: "0661999888", Password: password, Role: account.President, CooperativeID: &d.cooperative,
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
	slow := account.New(d.db, d.jobs, d.events, secret, func() time.Time {
		if asked++; asked == 2 { // the old password was compared, the session has not begun
			if err := d.choose(token, newPassword); err != nil {
				t.Error(err)
			}
		}
		return d.time
	})
	slow.Cost = d.Cost
	if _, err := slow.SignIn(context.Background(), account.Attempt{Login: "0661234567", Password: password, From: village}); !errors.Is(err, account.ErrWrongLogin) {
		t.Errorf("the old password: %v, want ErrWrongLogin", err)
	}
	if n := d.count(t, `select count(*) from sessions`); asked < 2 || n != 0 {
		t.Errorf("asked %d times, %d sessions go on", asked, n)
	}
}

func TestALinkIsHandedOverToWhoHasNoMail(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	ctx := context.Background()
	jamal := d.associate(t, "Jamal")
	amina, token, err := d.Invite(ctx, account.NewUser{
		Name: "Amina", Phone: "0661999888", Role: account.President, CooperativeID: &d.cooperative,
	}, jamal.Actor(), village, link, d.fr)
	if err != nil || token == "" || len(mails(t, d)) != 0 {
		t.Fatalf("token %q, %v", token, err)
	}
	if d.guess(t, "0661999888", village) != 0 { // nobody signs in before a password is chosen
		t.Error("slowed down at once")
	}
	if _, err := d.SignIn(ctx, account.Attempt{Login: "0661999888", From: village}); !errors.Is(err, account.ErrWrongLogin) {
		t.Errorf("with no password at all: %v", err)
	}
	if err := d.choose(token, newPassword); err != nil {
		t.Fatal(err)
	}
	session := d.signIn(t, "0661999888", newPassword)

	earlier, err := d.HandOverLink(ctx, amina.ID, jamal.Actor(), nil, village)
	if err != nil {
		t.Fatal(err)
	}
	later, err := d.HandOverLink(ctx, amina.ID, jamal.Actor(), nil, village)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.LinkGood(ctx, earlier); !errors.Is(err, account.ErrLinkOver) {
		t.Errorf("the earlier link: %v", err)
	}
	d.goesOn(t, session, true) // until it is followed
	if n := d.count(t, `select count(*) from password_resets where position(convert_to($1, 'UTF8') in token_hash) > 0`, later); n != 0 {
		t.Error("the token itself is kept")
	}
	if err := d.choose(later, "huit paniers de figues"); err != nil {
		t.Fatal(err)
	}
	d.goesOn(t, session, false)
	third, err := d.HandOverLink(ctx, amina.ID, jamal.Actor(), nil, village)
	if err != nil {
		t.Fatal(err)
	}
	d.time = d.time.Add(time.Hour)
	if err := d.LinkGood(ctx, third); !errors.Is(err, account.ErrLinkOver) {
		t.Errorf("an hour later: %v", err)
	}
	if _, err := d.HandOverLink(ctx, d.cooperative, jamal.Actor(), nil, village); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("to nobody: %v", err)
	}
	if told := d.told(t); strings.Count(told, "link_handed_over") != 4 || strings.Count(told, "password_chosen") != 2 {
		t.Errorf("the record says %q", told)
	}
}

func TestWhoIsInvitedByMailChoosesAPasswordWithinThreeDays(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	ctx := context.Background()
	jamal := d.associate(t, "Jamal")
	for days, good := range map[int]bool{2: true, 3: false} {
		email := fmt.Sprintf("khadija%d@nahlat.ma", days)
		_, token, err := d.Invite(ctx, account.NewUser{
			Name: "Khadija", Email: email, Role: account.President, CooperativeID: &d.cooperative,
		}, jamal.Actor(), village, link, d.fr)
		sent := mails(t, d)
		if err != nil || token != "" || sent[len(sent)-1].To != email || sent[len(sent)-1].Subject != d.fr.T("account.invite_mail_subject") {
			t.Fatalf("token %q, mails %+v, %v", token, sent, err)
		}
		mailed := d.secretOf(t, sent[len(sent)-1])
		d.time = d.time.AddDate(0, 0, days)
		if err := d.LinkGood(ctx, mailed); (err == nil) != good {
			t.Errorf("after %d days: %v", days, err)
		}
	}
	_, _, err := d.Invite(ctx, account.NewUser{Name: " ", Email: "khadija2@nahlat.ma", Role: account.Director}, jamal.Actor(), village, link, d.fr)
	if e := fault.As(err); e == nil || e.Fields["name"].Key != "account.name_missing" {
		t.Errorf("without a name: %v", err)
	}
}
