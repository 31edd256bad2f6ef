package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/finding"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

const (
	oldestPostgreSQL, newestPostgreSQL = 15, 18 // that souk was tried with
	slowDatabase                       = 20 * time.Millisecond
	clocksApart                        = 5 * time.Second
	pendingLate                        = 5 * time.Minute
	// engineUnseen is how long an instance that is up may not have said so.
	engineUnseen = 10 * time.Minute
)

// examineDatabase looks at the server: version, line, rights, schema, connections and clock.
func (e *examination) examineDatabase(ctx context.Context, db *sqlx.DB) {
	var server struct {
		Number          int
		Version         string
		Now             time.Time
		Super           bool
		Beyond          bool // its database
		SSL             bool
		ReadOnly        bool `db:"read_only"`
		Used, Max, Kept int
	}
	began := e.now()
	err := db.GetContext(ctx, &server, `
		select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
		       clock_timestamp() as now, r.rolsuper as super,
		       r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls as beyond,
		       coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as ssl,
		       pg_is_in_recovery() as read_only,
		       (select count(*) from pg_stat_activity where backend_type = 'client backend') as used,
		       current_setting('max_connections')::int as max, current_setting('superuser_reserved_connections')::int as kept
		from pg_roles r where r.rolname = current_user`)
	if err != nil {
		e.mend("database", "look into PostgreSQL's log", "it does not answer: %v", err)
		return
	}
	e.examineClock("database", server.Now, began, e.now())
	latency := time.Hour
	for range 5 {
		began := e.now()
		if _, err := db.ExecContext(ctx, `select 1`); err == nil {
			latency = min(latency, e.now().Sub(began))
		}
	}
	e.examineVersion(server.Number/10000, server.Version)
	if latency > slowDatabase {
		e.mend("database", "run souk near its database: every page asks it several times", "an answer takes %s", roughly(latency))
	} else {
		e.well("database", "answers in %s", roughly(latency))
	}
	if server.ReadOnly {
		e.mend("database", "point DATABASE_URL at the one that is written to", "it is a copy that only reads")
	}
	e.examineRights(server.Super, server.Beyond)
	if e.place.databaseURL != "" {
		e.examineLine(server.SSL)
	}
	if err := postgres.Current(ctx, db); errors.Is(err, postgres.ErrBehind) {
		e.mend("schema", "run «souk migrate»", "it is older than this program")
	} else if err != nil {
		e.mend("schema", "look into PostgreSQL's log", "it cannot be read: %v", err)
	} else {
		e.well("schema", "is up to date")
	}
	e.examineConnections(server.Used, server.Max-server.Kept)
}

// examineRights judges what the role that souk comes in as may do beyond its database.
func (e *examination) examineRights(super, beyond bool) {
	switch {
	case super:
		e.mend("database", "let souk have a role of its own that owns its database and nothing else", "souk is its superuser: whoever got into souk would have the whole server")
	case beyond:
		e.mend("database", "alter role … nocreaterole nocreatedb noreplication nobypassrls", "souk's role may make roles or databases, copy the server or pass over its rules")
	default:
		e.well("database", "souk's role has no rights beyond its database")
	}
}

func (e *examination) examineVersion(major int, version string) {
	switch {
	case major < oldestPostgreSQL:
		e.mend("database", fmt.Sprintf("move to PostgreSQL %d or later", oldestPostgreSQL), "PostgreSQL %s is too old", version)
	case major > newestPostgreSQL:
		e.note("database", "PostgreSQL %s is newer than what souk was tried with (%d)", version, newestPostgreSQL)
	default:
		e.well("database", "PostgreSQL %s", version)
	}
}

// examineClock compares somebody's clock with this machine's, which asked between two moments.
func (e *examination) examineClock(whose string, theirs, before, after time.Time) {
	apart := max(theirs.Sub(after), before.Sub(theirs))
	if apart > clocksApart {
		e.mend("clock", "let both machines keep time by NTP", "the %s's clock is %s off this machine's: orders, reservations and sessions would end at the wrong time", whose, roughly(apart))
		return
	}
	e.well("clock", "the %s's agrees with this machine's", whose)
}

func (e *examination) examineConnections(used, most int) {
	text := fmt.Sprintf("%d of %d connections are in use; one instance takes up to %d", used, most, e.config.DatabaseConns)
	if used+e.config.DatabaseConns/2 > most || e.config.DatabaseConns > most {
		e.mend("connections", "raise max_connections, lower DATABASE_CONNS, or put a pool between (PgBouncer, by transaction)", "%s", text)
		return
	}
	e.well("connections", "%s", text)
}

// examineLine judges the way to a database on another machine. The warnings of the configuration tell more.
func (e *examination) examineLine(encrypted bool) {
	u, err := url.Parse(e.place.databaseURL)
	switch {
	case err != nil:
	case encrypted:
		e.well("database", "the line to it is encrypted (sslmode=%s)", u.Query().Get("sslmode"))
		e.examineDatabaseCertificate(u)
	case !slices.ContainsFunc(e.config.databaseHosts(), func(host string) bool { return !e.config.private(host) }):
		e.note("database", "the line to it is not encrypted; it stays on this machine or a private network")
	default:
		e.mend("database", "add sslmode=verify-full to DATABASE_URL", "the line to %s is not encrypted", u.Hostname())
	}
}

