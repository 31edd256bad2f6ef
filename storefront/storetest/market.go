package storetest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alexedwards/argon2id"
	"gocloud.dev/blob/memblob"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/finding"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/embedded"
	"github.com/souk-taawon/souk/search/text"
	"github.com/souk-taawon/souk/storefront"
)

// Languages are the codes of those that every page speaks.
func Languages() []string {
	languages, err := i18n.Load()
	if err != nil {
		panic(err) // they are part of the program
	}
	return languages.Codes()
}

// Market is a small market that runs until its test ends.
type Market struct {
	storefront.Services
	Server *storefront.Server
	URL    string // scheme and host

	Honey, Oil, Couscous Seller                  // approved
	Pending              cooperative.Cooperative // waits for approval, sells nothing
	Association          account.User

	t     testing.TB
	asked atomic.Int64
	later atomic.Int64 // than it is, in nanoseconds
}

// Option changes how the market is configured.
type Option func(*storefront.Config)

// New opens a market.
func New(t testing.TB, options ...Option) *Market {
	t.Helper()
	return NewTaking(t, nil, options...)
}

// NewTaking opens a market that takes these means of payment; of those that exist in tests only its languages say the
// name and what it is for, as «test_advance.more».
func NewTaking(t testing.TB, means []payment.Provider, options ...Option) *Market {
	t.Helper()
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	m := &Market{URL: "http://" + listener.Addr().String(), t: t}
	m.open(log, means)

	config := storefront.Config{BaseURL: m.URL, Secret: m.Secret, Demo: true, Sample: true, Now: m.now, Log: log}
	for _, option := range options {
		option(&config)
	}
	m.Server, err = storefront.New(config, m.Services)
	must(t, err)
	served := make(chan error, 1)
	go func() { served <- m.Server.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := m.Server.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	m.furnish()
	m.Index()
	return m
}

// RIB is a bank account that could be.
const RIB = "011519000001205000534921"

// NewBank opens a market that takes transfers to the association's bank account too, and these means.
func NewBank(t testing.TB, others ...payment.Provider) *Market {
	t.Helper()
	m := NewTaking(t, append([]payment.Provider{payment.Cash{}, transfer.NewProvider()}, others...))
	_, err := m.Settings.SaveFields(context.Background(), nil, map[string]string{
		"account_holder": "Association", "bank_name": "Banque", "bank_rib": RIB,
	}, actor.OfAssociation(m.Association.ID))
	must(t, err)
	return m
}

// open makes the services.
func (m *Market) open(log *slog.Logger, means []payment.Provider) {
	languages, err := i18n.Load()
	must(m.t, err)
	if means != nil {
		must(m.t, languages.Reload(withWords(m.t, means)))
	}
	engine, err := embedded.Open(m.t.TempDir(), text.Builtin(), log)
	must(m.t, err)
	m.t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			m.t.Error(err)
		}
	})
	blobs := memblob.OpenBucket(nil)
	m.t.Cleanup(func() { _ = blobs.Close() }) // in memory
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails, says its documentation
	services, err := market.New(market.Parts{
		DB: m.database(), Blobs: blobs, Languages: languages, Log: log, Secret: secret, BaseURL: m.URL, ShowMail: true, Means: means, Now: m.now,
	})
	must(m.t, err)
	// A tenth of a second for each of a hundred sign-ins proves nothing here.
	services.Accounts.Cost = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	m.Services = storefront.Services{
		Market: services, Search: engine,
		Checks: []storefront.Check{
			{Name: "database", Check: services.DB.PingContext},
			{Name: "search", Check: engine.Health, Optional: true},
		},
	}
}

// withWords are the market's languages, with words for means that have none.
func withWords(t testing.TB, means []payment.Provider) fs.FS {
	names, err := fs.Glob(i18n.Own(), "*.json")
	must(t, err)
	folder := fstest.MapFS{}
	for _, name := range names {
		content, err := fs.ReadFile(i18n.Own(), name)
		must(t, err)
		sentences := map[string]any{}
		must(t, json.Unmarshal(content, &sentences))
		for _, m := range means {
			for _, word := range []string{"name", "choice", "more", "terms"} {
				if key := "means." + m.Name() + "." + word; sentences[key] == nil {
					sentences[key] = m.Name() + "." + word
				}
			}
		}
		content, err = json.Marshal(sentences)
		must(t, err)
		folder[name] = &fstest.MapFile{Data: content}
	}
	return folder
}

// Pass lets time pass at once, for services and pages: what is only read again after a while is.
func (m *Market) Pass(d time.Duration) { m.later.Add(int64(d)) }

func (m *Market) now() time.Time { return time.Now().Add(time.Duration(m.later.Load())) }

// Index lets search find what is in the database now.
func (m *Market) Index() {
	m.t.Helper()
	source := finding.NewSource(m.DB, m.now)
	must(m.t, m.Search.Rebuild(context.Background(), func(yield func(search.Document, error) bool) {
		docs, err := source.All(context.Background(), "", 1000)
		if err != nil {
			yield(search.Document{}, err)
			return
		}
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}))
}

// WorkJobs works what is queued (mail, pictures, expiry) from now until the test ends.
func (m *Market) WorkJobs() {
	m.t.Helper()
	must(m.t, m.Jobs.Start(context.Background()))
	m.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := m.Jobs.Stop(ctx); err != nil {
			m.t.Error(err)
		}
	})
}

// Eventually waits for what a job or another process does; at most a minute.
func (m *Market) Eventually(what string, happened func() bool) {
	m.t.Helper()
	for deadline := time.Now().Add(time.Minute); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Fatalf("waited in vain: %s", what)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// testLog writes the market's log into the test's, so that it is shown with a failure only.
type testLog struct{ t testing.TB }

func (l testLog) Write(line []byte) (int, error) {
	l.t.Log(string(line))
	return len(line), nil
}
