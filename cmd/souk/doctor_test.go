package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/finding"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/payment/stripe/stripetest"
)

func TestTheDoctorFindsNothingAmissInAMarketThatIsWell(t *testing.T) {
	t.Parallel()
	p := openProgram(t, newFolder(t))
	eventually(t, "it is ready", func() bool { status, _ := p.get("/readyz"); return status == http.StatusOK })
	code, stdout, stderr := souk(t, "doctor", "-data", p.dir, "-json")
	var told struct {
		Well     bool
		Findings []remark
	}
	if err := json.Unmarshal([]byte(stdout), &told); err != nil || code != 0 || !told.Well {
		t.Errorf("status %d, %v: %s%s", code, err, stdout, stderr)
	}
	parts := make(map[string]bool)
	for _, f := range told.Findings {
		parts[f.Part] = true
	}
	for _, part := range []string{
		"configuration", "version", "disk", "files", "open files", "memory", "time zone", "clock", "database", "schema",
		"connections", "jobs", "search", "pictures", "backup", "instance",
	} {
		if !parts[part] {
			t.Errorf("nothing is said of %s", part)
		}
	}
	if code, stdout, _ := souk(t, "doctor", "-data", p.dir); code != 0 || !strings.Contains(stdout, " 0 to mend.") {
		t.Errorf("status %d: %s", code, stdout)
	}
}

func TestTheDoctorSaysWhatIsWrongWithAConfiguration(t *testing.T) {
	dir := t.TempDir()
	for name, value := range map[string]string{
		"BASE_URL": "http://souk.example", "SECRET_KEY": "short", "DATA_DIR": dir, "DATABASE_URL": "postgres://souk@127.0.0.1:1/souk?sslmode=disable",
		"BACKUP_STAMP": filepath.Join(dir, "never"), "ADDR": "127.0.0.1:1", "DATABASE_CONNS": "many",
	} {
		t.Setenv(name, value)
	}
	code, stdout, stderr := souk(t, "doctor")
	if code != 1 {
		t.Errorf("status %d: %s", code, stderr)
	}
	for _, words := range []string{
		"BASE_URL", "SECRET_KEY has 5", "DATABASE_CONNS", "SMTP_HOST is empty", "database       it cannot be reached", "BACKUP_STAMP cannot be read",
		"nothing answers at 127.0.0.1:1",
	} {
		if !strings.Contains(stdout, words) {
			t.Errorf("nothing is said of %q in:\n%s", words, stdout)
		}
	}
	_, asJSON, _ := souk(t, "doctor", "-json")
	var told struct{ Findings []remark }
	if err := json.Unmarshal([]byte(asJSON), &told); err != nil {
		t.Fatal(err)
	}
	for _, f := range told.Findings {
		if f.Verdict == mend && f.Mend == "" {
			t.Errorf("what to do is not said of: %s", f.Found)
		}
	}
}

// examine gives what a doctor finds who looks at one thing only.
func examine(t *testing.T, look func(e *examination)) []remark {
	t.Helper()
	e := &examination{client: &http.Client{Timeout: outsideTimeout}, now: time.Now, config: config{DatabaseConns: 20}}
	look(e)
	return e.findings
}

// one tells whether a finding with the verdict has the words.
func one(findings []remark, v verdict, words string) bool {
	for _, f := range findings {
		if f.Verdict == v && strings.Contains(f.Found, words) {
			return v != mend || f.Mend != ""
		}
	}
	return false
}