// examineWork looks at what waits to be done.
func (e *examination) examineWork(ctx context.Context, db *sqlx.DB) {
	backlog, err := job.ReadBacklog(ctx, db)
	if err != nil {
		e.mend("jobs", "run «souk migrate»", "%v", err)
		return
	}
	e.examineBacklog(backlog)
	if refunds, sum, err := payment.FailedRefunds(ctx, db); err == nil {
		e.examineRefunds(refunds, sum)
	}
	if disputes, sum, err := payment.OpenDisputes(ctx, db); err == nil {
		e.examineDisputes(disputes, sum)
	}
	if returns, err := order.OverdueReturns(ctx, db, e.now()); err == nil {
		e.examineReturns(returns)
	}
	if e.config.SMTPHost != "" || e.demo {
		return
	}
	if kept, err := mail.CountKept(ctx, db); err == nil {
		e.examineMailbox(kept)
	}
}

func (e *examination) examineRefunds(failed int, sum money.Amount) {
	if failed > 0 {
		e.mend("refunds", "the association, which had a letter about each, asks again on the orders' pages", "%d failed, of %s together, and nobody was asked again", failed, sum)
	}
}

func (e *examination) examineDisputes(open int, sum money.Amount) {
	if open > 0 {
		e.note("disputes", "%d wait for the association's answer or decision, of %s together", open, sum)
	}
}

func (e *examination) examineReturns(overdue int) {
	if overdue > 0 {
		e.mend("returns", "the association, which had a letter about each, gives the money back from its page of returns", "%d buyers sent goods back and are past the day by which law 31-08 gives them their money", overdue)
	}
}

func (e *examination) examineMailbox(kept int) {
	if kept > 0 {
		e.mend("mail", "set SMTP_HOST", "%d messages lie in the database and reach nobody", kept)
	}
}

func (e *examination) examineBacklog(b job.Backlog) {
	text := fmt.Sprintf("%d wait, %d failed and are tried again, %d were given up", b.Due, b.Failing, b.Discarded)
	switch {
	case b.Oldest > jobsLate:
		e.mend("jobs", "see whether an instance runs, and what its log says of jobs", "%s; one has waited for %s", text, roughly(b.Oldest))
	case b.Discarded > 0:
		e.mend("jobs", "the log says why each was given up; they are kept for a month", "%s", text)
	case b.Failing > 0:
		e.note("jobs", "%s", text)
	default:
		e.well("jobs", "%s", text)
	}
}

// examineSearch looks at the engines that the database feeds, and compares this instance's with it.
func (e *examination) examineSearch(ctx context.Context, db *sqlx.DB) {
	engines, err := finding.NewSource(db, e.now).Engines(ctx)
	if err != nil {
		e.mend("search", "run «souk migrate»", "%v", err)
		return
	}
	for _, engine := range engines {
		e.examineEngine(engine)
	}
	e.examineMeilisearch(ctx)
	held, err := readIndex(ctx, e.config, e.place, slog.New(slog.DiscardHandler))
	if err != nil {
		e.mend("search", "see whether it runs; souk tries again by itself and fills it", "the index cannot be read: %v", err)
		return
	}
	if held.Unbuilt {
		e.note("search", "%s is still to be filled, which a market does as it starts", held.Engine)
		return
	}
	products, pending, err := finding.Expected(ctx, db, held.Engine)
	if err != nil {
		e.mend("search", "run «souk migrate»", "%v", err)
		return
	}
	e.examineIndex(held.Engine, len(held.IDs), len(products), len(pending))
}

func (e *examination) examineEngine(s finding.EngineState) {
	text := fmt.Sprintf("%s has %d changes to learn", s.Name, s.Pending)
	switch {
	case s.Unseen > engineUnseen:
		e.note("search", "%s, and has not been seen for %s; it is forgotten after two weeks", text, roughly(s.Unseen))
	case s.Oldest > pendingLate:
		e.mend("search", "see what the log says of search; «souk reindex» builds the index anew", "%s, one since %s", text, roughly(s.Oldest))
	default:
		e.well("search", "%s", text)
	}
}

// examineIndex allows for what is still to be learnt.
func (e *examination) examineIndex(engine string, held, visible, pending int) {
	if missing := max(held-visible, visible-held); missing > pending {
		e.mend("search", "«souk audit» names them; «souk reindex» builds the index anew", "%s holds %d products, and buyers may see %d", engine, held, visible)
		return
	}
	e.well("search", "%s holds the %d products that buyers may see", engine, visible)
}

// examineMeilisearch asks the server at MEILI_URL what souk's key opens, and for its version.
func (e *examination) examineMeilisearch(ctx context.Context) {
	if e.config.MeiliURL == "" {
		return
	}
	var answer struct {
		Version string `json:"pkgVersion"`
	}
	ask := func(path string) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(e.config.MeiliURL, "/")+path, nil)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+e.config.MeiliKey)
		return e.fetch(request, &answer)
	}
	if ask("/keys") == nil {
		e.mend("search", "make souk a key of its own, as the README says, and put it into MEILI_KEY", "MEILI_KEY opens all of Meilisearch, its other keys too")
	}
	// A key for some indexes is not told the version.
	err, tooMuch := ask("/version"), errStatus(http.StatusForbidden)
	switch {
	case errors.Is(err, tooMuch) && ask("/indexes?limit=1") == nil:
		e.well("search", "Meilisearch answers to a key that opens no more than is needed")
	case err != nil:
		e.mend("search", "start it, or correct MEILI_URL and MEILI_KEY", "Meilisearch does not answer: %v", err)
	case !strings.HasPrefix(answer.Version, "1."):
		e.note("search", "Meilisearch %s is not of the versions that souk was tried with (1.x)", answer.Version)
	default:
		e.well("search", "Meilisearch %s", answer.Version)
	}
}
