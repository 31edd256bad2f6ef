package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/embedded"
	"github.com/souk-taawon/souk/internal/sample"
	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/door"
)

// demo serves the sample market: everything embedded, everything in one folder, nothing to prepare.
func demo(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	addr := fs.String("addr", "127.0.0.1:8080", "`HOST:PORT` to listen on")
	data := fs.String("data", defaultDataDir, "`folder` to keep everything in")
	fresh := fs.Bool("fresh", false, "throw away what is in the folder and start over")
	develop := fs.Bool("dev", false, "read texts, styles, scripts and drawings from the source folder at each request")
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	c, err := readConfig()
	if err := errors.Join(err, c.validateForDemo()); err != nil {
		return err
	}
	var work *workshop
	if *develop {
		work, err = openWorkshop(".")
	} else {
		err = refuseEdited()
	}
	if err != nil {
		return err
	}
	if *fresh && c.DatabaseURL != "" {
		return errors.New("-fresh empties the data folder, not the database at DATABASE_URL: empty that by its own tools")
	}
	public, err := listen(ctx, *addr, "-addr, such as -addr 127.0.0.1:8081")
	if err != nil {
		return err
	}
	defer func() { _ = public.Close() }() // closed already after a run
	d := &demonstration{config: c, dir: *data, public: public, steps: newSteps(stdout), end: newEnding(c.ShutdownTimeout), work: work}
	defer closing(d.end.within(1, d.open.closeBy), &err)
	return d.run(ctx, *fresh)
}

type demonstration struct {
	config config
	size   sample.Size
	dir    string
	public net.Listener
	steps  *steps
	open   closers
	end    *ending
	work   *workshop // nil: the pages are what the program was built with

	proxies []string // whose word for a reader's address is taken
}

func (d *demonstration) run(ctx context.Context, fresh bool) error {
	d.steps.title("Souk, a sample market")
	a, err := d.prepare(ctx, fresh)
	if err != nil {
		return err
	}
	private, err := listen(ctx, "127.0.0.1:0", "-addr")
	if err != nil {
		return err
	}
	takeBack, err := announce(d.dir, d.public.Addr().String(), private.Addr().String(), a.privateKey)
	if err != nil {
		return err
	}
	d.open.add(takeBack)
	logins, err := demoLogins()
	if err != nil {
		return err
	}
	d.welcome(d.base(), private.Addr().String(), logins, a.Languages.Locale("en"))
	err = a.run(ctx, d.public, private, d.end)
	d.steps.title("Stopping.")
	return err
}

// base is the address of the market.
func (d *demonstration) base() string { return "http://" + d.public.Addr().String() }