func TestTheDoctorJudgesEachThing(t *testing.T) {
	t.Parallel()
	now := time.Now()
	soon := &x509.Certificate{NotAfter: now.Add(4*24*time.Hour + time.Hour)}
	for _, test := range []struct {
		what    string
		look    func(e *examination)
		verdict verdict
		words   string
	}{
		{"keys that were replaced", func(e *examination) {
			e.config = sound()
			e.config.KeysBefore = "wQ8nB4vK1xT6mR3zL9cJ5hF2dS7gP0aY"
			e.configuration(nil)
		}, note, "SECRET_KEYS_BEFORE still holds 1"},
		{"room", func(e *examination) { e.examineRoom("/data", room{50 << 30, 100 << 30}) }, well, "50 %"},
		{"little room", func(e *examination) { e.examineRoom("/data", room{5 << 30, 100 << 30}) }, mend, "5 %"},
		{"a small part of much room", func(e *examination) { e.examineRoom("/data", room{20 << 30, 500 << 30}) }, well, "4 %"},
		{"little room of little", func(e *examination) { e.examineRoom("/data", room{500 << 20, 1 << 30}) }, mend, "524 MB"},
		{"no room", func(e *examination) { e.examineRoom("/data", room{1 << 20, 1 << 30}) }, mend, "1 MB"},
		{"no folder", func(e *examination) { e.examineFolder("/nowhere") }, mend, "/nowhere"},
		{"few files", func(e *examination) { e.examineFiles(1024) }, mend, "1024"},
		{"little memory", func(e *examination) { e.examineMemory(100 << 20) }, mend, "104 MB"},
		{"old PostgreSQL", func(e *examination) { e.examineVersion(14, "14.9") }, mend, "14.9"},
		{"new PostgreSQL", func(e *examination) { e.examineVersion(19, "19.0") }, note, "19.0"},
		{"a clock that is right", func(e *examination) { e.examineClock("proxy", now, now, now) }, well, "agrees"},
		{"a clock that is behind", func(e *examination) { e.examineClock("proxy", now.Add(-time.Minute), now, now) }, mend, "60 seconds"},
		{"a clock that is ahead", func(e *examination) { e.examineClock("proxy", now.Add(time.Minute), now, now) }, mend, "60 seconds"},
		{"many connections", func(e *examination) { e.examineConnections(95, 97) }, mend, "95 of 97"},
		{"a pool that is too large", func(e *examination) { e.examineConnections(1, 10) }, mend, "20"},
		{"late jobs", func(e *examination) { e.examineBacklog(job.Backlog{Due: 3, Oldest: time.Hour}) }, mend, "3 wait"},
		{"jobs that were given up", func(e *examination) { e.examineBacklog(job.Backlog{Discarded: 2}) }, mend, "2 were given up"},
		{"jobs that fail", func(e *examination) { e.examineBacklog(job.Backlog{Failing: 2}) }, note, "2 failed"},
		{"refunds that failed", func(e *examination) { e.examineRefunds(2, 110_00) }, mend, "2 failed, of 110.00"},
		{"disputes that wait", func(e *examination) { e.examineDisputes(2, 110_00) }, note, "2 wait for the association's answer or decision, of 110.00"},
		{"returns whose time is over", func(e *examination) { e.examineReturns(2) }, mend, "2 buyers"},
		{"mail that reaches nobody", func(e *examination) { e.examineMailbox(3) }, mend, "3 messages"},
		{"an engine that is behind", func(e *examination) {
			e.examineEngine(finding.EngineState{Name: "meilisearch-1", Pending: 7, Oldest: time.Hour})
		}, mend, "7 changes"},
		{"an engine that went", func(e *examination) {
			e.examineEngine(finding.EngineState{Name: "meilisearch-1", Pending: 7, Oldest: time.Hour, Unseen: 50 * time.Hour})
		}, note, "2 days"},
		{"an index that lacks goods", func(e *examination) { e.examineIndex("embedded-1", 90, 100, 5) }, mend, "holds 90"},
		{"an index that learns", func(e *examination) { e.examineIndex("embedded-1", 90, 100, 10) }, well, "100"},
		{"a certificate that runs out", func(e *examination) { e.examineCertificate("mail", "mail.example", soon) }, mend, "4 days"},
		{"a certificate that ran out", func(e *examination) {
			e.examineCertificate("mail", "mail.example", &x509.Certificate{NotAfter: now.Add(-time.Hour)})
		}, mend, "has run out"},
		{"a good certificate", func(e *examination) {
			e.examineCertificate("mail", "mail.example", &x509.Certificate{NotAfter: now.Add(89*24*time.Hour + time.Hour)})
		}, well, "89 days"},
		{"a superuser", func(e *examination) { e.examineRights(true, true) }, mend, "superuser"},
		{"a role that makes roles", func(e *examination) { e.examineRights(false, true) }, mend, "make roles"},
		{"a role for its database", func(e *examination) { e.examineRights(false, false) }, well, "no rights beyond"},
		{"an open line nearby", func(e *examination) {
			e.config.DatabaseURL, e.config.PrivateNetworks = "postgres://souk@postgres/souk", []string{"postgres"}
			e.place.databaseURL = e.config.DatabaseURL
			e.examineLine(false)
		}, note, "not encrypted"},
		{"an open line far away", func(e *examination) {
			e.config.DatabaseURL = "postgres://souk@db.example/souk"
			e.place.databaseURL = e.config.DatabaseURL
			e.examineLine(false)
		}, mend, "not encrypted"},
		{"no backup", func(e *examination) { e.examineBackup(t.Context(), nil) }, mend, "no backup is known of"},
		{"no backup of a demonstration", func(e *examination) {
			e.demo = true
			e.examineBackup(t.Context(), nil)
		}, note, "no backup is known of"},
		{"an old backup", func(e *examination) {
			e.config.BackupStamp, e.now = t.TempDir(), func() time.Time { return now.Add(73 * time.Hour) }
			e.examineBackup(t.Context(), nil)
		}, mend, "3 days"},
		{"a backup", func(e *examination) {
			e.config.BackupStamp, e.now = t.TempDir(), func() time.Time { return now.Add(20*time.Hour + time.Minute) }
			e.examineBackup(t.Context(), nil)
		}, well, "20 hours"},
		{"pictures that cannot be written", func(e *examination) {
			e.config.BlobURL = "file:///proc/nowhere"
			e.examinePictures(t.Context())
		}, mend, "/proc/nowhere"},
		{"no Meilisearch", func(e *examination) {
			e.config.MeiliURL = "http://127.0.0.1:1"
			e.examineMeilisearch(t.Context())
		}, mend, "does not answer"},
	} {
		if found := examine(t, test.look); !one(found, test.verdict, test.words) {
			t.Errorf("%s: %+v", test.what, found)
		}
	}
}

