package account_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/security"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const password = "trois ruches au soleil"

// village is where Fatima's telephone connects from.
var village = security.From("196.200.1.7", "Mozilla/5.0 (Linux; Android 10; K) Chrome/130.0 Mobile")

// from is another place.
func from(address string) security.Source { return security.From(address, "") }

var secret = []byte("thirty-two bytes that nobody has")

// door is a market's accounts, with a clock that the test sets.
type door struct {
	*account.Service
	db          *sqlx.DB
	jobs        *job.Client
	events      *security.Log
	fr          *i18n.Locale
	time        time.Time
	cooperative uuid.UUID
}

func newDoor(t *testing.T) *door {
	t.Helper()
	db := pgtest.New(t)
	jobs, err := job.New(db, nil, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := &door{db: db, fr: texts.Locale("fr"), time: time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC), cooperative: postgres.NewID()}
	d.jobs = jobs
	d.events = security.New(db, slog.New(slog.DiscardHandler), func() time.Time { return d.time })
	d.Service = account.New(db, jobs, d.events, secret, func() time.Time { return d.time })
	d.Cost = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	d.exec(t, `insert into places (slug, name_ar, name_fr, zone, latitude, longitude)
		values ('zegzel', 'زكزل', 'Zegzel', 'province', 34.8, -2.3) on conflict do nothing`)
	d.exec(t, `insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, created_at, updated_at)
		values ($1, 'nahlat', 'نحلات', 'Nahlat', 'honey', 'zegzel', 7, 0, 1, $2, $2)`, d.cooperative, d.time)
	return d
}

func (d *door) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := d.db.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}

func (d *door) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := d.db.Get(&n, query, args...); err != nil {
		t.Fatal(err)
	}
	return n
}

