package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"syscall"
	"time"

	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/embedded"
	"github.com/souk-taawon/souk/internal/sample"
	"github.com/souk-taawon/souk/storefront"
)

// serve runs the market for production, told everything by the environment.
func serve(ctx context.Context, args []string, _, stderr io.Writer) (err error) {
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	addr := fs.String("addr", "", "`HOST:PORT` to listen on (default ADDR)")
	data := fs.String("data", "", "data `folder` (default DATA_DIR)")
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	c, unreadable := readConfig()
	if *addr != "" {
		c.Addr = *addr
	}
	if *data != "" {
		c.DataDir = *data
	}
	if err := errors.Join(unreadable, c.validateForServe(), refuseEdited()); err != nil {
		return fmt.Errorf("the configuration has problems:\n%w", err)
	}
	log := newLogger(c, stderr)
	for _, warning := range c.warnings() {
		log.Warn(warning.found, "mend", warning.mend)
	}

	public, err := listen(ctx, c.Addr, "-addr HOST:PORT")
	if err != nil {
		return err
	}
	private, err := listen(ctx, c.PrivateAddr, "PRIVATE_ADDR")
	if err != nil {
		return errors.Join(err, public.Close())
	}
	var open closers
	end := newEnding(c.ShutdownTimeout)
	defer closing(end.within(1, open.closeBy), &err)

	databaseURL := c.DatabaseURL
	var lost <-chan error
	if databaseURL == "" {
		server, err := embedded.Start(ctx, embedded.Config{DataDir: filepath.Join(c.DataDir, "postgres"), Durable: true, Log: log})
		if err != nil {
			return err
		}
		open.add(end.within(databaseEnd, server.Stop))
		databaseURL, lost = server.URL(), server.Lost()
	}
	if err := postgres.MigrateAt(ctx, databaseURL); err != nil {
		return err
	}
	db, err := postgres.Open(ctx, databaseURL, c.DatabaseConns)
	if err != nil {
		return err
	}
	open.add(db.Close)
	if known, err := sample.CanSignIn(ctx, db); err != nil {
		return err
	} else if known > 0 {
		return fmt.Errorf("the database holds a sample market, whose %d people sign in with a password that everybody knows: use another database or folder", known)
	}
	blobs, err := openBlobs(ctx, c.BlobURL, c.DataDir)
	if err != nil {
		return err
	}
	open.add(blobs.Close)
	engine, err := openEngine(ctx, c, c.DataDir, log)
	if err != nil {
		return err
	}
	open.add(end.within(searchEnds, engine.end))
	a, err := assemble(parts{
		Parts: market.Parts{
			DB: db, Blobs: blobs, Log: log, Secret: []byte(c.SecretKey), SecretsBefore: c.secretsBefore(), MailServer: c.mailServer(),
			Means: c.means(),
		},
		lost: lost, engine: engine, folders: c.folders(c.DataDir),
		storefront: storefront.Config{
			BaseURL: c.BaseURL, TrustedProxies: c.TrustedProxies, RequestTimeout: c.RequestTimeout,
			RateLimits: storefront.RateLimits{
				SignIn: storefront.Rate{Count: c.SignInsPerMin, Per: time.Minute},
				Order:  storefront.Rate{Count: c.OrdersPerMinute, Per: time.Minute},
				Search: storefront.Rate{Count: c.SearchesPerMin, Per: time.Minute},
				Hook:   storefront.Rate{Count: c.WebhooksPerMin, Per: time.Minute},
			},
			ConnectionsPerAddress: c.ConnsPerAddress,
		},
	})
	if err != nil {
		return err
	}
	if c.DataDir != "" {
		takeBack, err := announce(c.DataDir, public.Addr().String(), private.Addr().String(), a.privateKey)
		if err != nil {
			return err
		}
		open.add(takeBack)
	}
	log.Info("serving", "build", thisBuild().String(), "addr", public.Addr().String(), "base_url", c.BaseURL, "search", engine.words)
	return a.run(ctx, public, private, end)
}

// folders are those of this machine that the market writes to.
func (c config) folders(dataDir string) []string {
	var list []string
	if dataDir != "" {
		list = append(list, dataDir)
	}
	if u, err := url.Parse(c.BlobURL); err == nil && u.Scheme == "file" {
		list = append(list, u.Path)
	}
	return list
}

func (c config) mailServer() mail.Server {
	return mail.Server{
		Host: c.SMTPHost, Port: c.SMTPPort, User: c.SMTPUser, Password: c.SMTPPassword, From: c.MailFrom, TLS: mail.TLS(c.SMTPTLS),
	}
}

func newLogger(c config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// listen takes the address before anything is started, so that a taken one is told at once; by is how
// another is chosen.
func listen(ctx context.Context, addr, by string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another program: choose another address with %s", addr, by)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return listener, nil
}