func TestTheDoctorFindsFilesThatOthersCanRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, secretFile), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := examine(t, func(e *examination) { e.examineSecrecy(dir) }); !one(found, well, dir) {
		t.Errorf("%+v", found)
	}
	if err := os.Chmod(filepath.Join(dir, secretFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if found := examine(t, func(e *examination) { e.examineSecrecy(dir) }); !one(found, mend, secretFile) {
		t.Errorf("%+v", found)
	}
}

// The common market's database, and addresses that lead to it or do not.
func TestTheDoctorGoesTheWayOfPeople(t *testing.T) {
	t.Parallel()
	mk := visit(t)
	db := databaseOf(t, mk.dir)
	market, err := url.Parse(mk.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := func(strict string, ours bool) *httptest.Server {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !ours && r.URL.Path != "/healthz" {
				_, _ = io.WriteString(w, `{"id":"another"}`)
				return
			}
			response, err := http.Get(market.JoinPath(r.URL.Path).String())
			if err != nil {
				t.Error(err)
				return
			}
			defer response.Body.Close()
			if strict != "" {
				w.Header().Set("Strict-Transport-Security", strict)
			}
			w.WriteHeader(response.StatusCode)
			_, _ = io.Copy(w, response.Body)
		}))
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // of those who do not believe its certificate
		server.StartTLS()
		t.Cleanup(server.Close)
		return server
	}
	look := func(server *httptest.Server, address string) []remark {
		return examine(t, func(e *examination) {
			e.client, e.config.BaseURL = server.Client(), address
			e.examineAddress(t.Context(), db)
		})
	}
	good, lax, other := proxy("max-age=31536000", true), proxy("", true), proxy("max-age=31536000", false)
	found := look(good, good.URL)
	if !one(found, well, "leads to a market on this database") || !one(found, well, "https only") || !one(found, well, "is good for") || !one(found, well, "proxy's agrees") {
		t.Errorf("a good way: %+v", found)
	}
	if found := look(lax, lax.URL); !one(found, mend, "https only") {
		t.Errorf("without HSTS: %+v", found)
	}
	if found := look(other, other.URL); !one(found, mend, "does not show the products") {
		t.Errorf("another market: %+v", found)
	}
	if found := examine(t, func(e *examination) {
		e.config.BaseURL = good.URL
		e.examineAddress(t.Context(), db)
	}); !one(found, mend, "does not answer") {
		t.Errorf("a certificate that nobody believes: %+v", found)
	}
}