// fatima is a member who has both an e-mail address and a telephone.
func (d *door) fatima(t *testing.T) account.User {
	t.Helper()
	u, err := d.Create(context.Background(), account.NewUser{
		Name: "Fatima", Email: "Fatima@Nahlat.ma", Phone: "06 61 23 45 67", Password: password,
		Role: account.President, CooperativeID: &d.cooperative, Locale: "ar",
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// create is another member with an e-mail address.
func (d *door) create(t *testing.T, name string) account.User {
	t.Helper()
	u, err := d.Create(context.Background(), account.NewUser{
		Name: name, Email: name + "@nahlat.ma", Password: password, Role: account.President, CooperativeID: &d.cooperative,
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// associate is somebody of the association.
func (d *door) associate(t *testing.T, name string) account.User {
	t.Helper()
	u, err := d.Create(context.Background(), account.NewUser{
		Name: name, Email: name + "@association.ma", Password: password, Role: account.Director,
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// goesOn fails the test unless a session does, or does not.
func (d *door) goesOn(t *testing.T, token string, want bool) {
	t.Helper()
	if _, err := d.Session(context.Background(), token); (err == nil) != want {
		t.Errorf("the session goes on: %t (%v)", !want, err)
	}
}

// signIn is a sign-in that has to succeed.
func (d *door) signIn(t *testing.T, login, password string) (token string) {
	t.Helper()
	return d.enter(t, login, password, "").Token
}

// enter is a sign-in that has to succeed, in the browser that was given device before.
func (d *door) enter(t *testing.T, login, password, device string) account.Entry {
	t.Helper()
	entry, err := d.SignIn(context.Background(), account.Attempt{Login: login, Password: password, From: village, Device: device})
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

// told are the kinds of security events of the market so far, the earliest first.
func (d *door) told(t *testing.T) string {
	t.Helper()
	entries, _, err := d.events.List(context.Background(), security.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	kinds := make([]string, len(entries))
	for i, e := range entries {
		kinds[len(kinds)-1-i] = string(e.Kind)
	}
	return strings.Join(kinds, " ")
}

func TestAnAccountIsMadeOfWhatCanBeUsed(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	good := account.NewUser{
		Name: "Amina", Email: "amina@nahlat.ma", Password: password, Role: account.President, CooperativeID: &d.cooperative,
	}
	nobody, another := postgres.NewID(), postgres.NewID()
	d.exec(t, `insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, created_at, updated_at)
		select $1, 'another', 'أخرى', 'Autre', sector, commune, women, men, young, created_at, updated_at from cooperatives where id = $2`, another, d.cooperative)
	for name, c := range map[string]struct {
		change func(*account.NewUser)
		field  string
		key    string
	}{
		"no name":                 {func(n *account.NewUser) { n.Name = " " }, "name", "account.name_missing"},
		"a name of dots":          {func(n *account.NewUser) { n.Name = ".. ـ" }, "name", "account.name_missing"},
		"endless name":            {func(n *account.NewUser) { n.Name = strings.Repeat("a", 500) }, "name", "account.name_long"},
		"no way to be reached":    {func(n *account.NewUser) { n.Email = "" }, "email", "account.unreachable"},
		"broken e-mail":           {func(n *account.NewUser) { n.Email = "amina@" }, "email", "account.email_invalid"},
		"e-mail of no domain":     {func(n *account.NewUser) { n.Email = "x@y" }, "email", "account.email_invalid"},
		"e-mail of half a domain": {func(n *account.NewUser) { n.Email = "x@y.m" }, "email", "account.email_invalid"},
		"e-mail with a name":      {func(n *account.NewUser) { n.Email = "amina <amina@nahlat.ma>" }, "email", "account.email_invalid"},
		"e-mail that is a letter": {func(n *account.NewUser) { n.Email = "amina?bcc=all@nahlat.ma" }, "email", "account.email_invalid"},
		"broken telephone":        {func(n *account.NewUser) { n.Phone = "06" }, "phone", "account.phone_invalid"},
		"e-mail of another":       {func(n *account.NewUser) { n.Email = "FATIMA@nahlat.ma" }, "email", "account.email_taken"},
		"telephone of another":    {func(n *account.NewUser) { n.Phone = "+212661234567" }, "phone", "account.phone_taken"},
		"short password":          {func(n *account.NewUser) { n.Password = "ruches au" }, "password", "account.password_short"},
		"endless password":        {func(n *account.NewUser) { n.Password = password + string(make([]byte, 300)) }, "password", "account.password_long"},
		"one letter":              {func(n *account.NewUser) { n.Password = "aaaaaaaaaaaa" }, "password", "account.password_guessable"},
		"run along the keys":      {func(n *account.NewUser) { n.Password = "1234567890" }, "password", "account.password_guessable"},
		"common word":             {func(n *account.NewUser) { n.Password = "Password2026" }, "password", "account.password_guessable"},
		"own name":                {func(n *account.NewUser) { n.Password = "amina a 3 ruches" }, "password", "account.password_guessable"},
		"own telephone":           {func(n *account.NewUser) { n.Phone, n.Password = "0661999888", "tel 0661999888" }, "password", "account.password_guessable"},
		"unknown role":            {func(n *account.NewUser) { n.Role = "queen" }, "role", "account.role_unknown"},
		"first who presides not":  {func(n *account.NewUser) { n.Role, n.CooperativeID = account.Preparer, &another }, "role", "account.head_first"},
		"first who directs not":   {func(n *account.NewUser) { n.Role, n.CooperativeID = account.Treasurer, nil }, "role", "account.head_first"},
		"member of nothing":       {func(n *account.NewUser) { n.CooperativeID = nil }, "cooperative", "account.cooperative_mismatch"},
		"association that sells":  {func(n *account.NewUser) { n.Role = account.Director }, "cooperative", "account.cooperative_mismatch"},
		"unknown cooperative":     {func(n *account.NewUser) { n.CooperativeID = &nobody }, "cooperative", "account.cooperative_unknown"},
	} {
		n := good
		c.change(&n)
		_, err := d.Create(context.Background(), n)
		if e := fault.As(err); e == nil || e.Kind != fault.Invalid || e.Fields[c.field].Key != c.key {
			t.Errorf("%s: %v; want %s at field %s", name, err, c.key, c.field)
		}
	}
	good.Name = " Amina\r\nBcc: \u202eall\x1b "
	if u, err := d.Create(context.Background(), good); err != nil || u.Name != "Amina Bcc: all" {
		t.Errorf("%q: after all refusals nothing stands in the way of a good one: %v", u.Name, err)
	}
}

func TestThePeopleTableDefendsItself(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	type row struct {
		email, phone *string
		role         string
		cooperative  *uuid.UUID
	}
	text := func(s string) *string { return &s }
	for constraint, r := range map[string]row{
		"users_email_key":                 {text("fatima@nahlat.ma"), nil, "director", nil},
		"users_phone_key":                 {nil, text("+212661234567"), "director", nil},
		"users_email_lower_case":          {text("Amina@nahlat.ma"), nil, "director", nil},
		"users_reachable":                 {nil, nil, "director", nil},
		"users_role_known":                {text("amina@nahlat.ma"), nil, "queen", nil},
		"users_member_of_one_cooperative": {text("amina@nahlat.ma"), nil, "president", nil},
	} {
		_, err := d.db.Exec(`insert into users (id, name, email, phone, password_hash, role, cooperative_id, created_at)
			values ($1, 'Amina', $2, $3, '', $4, $5, $6)`, postgres.NewID(), r.email, r.phone, r.role, r.cooperative, d.time)
		if !postgres.Violates(err, constraint) {
			t.Errorf("%s: %v", constraint, err)
		}
	}
}

func TestNobodyChoosesTheNameOfHerHouse(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.exec(t, `update settings set decided = decided || '{"name_ar": "جمعية تعاونيات بركان", "name_fr": "Association Tafoughalt", "name_en": "Berkane hub"}'`)
	u := d.fatima(t)
	token, err := d.HandOverLink(t.Context(), u.ID, actor.OfSystem(), nil, from("192.0.2.7"))
	if err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{"Nahlat-2027!", "نحلات 2027!!", "nahlat.nahlat", "tafoughalt-27", "تعاونيات بركان 2027", "berkanehub27", "Saidia-60600"} {
		_, created := d.Create(t.Context(), account.NewUser{
			Name: "Amina", Email: "amina@poste.example", Password: password, Role: account.President, CooperativeID: &d.cooperative,
		})
		_, chosen := d.ChoosePassword(t.Context(), token, password, from("192.0.2.7"), d.fr)
		_, _, changed := d.ChangePassword(t.Context(), u, account.Change{Current: "trois ruches au soleil", Password: password, From: from("192.0.2.7")}, d.fr)
		for door, err := range map[string]error{"made": created, "chosen by a link": chosen, "changed": changed} {
			if f := fault.As(err); f == nil || f.Fields["password"].Key != "account.password_guessable" {
				t.Errorf("%q, %s: %v", password, door, err)
			}
		}
	}
}