// prepare puts the market together, filled and ready to run.
func (d *demonstration) prepare(ctx context.Context, fresh bool) (*app, error) {
	dir, err := filepath.Abs(d.dir)
	if err != nil {
		return nil, err
	}
	d.dir = dir
	if err := d.takeFolder(fresh); err != nil {
		return nil, err
	}
	logFile, err := os.OpenFile(filepath.Join(dir, "souk.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	d.open.add(logFile.Close)
	log := slog.New(slog.NewTextHandler(logFile, nil))
	d.steps.say("data", "in %s", dir)

	p := parts{Parts: market.Parts{Log: log}, folders: d.config.folders(dir)}
	databaseURL := d.config.DatabaseURL
	words := "PostgreSQL at DATABASE_URL"
	if databaseURL == "" {
		server, err := embedded.Start(ctx, embedded.Config{
			DataDir: filepath.Join(dir, "postgres"), Durable: true,
			Log: slog.New(d.steps.downloads(log.Handler())),
		})
		if err != nil {
			return nil, err
		}
		d.open.add(d.end.within(databaseEnd, server.Stop))
		databaseURL, words, p.lost = server.URL(), "PostgreSQL, embedded", server.Lost()
	}
	if err := postgres.MigrateAt(ctx, databaseURL); err != nil {
		return nil, err
	}
	if p.DB, err = postgres.Open(ctx, databaseURL, d.config.DatabaseConns); err != nil {
		return nil, err
	}
	d.open.add(p.DB.Close)
	d.steps.say("database", "%s", words)

	if p.Blobs, err = openBlobs(ctx, d.config.BlobURL, dir); err != nil {
		return nil, err
	}
	d.open.add(p.Blobs.Close)
	if p.engine, err = openEngine(ctx, d.config, dir, log); err != nil {
		return nil, err
	}
	d.open.add(d.end.within(searchEnds, p.engine.end))
	if p.Secret, err = secret(dir); err != nil {
		return nil, err
	}
	d.config.BaseURL = d.base() // where a gateway tells of payments
	p.MailServer, p.Means = d.config.mailServer(), d.config.demoMeans()
	logins, err := demoLogins()
	if err != nil {
		return nil, err
	}
	p.storefront = storefront.Config{
		BaseURL: d.base(), Demo: true, Sample: true, DemoLogins: logins, TrustedProxies: d.proxies, RequestTimeout: d.config.RequestTimeout,
		RateLimits: storefront.RateLimits{
			SignIn:        storefront.Rate{Count: d.config.SignInsPerMin, Per: time.Minute},
			Order:         storefront.Rate{Count: d.config.OrdersPerMinute, Per: time.Minute},
			Search:        storefront.Rate{Count: d.config.SearchesPerMin, Per: time.Minute},
			Hook:          storefront.Rate{Count: d.config.WebhooksPerMin, Per: time.Minute},
			SpareLoopback: true,
		},
		ConnectionsPerAddress: d.config.ConnsPerAddress,
	}
	if d.work != nil {
		p.storefront.Reread = d.work.reread
	}
	a, err := assemble(p)
	if err != nil {
		return nil, err
	}
	if d.work != nil {
		d.work.reads(a.Languages)
	}
	if err := d.load(ctx, databaseURL, a.Parts); err != nil {
		return nil, err
	}
	var count struct{ Cooperatives, Products, Orders int }
	err = p.DB.GetContext(ctx, &count, `
		select (select count(*) from sellers) as cooperatives, (select count(*) from goods) as products,
		       (select count(*) from order_heads) as orders`)
	if err != nil {
		return nil, fmt.Errorf("count the market: %w", err)
	}
	d.steps.say("market", "%d cooperatives, %d products, %d joint orders", count.Cooperatives, count.Products, count.Orders)

	// A new index is filled before the doors open; later it learns of changes as they come.
	if err := a.syncer.Fill(ctx); err != nil {
		return nil, err
	}
	d.steps.say("search", "%s", p.engine.words)

	return a, nil
}

// load brings the sample market into the database, which may take longer than anything that is asked of it later.
func (d *demonstration) load(ctx context.Context, databaseURL string, p market.Parts) (err error) {
	if p.DB, err = postgres.OpenPatient(ctx, databaseURL, 4); err != nil {
		return err
	}
	defer closing(p.DB.Close, &err)
	return sample.Load(ctx, p, d.size)
}

// takeFolder locks the data folder for this process, and empties it when asked to.
func (d *demonstration) takeFolder(fresh bool) error {
	if err := os.MkdirAll(d.dir, 0o711); err != nil {
		return err
	}
	lock, err := lockFolder(d.dir)
	if err != nil {
		return err
	}
	d.open.add(lock.Close)
	if !fresh {
		return nil
	}
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	// Only what a market keeps: a mistyped -data must not cost anybody their documents.
	for _, entry := range entries {
		switch entry.Name() {
		case "postgres", "blobs", "index", "meilisearch", secretFile, "souk.log", privateFile, publicFile:
			if err := os.RemoveAll(filepath.Join(d.dir, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

func (d *demonstration) welcome(base, private string, logins []door.Login, l *i18n.Locale) {
	d.steps.title("The market is open: %s/", base)
	d.steps.plain("")
	d.steps.plain("Sign in at %s/%s/signin, with the password %s:", base, i18n.Default, sample.Password)
	for _, login := range logins {
		d.steps.plain("  %-36s %s", login.Login, l.Text(login.Who))
	}
	d.steps.plain("  (and every other cooperative of the market with its own address)")
	d.steps.plain("Mail is not sent but kept: %s/en/demo/mailbox", base)
	d.steps.plain("Figures for Prometheus:    http://%s/metrics", private)
	if host, _, err := net.SplitHostPort(d.public.Addr().String()); err == nil && !loopback(host) {
		d.steps.plain("Whoever reaches this machine's network can sign in too, and reads the mailbox: show it to nobody you do not know.")
	}
	d.steps.plain("Ctrl-C stops everything; -fresh starts over; -addr chooses another address.")
	if d.work != nil {
		d.work.welcome(d.steps)
	}
}

// demoLogins are some of the people that visitors may sign in as: the association's, and those of three
// cooperatives of different sectors; of who has not every right it says the role.
func demoLogins() ([]door.Login, error) {
	people, err := sample.People()
	if err != nil {
		return nil, err
	}
	sellers, err := sample.Cooperatives()
	if err != nil {
		return nil, err
	}
	names := make(map[string]i18n.Text, len(sellers))
	for _, c := range sellers {
		names[c.Slug] = c.Name
	}
	var logins []door.Login
	for _, p := range people {
		who := names[p.Cooperative]
		switch {
		case p.Cooperative == "":
			who = i18n.Text{AR: "الجمعية", FR: "L’association", EN: "The association"}
		case !slices.Contains([]string{"nouarat-echcharaa", "assalat-el-arz", "mansaj-es-safa"}, p.Cooperative):
			continue
		}
		logins = append(logins, door.Login{Who: who, Role: p.Role, Login: p.Email, Password: sample.Password})
	}
	return logins, nil
}
