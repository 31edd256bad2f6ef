package security_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/security"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// watch is the record of a market, with a clock that the test sets.
type watch struct {
	*security.Log
	db            *sqlx.DB
	time          time.Time
	written       bytes.Buffer
	fatima, jamal uuid.UUID
}

func newWatch(t *testing.T) *watch {
	t.Helper()
	w := &watch{db: pgtest.New(t), time: time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)}
	w.Log = security.New(w.db, slog.New(slog.NewTextHandler(&w.written, nil)), func() time.Time { return w.time })
	w.fatima, w.jamal = w.person(t, "Fatima"), w.person(t, "Jamal")
	return w
}

func (w *watch) person(t *testing.T, name string) uuid.UUID {
	t.Helper()
	id := postgres.NewID()
	if _, err := w.db.Exec(`insert into users (id, name, email, password_hash, role, created_at)
		values ($1, $2, lower($2) || '@souk.test', '', 'director', now())`, id, name); err != nil {
		t.Fatal(err)
	}
	return id
}

func (w *watch) list(t *testing.T, f security.Filter) []security.Entry {
	t.Helper()
	if f.Limit == 0 {
		f.Limit = 100
	}
	entries, _, err := w.List(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func kinds(entries []security.Entry) string {
	var list []string
	for _, e := range entries {
		list = append(list, string(e.Kind))
	}
	return strings.Join(list, " ")
}

var village = security.From("196.200.1.7", "Mozilla/5.0")

func TestAnEventIsKeptWithWhatItIsAboutOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	undone := errors.New("undone")
	for name, want := range map[string]error{"Zineb": undone, "Khadija": nil} {
		e := security.Event{Kind: security.AccountAdded, Actor: actor.OfAssociation(w.jamal), Source: village}
		err := w.Do(context.Background(), &e, func(tx *sqlx.Tx) error {
			e.User, e.Detail = w.fatima, name
			return want
		})
		if !errors.Is(err, want) {
			t.Fatal(err)
		}
	}
	entries := w.list(t, security.Filter{})
	if len(entries) != 1 || entries[0].Detail != "Khadija" || entries[0].Actor != "Jamal" || entries[0].By != actor.Association || entries[0].User != "Fatima" ||
		entries[0].Address != village.Address || entries[0].Agent != village.Agent || !entries[0].At.Equal(w.time) {
		t.Errorf("%+v", entries)
	}
	if text := w.written.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "msg=security kind=account_added address=196.200.1.7") {
		t.Errorf("the log says %s", text)
	}
}

func TestStrangersCannotFillTheRecord(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	var attack sync.WaitGroup
	for i := range 100 {
		attack.Go(func() {
			for address := range 3 {
				w.Note(context.Background(), security.Event{
					Kind: security.SignInFailed, Source: security.From(fmt.Sprintf("10.0.%d.1", address), fmt.Sprint(i)),
				})
			}
		})
	}
	attack.Wait()
	if n := len(w.list(t, security.Filter{Limit: 1000})); n != 36 {
		t.Errorf("%d of 300 failures from three addresses within a minute are kept, want 12 of each", n)
	}
	w.time = w.time.Add(time.Minute)
	w.Note(context.Background(), security.Event{Kind: security.SignInFailed, Source: village})
	entries := w.list(t, security.Filter{Kinds: []security.Kind{security.NotKept}})
	if len(entries) != 1 || entries[0].Count != 264 || entries[0].Detail != string(security.SignInFailed) || entries[0].By != actor.System {
		t.Errorf("the others are told as %+v", entries)
	}

	if failed := w.list(t, security.Filter{Kinds: []security.Kind{security.SignInFailed}}); failed[0].By != "" {
		t.Errorf("a stranger is %q", failed[0].By)
	}

	// Nor from a thousand addresses; and what people do who signed in is kept meanwhile.
	for i := range 2000 {
		w.Note(context.Background(), security.Event{Kind: security.SignInFailed, Source: security.From(fmt.Sprintf("10.%d.%d.1", i/200, i%200), "")})
	}
	if n := len(w.list(t, security.Filter{Kinds: []security.Kind{security.SignInFailed}, Limit: 5000})); n > 400+36 {
		t.Errorf("%d failures within an hour are kept", n)
	}
	w.Note(context.Background(), security.Event{Kind: security.Exported, Actor: actor.OfAssociation(w.jamal), Source: village})
	if n := len(w.list(t, security.Filter{Kinds: []security.Kind{security.Exported}})); n != 1 {
		t.Error("an attack hides what somebody took away")
	}
}