func TestTheDoctorSeesAnInstanceThatIsNotReady(t *testing.T) {
	t.Parallel()
	for body, expected := range map[string]struct {
		verdict verdict
		words   string
	}{
		`{"ready":true,"parts":{"database":"ok","search":"ok"}}`:            {well, "is ready"},
		`{"ready":true,"parts":{"database":"ok","search":"failing"}}`:       {mend, "serves without search"},
		`{"ready":false,"parts":{"database":"failing","search":"failing"}}`: {mend, "not ready: database, search"},
		`hello`: {mend, "not souk"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
		found := examine(t, func(e *examination) {
			e.config.Addr = strings.TrimPrefix(server.URL, "http://")
			e.examineInstance(t.Context())
		})
		if !one(found, expected.verdict, expected.words) {
			t.Errorf("%s: %+v", body, found)
		}
		server.Close()
	}
}

func TestTheDoctorLooksIntoTheDatabase(t *testing.T) {
	t.Parallel()
	db := databaseOf(t, visit(t).dir)
	found := examine(t, func(e *examination) {
		e.place.databaseURL = "postgres://souk@127.0.0.1/souk"
		e.examineDatabase(t.Context(), db)
	})
	for _, expected := range []remark{
		{Verdict: well, Found: "PostgreSQL 1"}, {Verdict: well, Found: "is up to date"}, {Verdict: well, Found: "no rights beyond"},
		{Verdict: well, Found: "the database's agrees"},
	} {
		if !one(found, expected.Verdict, expected.Found) {
			t.Errorf("nothing of %q: %+v", expected.Found, found)
		}
	}
}

func TestTheDoctorLooksAtWhatTheKeyOfMeilisearchOpens(t *testing.T) {
	t.Parallel()
	for key, expected := range map[string]struct {
		opens   []string
		verdict verdict
		words   string
	}{
		"master":  {[]string{"/keys", "/version", "/indexes"}, mend, "opens all of Meilisearch"},
		"limited": {[]string{"/indexes"}, well, "no more than is needed"},
		"no key":  {nil, mend, "403"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+key || !slices.Contains(expected.opens, r.URL.Path) {
				w.WriteHeader(http.StatusForbidden)
			}
			_, _ = io.WriteString(w, `{"pkgVersion":"1.50.0"}`)
		}))
		if found := examine(t, func(e *examination) {
			e.config.MeiliURL, e.config.MeiliKey = server.URL, key
			e.examineMeilisearch(t.Context())
		}); !one(found, expected.verdict, expected.words) {
			t.Errorf("%s: %+v", key, found)
		}
		server.Close()
	}
}

func TestTheDoctorAsksStripeWhereItSendsItsEvents(t *testing.T) {
	t.Parallel()
	const address = "https://souk.example/webhooks/stripe"
	for name, c := range map[string]struct {
		kinds   []string // none: Stripe sends nothing there
		key     string
		verdict verdict
		words   string
	}{
		"no endpoint":     {nil, stripetest.SecretKey, mend, "nothing to " + address},
		"a few events":    {[]string{"checkout.session.completed"}, stripetest.SecretKey, mend, "refund.created"},
		"all of them":     {[]string{"*"}, stripetest.SecretKey, well, address},
		"another's key":   {[]string{"*"}, "sk_live_" + stripeKey, mend, "401"},
		"nobody to reach": {[]string{"*"}, "", mend, "payment.provider_down"},
	} {
		server := stripetest.New(t)
		if c.kinds != nil {
			server.SendTo(address, c.kinds...)
		}
		server.Down(c.key == "")
		if found := examine(t, func(e *examination) {
			e.config.BaseURL, e.config.StripeAPIURL, e.config.StripeSecretKey = "https://souk.example", server.URL, cmp.Or(c.key, stripetest.SecretKey)
			e.examineStripe(t.Context())
		}); !one(found, c.verdict, c.words) {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// A mail server that says what a server says to somebody who greets it, and offers no TLS.
func TestTheDoctorGreetsTheMailServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = fmt.Fprint(conn, "220 mail.example\r\n")
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					if strings.HasPrefix(lines.Text(), "QUIT") {
						_, _ = fmt.Fprint(conn, "221 bye\r\n")
						return
					}
					_, _ = fmt.Fprint(conn, "250 mail.example\r\n")
				}
			}()
		}
	}()
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	for tls, expected := range map[string]struct {
		verdict verdict
		words   string
	}{"mandatory": {mend, "offers no TLS"}, "none": {well, "without TLS"}} {
		found := examine(t, func(e *examination) {
			e.config.SMTPHost, e.config.SMTPPort, e.config.SMTPTLS = host, number, tls
			e.examineMail(t.Context())
		})
		if !one(found, expected.verdict, expected.words) {
			t.Errorf("%s: %+v", tls, found)
		}
	}
	if found := examine(t, func(e *examination) {
		e.config.SMTPHost, e.config.SMTPPort = host, 1
		e.examineMail(t.Context())
	}); !one(found, mend, "refused") {
		t.Errorf("nobody there: %+v", found)
	}
}

// databaseOf opens the database of a market that runs.
func databaseOf(t *testing.T, dir string) *sqlx.DB {
	t.Helper()
	db, closeDB, err := place{dataDir: dir}.openDatabase(context.Background(), 2, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := closeDB(); err != nil {
			t.Error(err)
		}
	})
	return db
}