func TestRefusalsHideNoGuessesAtAnAccount(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	note := func(kind security.Kind, user uuid.UUID, from string) {
		w.Note(context.Background(), security.Event{Kind: kind, User: user, Source: security.From(from, "")})
	}
	for address := range 200 {
		for range 12 {
			note(security.Refused, uuid.Nil, fmt.Sprintf("10.0.%d.1", address))
			note(security.SignInFailed, uuid.Nil, fmt.Sprintf("10.0.%d.1", address))
		}
	}
	kept := func(kind security.Kind, user uuid.UUID) int {
		t.Helper()
		return len(w.list(t, security.Filter{Kinds: []security.Kind{kind}, Account: user, Limit: 5000}))
	}
	for range 8 {
		note(security.SignInFailed, w.jamal, "10.0.1.1")
		note(security.SignInSlowed, w.jamal, "10.0.1.1")
	}
	if failed, slowed := kept(security.SignInFailed, w.jamal), kept(security.SignInSlowed, w.jamal); failed != 8 || slowed != 8 {
		t.Errorf("of 8 guesses at an account %d are kept, of 8 delays %d", failed, slowed)
	}

	// Who guesses at one account without end hides nothing at another, whatever becomes of the first.
	for range 100 {
		w.time = w.time.Add(time.Second)
		note(security.SignInFailed, w.jamal, "10.0.1.1")
	}
	others := make([]uuid.UUID, 120)
	for i := range others {
		others[i] = w.person(t, fmt.Sprint("Member", i))
		for range 12 {
			note(security.SignInFailed, others[i], "10.0.1.1")
		}
	}
	note(security.SignInFailed, w.fatima, "10.0.2.1")
	if jamal, fatima := kept(security.SignInFailed, w.jamal), kept(security.SignInFailed, w.fatima); jamal > 60 || fatima != 1 {
		t.Errorf("%d guesses at the first account are kept, %d at the last", jamal, fatima)
	}
	all := 0
	for _, other := range others {
		all += kept(security.SignInFailed, other)
	}
	if all < 6*len(others) || all > 600+6*len(others) {
		t.Errorf("%d guesses at %d accounts are kept", all, len(others))
	}

	w.time = w.time.Add(time.Minute)
	note(security.SignInFailed, w.fatima, "10.0.2.1")
	dropped := make(map[string]int)
	for _, e := range w.list(t, security.Filter{Kinds: []security.Kind{security.NotKept}}) {
		dropped[e.Detail] += e.Count
	}
	if dropped[string(security.Refused)] != 2000 || dropped[string(security.SignInFailed)] < 2000 || len(dropped) != 2 {
		t.Errorf("what is not kept is told as %v", dropped)
	}
}

func TestEventsAreFoundByWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	for _, e := range []security.Event{
		{Kind: security.SignedIn, Actor: actor.OfAssociation(w.fatima), User: w.fatima, Source: village},
		{Kind: security.LinkHandedOver, Actor: actor.OfAssociation(w.jamal), User: w.fatima, Source: security.From("41.140.3.9", "")},
		{Kind: security.SignedIn, Actor: actor.OfAssociation(w.jamal), User: w.jamal, Source: security.From("41.140.3.9", "")},
		{Kind: security.SignInFailed, Source: village},
	} {
		w.Note(context.Background(), e)
		w.time = w.time.Add(time.Hour)
	}
	begun := w.time.Add(-4 * time.Hour)
	for name, c := range map[string]struct {
		filter security.Filter
		want   string
	}{
		"all":            {security.Filter{}, "sign_in_failed signed_in link_handed_over signed_in"},
		"a kind":         {security.Filter{Kinds: []security.Kind{security.SignedIn}}, "signed_in signed_in"},
		"Fatima":         {security.Filter{Person: w.fatima}, "link_handed_over signed_in"},
		"Jamal":          {security.Filter{Person: w.jamal}, "signed_in link_handed_over"},
		"her account":    {security.Filter{Account: w.jamal}, "signed_in"},
		"an address":     {security.Filter{Address: "41.140.3.9"}, "signed_in link_handed_over"},
		"a time":         {security.Filter{From: begun.Add(time.Hour), Until: begun.Add(3 * time.Hour)}, "signed_in link_handed_over"},
		"kind and whose": {security.Filter{Kinds: []security.Kind{security.SignedIn}, Person: w.jamal}, "signed_in"},
		"nobody's":       {security.Filter{Cooperative: postgres.NewID()}, ""},
	} {
		if got := kinds(w.list(t, c.filter)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	var pages []string
	for from, more := (*keyset.Place)(nil), true; more; more = from != nil {
		page, turns, err := w.List(t.Context(), security.Filter{Limit: 3, Place: from})
		if err != nil {
			t.Fatal(err)
		}
		pages, from = append(pages, kinds(page)), turns.Next
	}
	if strings.Join(pages, " | ") != "sign_in_failed signed_in link_handed_over | signed_in" {
		t.Errorf("the pages are %q", pages)
	}
}

func TestWhatABrowserCallsItselfIsCutShort(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	w.Note(context.Background(), security.Event{
		Kind: security.Refused, Detail: strings.Repeat("ن", 1000), Source: security.From("::1", "\x1b[31m"+strings.Repeat("م\u202e", 1000)+"\n"),
	})
	entries := w.list(t, security.Filter{})
	if len(entries) != 1 || entries[0].Agent != "[31m"+strings.Repeat("م", 196) || entries[0].Detail != strings.Repeat("ن", 300) {
		t.Errorf("%+v", entries)
	}
}

func TestTheRecordDefendsItselfForAYear(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	const event = `insert into security_events (id, kind, address, agent, detail, count, at) values (gen_random_uuid(), `
	for constraint, statement := range map[string]string{
		"security_events_append_only":    `update security_events set kind = 'signed_out'`,
		"security_events_kept":           `delete from security_events`,
		"security_events_short":          event + `'x', repeat('1', 65), '', '', 1, now())`,
		"security_events_count_positive": event + `'x', '', '', '', 0, now())`,
		"security_events_actor_known":    `insert into security_events (id, kind, actor, address, agent, detail, count, at) values (gen_random_uuid(), 'x', 'buyer', '', '', '', 1, now())`,
	} {
		w.Note(context.Background(), security.Event{Kind: security.SignedIn})
		if _, err := w.db.Exec(statement); !postgres.Violates(err, constraint) {
			t.Errorf("%s: %v", constraint, err)
		}
	}
	if _, err := w.db.Exec(`truncate security_events`); !postgres.Violates(err, "security_events_append_only") {
		t.Errorf("truncate: %v", err)
	}
	for _, old := range []string{"366 days", "364 days"} {
		if _, err := w.db.Exec(event+`$1::text, '', '', '', 1, now() - $1::text::interval)`, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := (&security.CleanWorker{Log: w.Log}).Work(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if left := kinds(w.list(t, security.Filter{})); strings.Contains(left, "366 days") || !strings.Contains(left, "364 days") {
		t.Errorf("left are %q", left)
	}
}

// Whoever takes the whole record along gets each event once, in the order of its pages, however many there are.
func TestTheWholeRecordIsRead(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	_, err := w.db.Exec(`insert into security_events (id, kind, user_id, address, agent, detail, count, at)
		select gen_random_uuid(), case when n % 2 = 0 then 'signed_in' else 'exported' end, $1, '', '', n::text, 1, now() - n / 10 * interval '1 second'
		from generate_series(1, 2500) n`, w.fatima)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []security.Filter{{}, {Kinds: []security.Kind{security.Exported}}, {Person: w.fatima}, {Person: w.jamal}} {
		var whole []security.Entry
		if err := w.Each(t.Context(), f, func(e security.Entry) error { whole = append(whole, e); return nil }); err != nil {
			t.Fatal(err)
		}
		f.Limit = 5000
		if want := w.list(t, f); !slices.EqualFunc(whole, want, func(a, b security.Entry) bool { return a.ID == b.ID }) {
			t.Errorf("%+v: %d events of %d", f, len(whole), len(want))
		}
	}
	enough, read := errors.New("enough"), 0
	if err := w.Each(t.Context(), security.Filter{}, func(security.Entry) error { read++; return enough }); !errors.Is(err, enough) || read != 1 {
		t.Errorf("whoever has enough is given %d events, %v", read, err)
	}
}
